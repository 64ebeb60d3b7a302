import { timeOfDayThen, type Moment } from '../moment.ts';
import { longestShiftMs } from '../rollout/plan.ts';
import type { WeightSince } from './windows.ts';

/** The weights of a rollout as they are believed: since when, epoch milliseconds. */
export type Timeline = readonly WeightSince[];

/** A weight in percent that is known to be in force, and since when. */
export interface InForce {
  readonly weight: number;
  readonly since: Moment;
}

/** Clocks and the seconds of a `Date` header differ by no more. */
const SPARE_MS = 2_000;
/** A weight is in force from somewhere between the sending of its write and the answer. */
const LONGEST_WRITE_MS = longestShiftMs({ onTheMinute: false });
/** What a process that takes over reads again, at most. */
const LONGEST_LOOK_BACK_MS = 15 * 60_000;

/**
 * The timeline of the weights that a process saw. Weights only grow, and a failure that is judged by too high a weight
 * speaks less against the canary: so each weight but the first counts from before its write was sent, and one that an
 * earlier process wrote from the beginning of the rollout.
 * @param seen in order
 * @param begunAt when the rollout began, by the time of day, if an earlier process did
 */
export function timelineOf(
  seen: readonly InForce[],
  { now, begunAt }: { readonly now: Moment; readonly begunAt: number | undefined },
): Timeline {
  const timeline: WeightSince[] = [];
  for (const { weight, since } of seen) {
    const known = timeOfDayThen(since, now);
    const last = timeline.at(-1);
    const begin =
      last === undefined
        ? Math.max(Math.min(begunAt ?? known, known), known - LONGEST_LOOK_BACK_MS)
        : Math.max(last.since, known - LONGEST_WRITE_MS);
    timeline.push({ since: begin - SPARE_MS, weight: weight / 100 });
  }
  return timeline;
}

/**
 * Goes on by the weights that are new. What was believed of the others when they were new stays: windows of them may be judged
 * and forgotten, and a clock that is read by the second would move their bounds with every look.
 */
export function grown(before: Timeline, now: Timeline): Timeline {
  return [...before, ...now.slice(before.length)];
}

/** The same by a clock that is ahead. */
export function shifted(timeline: Timeline, aheadMs: number): Timeline {
  return timeline.map(({ since, weight }) => ({ since: since + aheadMs, weight }));
}
