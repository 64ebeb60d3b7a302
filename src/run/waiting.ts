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
  /** Between two reads, in milliseconds. */
  readonly pollMs?: number;
  readonly clock: Clock;
  readonly note: (text: string) => void;
  readonly signal: AbortSignal;
}

/**
 * Reads until it is done, or patience is over. The SDK's waiters are not used: they swallow an AccessDenied until they
 * time out, and never settle on states like Inactive.
 * @returns what was read last, done or not
 * @throws when a read fails, or when aborted
 */
export async function poll<T>(options: PollOptions<T>): Promise<T> {
  const { read, done, waitingFor, patienceMs, pollMs = POLL_MS, clock, note, signal } = options;
  const begin = clock.now();
  let newsAt = begin;
  for (;;) {
    const value = await read();
    const now = clock.now();
    if (done(value) || now - begin >= patienceMs) return value;
    if (now >= newsAt) {
      const waited = now > begin ? ` (${formatDuration(now - begin)} so far)` : '';
      note(`${waitingFor(value)}${waited}`);
      newsAt = now + NEWS_EVERY_MS;
    }
    await clock.sleep(pollMs, signal);
    signal.throwIfAborted();
  }
}

/**
 * Reads until it is done, like {@link poll}.
 * @throws also when it is not done in time
 */
export async function pollUntil<T>(options: PollOptions<T>): Promise<T> {
  const { done, waitingFor, patienceMs } = options;
  const value = await poll(options);
  if (done(value)) return value;
  throw new Error(`${waitingFor(value)}: not done after ${formatDuration(patienceMs)}`);
}
