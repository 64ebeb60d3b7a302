import { formatDuration } from '../core/text/duration.ts';
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

/**
 * Of what nobody cuts short. A new one each time: whoever listens to one for all, and never hears of the end of what it waits for, is
 * kept as long as the process.
 */
export function never(): AbortSignal {
  return new AbortController().signal;
}

/**
 * Does something that may take so long, and no longer.
 * @param ms by the clock's `now`
 * @param signal that of the caller; {@link never} where there is none
 * @param act is handed a signal to end by: it is aborted with `signal` and its reason, or by a TimeoutError. What
 * does not listen to it is bound to it by {@link unlessAborted}
 */
export async function within<T>(
  clock: Clock,
  ms: number,
  signal: AbortSignal,
  act: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const [late, settled] = [new AbortController(), new AbortController()];
  void clock.sleep(ms, settled.signal).then(() => {
    const error = new Error(`no answer within ${formatDuration(ms)}`);
    error.name = 'TimeoutError';
    late.abort(error);
  });
  try {
    return await act(AbortSignal.any([signal, late.signal]));
  } finally {
    settled.abort();
  }
}
