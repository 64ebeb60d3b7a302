import type { Minute } from '../../src/core/statistics/evidence.ts';
import { poisson, type Random } from '../../simulator/time/random.ts';
import type { Cell } from '../detectors/detector.ts';

/** What became of a rollout up to the second of its revert; null when nothing reverted it. */
export type RevertAt = number | null;

/** Weights of the plan, each for {@link STEP_S}. */
export const STEP_WEIGHTS: readonly number[] = [0.1, 0.25, 0.5];
export const STEP_S = 300;
export const MINUTE_S = 60;
/** The end of the plan; its last weight stays until the metrics of the last minute are there. */
export const PLAN_S = STEP_WEIGHTS.length * STEP_S;
const SETTLED_S = 105;
export const PROMOTED_S = PLAN_S + SETTLED_S;
/** Somebody notices a regression that nothing reverted. */
export const NOTICED_S = 3_600;

/** One rollout, second by second, drawn as far as somebody looks at it. */
export interface Course {
  readonly cell: Cell;
  /** Failed requests in a second. */
  readonly failed: (second: number) => { readonly baseline: number; readonly canary: number };
  readonly minute: (index: number) => Minute;
  /** Failed requests of the canary up to a revert; without one, up to where somebody notices. */
  readonly harm: (revertAt: RevertAt) => number;
}

interface DrawnMinute {
  readonly baseline: Uint32Array;
  readonly canary: Uint32Array;
  readonly counts: Minute;
}

export function weightAt(second: number): number {
  const step = Math.min(Math.floor(second / STEP_S), STEP_WEIGHTS.length - 1);
  return STEP_WEIGHTS[step] ?? 0;
}

export function drawCourse(random: Random, cell: Cell): Course {
  const drawn: DrawnMinute[] = [];
  const at = (index: number): DrawnMinute => {
    while (drawn.length <= index) drawn.push(drawMinute(random, cell, drawn.length));
    const minute = drawn[index];
    if (minute === undefined) throw new Error(`There is no minute ${index}`);
    return minute;
  };
  const failed = (second: number) => {
    const { baseline, canary } = at(Math.floor(second / MINUTE_S));
    const index = second % MINUTE_S;
    return { baseline: baseline[index] ?? 0, canary: canary[index] ?? 0 };
  };
  return {
    cell,
    failed,
    minute: (index) => at(index).counts,
    harm(revertAt) {
      const end = Math.min(revertAt ?? PROMOTED_S, PROMOTED_S);
      const whole = Math.floor(end);
      let harm = 0;
      for (let second = 0; second < whole; second++) harm += failed(second).canary;
      if (whole < PROMOTED_S) harm += failed(whole).canary * (end - whole);
      const unnoticed = cell.requestsPerSecond * cell.canary * (NOTICED_S - PROMOTED_S);
      return revertAt === null ? harm + unnoticed : harm;
    },
  };
}

function drawMinute(random: Random, cell: Cell, index: number): DrawnMinute {
  const weight = weightAt(index * MINUTE_S);
  const rate = cell.requestsPerSecond;
  const canary = drawFailures(random, rate * weight * cell.canary);
  const baseline = drawFailures(random, rate * (1 - weight) * cell.baseline);
  const [bad, othersBad] = [total(canary), total(baseline)];
  const good = poisson(random, MINUTE_S * rate * weight * (1 - cell.canary));
  const othersGood = poisson(random, MINUTE_S * rate * (1 - weight) * (1 - cell.baseline));
  const counts = {
    canary: { total: good + bad, bad },
    baseline: { total: othersGood + othersBad, bad: othersBad },
  };
  return { baseline, canary, counts };
}

/** Many are drawn second by second, few are thrown anywhere into the minute: it is the same. */
const MANY_PER_SECOND = 5;

function drawFailures(random: Random, perSecond: number): Uint32Array {
  const seconds = new Uint32Array(MINUTE_S);
  if (perSecond > MANY_PER_SECOND) return seconds.map(() => poisson(random, perSecond));
  for (let left = poisson(random, MINUTE_S * perSecond); left > 0; left--) {
    const second = Math.floor(random() * MINUTE_S);
    seconds[second] = (seconds[second] ?? 0) + 1;
  }
  return seconds;
}

function total(seconds: Uint32Array): number {
  return seconds.reduce((sum, each) => sum + each, 0);
}
