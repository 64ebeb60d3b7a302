import { odds } from './comparison.ts';
import { judge, STANDARD_RULE, type Counts } from '../statistics/evidence.ts';
import type { Series } from './metric-source.ts';
import type { Seen } from './seen.ts';
import { minutesBetween } from '../minute.ts';
import { grouped, milliseconds } from '../text/numbers.ts';
import { pairMinutes } from './pairing.ts';
import { signEvidence } from '../statistics/sign-test.ts';
import { median, TOLERATED_RATIO, type DurationSeries, type Yardstick } from './yardstick.ts';

/** At most this share of canaries that are not slower than that is reverted for their duration. */
export const DURATION_ALPHA = 0.01;

/** How long requests of the two versions took, and what that is worth. */
export interface ComparedDurations {
  readonly target: string;
  readonly baseline: Percentiles;
  readonly canary: Percentiles;
  /** What the evidence was made of: one for each quantile of the yardstick, or the sign test alone. */
  readonly tests: readonly DurationTest[];
}

/** Whether requests of the canary take longer, in all minutes since the first weight. */
export interface DurationFinding extends Seen, ComparedDurations {
  readonly kind: 'duration';
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

type Measured = Readonly<Record<DurationSeries, Series>>;

interface Durations {
  readonly target: string;
  readonly yardstick: Yardstick | undefined;
  readonly baseline: Measured;
  readonly canary: Measured;
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
export function judgeDurations(durations: Durations): ComparedDurations {
  const { target, yardstick, baseline, canary, from, to, mixed } = durations;
  const minutes = minutesBetween(from, to).filter((at) => !mixed.has(at));
  return {
    target,
    baseline: percentilesOf(baseline, minutes),
    canary: percentilesOf(canary, minutes),
    tests:
      yardstick === undefined
        ? [signTest(durations, minutes)]
        : [
            countTest(durations, yardstick.p90, 'aboveP90'),
            countTest(durations, yardstick.p99, 'aboveP99'),
          ],
  };
}

function countTest(
  durations: Durations,
  bound: number,
  above: 'aboveP90' | 'aboveP99',
): DurationTest {
  const { baseline, canary, from, to, mixed } = durations;
  const alpha = durations.alpha / 2;
  const slow = (series: Measured) => ({ total: series.requests, bad: series[above] });
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

/** The median of fewer is mostly chance. */
const FEWEST_REQUESTS = 5;

function signTest(
  { baseline, canary, alpha }: Durations,
  minutes: readonly number[],
): DurationTest {
  const signs = minutes.flatMap((at) => {
    const old = baseline.p50.get(at);
    const current = canary.p50.get(at);
    if (old === undefined || current === undefined) return [];
    const requests = [baseline, canary].map((series) => series.requests.get(at) ?? 0);
    if (Math.min(...requests) < FEWEST_REQUESTS) return [];
    return [current > TOLERATED_RATIO * old];
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

function percentilesOf(series: Measured, minutes: readonly number[]): Percentiles {
  const over = (each: Series) => median(minutes.flatMap((at) => each.get(at) ?? []));
  return { p50: over(series.p50), p90: over(series.p90), p99: over(series.p99) };
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

/** Whether a test came to what it needs. */
export function isSlower({ tests }: ComparedDurations): boolean {
  return tests.some(({ reverts }) => reverts);
}

/** The test with the most evidence for what it needs. */
export function gravestTest({ tests }: ComparedDurations): DurationTest | undefined {
  return tests.toSorted((a, b) => surplus(b) - surplus(a))[0];
}

function surplus({ logE, needed }: DurationTest): number {
  return logE - Math.log(needed);
}

/**
 * `duration of checkout:live: canary p50 41 ms, p90 62 ms, p99 130 ms; baseline p50 40 ms, p90 61 ms, p99 131 ms;
 * evidence 0.3:1 of 200:1 needed`
 */
export function describeDurations(durations: ComparedDurations): string {
  const { target, baseline, canary } = durations;
  const test = gravestTest(durations);
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

const PERCENTILES = ['p50', 'p90', 'p99'] as const;

function describePercentiles(percentiles: Percentiles): string {
  const known = PERCENTILES.flatMap((name) => {
    const value = percentiles[name];
    return value === null ? [] : [`${name} ${milliseconds(value)}`];
  });
  return known.length === 0 ? 'served no request' : known.join(', ');
}
