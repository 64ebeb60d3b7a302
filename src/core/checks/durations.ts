import { odds } from './comparison.ts';
import type { DurationAccount, SlowCounts, Values } from './duration-account.ts';
import type { Counts } from '../statistics/evidence.ts';
import type { Seen } from './seen.ts';
import { grouped, milliseconds } from '../text/numbers.ts';
import type { SignStanding } from '../statistics/sign-test.ts';
import { lowerMiddle, TOLERATED_RATIO, type Yardstick } from './yardstick.ts';

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
