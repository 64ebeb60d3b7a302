import type { Dimensions, MetricQuery } from './metrics.ts';

export type AlarmState = 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';

export interface MetricCondition {
  readonly namespace: string;
  readonly metricName: string;
  readonly dimensions: Dimensions;
  readonly statistic: string;
  readonly periodSeconds: number;
  readonly evaluationPeriods: number;
  /** As many as {@link evaluationPeriods} when nobody said. */
  readonly datapointsToAlarm?: number | undefined;
  readonly threshold: number;
  readonly comparison: Comparison;
  /** How long after its configuration it waits for a whole window of data; 0 when nobody said. */
  readonly warmUpMinutes?: number | undefined;
  /** `missing` when nobody said. */
  readonly treatMissingData?: MissingData | undefined;
}

export const STATISTICS: readonly string[] = [
  'Sum',
  'Average',
  'Maximum',
  'Minimum',
  'SampleCount',
];

const COMPARISONS = {
  GreaterThanThreshold: (value: number, threshold: number) => value > threshold,
  GreaterThanOrEqualToThreshold: (value: number, threshold: number) => value >= threshold,
  LessThanThreshold: (value: number, threshold: number) => value < threshold,
  LessThanOrEqualToThreshold: (value: number, threshold: number) => value <= threshold,
};
export type Comparison = keyof typeof COMPARISONS;

export function isComparison(text: unknown): text is Comparison {
  return typeof text === 'string' && text in COMPARISONS;
}

export type MissingData = 'missing' | 'notBreaching' | 'breaching' | 'ignore';

export function isMissingData(text: unknown): text is MissingData {
  return ['missing', 'notBreaching', 'breaching', 'ignore'].some((each) => each === text);
}

export interface Datapoint {
  readonly at: number;
  readonly value: number;
}

/** CloudWatch looks further back than it must, to have enough datapoints when some are missing. */
const EXTRA_PERIODS = 2;

/** The datapoints an alarm is judged by: the newest that can be seen by `end`, newest first. */
export function datapoints(
  { namespace, metricName, dimensions, statistic, ...condition }: MetricCondition,
  read: (query: MetricQuery) => number | undefined,
  end: number,
): readonly Datapoint[] {
  if (namespace !== 'AWS/Lambda') return [];
  const period = condition.periodSeconds * 1000;
  const found: Datapoint[] = [];
  for (let age = 1; age <= condition.evaluationPeriods + EXTRA_PERIODS; age++) {
    const from = Math.floor(end / period) * period - age * period;
    const value = read({ metricName, dimensions, statistic, from, to: from + period });
    if (value !== undefined) found.push({ at: from, value });
  }
  return found.slice(0, condition.evaluationPeriods);
}

/**
 * The state an alarm takes by its datapoints; nothing when it keeps the one it has. Agrees with the
 * tables in "Configuring how CloudWatch alarms treat missing data" of the CloudWatch user guide.
 */
export function judge(
  condition: MetricCondition,
  found: readonly Datapoint[],
): AlarmState | undefined {
  const { threshold, comparison, evaluationPeriods } = condition;
  const datapointsToAlarm = condition.datapointsToAlarm ?? evaluationPeriods;
  const breaching = found.filter(({ value }) => COMPARISONS[comparison](value, threshold)).length;
  const missing = evaluationPeriods - found.length;
  const red = breaching >= datapointsToAlarm;
  const allThereIsRed = breaching >= Math.min(datapointsToAlarm, found.length);
  switch (condition.treatMissingData ?? 'missing') {
    case 'breaching':
      return breaching + missing >= datapointsToAlarm ? 'ALARM' : 'OK';
    case 'notBreaching':
      return red ? 'ALARM' : 'OK';
    case 'missing':
      if (found.length === 0) return 'INSUFFICIENT_DATA';
      return allThereIsRed ? 'ALARM' : 'OK';
    case 'ignore':
      if (red) return 'ALARM';
      return allThereIsRed ? undefined : 'OK';
  }
}
