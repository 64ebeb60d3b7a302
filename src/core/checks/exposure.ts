import type { Counts } from '../statistics/evidence.ts';
import { targetName } from '../alias/target.ts';
import {
  lambdaMetric,
  listed,
  metricsOf,
  seriesByName,
  type FindSeries,
  type MetricSource,
} from '../metric-source.ts';
import { pairMinutes, type TimedMinute } from './pairing.ts';
import type { WatchedTarget } from './reader.ts';

/** What both versions of a target did while the new one had traffic: all minutes, those with two weights included. */
export interface Exposure {
  readonly target: string;
  readonly minutes: readonly TimedMinute[];
  readonly canary: Counts;
  /** Why it could not be counted; undefined when it was. */
  readonly problem: string | undefined;
}

const SOURCES = {
  total: lambdaMetric('Invocations', 'Sum'),
  bad: lambdaMetric('Errors', 'Sum'),
};

/** What is read to count it, and how it is counted. */
export function exposureReader({ target, versions }: WatchedTarget): {
  readonly sources: readonly MetricSource[];
  readonly count: (
    find: FindSeries,
    window: { readonly from: number; readonly to: number },
  ) => Exposure;
} {
  const subject = { function: target.functionName, alias: target.alias };
  const baseline = metricsOf(SOURCES, { ...subject, version: versions.stable });
  const canary = metricsOf(SOURCES, { ...subject, version: versions.canary });
  return {
    sources: [...listed(baseline), ...listed(canary)],
    count(find, window) {
      const series = { baseline: seriesByName(baseline, find), canary: seriesByName(canary, find) };
      const minutes = pairMinutes(series, { ...window, mixed: new Set(), withoutBad: 'late' });
      return {
        target: targetName(target),
        minutes,
        canary: sumOf(minutes.map((minute) => minute.canary)),
        problem: undefined,
      };
    },
  };
}

/** Of a target that could not be counted. */
export function uncounted({ target }: WatchedTarget, problem: string): Exposure {
  return { target: targetName(target), minutes: [], canary: { total: 0, bad: 0 }, problem };
}

/** Added up; no more failures than requests. */
export function sumOf(counts: readonly Counts[]): Counts {
  return counts.reduce(
    (all, { total, bad }) => ({ total: all.total + total, bad: all.bad + Math.min(bad, total) }),
    { total: 0, bad: 0 },
  );
}
