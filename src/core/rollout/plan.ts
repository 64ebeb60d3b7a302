import { MINUTE_MS } from '../minute.ts';
import type { Moment } from '../moment.ts';
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
}

/** What a process carries out of a plan, and within which bounds. */
export interface Course extends Plan {
  /**
   * Weights change at the beginning of a UTC minute: the metrics of a minute are sums, and those of one with two
   * weights compare the versions less exactly.
   */
  readonly onTheMinute: boolean;
  /** Index of the step after whose bake the rollout is left for another job. */
  readonly holdAfter: number | undefined;
  readonly deadline: Deadline | undefined;
}

/** When the rollout must be over, because after it nothing can be reverted any more. */
export interface Deadline {
  /** By the time of day, epoch milliseconds. */
  readonly at: number;
  /** What ends then: `the AWS credentials end at 14:02 UTC`. */
  readonly reason: string;
}

/** The step that is baking, and since when. */
export interface Bake extends Step {
  /** When its weight was written. */
  readonly shiftedAt: Moment;
  /** When it began to bake: of the promotion, when the alias serves the canary alone. */
  readonly since: Moment;
  /** Whether nothing is left but the promotion. */
  readonly promotionNext: boolean;
  /** Until which time of day it may be extended, so that the rest of the plan ends before the deadline. */
  readonly latest: number;
}

/**
 * The promotion is a step like the others: it is written once and baked. So it is the same code that
 * watches the canary at 10 % and at 100 %.
 */
export function planOf(steps: readonly Step[], bakeMs: number): Plan {
  return { steps: [...steps, { weight: 100, bakeMs }] };
}

/** When no step is extended. Milliseconds. */
export function totalBakeMs(plan: Plan): number {
  return plan.steps.reduce((sum, step) => sum + step.bakeMs, 0);
}

/** When every step but the promotion is extended for want of traffic, as far as that goes. Milliseconds. */
export function longestBakeMs(plan: Plan, maxExtension: number): number {
  return plan.steps.reduce(
    (sum, { weight, bakeMs }) => sum + (weight < 100 ? bakeMs * maxExtension : bakeMs),
    0,
  );
}

/** A write that is not answered is given up after 20 s; where weights wait for their minute, that comes on top. */
const LONGEST_SHIFT_MS = 20_000;

/** How long a step may last besides its bake: until its weight is in force. */
export function longestShiftMs({ onTheMinute }: Pick<Course, 'onTheMinute'>): number {
  return LONGEST_SHIFT_MS + (onTheMinute ? MINUTE_MS : 0);
}

/** When the last minute before a promotion has settled at the latest: it may begin with the write, and settle two minutes after its end. */
const SETTLED_AFTER_MS = 3 * MINUTE_MS;

/** By how much the last bake may outlast what was written: until the minutes before the promotion have settled. */
export function overtimeMs({ steps, onTheMinute }: Pick<Course, 'steps' | 'onTheMinute'>): number {
  const last = steps.at(-1);
  if (last === undefined || last.weight < 100 || last.bakeMs === 0 || !onTheMinute) return 0;
  return Math.max(0, SETTLED_AFTER_MS - last.bakeMs);
}

/** Whether a bake has lasted as long as the plan says. While the machine stands still, it does not go on. */
export function isBakeOver({ since, bakeMs }: Pick<Bake, 'since' | 'bakeMs'>, at: Moment): boolean {
  return at.steady >= since.steady + bakeMs;
}

/**
 * Until which time of day a step may bake, so that those after it can be taken before the deadline. Epoch
 * milliseconds.
 */
export function latestEnd(course: Course, step: number): number {
  if (course.deadline === undefined) return Infinity;
  const last = course.holdAfter ?? course.steps.length - 1;
  const rest = course.steps.slice(step + 1, last + 1);
  const overtime = overtimeMs({ ...course, steps: rest });
  return (
    course.deadline.at -
    totalBakeMs({ steps: rest }) -
    rest.length * longestShiftMs(course) -
    overtime
  );
}

/** `10 %`, `100 % (promotion)`. */
export function describeWeight(weight: number): string {
  return weight >= 100 ? `${formatWeight(100)} (promotion)` : formatWeight(weight);
}
