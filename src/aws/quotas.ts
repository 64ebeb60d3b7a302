import type { Clock } from '../ports.ts';
import { createQueue, type Queue } from './queue.ts';

/** The lines in front of a region's quotas: one for each quota, whatever it is that shares it. */
export interface Queues {
  /** @param action as IAM writes it: `lambda:UpdateAlias` */
  readonly of: (action: string) => Queue;
}

// Requests per second from an account in a region. Lambda: quotas page of its developer guide, 2026: all of the
// control plane together, and it cannot be raised; only GetFunction has one of its own.
const CONTROL_PLANE = 15;
// CloudWatch: "CloudWatch service quotas", 2026. GetMetricData was 50 until lately, which is more than is needed.
// Logs: AWS General Reference: FilterLogEvents is 25 in us-east-1, 10 elsewhere, and 5 in the scarcest regions.
const QUOTAS: Readonly<Record<string, number>> = {
  'lambda:GetFunction': 100,
  'cloudwatch:DescribeAlarms': 9,
  'cloudwatch:DescribeAlarmHistory': 20,
  'cloudwatch:GetMetricData': 50,
  'logs:FilterLogEvents': 5,
  // Not verified: AWS has a quota for it, which its API reference does not give. A search takes a call for a hundred functions.
  'tag:GetResources': 5,
};

/** Step Functions has a bucket for each of its calls, the scarcest refilled with 10 a second or more (2023): one line for all of them. */
const STEP_FUNCTIONS = 10;

/** All lines of one region, empty. */
export function createQueues(clock: Clock): Queues {
  const shared = createQueue(CONTROL_PLANE, clock);
  const own = new Map(
    Object.entries(QUOTAS).map(([action, quota]) => [action, createQueue(quota, clock)] as const),
  );
  const states = createQueue(STEP_FUNCTIONS, clock);
  return {
    of: (action) => own.get(action) ?? (action.startsWith('states:') ? states : shared),
  };
}
