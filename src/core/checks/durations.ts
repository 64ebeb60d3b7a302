import { odds } from './comparison.ts';
import { judge, STANDARD_RULE, type Counts } from '../statistics/evidence.ts';
import { lambdaMetric, type MetricSource, type Series } from './metric-source.ts';
import { MINUTE_MS, minutesBetween } from '../minute.ts';
import { grouped } from '../text/numbers.ts';
import { pairMinutes } from './pairing.ts';
import { signEvidence } from '../statistics/sign-test.ts';

/** How long the alias's requests took before the rollout. Milliseconds. */
export interface Yardstick {
  readonly p90: number;
  readonly p99: number;
}

/** Up to a fifth slower is fine. */
const TOLERATED_RATIO = 1.2;

/** At most this share of canaries that are not slower than that is reverted for their duration. */
export const DURATION_ALPHA = 0.01;

export interface DurationReport {
  readonly target: string;
  readonly baseline: Percentiles;
  readonly canary: Percentiles;
  /** What the evidence was made of: one for each quantile of the yardstick, or the sign test alone. */
  readonly tests: readonly DurationTest[];
}

/** The medians over the minutes, in milliseconds; null without any request. */
export type Percentiles = Readonly<Record<'p50' | 'p90' | 'p99', number | null>>;

export interface DurationTest {
  /** What was counted, of the canary first: `12 of 400 requests took longer than 72 ms`. */
  readonly counted: string;
  /** Natural logarithm; of a test that reverts, where it stood highest. */
  readonly logE: number;
  readonly needed: number;
  readonly reverts: boolean;
}

const HISTORY_PERIOD_MS = 5 * MINUTE_MS;
const HISTORY_MS = 3 * 3_600_000;

/** The whole periods of history before a time. Epoch milliseconds; `to` is the beginning of the last one. */
export function historyBefore(at: number) {
  const end = at - (at % HISTORY_PERIOD_MS);
  return { from: end - HISTORY_MS, to: end - HISTORY_PERIOD_MS, periodMs: HISTORY_PERIOD_MS };
}

/** What was measured of the alias, whatever version served it. `TC(0:)` shows whether values are counted at all. */
export const HISTORY_SOURCES: readonly MetricSource[] = ['p90', 'p99', 'TC(0:)'].map(
  (statistic) => ({
    namespace: 'AWS/Lambda',
    name: 'Duration',
    statistic,
    dimensions: { FunctionName: '{function}', Resource: '{function}:{alias}' },
  }),
);

/**
 * The medians of the history; nothing when there is none or CloudWatch does not count values, and then only
 * the sign test is left.
 */
export function yardstickOf(history: readonly Series[]): Yardstick | undefined {
  const [p90, p99, counted] = history.map((series) => median([...series.values()]));
  return p90 == null || p99 == null || counted == null || p90 <= 0 ? undefined : { p90, p99 };
}

const PERCENTILES = ['p50', 'p90', 'p99'] as const;

/** What is read of one version, in the order in which {@link judgeDurations} takes it. */
function sourcesOf(bounds: readonly number[]): readonly MetricSource[] {
  return [
    'SampleCount',
    ...PERCENTILES,
    // CloudWatch counts what is above the bound that is given first.
    ...bounds.map((bound) => `TC(${formatBound(bound)}:)`),
  ].map((statistic) => lambdaMetric('Duration', statistic));
}

export function baselineSources(yardstick: Yardstick | undefined): readonly MetricSource[] {
  return sourcesOf(boundsOf(yardstick));
}

export function canarySources(yardstick: Yardstick | undefined): readonly MetricSource[] {
  return sourcesOf(boundsOf(yardstick).map((bound) => bound * TOLERATED_RATIO));
}

function boundsOf(yardstick: Yardstick | undefined): readonly number[] {
  return yardstick === undefined ? [] : [yardstick.p90, yardstick.p99];
}

/** CloudWatch takes at most ten decimals, and no exponent. */
function formatBound(bound: number): string {
  return bound.toFixed(3);
}

interface Durations {
  readonly target: string;
  readonly yardstick: Yardstick | undefined;
  readonly baseline: readonly Series[];
  readonly canary: readonly Series[];
  /** Beginnings of the first and of the last minute. */
  readonly from: number;
  readonly to: number;
  readonly mixed: ReadonlySet<number>;
  readonly alpha: number;
}

/**
 * Whether the canary is slower by more than a fifth.
 *
 * With a yardstick τ, a request of the baseline is slow above τ and one of the canary above 1.2 τ. If the canary
 * takes at most 1.2 times as long, whatever the shape of the durations, it has at most the baseline's share of
 * slow requests, which is the null hypothesis of {@link judge}. It is asked for the 90th percentile, which moves
 * when everything is slower, and for the 99th, which moves with the slowest, each at half of alpha.
 *
 * Without a yardstick: whether the canary's median is above 1.2 times the baseline's in more than half of the
 * minutes.
 */
export function judgeDurations(durations: Durations): DurationReport {
  const { target, yardstick, baseline, canary, from, to, mixed } = durations;
  const minutes = minutesBetween(from, to).filter((at) => !mixed.has(at));
  return {
    target,
    baseline: percentilesOf(baseline, minutes),
    canary: percentilesOf(canary, minutes),
    tests:
      yardstick === undefined
        ? [signTest(durations, minutes)]
        : [countTest(durations, yardstick.p90, 0), countTest(durations, yardstick.p99, 1)],
  };
}

/** Where the counts above the bounds begin, behind the number of requests and the percentiles. */
const FIRST_COUNT = 1 + PERCENTILES.length;

function countTest(durations: Durations, bound: number, index: number): DurationTest {
  const { baseline, canary, from, to, mixed } = durations;
  const alpha = durations.alpha / 2;
  const slow = (series: readonly Series[]) => ({
    total: series[0] ?? NONE,
    bad: series[FIRST_COUNT + index] ?? NONE,
  });
  const minutes = pairMinutes(
    { baseline: slow(baseline), canary: slow(canary) },
    { from, to, mixed, withoutBad: 'none' },
  );
  const { logE, revertAt, pValue } = judge(minutes, { ...STANDARD_RULE, alpha, floor: 0 });
  const reverts = revertAt !== null;
  const old = sum(minutes.map((minute) => minute.baseline));
  const current = sum(minutes.map((minute) => minute.canary));
  return {
    counted:
      `${ofAll(current)} requests took longer than ${milliseconds(bound * TOLERATED_RATIO)}, ` +
      `and ${ofAll(old)} of the old version longer than ${milliseconds(bound)}`,
    logE: reverts ? -Math.log(pValue) : (logE.at(-1) ?? 0),
    needed: 1 / alpha,
    reverts,
  };
}

const NONE: Series = new Map();

/** The median of fewer is mostly chance. */
const FEWEST_REQUESTS = 5;

function signTest(
  { baseline, canary, alpha }: Durations,
  minutes: readonly number[],
): DurationTest {
  const signs = minutes.flatMap((at) => {
    const [old, current] = [baseline, canary].map((series) => ({
      requests: series[0]?.get(at) ?? 0,
      median: series[1]?.get(at),
    }));
    if (old?.median === undefined || current?.median === undefined) return [];
    if (Math.min(old.requests, current.requests) < FEWEST_REQUESTS) return [];
    return [current.median > TOLERATED_RATIO * old.median];
  });
  const logE = signEvidence(signs);
  const reverts = logE.some((evidence) => evidence >= -Math.log(alpha));
  return {
    counted:
      `in ${signs.filter(Boolean).length} of ${signs.length} minutes the median of the new version was more than ` +
      'a fifth above that of the old one',
    logE: reverts ? Math.max(...logE) : (logE.at(-1) ?? 0),
    needed: 1 / alpha,
    reverts,
  };
}

function percentilesOf(series: readonly Series[], minutes: readonly number[]): Percentiles {
  const [p50 = null, p90 = null, p99 = null] = PERCENTILES.map((_, index) =>
    median(minutes.flatMap((at) => series[1 + index]?.get(at) ?? [])),
  );
  return { p50, p90, p99 };
}

function median(values: readonly number[]): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? null;
}

function sum(counts: readonly Counts[]): Counts {
  return {
    total: counts.reduce((total, each) => total + each.total, 0),
    bad: counts.reduce((total, each) => total + Math.min(each.bad, each.total), 0),
  };
}

function ofAll({ total, bad }: Counts): string {
  return `${grouped(bad)} of ${grouped(total)}`;
}

/** `72 ms`, `3.5 ms`, `12,400 ms` */
export function milliseconds(value: number): string {
  const shown = value >= 100 ? Math.round(value) : Number(value.toPrecision(3));
  return `${grouped(shown)} ms`;
}

/** Whether a test came to what it needs. */
export function isSlower({ tests }: DurationReport): boolean {
  return tests.some(({ reverts }) => reverts);
}

/** The test with the most evidence for what it needs. */
export function gravestTest({ tests }: DurationReport): DurationTest | undefined {
  return tests.toSorted((a, b) => surplus(b) - surplus(a))[0];
}

function surplus({ logE, needed }: DurationTest): number {
  return logE - Math.log(needed);
}

/**
 * `duration of checkout:live: canary p50 41 ms, p90 62 ms, p99 130 ms; baseline p50 40 ms, p90 61 ms, p99 131 ms;
 * evidence 0.3:1 of 200:1 needed`
 */
export function describeDurations(report: DurationReport): string {
  const { target, baseline, canary } = report;
  const test = gravestTest(report);
  return [
    `duration of ${target}: canary ${describePercentiles(canary)}`,
    `baseline ${describePercentiles(baseline)}`,
    ...(test?.reverts === true ? [test.counted] : []),
    ...(test === undefined ? [] : [evidenceFor(test)]),
  ].join('; ');
}

/** `evidence 0.3:1 of 200:1 needed` */
export function evidenceFor({ logE, needed }: DurationTest): string {
  return `evidence ${odds(logE)} of ${grouped(Math.round(needed))}:1 needed`;
}

function describePercentiles(percentiles: Percentiles): string {
  const known = PERCENTILES.flatMap((name) => {
    const value = percentiles[name];
    return value === null ? [] : [`${name} ${milliseconds(value)}`];
  });
  return known.length === 0 ? 'served no request' : known.join(', ');
}
