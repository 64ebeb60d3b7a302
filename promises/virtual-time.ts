import type { Clock } from '../src/ports.ts';
import { seeded } from '../simulator/time/random.ts';

/** Time that passes only while nothing else can happen, so that hours take milliseconds. */
export interface VirtualTime {
  readonly clock: Clock;
  /**
   * The machine sleeps: for everybody else so much time passes, and none for what the process waits for.
   * @param ms may be negative: the time of day is set back
   */
  suspend(ms: number): void;
  /** Runs `act` at a moment, or next if that has passed. @returns a function that prevents it */
  at(moment: number, act: () => void): () => void;
  /**
   * Runs a program to its end. While it runs, the process's own timers and randomness are those of this
   * time, because the AWS SDK waits and jitters with them between its retries.
   * @throws when the program waits for something that will never happen
   */
  run<T>(program: () => Promise<T>): Promise<T>;
  /** Lets everything happen that is due until then. */
  passUntil(moment: number): Promise<void>;
}

interface Timer {
  readonly at: number;
  /** Of timers of the same moment, the first one made comes first. */
  readonly order: number;
  readonly act: () => void;
}

const realSetImmediate = setImmediate;

export function createVirtualTime(startsAt: number, seed: number): VirtualTime {
  let now = startsAt;
  let aheadMs = 0;
  let made = 0;
  const timers = new Set<Timer>();

  function at(moment: number, act: () => void): () => void {
    const timer = { at: Math.max(moment, now), order: made++, act };
    timers.add(timer);
    return () => {
      timers.delete(timer);
    };
  }

  function next(): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of timers) {
      const earlier =
        first === undefined ||
        timer.at < first.at ||
        (timer.at === first.at && timer.order < first.order);
      if (earlier) first = timer;
    }
    return first;
  }

  function fire(timer: Timer): void {
    timers.delete(timer);
    now = timer.at;
    timer.act();
  }

  const clock: Clock = {
    now: () => now,
    timeOfDay: () => now + aheadMs,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (ms <= 0 || signal?.aborted === true) {
          resolve();
          return;
        }
        const end = () => {
          cancel();
          signal?.removeEventListener('abort', end);
          resolve();
        };
        const cancel = at(now + ms, end);
        signal?.addEventListener('abort', end, { once: true });
      }),
  };

  async function run<T>(program: () => Promise<T>): Promise<T> {
    const restore = replaceGlobals(at, () => now, seeded(seed));
    try {
      const state = { ended: false };
      const result = program().finally(() => {
        state.ended = true;
      });
      // Whoever awaits it sees the failure; until then it is not unhandled.
      result.catch(() => undefined);
      for (let idle = 0; ; idle++) {
        await settled();
        if (state.ended) return await result;
        const timer = next();
        if (timer !== undefined) {
          fire(timer);
          idle = 0;
        } else if (idle > LONGEST_IDLE) {
          throw new Error('The program waits for something that will never happen');
        }
      }
    } finally {
      restore();
    }
  }

  return {
    clock,
    suspend(ms) {
      aheadMs += ms;
    },
    at,
    run,
    async passUntil(moment) {
      for (;;) {
        await settled();
        const timer = next();
        if (timer === undefined || timer.at > moment) break;
        fire(timer);
      }
      now = Math.max(now, moment);
    },
  };
}

/** In turns of the event loop: code that is loaded for the first time takes some. */
const LONGEST_IDLE = 100_000;

/** Every promise that can be settled is, when the event loop comes round. */
function settled(): Promise<void> {
  return new Promise((resolve) => realSetImmediate(resolve));
}

function replaceGlobals(
  at: VirtualTime['at'],
  now: () => number,
  random: () => number,
): () => void {
  const real = { setTimeout, clearTimeout, random: Math.random };
  const cancels = new Map<object, () => void>();
  globalThis.setTimeout = ((act: () => void, ms = 0) => {
    const handle = { ref: () => handle, unref: () => handle, hasRef: () => true };
    cancels.set(handle, at(now() + ms, act));
    return handle;
  }) as unknown as typeof setTimeout;
  globalThis.clearTimeout = (handle) => {
    cancels.get(handle as unknown as object)?.();
  };
  Math.random = random;
  return () => {
    globalThis.setTimeout = real.setTimeout;
    globalThis.clearTimeout = real.clearTimeout;
    Math.random = real.random;
  };
}
