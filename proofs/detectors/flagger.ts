import type { Minute } from '../../src/core/statistics/evidence.ts';
import { drawMinute, WEIGHTS, type Detector, type Trial } from './detector.ts';

const LOWEST_SUCCESS_RATE = 0.99;
const FAILED_CHECKS = 5;

/**
 * Flagger's scheduler: a check per minute; a failed one holds the weight, failed checks are never forgotten, and
 * no traffic is a failed check.
 */
export const flagger: Detector = {
  name: 'Flagger 1% threshold, 5 checks',
  watch(trial) {
    const minutes: Minute[] = [];
    let [passed, failed] = [0, 0];
    while (passed < WEIGHTS.length) {
      const minute = drawAt(passed, trial);
      minutes.push(minute);
      if (passes(minute)) passed += 1;
      else failed += 1;
      if (failed === FAILED_CHECKS) {
        // While it is on its way to act on the last check.
        return { minutes: [...minutes, drawAt(passed, trial)], revertAt: minutes.length - 1 };
      }
    }
    return { minutes, revertAt: null };
  },
};

function passes({ canary: { total, bad } }: Minute): boolean {
  return total > 0 && 1 - bad / total >= LOWEST_SUCCESS_RATE;
}

function drawAt(passed: number, { random, cell }: Trial): Minute {
  return drawMinute(random, cell, WEIGHTS[Math.min(passed, WEIGHTS.length - 1)] ?? 0);
}
