import type { Dimension, MetricAlarm, MetricDataQuery } from '@aws-sdk/client-cloudwatch';

import type { AlarmDefinition, AlarmMetric } from '../core/preflight/alarm-definition.ts';
import { numberIn, textIn } from './reply.ts';

/** What a metric alarm watches; undefined when that is nothing that is understood here. */
export function definitionOf(alarm: MetricAlarm): AlarmDefinition | undefined {
  const evaluationPeriods = numberIn(alarm.EvaluationPeriods);
  const watched = alarm.Metrics?.length ? watchedMath(alarm) : watchedMetric(alarm);
  if (watched === undefined || evaluationPeriods === undefined) return undefined;
  return {
    ...watched,
    evaluationPeriods,
    datapointsToAlarm: numberIn(alarm.DatapointsToAlarm) ?? evaluationPeriods,
    threshold: numberIn(alarm.Threshold),
    comparison: textIn(alarm.ComparisonOperator),
  };
}

type Watched = Pick<AlarmDefinition, 'periodSeconds' | 'metrics' | 'expression'>;

function watchedMetric(alarm: MetricAlarm): Watched | undefined {
  const [namespace, name] = [textIn(alarm.Namespace), textIn(alarm.MetricName)];
  const periodSeconds = numberIn(alarm.Period);
  // An alarm on a PromQL query has none of these.
  if (namespace === '' || name === '' || periodSeconds === undefined) return undefined;
  const statistic = textIn(alarm.Statistic ?? alarm.ExtendedStatistic);
  const dimensions = dimensionsOf(alarm.Dimensions);
  return {
    periodSeconds,
    expression: undefined,
    metrics: [{ id: '', namespace, name, dimensions, statistic, periodSeconds }],
  };
}

function watchedMath({ Metrics, ThresholdMetricId }: MetricAlarm): Watched | undefined {
  const queries = Metrics ?? [];
  // The band of an anomaly detection is returned too, but it is what the metric is compared with.
  const [returned, ...more] = queries.filter(
    ({ Id, ReturnData }) => ReturnData !== false && Id !== ThresholdMetricId,
  );
  if (returned === undefined || more.length > 0) return undefined;
  const expression = returned.Expression && textIn(returned.Expression);
  const metrics = (expression === undefined ? [returned] : queries).flatMap(metricsOf);
  // A Metrics Insights query has a period, but no metrics; mostly it is the other way round.
  const periodSeconds =
    numberIn(returned.Period) ?? Math.max(0, ...metrics.map((each) => each.periodSeconds));
  if (periodSeconds === 0) return undefined;
  return { periodSeconds, metrics, expression };
}

function metricsOf({ Id, MetricStat }: MetricDataQuery): readonly AlarmMetric[] {
  if (MetricStat === undefined) return [];
  const { Metric, Stat, Period } = MetricStat;
  return [
    {
      id: textIn(Id),
      namespace: textIn(Metric?.Namespace),
      name: textIn(Metric?.MetricName),
      dimensions: dimensionsOf(Metric?.Dimensions),
      statistic: textIn(Stat),
      periodSeconds: numberIn(Period) ?? 0,
    },
  ];
}

function dimensionsOf(dimensions: readonly Dimension[] | undefined): AlarmMetric['dimensions'] {
  return Object.fromEntries(
    (dimensions ?? []).map(({ Name, Value }) => [textIn(Name), textIn(Value)] as const),
  );
}
