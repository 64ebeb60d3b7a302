import type { Clock } from '../src/ports.ts';
import { createAgenda } from '../simulator/time/agenda.ts';
import { seeded } from '../simulator/time/random.ts';
import { replaceTimers, type TimerTime } from '../simulator/time/timers.ts';

export interface Suspension {
  readonly at: number;
  readonly ms: number;
}

/** Time that passes only while nothing else can happen, so that hours take milliseconds. */
export interface VirtualTime {
  readonly clock: Clock;
  /**
   * The machine sleeps: for everybody else so much time passes, and none for what the process waits for.
   * @param ms may be negative: the time of day is set back
   */
  suspend(ms: number): void;
  /** When it slept, by the time of day, and for how long. */
  readonly suspensions: readonly Suspension[];
  /** Runs `act` at a moment, or next if that has passed. @returns a function that prevents it */
  at(moment: number, act: () => void): () => void;
  /**
   * Runs a program to its end. While it runs, the process's own timers and randomness are those of this
   * time: the AWS SDK may wait with them, and what is called again is called after a jittered pause.
   * @throws when the program waits for something that will never happen
   */
  run<T>(program: () => Promise<T>): Promise<T>;
  /** Lets everything happen that is due until then. What a program left behind waits and is jittered as in `run`. */
  passUntil(moment: number): Promise<void>;
}

const realSetImmediate = setImmediate;

export function createVirtualTime(startsAt: number, seed: number): VirtualTime {
  let now = startsAt;
  const agenda = createAgenda();
  let aheadMs = 0;
  const suspensions: Suspension[] = [];

  const at: VirtualTime['at'] = (moment, act) => agenda.add(Math.max(moment, now), act);

  function passTo(moment: number): void {
    now = moment;
    agenda.runNext();
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

  const random = seeded(seed);

  async function run<T>(program: () => Promise<T>): Promise<T> {
    const restore = replaceGlobals({ now: () => now, at }, random);
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
        const next = agenda.next();
        if (next !== undefined) {
          passTo(next);
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
    suspensions,
    suspend(ms) {
      suspensions.push({ at: clock.timeOfDay(), ms });
      aheadMs += ms;
    },
    at,
    run,
    async passUntil(moment) {
      const restore = replaceGlobals({ now: () => now, at }, random);
      try {
        for (;;) {
          await settled();
          const next = agenda.next();
          if (next === undefined || next > moment) break;
          passTo(next);
        }
        now = Math.max(now, moment);
      } finally {
        restore();
      }
    },
  };
}

/** In turns of the event loop: code that is loaded for the first time takes some. */
const LONGEST_IDLE = 100_000;

/** Every promise that can be settled is, when the event loop comes round. */
function settled(): Promise<void> {
  return new Promise((resolve) => realSetImmediate(resolve));
}

function replaceGlobals(time: TimerTime, random: () => number): () => void {
  const real = Math.random;
  const restoreTimers = replaceTimers(time);
  Math.random = random;
  return () => {
    restoreTimers();
    Math.random = real;
  };
}
