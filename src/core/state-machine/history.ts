import { longestBakeMs, type Course } from '../rollout/plan.ts';
import { REVERT_EVENTS } from './revert.ts';

/** An execution ends, without any catcher seeing it, when its history has this many events. */
const MOST_EVENTS = 25_000;

/**
 * An alarm that moves costs one more reading, of its history; and the mark of what is held, or gone on with, is written. This leaves room
 * for hundreds of them, or for the looks at provisioned concurrency for as long as Lambda may take to move it.
 */
const HISTORIES = 3_000;

/** A state is two events, a task five; a map is four, and two more for each of its iterations. */
const STATE = 2;
const TASK = 5;
const MAP = 4;
const ITERATION = 2;

/** The wait, the alarms, what they say, a look at an alias, and where the rollout goes on. */
const TURN = STATE + TASK + STATE + TASK + STATE;
/** Where the versions are compared. */
const COMPARISON = TASK;
/** The beginning and the end of everything, without what is done for a target. */
const FRAME = 24;

/** What is to be done with the target, the write, and what became of it. */
const SHIFT = ITERATION + STATE + TASK + STATE;
/** The rest of it: whether the alarms were read just now, what became of all, and how long it bakes. */
const STEP = STATE + MAP + STATE + STATE;
/** Takes the target, looks, judges, and hands it on. */
const SETTLE = ITERATION + STATE + TASK + STATE + STATE;
/** The write that takes the mark off; then, once the alarms were read, the look. */
const CONFIRM = SHIFT + SETTLE;
/** A map, and what became of all its targets. */
const ACT = MAP + STATE;
/** The alarms, read between two acts. */
const ALARMS = TASK + STATE;

export interface WatchedCourse {
  readonly course: Pick<Course, 'steps' | 'maxExtension' | 'settlingMs'>;
  readonly targets: number;
  readonly compares: boolean;
}

/**
 * How many events the history of an execution has in which nothing goes wrong.
 * @param turns how often the checks are read in its bakes
 */
export function eventsOf({ course, targets, compares }: WatchedCourse, turns: number): number {
  const steps = course.steps.length * (STEP + SHIFT * targets);
  // Of the promotion: whether Lambda has moved, the write that takes the mark off, and the look after that.
  const promotion = STATE + 3 * ACT + ALARMS + (SETTLE + CONFIRM) * targets;
  // Before the first weight there is nothing to compare.
  const comparisons = compares ? turns - 1 : 0;
  return FRAME + steps + promotion + turns * TURN + comparisons * COMPARISON;
}

/** Two calls that hang and a pause between them must fit into a poll and one call's timeout: nothing is watched more often. */
export const LEAST_POLL_MS = 15_000;

export interface ReadingPace {
  /** From one reading to the next, while a step bakes. */
  readonly pollMs: number;
  /** How long people may take at most to decide, 0 where nothing is held; and how often is read meanwhile. */
  readonly holdMs: number;
  readonly holdPollMs: number;
}

/**
 * How often the checks of a plan may be read, so that its history has room for all of it, however far its steps are extended, for
 * what is held after a step, and for putting back what was moved. Milliseconds from one reading to the next.
 * @param asked.leastMs what is asked for
 */
export function readingPaceOf(
  watching: WatchedCourse,
  { leastMs, holdMs }: { readonly leastMs: number; readonly holdMs: number },
): ReadingPace {
  const askedMs = Math.max(leastMs, LEAST_POLL_MS);
  const perTurn = eventsOf(watching, 1) - eventsOf(watching, 0);
  const room = MOST_EVENTS - REVERT_EVENTS - HISTORIES - eventsOf(watching, 0);
  // Each step has a reading at its end that is not of the pace, and so has what is held.
  const turns = Math.floor(room / perTurn) - 2 * watching.course.steps.length - 2;
  const longestMs = longestBakeMs(watching.course);
  // The steps are watched as often as is asked for rather than what is held after them; each may have half of the room at least.
  const ofHold = Math.min(Math.ceil(holdMs / askedMs), Math.floor(turns / 2));
  const ofSteps = Math.min(Math.ceil(longestMs / askedMs), turns - ofHold);
  return {
    pollMs: paced(longestMs, ofSteps, askedMs),
    holdMs,
    holdPollMs: paced(holdMs, turns - ofSteps, askedMs),
  };
}

/** Where there is no room for a turn, seldom readings make none either. */
function paced(durationMs: number, turns: number, leastMs: number): number {
  return turns <= 0 ? leastMs : Math.max(leastMs, Math.ceil(durationMs / turns / 1_000) * 1_000);
}

/**
 * How many events are left of a history when every step is extended as far as that goes, people decide at the last moment, alarms move
 * again and again, and then everything is put back. Negative where all of that does not fit.
 */
export function eventsLeft(
  watching: WatchedCourse,
  { pollMs, holdMs, holdPollMs }: ReadingPace,
): number {
  const bakes = longestBakeMs(watching.course) / pollMs + 2 * watching.course.steps.length;
  const turns = Math.ceil(bakes + holdMs / holdPollMs);
  return MOST_EVENTS - REVERT_EVENTS - HISTORIES - eventsOf(watching, turns);
}
