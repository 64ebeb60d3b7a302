import type { SimulatorClock } from '../time/clock.ts';
import { Halted, StateFailure } from './failure.ts';
import { EvaluationFailure, filled, type Names } from './expression.ts';
import type { History, Place } from './history.ts';
import { bytesOf, type Json, type JsonObject } from './json.ts';
import type { Send } from './sdk.ts';

/** What wakes executions: the time that their world goes by. */
export interface StatesTime {
  /** Lets something happen at a moment. @returns a function that prevents it */
  at(moment: number, act: () => void): () => void;
}

/** What all branches of an execution share. */
export interface Course {
  readonly clock: SimulatorClock;
  readonly time: StatesTime;
  readonly region: string;
  readonly history: History;
  readonly send: Send;
  readonly leavesOutEmptyLists: boolean;
  /** `$states.context`, without what is of a state. */
  readonly context: JsonObject;
}

/** One line of states: the program itself, a branch of a Parallel, or an iteration of a Map. */
export interface Branch {
  readonly course: Course;
  /** Variables assigned in here, and those of the branches around, which must not be assigned in here. */
  readonly own: Record<string, Json>;
  readonly outer: Names;
  readonly place: Place;
  /** Aborted when nothing in here is to go on. */
  readonly signal: AbortSignal;
  readonly context: JsonObject;
}

/** As Step Functions passes data between states: in UTF-8. */
const MOST_BYTES = 256 * 1024;

/** A state that was entered. */
export interface Entered {
  readonly name: string;
  readonly input: Json;
  /** The number of the event. */
  readonly event: number;
  readonly at: number;
}

export function inner(
  branch: Branch,
  signal: AbortSignal,
  context: JsonObject = branch.context,
): Branch {
  return {
    course: branch.course,
    own: {},
    outer: { ...branch.outer, ...branch.own },
    place: { ...branch.place },
    signal,
    context,
  };
}

/** Adds an event, after which the branch may have been halted. @returns its number */
export function add({ course, place, signal }: Branch, type: string, details?: JsonObject): number {
  if (signal.aborted) throw new Halted();
  const id = course.history.add(place, type, details);
  goesOn(signal);
  return id;
}

export function goesOn(signal: AbortSignal): void {
  if (signal.aborted) throw new Halted();
}

/** Passes the time until a moment. */
export function until({ course, signal }: Branch, moment: number): Promise<void> {
  return new Promise((resolve, reject) => {
    goesOn(signal);
    const halt = () => {
      cancel();
      reject(new Halted());
    };
    const cancel = course.time.at(moment, () => {
      signal.removeEventListener('abort', halt);
      resolve();
    });
    signal.addEventListener('abort', halt, { once: true });
  });
}

/**
 * Fills in a field of a state. Where that fails, the history says so.
 * @param more members of `$states` besides input and context
 * @throws StateFailure States.QueryEvaluationError
 */
export async function field(
  branch: Branch,
  state: Entered,
  name: string,
  template: Json,
  more: JsonObject = {},
): Promise<Json> {
  const { course, outer, own, signal } = branch;
  const context = {
    ...course.context,
    ...branch.context,
    State: { Name: state.name, EnteredTime: new Date(state.at).toISOString() },
  };
  const names = { ...outer, ...own, states: { input: state.input, context, ...more } };
  try {
    return await filled(template, { field: name, names, now: course.clock.now() });
  } catch (error) {
    if (!(error instanceof EvaluationFailure)) throw error;
    throw evaluationFailure(branch, state, error.field, error.message);
  } finally {
    goesOn(signal);
  }
}

/** That a field has no value that can be used. */
export function evaluationFailure(
  branch: Branch,
  { name, event }: Entered,
  location: string,
  what: string,
): StateFailure {
  const failure = new StateFailure(
    'States.QueryEvaluationError',
    `An error occurred while executing the state '${name}' (entered at the event id #${event}). ${what}`,
  );
  add(branch, 'EvaluationFailed', {
    evaluationFailedEventDetails: {
      error: failure.error,
      cause: failure.reason,
      location,
      state: name,
    },
  });
  return failure;
}

/** @throws StateFailure States.DataLimitExceeded, which nothing catches */
export function withinLimit(what: string, value: Json): void {
  if (bytesOf(value) <= MOST_BYTES) return;
  throw new StateFailure(
    'States.DataLimitExceeded',
    `The state/task '${what}' returned a result with a size exceeding the maximum number of bytes service limit.`,
  );
}
