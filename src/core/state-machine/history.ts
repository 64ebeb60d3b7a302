import { longestBakeMs, type Course } from '../rollout/plan.ts';
import { REVERT_EVENTS } from './revert.ts';

/** An execution ends, without any catcher seeing it, when its history has this many events. */
const MOST_EVENTS = 25_000;

/** An alarm that moves costs one more reading, of its history; this leaves room for hundreds. */
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
const FRAME = 20;

/** Takes the target, writes, and hands it on. */
const SHIFT = ITERATION + STATE + TASK + STATE;
/** The rest of it: whether there is another step, what became of all, and how long it bakes. */
const STEP = STATE + MAP + STATE + STATE;
/** Takes the target, looks, judges, and hands it on. */
const SETTLE = ITERATION + STATE + TASK + STATE + STATE;
/** The same with a write before the look. */
const CONFIRM = SETTLE + TASK;

export interface WatchedCourse {
  readonly course: Pick<Course, 'steps' | 'maxExtension' | 'settlingMs'>;
  readonly targets: number;
  readonly compares: boolean;
}

/**
 * How many events the history of an execution has in which nothing goes wrong.
 * @param turns how often the checks are read
 */
export function eventsOf({ course, targets, compares }: WatchedCourse, turns: number): number {
  const steps = course.steps.length * (STEP + SHIFT * targets);
  const promotion = 2 * (MAP + STATE) + STATE + (SETTLE + CONFIRM) * targets;
  // Before the first weight there is nothing to compare.
  const comparisons = compares ? turns - 1 : 0;
  return FRAME + steps + promotion + turns * TURN + comparisons * COMPARISON;
}

/**
 * How often the checks of a plan may be read, so that its history has room for all of it, however far its steps are extended, and for
 * putting back what it moved. Milliseconds from one reading to the next.
 * @param leastMs what is asked for
 */
export function pollMsFor(watching: WatchedCourse, leastMs: number): number {
  const perTurn = eventsOf(watching, 1) - eventsOf(watching, 0);
  const room = MOST_EVENTS - REVERT_EVENTS - HISTORIES - eventsOf(watching, 0);
  // Each step has a reading at its end that is not of the pace.
  const turns = Math.floor(room / perTurn) - 2 * watching.course.steps.length;
  return Math.max(leastMs, Math.ceil(longestBakeMs(watching.course) / turns / 1_000) * 1_000);
}

export interface Pace {
  /** From one reading to the next. */
  readonly pollMs: number;
  /** How long people may take at most to decide, and how often is read meanwhile. */
  readonly holdMs: number;
  readonly holdPollMs: number;
}

/**
 * How many events are left of a history when every step is extended as far as that goes, people decide at the last moment, alarms move
 * again and again, and then everything is put back. Negative where all of that does not fit.
 */
export function eventsLeft(watching: WatchedCourse, { pollMs, holdMs, holdPollMs }: Pace): number {
  const bakes = longestBakeMs(watching.course) / pollMs + 2 * watching.course.steps.length;
  const turns = Math.ceil(bakes + holdMs / holdPollMs);
  return MOST_EVENTS - REVERT_EVENTS - HISTORIES - eventsOf(watching, turns);
}
