import { LONGEST_VERSION } from '../alias/routing.ts';
import type { Target } from '../alias/target.ts';
import { HORIZON_MS } from '../checks/ledger.ts';
import { metricOf, type MetricSource } from '../metric-source.ts';
import { MINUTE_MS } from '../minute.ts';
import type { MachineMetric, MetricPlan } from './metric-plan.ts';
import { LABEL } from './queries.ts';

/**
 * What Step Functions hands from a state to the next, what a task answers, and what is assigned to variables at once: 256 KiB. An execution
 * in which more comes up ends with `States.DataLimitExceeded`, which no catcher sees.
 */
export const MOST_BYTES = 256 * 1024;

/** The rest is left free: for the frame of a reply, and whatever AWS may write more widely than is known. */
export const USABLE_BYTES = MOST_BYTES * 0.96;

/** GetMetricData takes so many queries at once. */
export const MOST_QUERIES = 500;

/** `{"Id":"m123_24","Label":"m","StatusCode":"Complete","Timestamps":[],"Values":[]},` */
const RESULT_BYTES = 82;
/** `"2026-01-01T00:00:00.000Z",`: it is not verified that AWS leaves out what is zero. */
const TIME_BYTES = 27;
/** `12345678.0,`: requests of a minute. */
const COUNT_BYTES = 11;
/** `0.016666666666666666,`: all digits of a number that is no count. */
const VALUE_BYTES = 22;

function bytesAMinute({ namespace, statistic }: MachineMetric): number {
  const isCount =
    statistic === 'SampleCount' || (statistic === 'Sum' && namespace === 'AWS/Lambda');
  return TIME_BYTES + (isCount ? COUNT_BYTES : VALUE_BYTES);
}

/** How many minutes of all metrics of all targets one reply has room for. */
export function mostMinutesOf({ metrics }: Pick<MetricPlan, 'metrics'>, targets: number): number {
  if (metrics.length === 0) return 1;
  const aMinute = targets * sum(metrics.map(bytesAMinute));
  const room = USABLE_BYTES - targets * metrics.length * RESULT_BYTES;
  return Math.max(1, Math.floor(room / aMinute));
}

/**
 * How many minutes a reading is of where the one before went well: those that may still change, and those that came since. With fewer
 * at once, an execution would never get to the newest.
 */
export function minutesToRead(pace: { readonly pollMs: number; readonly delayMs: number }): number {
  const { pollMs, delayMs } = pace;
  return Math.ceil((HORIZON_MS + pollMs - delayMs) / MINUTE_MS) + 1;
}

/** Of the query itself, without what it is filled in with: `{"Id":"m123_24","Label":"m","MetricStat":{…},"Period":60 …`. */
const QUERY_BYTES =
  `{"Id":"m123_24","Label":"${LABEL}","MetricStat":{"Metric":,"Period":60,"Stat":"p99.9999999999"}},`
    .length;

/** How much GetMetricData is asked for all metrics of all targets. */
export function queryBytes(
  { metrics }: Pick<MetricPlan, 'metrics'>,
  targets: readonly Pick<Target, 'functionName' | 'alias'>[],
): number {
  return sum(
    targets.flatMap(({ functionName, alias }) => {
      const subject = { function: functionName, alias, version: '1'.repeat(LONGEST_VERSION) };
      return metrics.map(
        (metric) => QUERY_BYTES + metricBytes(metricOf(sourceOf(metric), subject)),
      );
    }),
  );
}

function sourceOf({ namespace, name, statistic, dimensions }: MachineMetric): MetricSource {
  const named = Object.fromEntries(dimensions.map(({ Name, Value }) => [Name, Value]));
  return { namespace, name, statistic, dimensions: named };
}

function metricBytes({ namespace, name, dimensions }: MetricSource): number {
  const Dimensions = Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value }));
  return bytesOf({ Namespace: namespace, MetricName: name, Dimensions });
}

/**
 * The bets, and the stakes of ten minutes that cannot decide alone: of 5,000 minutes of traffic of any size and swing, not more than
 * seven were kept at once.
 */
const STANDING_BYTES = 2_100;
/** Of Lambda's own errors, what tells how much traffic there was; and for each weight. */
const TRAFFIC_BYTES = 500;
const WEIGHT_BYTES = 45;
/** The weightiest minutes of a version that is alone. */
const ALONE_BYTES = 500;
/** `{"at":1767225600000,"value":0.016666666666666666},` */
const MEASURED_BYTES = 52;
/** The verdict on one check, without the names of it. */
const VERDICT_BYTES = 330;

/** How much the accounts of all targets and the verdicts on them take at the most; they are assigned together. */
export function judgedBytes(
  { errors, compared, thresholds, alone }: MetricPlan,
  { targets, weights }: { readonly targets: readonly string[]; readonly weights: number },
): number {
  const comparisons = errors === null ? [] : [errors, ...compared];
  const names = [...comparisons, ...thresholds].map(({ name }) => bytesOf(name));
  const accounts =
    comparisons.length * STANDING_BYTES +
    TRAFFIC_BYTES +
    weights * WEIGHT_BYTES +
    (alone === null ? 0 : ALONE_BYTES) +
    sum(thresholds.map(({ of }) => of * MEASURED_BYTES));
  const checks = names.length + (alone === null ? 0 : 1);
  const verdicts =
    checks * VERDICT_BYTES + sum(names) + sum(thresholds.map(({ of }) => of * MEASURED_BYTES));
  // The gravest verdict stands there once more.
  return sum(targets.map((target) => accounts + verdicts + checks * bytesOf(target))) + accounts;
}

/** As JSON. */
export function bytesOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
