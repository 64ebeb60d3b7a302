import { formatDuration } from './text/duration.ts';

/**
 * A moment as both clocks of a process show it, in epoch milliseconds. They part when the machine is suspended or when its time of
 * day is set, so what is asked of a past moment later is asked of both.
 */
export interface Moment {
  /** Goes on evenly while the process can run. Only differences of it mean anything: how long something lasted. */
  readonly steady: number;
  /** As everybody else's clock showed it: for minutes of metrics, and whatever AWS or GitHub date. */
  readonly timeOfDay: number;
}

/**
 * The time of day that it was then. Of a clock that was set back since, the first reading was wrong, or may have been: the earlier
 * of the two answers is taken, so that no window ends before it begins and none begins too late.
 */
export function timeOfDayThen(then: Moment, now: Moment): number {
  return Math.min(then.timeOfDay, now.timeOfDay - (now.steady - then.steady));
}

/** The latest that it can be now, whichever of the clocks is right: for what must not come too late. */
export function latestTimeOfDay(begun: Moment, now: Moment): number {
  return Math.max(now.timeOfDay, begun.timeOfDay + (now.steady - begun.steady));
}

/** More than a busy machine puts between its looks at two clocks, and less than matters to a bake. */
const PARTED_MS = 5_000;

/** By how much the time of day ran ahead of the steady clock between two looks, negative when it was set back; 0 while they agree. */
export function parted(before: Moment, now: Moment): number {
  const aheadMs = now.timeOfDay - before.timeOfDay - (now.steady - before.steady);
  return Math.abs(aheadMs) > PARTED_MS ? aheadMs : 0;
}

/** What a person should know of clocks that parted by so much. */
export function describeParting(aheadMs: number): string {
  const about = `about ${formatDuration(Math.abs(aheadMs))}`;
  return aheadMs > 0
    ? `This machine stood still for ${about}, or its clock was set forward: nobody watched in that time. What the ` +
        'alarms and metrics did meanwhile is judged now, and no bake is shorter for it.'
    : `The clock of this machine was set back by ${about}. Bakes go on as they were, for they are not counted by it; ` +
        'what was told before bears the times of then.';
}
