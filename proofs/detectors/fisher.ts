import type { Counts } from '../../src/core/statistics/evidence.ts';
import { onPlan, type Detector } from './detector.ts';

const LOOKS = 15;
const ALPHA = 0.01;

/** Fisher's exact test on all that was counted so far, at each minute, with Bonferroni's correction. */
export const pooledFisher: Detector = onPlan('Fisher pooled, Bonferroni .01/15', (minutes) => {
  const baseline = { total: 0, bad: 0 };
  const canary = { total: 0, bad: 0 };
  for (const [index, minute] of minutes.entries()) {
    add(baseline, minute.baseline);
    add(canary, minute.canary);
    if (fisherP(baseline, canary) <= ALPHA / LOOKS) return index;
  }
  return null;
});

function add(sum: { total: number; bad: number }, { total, bad }: Counts): void {
  sum.total += total;
  sum.bad += bad;
}

/** How likely the canary has that many of all failures or more, when every request is as likely to have failed. */
export function fisherP(baseline: Counts, canary: Counts): number {
  const all = baseline.total + canary.total;
  const bad = baseline.bad + canary.bad;
  // Not above the mean: no need to add up half of the distribution.
  if (canary.bad * all <= canary.total * bad) return 1;
  const logTerm =
    logChoose(canary.total, canary.bad) +
    logChoose(baseline.total, baseline.bad) -
    logChoose(all, bad);
  let term = Math.exp(logTerm);
  let p = term;
  for (let more = canary.bad; more < Math.min(bad, canary.total) && term > p * 1e-16; more++) {
    const others = bad - more;
    term *= ((canary.total - more) * others) / ((more + 1) * (baseline.total - others + 1));
    p += term;
  }
  return p;
}

const logFactorials: number[] = [0];

function logFactorial(number: number): number {
  for (let next = logFactorials.length; next <= number; next++) {
    logFactorials.push((logFactorials[next - 1] ?? 0) + Math.log(next));
  }
  return logFactorials[number] ?? NaN;
}

function logChoose(from: number, count: number): number {
  return logFactorial(from) - logFactorial(count) - logFactorial(from - count);
}
