import { setTimeout } from 'node:timers/promises';

import type { Clock } from '../ports.ts';

/** setTimeout takes at most a 32-bit number of milliseconds, 24.8 days. */
const LONGEST_SLEEP_MS = 2 ** 31 - 1;

/**
 * The process's clock counts from the start of the process and not by the time of day, which a time server or a resumed
 * virtual machine may set forward in the middle of a bake. It stands still while the machine sleeps, and AWS does not.
 */
export const systemClock: Clock = {
  now: () => performance.timeOrigin + performance.now(),
  timeOfDay: () => Date.now(),
  async sleep(ms, signal) {
    if (ms <= 0 || signal?.aborted === true) return;
    await setTimeout(Math.min(ms, LONGEST_SLEEP_MS), undefined, { signal }).catch(
      (error: unknown) => {
        if (signal?.aborted !== true) throw error;
      },
    );
  },
};
