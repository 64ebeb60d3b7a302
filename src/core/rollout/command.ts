import type { Moment } from '../moment.ts';
import { extendedMs, isPromotionNext, latestEnd, stepAt, type Bake, type Course } from './plan.ts';
import type { ActiveState, Checking, State } from './state.ts';

/** What to do next. */
export type Command =
  | { readonly type: 'shift'; readonly step: number; readonly weight: number }
  /** Wait until the alias serves the canary alone. */
  | { readonly type: 'settle' }
  /** Read all checks again; {@link readingDue} says when. */
  | {
      readonly type: 'assess';
      readonly readAt: number;
      readonly until: number;
      /** Absent while no weight is in force. */
      readonly bake: Bake | undefined;
    }
  | { readonly type: 'confirm' }
  /** Write on the aliases that the step is over. */
  | { readonly type: 'hold'; readonly step: number; readonly weight: number }
  | { readonly type: 'revert' };

/** The next command: a process that takes over asks the same question, and gets the same answer. */
export function command(course: Course, state: ActiveState): Command {
  switch (state.phase) {
    case 'checking':
      return {
        type: 'assess',
        readAt: state.readAt,
        until: state.until,
        bake: bakeTakenOver(course, state),
      };
    case 'shifting':
      return { type: 'shift', step: state.step, weight: stepAt(course, state.step).weight };
    case 'settling':
      return { type: 'settle' };
    case 'baking':
      return {
        type: 'assess',
        readAt: state.readAt,
        // So that no extension lasts longer than was written.
        until: state.readAt < state.until ? state.until : extendedUntil(course, state),
        bake: {
          ...bakeOf(course, state.step, state.since),
          shiftedAt: state.shiftedAt,
        },
      };
    case 'holding':
      return { type: 'hold', step: state.step, weight: stepAt(course, state.step).weight };
    case 'confirming':
      return { type: 'confirm' };
    case 'reverting':
      return { type: 'revert' };
  }
}

function bakeOf(course: Course, step: number, since: Moment): Bake {
  const { weight, bakeMs } = stepAt(course, step);
  return {
    weight,
    bakeMs,
    shiftedAt: since,
    since,
    promotionNext: isPromotionNext(course, step),
    takenOver: false,
    longestMs: extendedMs(course, step),
    latest: latestEnd(course, step),
  };
}

/**
 * What an earlier process left in force was baked by it, so that what is left of it is its extension. A step that is taken once
 * more is baked anew.
 * @returns undefined where nothing was left
 */
export function bakeTakenOver(
  course: Course,
  { step, standing, since }: Checking,
): Bake | undefined {
  if (standing === undefined) return undefined;
  const bake = bakeOf(course, standing, since);
  if (step === standing) return bake;
  return { ...bake, takenOver: true, longestMs: bake.longestMs - bake.bakeMs };
}

function extendedUntil(
  course: Course,
  { step, since }: State & { readonly phase: 'baking' },
): number {
  return since.steady + extendedMs(course, step);
}

/**
 * When the next reading is due: an interval after the last one, and in any case right at the end
 * of the bake, so that the interval does not lengthen the step.
 */
export function readingDue(
  { readAt, until }: Pick<Command & { readonly type: 'assess' }, 'readAt' | 'until'>,
  intervalMs: number,
): number {
  return readAt < until ? Math.min(readAt + intervalMs, until) : readAt + intervalMs;
}
