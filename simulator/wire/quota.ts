import type { SimulatorClock } from '../time/clock.ts';
import { THROTTLED, type FaultRule, type SeenRequest } from './faults.ts';

/** What has a quota of its own, or is no call to the control plane. */
const OTHERS = new Set(['GetFunction', 'Invoke']);
const RETRY_AFTER_SECONDS = 1;

/** Whether a request counts against the quota that nearly all calls to Lambda share. */
export function isControlPlane({
  service,
  operation,
}: Pick<SeenRequest, 'service' | 'operation'>): boolean {
  return service === 'lambda' && !OTHERS.has(operation);
}

/**
 * Lambda's quota for calls to its control plane, as a rule for faults.
 * @param perSecond 15 of every account in every region
 */
export function controlPlaneQuota(perSecond: number, clock: SimulatorClock): FaultRule {
  return quotaOf(isControlPlane, perSecond, clock);
}

/** Lambda's quota for GetFunction, of which AWS takes more. @param perSecond 100 of every account in every region */
export function functionQuota(perSecond: number, clock: SimulatorClock): FaultRule {
  return quotaOf(({ operation }) => operation === 'GetFunction', perSecond, clock);
}

/** A bucket that holds the calls of one second. AWS says how many there are in a second, and not how it counts. */
function quotaOf(
  counts: (request: SeenRequest) => boolean,
  perSecond: number,
  clock: SimulatorClock,
): FaultRule {
  let tokens = perSecond;
  let filledAt = clock.now();
  return (request) => {
    if (!counts(request)) return undefined;
    const now = clock.now();
    tokens = Math.min(perSecond, tokens + ((now - filledAt) / 1000) * perSecond);
    filledAt = now;
    if (tokens < 1) return { ...THROTTLED, retryAfterSeconds: RETRY_AFTER_SECONDS };
    tokens--;
    return undefined;
  };
}
