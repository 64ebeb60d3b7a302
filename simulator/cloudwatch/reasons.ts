import type { AlarmState, Comparison, Datapoint, MetricCondition } from './evaluation.ts';

const WORDS: Readonly<Record<Comparison, string>> = {
  GreaterThanThreshold: 'greater than',
  GreaterThanOrEqualToThreshold: 'greater than or equal to',
  LessThanThreshold: 'less than',
  LessThanOrEqualToThreshold: 'less than or equal to',
};

const TREATED: Readonly<Record<string, string>> = {
  breaching: 'Breaching',
  notBreaching: 'NonBreaching',
};

/** StateReason of a metric alarm, in the form CloudWatch gives it. */
export function reasonOf(
  condition: MetricCondition,
  found: readonly Datapoint[],
  move: { readonly from: AlarmState; readonly to: AlarmState },
): string {
  const { evaluationPeriods, threshold, comparison } = condition;
  if (move.to === 'INSUFFICIENT_DATA') {
    const were = evaluationPeriods === 1 ? 'datapoint was' : 'datapoints were';
    return `Insufficient Data: ${evaluationPeriods} ${were} unknown.`;
  }
  if (found.length === 0) {
    const missing = evaluationPeriods === 1 ? 'datapoint was' : 'datapoints were';
    return (
      `Threshold Crossed: no datapoints were received for ${counted(evaluationPeriods, 'period')} ` +
      `and ${evaluationPeriods} missing ${missing} treated as [${TREATED[condition.treatMissingData ?? 'missing'] ?? ''}].`
    );
  }
  const values = found.map(({ at, value }) => `${decimal(value)} (${moment(at)})`).join(', ');
  const verb = found.length === 1 ? 'was' : 'were';
  const not = move.to === 'ALARM' ? '' : ' not';
  const crossing = `${verb}${not} ${WORDS[comparison]} the threshold (${decimal(threshold)})`;
  if (condition.datapointsToAlarm === undefined) {
    return `Threshold Crossed: ${counted(found.length, 'datapoint')} [${values}] ${crossing}.`;
  }
  const { datapointsToAlarm } = condition;
  const needed =
    move.to === 'ALARM' ? datapointsToAlarm : evaluationPeriods - datapointsToAlarm + 1;
  return (
    `Threshold Crossed: ${found.length} out of the last ${evaluationPeriods} datapoints [${values}] ` +
    `${crossing} (minimum ${counted(needed, 'datapoint')} for ${move.from} -> ${move.to} transition).`
  );
}

/** StateReasonData of a metric alarm. */
export function reasonDataOf(
  { statistic, periodSeconds, threshold }: MetricCondition,
  found: readonly Datapoint[],
  at: number,
): string {
  const oldest = found.at(-1)?.at;
  return JSON.stringify({
    version: '1.0',
    queryDate: isoOf(at),
    ...(oldest === undefined ? {} : { startDate: isoOf(oldest) }),
    statistic,
    period: periodSeconds,
    recentDatapoints: found.map(({ value }) => value).toReversed(),
    threshold,
    evaluatedDatapoints: found.map((each) => ({ timestamp: isoOf(each.at), value: each.value })),
  });
}

/** The way of writing time in CloudWatch's JSON. */
export function isoOf(at: number): string {
  return new Date(at).toISOString().replace('Z', '+0000');
}

/** 23/11/26 14:02:00 */
function moment(at: number): string {
  const [year = '', month = '', day = '', time = ''] = new Date(at).toISOString().split(/[-T.]/);
  return `${day}/${month}/${year.slice(2)} ${time}`;
}

function decimal(value: number): string {
  return Number.isInteger(value) ? value.toFixed(1) : String(value);
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
