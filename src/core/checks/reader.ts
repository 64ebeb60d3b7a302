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
} from '../metric-source.ts';
import type { Scope } from './scope.ts';

/**
 * One metric check or comparison of one target: what it reads, and what it makes of that. Of the minutes that it was given it keeps
 * an account, of a size that does not grow with their number. It is a value: with more minutes it is another one.
 */
export interface Reader {
  /** What is to be read; more of it where a version is alone. */
  readonly sources: (phase: Phase) => readonly MetricSource[];
  /** Until when minutes are of use to it. */
  readonly until: 'promotion' | 'end';
  /**
   * Takes the minutes of a scope into the account. What it then says is the same as if all had been given at once.
   * @param find finds the series of any of the sources
   * @param scope whose minutes are later than those of the account
   */
  readonly enter: (find: FindSeries, scope: Scope) => Reader;
  /** Judges all minutes of the account, at the moment of the scope. */
  readonly judge: (scope: Scope) => Judged;
}

/** Whether both versions have traffic, or the new one alone. */
export type Phase = 'side by side' | 'alone';

/** What a reader yields. */
export interface Judged {
  readonly finding: Finding;
  /** What a person should know although the rollout goes on. */
  readonly warnings: readonly string[];
  /** What should be there to be judged and is not. */
  readonly unseen: string | undefined;
}

/** A target, and the versions between which its traffic moves. */
export interface WatchedTarget {
  readonly target: Target;
  readonly versions: Versions;
}

/** A target, and how it was called before the rollout. */
export interface Called extends WatchedTarget {
  /** The longest time in which nobody called it; undefined when nobody ever did, or it is not known. */
  readonly pauseMs: number | undefined;
  /** Requests a minute in the last minutes; undefined when it is not known. */
  readonly requestsPerMinute: number | undefined;
}

/** What is read of a target, under names; of the alias itself once the new version is alone. */
export interface NamedSources<B extends string, C extends string, A extends string> {
  readonly baseline: Sources<B>;
  readonly canary: Sources<C>;
  readonly alias: Sources<A>;
}

/** The series of these names. */
export interface NamedSeries<B extends string, C extends string, A extends string> {
  readonly baseline: Readonly<Record<B, Series>>;
  readonly canary: Readonly<Record<C, Series>>;
  readonly alias: Readonly<Record<A, Series>>;
}

/** An account of minutes, and what is made of it. */
export interface Accounting<T, S> {
  readonly account: T;
  readonly until: Reader['until'];
  /** The account with the minutes of a scope, which are later than its own. */
  readonly enter: (account: T, series: S, scope: Scope) => T;
  readonly judge: (account: T, scope: Scope) => Judged;
}

export function reader<B extends string, C extends string, A extends string, T>(
  watched: WatchedTarget,
  sources: NamedSources<B, C, A>,
  accounting: Accounting<T, NamedSeries<B, C, A>>,
): Reader {
  const { target, versions } = watched;
  const subject = { function: target.functionName, alias: target.alias };
  const baseline = metricsOf(sources.baseline, { ...subject, version: versions.stable });
  const canary = metricsOf(sources.canary, { ...subject, version: versions.canary });
  const alias = metricsOf(sources.alias, { ...subject, version: versions.canary });
  const sideBySide = [...listed(baseline), ...listed(canary)];
  const alone = [...sideBySide, ...listed(alias)];
  const { until, enter, judge } = accounting;
  const withAccount = (account: T): Reader => ({
    sources: (phase) => (phase === 'alone' ? alone : sideBySide),
    until,
    enter(find, scope) {
      const series = {
        baseline: seriesByName(baseline, find),
        canary: seriesByName(canary, find),
        alias: seriesByName(alias, find),
      };
      return withAccount(enter(account, series, scope));
    },
    judge: (scope) => judge(account, scope),
  });
  return withAccount(accounting.account);
}
