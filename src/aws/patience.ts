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
  const [late, settled] = [new AbortController(), new AbortController()];
  void clock.sleep(ms, settled.signal).then(() => {
    const error = new Error(`no answer within ${ms / 1000} s`);
    error.name = 'TimeoutError';
    late.abort(error);
  });
  try {
    return await unlessAborted(late.signal, act);
  } finally {
    settled.abort();
  }
}
