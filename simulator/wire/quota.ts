import type { SimulatorClock } from '../time/clock.ts';
import { THROTTLED, type FaultRule } from './faults.ts';

/** What has a quota of its own, or is no call to the control plane. */
const OTHERS = new Set(['GetFunction', 'Invoke']);
const RETRY_AFTER_SECONDS = 1;

/**
 * Lambda's quota for calls to its control plane, as a rule for faults: a bucket that holds the calls of one
 * second. AWS says how many there are in a second, and not how it counts.
 * @param perSecond 15 of every account in every region
 */
export function controlPlaneQuota(perSecond: number, clock: SimulatorClock): FaultRule {
  let tokens = perSecond;
  let filledAt = clock.now();
  return ({ service, operation }) => {
    if (service !== 'lambda' || OTHERS.has(operation)) return undefined;
    const now = clock.now();
    tokens = Math.min(perSecond, tokens + ((now - filledAt) / 1000) * perSecond);
    filledAt = now;
    if (tokens < 1) return { ...THROTTLED, retryAfterSeconds: RETRY_AFTER_SECONDS };
    tokens--;
    return undefined;
  };
}
