import { MINUTE_MS } from '../minute.ts';
import type { Moment } from '../moment.ts';
import { formatWeight } from './weight.ts';

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
  /**
   * How long after the end of a bake everything that was counted in it has settled, at the latest; 0 where nothing is compared.
   * Milliseconds.
   */
  readonly settlingMs: number;
  /** Index of the step after whose bake the rollout is left for another job. */
  readonly holdAfter: number | undefined;
  readonly deadline: Deadline | undefined;
  /** How many times its bake time a step may last; 1 when steps are not extended. */
  readonly maxExtension: number;
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
  /** Whether an earlier process baked it: this one only asks whether it may go on from there. */
  readonly takenOver: boolean;
  /** How long it may last with its extension. Milliseconds since it began. */
  readonly longestMs: number;
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

type Lasting = Pick<Course, 'steps' | 'maxExtension' | 'settlingMs'>;

/**
 * When every step but the promotion is extended as far as that goes, and the promotion waits until all before it has settled.
 * Milliseconds.
 */
export function longestBakeMs(course: Lasting): number {
  return course.steps.reduce((sum, _, index) => sum + longestStepMs(course, index), 0);
}

function longestStepMs({ steps, maxExtension, settlingMs }: Lasting, index: number): number {
  const { weight, bakeMs } = stepAt({ steps }, index);
  if (weight >= 100) return bakeMs + overtimeMs({ steps, settlingMs });
  const extended = extendedMs({ steps, maxExtension }, index);
  return isPromotionNext({ steps }, index) ? Math.max(extended, bakeMs + settlingMs) : extended;
}

/** How long a step may last with its extension. Milliseconds. */
export function extendedMs(
  { steps, maxExtension }: Pick<Course, 'steps' | 'maxExtension'>,
  step: number,
): number {
  return Math.round(stepAt({ steps }, step).bakeMs * maxExtension);
}

/** Whether nothing is left after a step but the promotion. */
export function isPromotionNext({ steps }: Plan, index: number): boolean {
  return index === steps.length - 2 && (steps.at(-1)?.weight ?? 0) >= 100;
}

/** @throws if the plan has no such step: a program error. */
export function stepAt(plan: Plan, index: number): Step {
  const step = plan.steps[index];
  if (step === undefined) throw new Error(`The plan has no step ${index}`);
  return step;
}

/** A write that is not answered is given up after 20 s; where weights wait for their minute, that comes on top. */
const LONGEST_SHIFT_MS = 20_000;

/** How long a step may last besides its bake: until its weight is in force. */
export function longestShiftMs({ onTheMinute }: Pick<Course, 'onTheMinute'>): number {
  return LONGEST_SHIFT_MS + (onTheMinute ? MINUTE_MS : 0);
}

/** By how much the last bake may outlast what was written: until the minutes before the promotion have settled. */
export function overtimeMs({ steps, settlingMs }: Pick<Course, 'steps' | 'settlingMs'>): number {
  const last = steps.at(-1);
  if (last === undefined || last.weight < 100 || last.bakeMs === 0) return 0;
  return Math.max(0, settlingMs - last.bakeMs);
}

/** How long a promotion that is among the steps waits until everything before it has settled. */
export function waitBeforePromotionMs({
  steps,
  settlingMs,
}: Pick<Course, 'steps' | 'settlingMs'>): number {
  return steps.some(({ weight }) => weight >= 100) ? settlingMs : 0;
}

/** When a bake has lasted as long as the plan says, by the steady clock. While the machine stands still, it does not go on. */
export function bakedAt({
  since,
  bakeMs,
  takenOver,
}: Pick<Bake, 'since' | 'bakeMs' | 'takenOver'>): number {
  return since.steady + (takenOver ? 0 : bakeMs);
}

/** Whether a bake has lasted as long as the plan says. */
export function isBakeOver(
  bake: Pick<Bake, 'since' | 'bakeMs' | 'takenOver'>,
  at: Moment,
): boolean {
  return at.steady >= bakedAt(bake);
}

/** Whether a step may go on for want of traffic, or of certainty. */
export function mayExtend({ since, longestMs, latest }: Bake, at: Moment): boolean {
  return at.steady < since.steady + longestMs && at.timeOfDay < latest;
}

/**
 * Until which time of day a step may bake, so that those after it can be taken before the deadline. Epoch
 * milliseconds.
 */
export function latestEnd(course: Course, step: number): number {
  if (course.deadline === undefined) return Infinity;
  const last = course.holdAfter ?? course.steps.length - 1;
  const rest = course.steps.slice(step + 1, last + 1);
  return (
    course.deadline.at -
    totalBakeMs({ steps: rest }) -
    rest.length * longestShiftMs(course) -
    waitBeforePromotionMs({ ...course, steps: rest }) -
    overtimeMs({ ...course, steps: rest })
  );
}

/** `10 %`, `100 % (promotion)`. */
export function describeWeight(weight: number): string {
  return weight >= 100 ? `${formatWeight(100)} (promotion)` : formatWeight(weight);
}
