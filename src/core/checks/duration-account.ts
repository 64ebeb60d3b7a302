import { minutesBetween } from '../minute.ts';
import { NOTHING_STAKED, type Standing } from '../statistics/betting.ts';
import { afterMinute, clamped, STANDARD_RULE, type Counts } from '../statistics/evidence.ts';
import { afterSign, NO_SIGNS, type SignStanding } from '../statistics/sign-test.ts';
import type { Series } from '../metric-source.ts';
import { pairMinutes } from './pairing.ts';
import { TOLERATED_RATIO, type DurationSeries } from './yardstick.ts';

type Measured = Readonly<Record<DurationSeries, Series>>;

/** What is kept of the minutes of one comparison of durations. */
export interface DurationAccount {
  readonly aboveP90: SlowCounts;
  readonly aboveP99: SlowCounts;
  readonly signs: SignStanding;
  readonly baseline: Values;
  readonly canary: Values;
}

export interface SlowCounts {
  readonly standing: Standing;
  readonly baseline: Counts;
  readonly canary: Counts;
}

/** In ascending order, eight bytes for a minute: the middle of them can be told only by all of them. */
export type Values = Readonly<Record<'p50' | 'p90' | 'p99', Float64Array>>;

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

function sum(so: Counts, counts: Counts): Counts {
  const { total, bad } = clamped(counts);
  return { total: so.total + total, bad: so.bad + bad };
}
