import type { Clock } from '../ports.ts';

/** Settles at once when the signal aborts: the SDK and what it gets its credentials from need not listen to it. */
export function unlessAborted<T>(signal: AbortSignal, act: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => {
      reject(signal.reason as Error);
    };
    signal.addEventListener('abort', abort, { once: true });
    if (signal.aborted) abort();
    void act.then(resolve, reject).finally(() => {
      signal.removeEventListener('abort', abort);
    });
  });
}

/** @throws a TimeoutError when it takes longer */
export async function within<T>(clock: Clock, ms: number, act: Promise<T>): Promise<T> {
  const patience = createPatience(clock, ms);
  patience.begin();
  try {
    return await unlessAborted(patience.signal, act);
  } finally {
    patience.end();
  }
}

export interface Patience {
  /** Aborted with a TimeoutError when it is over. */
  readonly signal: AbortSignal;
  /** Counts from the first time on. */
  begin(): void;
  /** It is needed no more: nothing waits for it. */
  end(): void;
}

export function createPatience(clock: Clock, ms: number): Patience {
  const over = new AbortController();
  const ended = new AbortController();
  let begun = false;
  return {
    signal: over.signal,
    begin() {
      if (begun) return;
      begun = true;
      void clock.sleep(ms, ended.signal).then(() => {
        if (ended.signal.aborted) return;
        const error = new Error(`no answer within ${ms / 1000} s`);
        error.name = 'TimeoutError';
        over.abort(error);
      });
    },
    end() {
      ended.abort();
    },
  };
}
