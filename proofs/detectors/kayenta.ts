import type { Counts, Minute } from '../../src/core/statistics/evidence.ts';
import { logNormal, type Random } from '../../simulator/time/random.ts';
import { onPlan, type Detector } from './detector.ts';

const STEP_MINUTES = 5;
/** Of the two-sided interval of 98 %. */
const QUANTILE = 2.3263478740408408;
/** Of the estimated shift; a difference within it is none. */
const TOLERANCE = 0.25;
/** Added when neither version's rate ever changed, as a share of it. */
const NOISE = 1e-5;

/** Kayenta's judge, asked at the end of each step, with the metrics of that step or all since the start. */
export function kayenta(name: string, since: 'step' | 'start'): Detector {
  return onPlan(name, (minutes, { random }) => {
    for (let end = STEP_MINUTES; end <= minutes.length; end += STEP_MINUTES) {
      const seen = minutes.slice(since === 'step' ? end - STEP_MINUTES : 0, end);
      if (isHigh(seen, random)) return end - 1;
    }
    return null;
  });
}

/** Whether the interval of the shift in failures per request lies above a quarter of its estimate. */
function isHigh(minutes: readonly Minute[], random: Random): boolean {
  const canary = ratesOf(minutes.map((minute) => minute.canary));
  const baseline = ratesOf(minutes.map((minute) => minute.baseline));
  if (canary.length === 0 || baseline.length === 0) return false;
  if (new Set([...canary, ...baseline]).size === 1) return false;
  const { low, estimate } =
    isConstant(canary) && isConstant(baseline)
      ? shiftOf(noisy(canary, random), noisy(baseline, random))
      : shiftOf(canary, baseline);
  return low > TOLERANCE * Math.abs(estimate);
}

/** Minutes without requests have no rate. */
function ratesOf(counts: readonly Counts[]): readonly number[] {
  return counts.flatMap(({ total, bad }) => (total === 0 ? [] : [bad / total]));
}

function isConstant(values: readonly number[]): boolean {
  return new Set(values).size === 1;
}

function noisy(values: readonly number[], random: Random): readonly number[] {
  return values.map((value) => value * (1 + NOISE * Math.log(logNormal(random, 1, 1))));
}

/** Lower end and estimate of how far `x` lies above `y`: where the rank sum's z-value crosses the quantile, and 0. */
export function shiftOf(
  x: readonly number[],
  y: readonly number[],
): { readonly low: number; readonly estimate: number } {
  const least = Math.min(...x) - Math.max(...y);
  const most = Math.max(...x) - Math.min(...y);
  const crossing = (quantile: number) => {
    const above = (shift: number) => rankSumZ(x, y, shift) - quantile;
    if (above(least) <= 0) return least;
    if (above(most) >= 0) return most;
    return crossingOf(above, least, most);
  };
  return { low: crossing(QUANTILE), estimate: crossing(0) };
}

const PRECISION = 1e-7;

/** Where a falling function crosses zero; just before, for it does so in jumps, and one at 0 is no shift. */
function crossingOf(of: (at: number) => number, from: number, to: number): number {
  let [low, high] = [from, to];
  while (high - low > PRECISION) {
    const middle = (low + high) / 2;
    if (of(middle) > 0) low = middle;
    else high = middle;
  }
  return low;
}

/** Wilcoxon's rank sum of x − shift against y: normal approximation, corrected for ties and continuity. */
function rankSumZ(x: readonly number[], y: readonly number[], shift: number): number {
  const [m, n] = [x.length, y.length];
  const moved = x.map((value) => value - shift);
  // Twice the rank sum above the least possible: 2 for each pair in which x is above y, and 1 for each tie.
  let twice = 0;
  for (const one of moved) for (const other of y) twice += 1 + Math.sign(one - other);
  const excess = (twice - m * n) / 2;
  const tied = new Map<number, number>();
  for (const value of [...moved, ...y]) tied.set(value, (tied.get(value) ?? 0) + 1);
  const ties = [...tied.values()].reduce((sum, count) => sum + count ** 3 - count, 0);
  const all = m + n;
  const variance = ((m * n) / 12) * (all + 1 - ties / (all * (all - 1)));
  return (excess - Math.sign(excess) * 0.5) / Math.sqrt(variance);
}
