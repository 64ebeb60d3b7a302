import { formatWeight } from '../alias/routing.ts';

/** A weight and how long it is watched before the next step. */
export interface Step {
  /** Percent of the alias's requests that go to the canary: 0 < weight ≤ 100. */
  readonly weight: number;
  readonly bakeMs: number;
}

/** The steps of a rollout, fixed before anything is written. The last one is the promotion, at 100 %. */
export interface Plan {
  readonly steps: readonly Step[];
  /**
   * Weights change at the beginning of a UTC minute: the metrics of a minute are sums, and those of one with two
   * weights compare the versions less exactly.
   */
  readonly onTheMinute: boolean;
  /** Index of the step after whose bake the rollout is left for another job; none when left out. */
  readonly holdAfter?: number;
}

/** The step that is baking, and since when. */
export interface Bake extends Step {
  /** When its weight was written; epoch milliseconds. */
  readonly since: number;
  /** Whether nothing is left but the promotion. */
  readonly promotionNext: boolean;
}

/**
 * The promotion is a step like the others: it is written once and baked. So it is the same code that
 * watches the canary at 10 % and at 100 %.
 */
export function planOf(steps: readonly Step[], bakeMs: number): Plan {
  return { steps: [...steps, { weight: 100, bakeMs }], onTheMinute: false };
}

export function totalBakeMs(plan: Plan): number {
  return plan.steps.reduce((sum, step) => sum + step.bakeMs, 0);
}

/** When every step but the promotion is extended for want of traffic, as far as that goes. */
export function longestBakeMs(plan: Plan, maxExtension: number): number {
  return plan.steps.reduce(
    (sum, { weight, bakeMs }) => sum + (weight < 100 ? bakeMs * maxExtension : bakeMs),
    0,
  );
}

/** `10 %`, `100 % (promotion)`. */
export function describeWeight(weight: number): string {
  return weight >= 100 ? `${formatWeight(100)} (promotion)` : formatWeight(weight);
}
