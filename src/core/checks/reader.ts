import type { Target } from '../alias/target.ts';
import type { Versions } from '../alias/routing.ts';
import type { Finding } from './finding.ts';
import {
  listed,
  metricsOf,
  seriesByName,
  type FindSeries,
  type MetricSource,
  type Series,
  type Sources,
} from './metric-source.ts';
import type { Scope } from './scope.ts';

/** One metric check or comparison of one target: what it reads, and what it makes of that. */
export interface Reader {
  readonly sources: readonly MetricSource[];
  /** @param find finds the series of any of the sources */
  readonly judge: (find: FindSeries, scope: Scope) => Judged;
}

/** What a reader yields. */
export interface Judged {
  readonly finding: Finding;
  /** What a person should know although the rollout goes on. */
  readonly warnings: readonly string[];
  /** What should be there to be judged and is not. */
  readonly unseen?: string | undefined;
}

/** A target, and the versions between which its traffic moves. */
export interface WatchedTarget {
  readonly target: Target;
  readonly versions: Versions;
}

/** A target, and the longest time in which nobody called it before; undefined when nobody ever did, or it is not known. */
export interface Called extends WatchedTarget {
  readonly pauseMs: number | undefined;
}

/** What is read of the two versions of a target, under names, and what is made of the series of these names. */
export function reader<B extends string, C extends string>(
  { target, versions }: WatchedTarget,
  sources: { readonly baseline: Sources<B>; readonly canary: Sources<C> },
  judge: (
    series: {
      readonly baseline: Readonly<Record<B, Series>>;
      readonly canary: Readonly<Record<C, Series>>;
    },
    scope: Scope,
  ) => Judged,
): Reader {
  const subject = { function: target.functionName, alias: target.alias };
  const baseline = metricsOf(sources.baseline, { ...subject, version: versions.stable });
  const canary = metricsOf(sources.canary, { ...subject, version: versions.canary });
  return {
    sources: [...listed(baseline), ...listed(canary)],
    judge: (find, scope) =>
      judge({ baseline: seriesByName(baseline, find), canary: seriesByName(canary, find) }, scope),
  };
}
