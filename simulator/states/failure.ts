import type { Catcher, Retrier } from './machine.ts';

/** What a state failed of, by the name that retriers and catchers go by. */
export class StateFailure extends Error {
  readonly error: string;
  readonly reason: string;

  constructor(error: string, reason: string) {
    super(`${error}: ${reason}`);
    this.name = 'StateFailure';
    this.error = error;
    this.reason = reason;
  }
}

/** The execution, or the branch, was ended from outside: nothing in it goes on. */
export class Halted extends Error {
  constructor() {
    super('halted');
    this.name = 'Halted';
  }
}

/** These end an execution whatever it says of `States.ALL`. */
const BEYOND_ALL = new Set(['States.Runtime', 'States.DataLimitExceeded']);

/** Whether a list of names, of a retrier or a catcher, has the error. */
export function matches(
  { ErrorEquals }: Pick<Catcher | Retrier, 'ErrorEquals'>,
  error: string,
): boolean {
  return ErrorEquals.some((name) => {
    switch (name) {
      case 'States.ALL':
        return !BEYOND_ALL.has(error);
      case 'States.TaskFailed':
        return error !== 'States.Timeout' && !BEYOND_ALL.has(error);
      default:
        return name === error;
    }
  });
}

/** How often each retrier of a state was used already; one state that is entered again begins anew. */
export type Retries = Map<Retrier, number>;

const DEFAULT_ATTEMPTS = 3;

/** How long to wait before the next try, in seconds; nothing when there is none. The first retrier that has the error decides. */
export function retryAfter(
  retriers: readonly Retrier[],
  retries: Retries,
  { error }: StateFailure,
): number | undefined {
  const retrier = retriers.find((each) => matches(each, error));
  if (retrier === undefined) return undefined;
  const before = retries.get(retrier) ?? 0;
  if (before >= (retrier.MaxAttempts ?? DEFAULT_ATTEMPTS)) return undefined;
  retries.set(retrier, before + 1);
  const { IntervalSeconds = 1, BackoffRate = 2, MaxDelaySeconds = Infinity } = retrier;
  return Math.min(MaxDelaySeconds, IntervalSeconds * BackoffRate ** before);
}
