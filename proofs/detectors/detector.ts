import type { Minute } from '../../src/core/statistics/evidence.ts';
import { binomial, poisson, type Random } from '../../simulator/time/random.ts';

/** A new version under traffic. Rates are shares of the requests that fail. */
export interface Cell {
  readonly requestsPerSecond: number;
  readonly baseline: number;
  readonly canary: number;
}

/** The weights of the plan, minute by minute: 10 %, 25 % and 50 % for five minutes each. */
export const WEIGHTS: readonly number[] = [0.1, 0.25, 0.5].flatMap((weight) =>
  Array.from({ length: 5 }, () => weight),
);

/** One rollout that a detector watches. */
export interface Trial {
  readonly cell: Cell;
  /** One for each of {@link WEIGHTS}, and one more in which the metrics of the last are on their way. */
  readonly minutes: readonly Minute[];
  readonly random: Random;
}

/** What became of a rollout. */
export interface Course {
  /** All minutes, if there were others than the plan's. */
  readonly minutes: readonly Minute[];
  /** Index of the minute whose metrics led to a revert; null when none did. */
  readonly revertAt: number | null;
}

export interface Detector {
  /** As in the reference figures. */
  readonly name: string;
  readonly watch: (trial: Trial) => Course;
}

/** A detector that lets the plan go on as planned and only says after which minute it would revert. */
export function onPlan(
  name: string,
  decide: (minutes: readonly Minute[], trial: Trial) => number | null,
): Detector {
  return {
    name,
    watch: (trial) => ({
      minutes: trial.minutes,
      revertAt: decide(trial.minutes.slice(0, WEIGHTS.length), trial),
    }),
  };
}

export function drawMinute(
  random: Random,
  { requestsPerSecond, baseline, canary }: Cell,
  weight: number,
): Minute {
  const total = poisson(random, 60 * requestsPerSecond * weight);
  const others = poisson(random, 60 * requestsPerSecond * (1 - weight));
  return {
    canary: { total, bad: binomial(random, total, canary) },
    baseline: { total: others, bad: binomial(random, others, baseline) },
  };
}
