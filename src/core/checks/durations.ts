import { odds } from './comparison.ts';
import { NOTHING_STAKED, type Standing } from '../statistics/betting.ts';
import { afterMinute, clamped, STANDARD_RULE, type Counts } from '../statistics/evidence.ts';
import type { Series } from './metric-source.ts';
import type { Seen } from './seen.ts';
import { minutesBetween } from '../minute.ts';
import { grouped, milliseconds } from '../text/numbers.ts';
import { pairMinutes } from './pairing.ts';
import { afterSign, NO_SIGNS, type SignStanding } from '../statistics/sign-test.ts';
import { lowerMiddle, TOLERATED_RATIO, type DurationSeries, type Yardstick } from './yardstick.ts';

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

/** What is kept of the minutes of one comparison of durations. */
export interface DurationAccount {
  readonly aboveP90: SlowCounts;
  readonly aboveP99: SlowCounts;
  readonly signs: SignStanding;
  readonly baseline: Values;
  readonly canary: Values;
}

interface SlowCounts {
  readonly standing: Standing;
  readonly baseline: Counts;
  readonly canary: Counts;
}

/** In ascending order, eight bytes for a minute: the middle of them can be told only by all of them. */
type Values = Readonly<Record<'p50' | 'p90' | 'p99', Float64Array>>;

const NOT_SLOW: SlowCounts = {
  standing: NOTHING_STAKED,
  baseline: { total: 0, bad: 0 },
  canary: { total: 0, bad: 0 },
};
const NO_VALUES: Values = {
  p50: new Float64Array(),
  p90: new Float64Array(),
  p99: new Float64Array(),
};
export const NOTHING_TIMED: DurationAccount = {
  aboveP90: NOT_SLOW,
  aboveP99: NOT_SLOW,
  signs: NO_SIGNS,
  baseline: NO_VALUES,
  canary: NO_VALUES,
};

interface TimedMinutes {
  readonly baseline: Measured;
  readonly canary: Measured;
  /** Beginnings of the first and of the last minute. */
  readonly from: number;
  readonly to: number;
  readonly mixed: ReadonlySet<number>;
  readonly alpha: number;
}

/** @param minutes all later than those that were entered before */
export function enteredDurations(account: DurationAccount, minutes: TimedMinutes): DurationAccount {
  const { baseline, canary, from, to, mixed } = minutes;
  const times = minutesBetween(from, to).filter((at) => !mixed.has(at));
  return {
    aboveP90: withSlow(account.aboveP90, minutes, 'aboveP90'),
    aboveP99: withSlow(account.aboveP99, minutes, 'aboveP99'),
    signs: signsIn(minutes, times).reduce(afterSign, account.signs),
    baseline: withValues(account.baseline, baseline, times),
    canary: withValues(account.canary, canary, times),
  };
}

function withSlow(
  so: SlowCounts,
  { baseline, canary, from, to, mixed, alpha }: TimedMinutes,
  above: 'aboveP90' | 'aboveP99',
): SlowCounts {
  const slow = (series: Measured) => ({ total: series.requests, bad: series[above] });
  const minutes = pairMinutes(
    { baseline: slow(baseline), canary: slow(canary) },
    { from, to, mixed, withoutBad: 'none' },
  );
  const rule = { ...STANDARD_RULE, alpha: alpha / 2, floor: 0 };
  return minutes.reduce(
    (before, minute) => ({
      standing: afterMinute(before.standing, minute, rule),
      baseline: sum(before.baseline, minute.baseline),
      canary: sum(before.canary, minute.canary),
    }),
    so,
  );
}

/** The median of fewer is mostly chance. */
const FEWEST_REQUESTS = 5;

function signsIn({ baseline, canary }: TimedMinutes, times: readonly number[]): readonly boolean[] {
  return times.flatMap((at) => {
    const old = baseline.p50.get(at);
    const current = canary.p50.get(at);
    if (old === undefined || current === undefined) return [];
    const requests = [baseline, canary].map((series) => series.requests.get(at) ?? 0);
    if (Math.min(...requests) < FEWEST_REQUESTS) return [];
    return [current > TOLERATED_RATIO * old];
  });
}

function withValues(so: Values, series: Measured, times: readonly number[]): Values {
  const over = (name: keyof Values) => {
    const values = times.flatMap((at) => series[name].get(at) ?? []);
    return values.length === 0 ? so[name] : Float64Array.from([...so[name], ...values]).sort();
  };
  return { p50: over('p50'), p90: over('p90'), p99: over('p99') };
}

interface Durations {
  readonly target: string;
  readonly yardstick: Yardstick | undefined;
  readonly account: DurationAccount;
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
  const { target, yardstick, account, alpha } = durations;
  const { aboveP90, aboveP99, signs, baseline, canary } = account;
  return {
    target,
    baseline: percentilesOf(baseline),
    canary: percentilesOf(canary),
    tests:
      yardstick === undefined
        ? [signTest(signs, alpha)]
        : [
            countTest(aboveP90, yardstick.p90, alpha / 2),
            countTest(aboveP99, yardstick.p99, alpha / 2),
          ],
  };
}

function countTest(
  { standing, baseline, canary }: SlowCounts,
  bound: number,
  alpha: number,
): DurationTest {
  const reverts = standing.revertAt !== null;
  return {
    counted:
      `${ofAll(canary)} requests took longer than ${milliseconds(bound * TOLERATED_RATIO)}, ` +
      `and ${ofAll(baseline)} of the old version longer than ${milliseconds(bound)}`,
    logE: reverts ? standing.highest : standing.logE,
    needed: 1 / alpha,
    reverts,
  };
}

function signTest({ minutes, trueIn, logE, highest }: SignStanding, alpha: number): DurationTest {
  const reverts = highest >= -Math.log(alpha);
  return {
    counted:
      `in ${trueIn} of ${minutes} minutes the median of the new version was more than ` +
      'a fifth above that of the old one',
    logE: reverts ? highest : logE,
    needed: 1 / alpha,
    reverts,
  };
}

function percentilesOf({ p50, p90, p99 }: Values): Percentiles {
  return { p50: lowerMiddle(p50), p90: lowerMiddle(p90), p99: lowerMiddle(p99) };
}

function sum(so: Counts, counts: Counts): Counts {
  const { total, bad } = clamped(counts);
  return { total: so.total + total, bad: so.bad + bad };
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
