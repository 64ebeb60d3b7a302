/** What happened in an execution, as its history has it. */
export interface ExecutionEvent {
  /** Counted from 1. */
  readonly id: number;
  /** By AWS's clock, epoch milliseconds. */
  readonly at: number;
  /** As Step Functions names it: `TaskStateExited`. */
  readonly type: string;
  /** That was entered or left; empty where it is not about one. */
  readonly state: string;
  /** What the variables were when a state was left, by name: those alone that it assigned. */
  readonly assigned: Readonly<Record<string, unknown>>;
  /**
   * What a task answered, and what the execution was given or ended with; undefined where there is none. The `Timestamps` of metrics are
   * epoch milliseconds.
   */
  readonly data: unknown;
  /** Empty where nothing went wrong. */
  readonly error: string;
  readonly cause: string;
}

/** As Step Functions names it. `PENDING_REDRIVE` and what is new is none of these. */
export type ExecutionStatus = 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED';

/** Where an execution stands. */
export interface Execution {
  readonly status: ExecutionStatus | 'unknown';
  readonly startedAt: number | undefined;
  /** What it was given; undefined where AWS leaves it out. */
  readonly input: unknown;
  /** Empty where it goes on, or nothing went wrong. */
  readonly error: string;
  readonly cause: string;
}
