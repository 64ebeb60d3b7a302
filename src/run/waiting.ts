import { formatDuration } from '../core/text/duration.ts';
import type { Clock } from '../ports.ts';

const POLL_MS = 2_000;
const NEWS_EVERY_MS = 60_000;

export interface PollOptions<T> {
  readonly read: () => Promise<T>;
  readonly done: (value: T) => boolean;
  /** What is waited for, for the log: `checkout: waiting for …`. */
  readonly waitingFor: (value: T) => string;
  readonly patienceMs: number;
  readonly clock: Clock;
  readonly note: (text: string) => void;
  readonly signal: AbortSignal;
}

/**
 * Reads until it is done. The SDK's waiters are not used: they swallow an AccessDenied until they time
 * out, and never settle on states like Inactive.
 * @throws when it is not done in time, when a read fails, or when aborted
 */
export async function pollUntil<T>(options: PollOptions<T>): Promise<T> {
  const { read, done, waitingFor, patienceMs, clock, note, signal } = options;
  const begin = clock.now();
  let newsAt = begin;
  for (;;) {
    const value = await read();
    if (done(value)) return value;
    const now = clock.now();
    if (now - begin >= patienceMs) {
      throw new Error(`${waitingFor(value)}: not done after ${formatDuration(patienceMs)}`);
    }
    if (now >= newsAt) {
      const waited = now > begin ? ` (${formatDuration(now - begin)} so far)` : '';
      note(`${waitingFor(value)}${waited}`);
      newsAt = now + NEWS_EVERY_MS;
    }
    await clock.sleep(POLL_MS, signal);
    signal.throwIfAborted();
  }
}
