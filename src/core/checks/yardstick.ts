import { MINUTE_MS } from '../minute.ts';
import { lambdaMetric, type MetricSource, type Series, type Sources } from '../metric-source.ts';

/** How long the alias's requests took before the rollout. Milliseconds. */
export interface Yardstick {
  readonly p90: number;
  readonly p99: number;
}

/** Up to a fifth slower is fine. */
export const TOLERATED_RATIO = 1.2;

const HISTORY_PERIOD_MS = 5 * MINUTE_MS;
const HISTORY_MS = 3 * 3_600_000;

/** The whole periods of history before a time. Epoch milliseconds; `to` is the beginning of the last one. */
export function historyBefore(at: number) {
  const end = at - (at % HISTORY_PERIOD_MS);
  return { from: end - HISTORY_MS, to: end - HISTORY_PERIOD_MS, periodMs: HISTORY_PERIOD_MS };
}

/** What was measured of the alias, whatever version served it. */
export const HISTORY_SOURCES: Sources<'p90' | 'p99' | 'counted'> = {
  p90: aliasDuration('p90'),
  p99: aliasDuration('p99'),
  /** Shows whether values are counted at all. */
  counted: aliasDuration('TC(0:)'),
};

function aliasDuration(statistic: string): MetricSource {
  return {
    namespace: 'AWS/Lambda',
    name: 'Duration',
    statistic,
    dimensions: { FunctionName: '{function}', Resource: '{function}:{alias}' },
  };
}

/**
 * The medians of the history; nothing when there is none or CloudWatch does not count values, and then only
 * the sign test is left.
 */
export function yardstickOf(
  history: Readonly<Record<keyof typeof HISTORY_SOURCES, Series>>,
): Yardstick | undefined {
  const p90 = median([...history.p90.values()]);
  const p99 = median([...history.p99.values()]);
  const isCounted = history.counted.size > 0;
  return p90 === null || p99 === null || !isCounted || p90 <= 0 ? undefined : { p90, p99 };
}

/** What is read of the durations of one version. */
export type DurationSeries =
  | 'requests'
  | 'p50'
  | 'p90'
  | 'p99'
  /** How many requests took longer than the version's bounds; only with a yardstick. */
  | 'aboveP90'
  | 'aboveP99';

function sourcesOf(bounds: Yardstick | undefined): Sources<DurationSeries> {
  const duration = (statistic: string) => lambdaMetric('Duration', statistic);
  // CloudWatch counts what is above the bound that is given first.
  const above = (bound: number) => duration(`TC(${formatBound(bound)}:)`);
  return {
    requests: duration('SampleCount'),
    p50: duration('p50'),
    p90: duration('p90'),
    p99: duration('p99'),
    aboveP90: bounds && above(bounds.p90),
    aboveP99: bounds && above(bounds.p99),
  };
}

/** What is read of the old version: how many of its requests took longer than the yardstick. */
export function baselineSources(yardstick: Yardstick | undefined): Sources<DurationSeries> {
  return sourcesOf(yardstick);
}

/** What is read of the new version, whose bounds are a fifth higher. */
export function canarySources(yardstick: Yardstick | undefined): Sources<DurationSeries> {
  return sourcesOf(
    yardstick && { p90: yardstick.p90 * TOLERATED_RATIO, p99: yardstick.p99 * TOLERATED_RATIO },
  );
}

/** CloudWatch takes at most ten decimals, and no exponent. */
function formatBound(bound: number): string {
  return bound.toFixed(3);
}

/** The lower one of the two in the middle; null of nothing. */
export function median(values: readonly number[]): number | null {
  return lowerMiddle(values.toSorted((a, b) => a - b));
}

/** The same of what is in order already. */
export function lowerMiddle(sorted: ArrayLike<number>): number | null {
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? null;
}
