import type { SimulatorClock } from '../time/clock.ts';
import { THROTTLED, type Fault, type FaultRule, type SeenRequest } from './faults.ts';

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

export const TOO_MANY_SEARCHES: Fault = {
  type: 'error',
  status: 400,
  name: 'ThrottlingException',
  message: 'Rate exceeded',
};

/**
 * CloudWatch Logs' quota for searches. It cannot be raised.
 * @param perSecond of every account: 25 in us-east-1, 5 in six Regions, 10 in all others (AWS General Reference)
 */
export function searchQuota(perSecond: number, clock: SimulatorClock): FaultRule {
  const counts = ({ operation }: SeenRequest) => operation === 'FilterLogEvents';
  return quotaOf(counts, perSecond, clock, TOO_MANY_SEARCHES);
}

/** A bucket that holds the calls of one second. AWS says how many there are in a second, and not how it counts. */
function quotaOf(
  counts: (request: SeenRequest) => boolean,
  perSecond: number,
  clock: SimulatorClock,
  refusal: Fault = { ...THROTTLED, retryAfterSeconds: RETRY_AFTER_SECONDS },
): FaultRule {
  let tokens = perSecond;
  let filledAt = clock.now();
  return (request) => {
    if (!counts(request)) return undefined;
    const now = clock.now();
    tokens = Math.min(perSecond, tokens + ((now - filledAt) / 1000) * perSecond);
    filledAt = now;
    if (tokens < 1) return refusal;
    tokens--;
    return undefined;
  };
}
