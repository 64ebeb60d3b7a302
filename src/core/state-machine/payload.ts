import { HORIZON_MS } from '../checks/ledger.ts';
import { MINUTE_MS } from '../minute.ts';
import type { MachineMetric, MetricPlan } from './metric-plan.ts';

/**
 * What a state of Step Functions is given, answers, or assigns to variables. Beyond this the execution ends, with an error that no state
 * can catch.
 */
export const MOST_BYTES = 256 * 1024;

/** What is left free: the frame of a reply, and whatever AWS may write more widely than is known. */
const ROOM = 0.95;

/** GetMetricData takes so many queries at once. */
export const MOST_QUERIES = 500;

/** `{"Id":"m123_24","Label":"m","StatusCode":"Complete","Timestamps":[],"Values":[]},` */
const RESULT_BYTES = 82;
/** `"2026-01-01T00:00:00Z",` */
const TIME_BYTES = 23;
/** `12345678.0,`: requests of a minute. */
const COUNT_BYTES = 11;
/** `0.016666666666666666,`: all digits of a number that is no count. */
const VALUE_BYTES = 22;

function bytesAMinute({ namespace, statistic }: MachineMetric): number {
  const isCount =
    statistic === 'SampleCount' || (statistic === 'Sum' && namespace === 'AWS/Lambda');
  return TIME_BYTES + (isCount ? COUNT_BYTES : VALUE_BYTES);
}

/** How many minutes of all metrics of all targets one reply has room for; less than one where it is none. */
export function mostMinutesOf({ metrics }: Pick<MetricPlan, 'metrics'>, targets: number): number {
  const aMinute = targets * metrics.reduce((sum, metric) => sum + bytesAMinute(metric), 0);
  const room = MOST_BYTES * ROOM - targets * metrics.length * RESULT_BYTES;
  return aMinute === 0 ? 1 : Math.floor(room / aMinute);
}

/**
 * How many minutes a reading is of where the one before went well: those that may still change, and those that came since. With fewer
 * at once, an execution would never get to the newest.
 */
export function minutesToRead({
  pollMs,
  delayMs,
}: {
  readonly pollMs: number;
  readonly delayMs: number;
}): number {
  return Math.ceil((HORIZON_MS + pollMs - delayMs) / MINUTE_MS) + 1;
}
