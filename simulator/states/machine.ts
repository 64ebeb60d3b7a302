import type { Json, JsonObject } from './json.ts';

/** A definition that was found to be one that this interpreter knows all of. */
export interface Program {
  readonly StartAt: string;
  readonly States: Readonly<Record<string, State>>;
}

export interface Machine extends Program {
  readonly TimeoutSeconds?: number;
}

export type State =
  | PassState
  | ChoiceState
  | WaitState
  | TaskState
  | MapState
  | ParallelState
  | SucceedState
  | FailState;

/** What becomes of a state: variables, its output, and where it goes on. */
export interface Leaving {
  readonly Assign?: JsonObject;
  readonly Output?: Json;
  /** Absent at an end. */
  readonly Next?: string;
}

export interface Catcher extends Leaving {
  readonly ErrorEquals: readonly string[];
  readonly Next: string;
}

export interface Retrier {
  readonly ErrorEquals: readonly string[];
  readonly IntervalSeconds?: number;
  readonly MaxAttempts?: number;
  readonly BackoffRate?: number;
  readonly MaxDelaySeconds?: number;
}

/** A state that may fail without ending its program. */
export interface Fallible extends Leaving {
  readonly Retry?: readonly Retrier[];
  readonly Catch?: readonly Catcher[];
}

export interface PassState extends Leaving {
  readonly Type: 'Pass';
}

export interface ChoiceState extends Omit<Leaving, 'Next'> {
  readonly Type: 'Choice';
  readonly Choices: readonly (Leaving & { readonly Condition: Json; readonly Next: string })[];
  readonly Default?: string;
}

export interface WaitState extends Leaving {
  readonly Type: 'Wait';
  readonly Seconds?: Json;
  readonly Timestamp?: Json;
}

export interface TaskState extends Fallible {
  readonly Type: 'Task';
  readonly Resource: string;
  readonly Arguments?: Json;
  readonly TimeoutSeconds?: Json;
}

export interface MapState extends Fallible {
  readonly Type: 'Map';
  readonly Items?: Json;
  readonly ItemSelector?: Json;
  readonly ItemProcessor: Program;
}

export interface ParallelState extends Fallible {
  readonly Type: 'Parallel';
  readonly Arguments?: Json;
  readonly Branches: readonly Program[];
}

export interface SucceedState {
  readonly Type: 'Succeed';
  readonly Output?: Json;
}

export interface FailState {
  readonly Type: 'Fail';
  readonly Error?: Json;
  readonly Cause?: Json;
}
