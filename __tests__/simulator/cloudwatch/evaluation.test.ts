import { describe, expect, it } from '@jest/globals';

import {
  datapoints,
  judge,
  type Comparison,
  type MetricCondition,
  type MissingData,
} from '../../../simulator/cloudwatch/evaluation.ts';
import { reasonOf } from '../../../simulator/cloudwatch/reasons.ts';

const END = Date.UTC(2026, 10, 23, 14, 5);
const MINUTE = 60_000;

function condition(change: Partial<MetricCondition> = {}): MetricCondition {
  return {
    namespace: 'AWS/Lambda',
    metricName: 'Errors',
    dimensions: {},
    statistic: 'Sum',
    periodSeconds: 60,
    evaluationPeriods: 3,
    datapointsToAlarm: 3,
    threshold: 0,
    comparison: 'GreaterThanThreshold',
    treatMissingData: 'missing',
    ...change,
  };
}

/** Five minutes, the newest last: 0 does not breach, X does, - is missing. */
function found(minutes: string, alarm: MetricCondition) {
  const marks = minutes.split(' ');
  const read = ({ from }: { readonly from: number }) => {
    const mark = marks[marks.length - (END - from) / MINUTE];
    return mark === '0' || mark === 'X' ? Number(mark === 'X') : undefined;
  };
  return datapoints(alarm, read, END);
}

const TREATMENTS: readonly MissingData[] = ['missing', 'ignore', 'breaching', 'notBreaching'];

describe('a metric alarm is judged as the tables of the CloudWatch user guide say', () => {
  // In each line: the state for each of the treatments; "keep" is the state it had.
  it.each([
    [3, '0 - X - X', 'OK OK OK OK'],
    [3, '0 - - - -', 'OK OK OK OK'],
    [3, '- - - - -', 'INSUFFICIENT_DATA keep ALARM OK'],
    [3, '0 X X - X', 'ALARM ALARM ALARM ALARM'],
    [3, '- - X - -', 'ALARM keep ALARM OK'],
    [2, '0 - X - X', 'ALARM ALARM ALARM ALARM'],
    [2, '0 0 X 0 X', 'ALARM ALARM ALARM ALARM'],
    [2, '0 - X - -', 'OK OK ALARM OK'],
    [2, '- - - - 0', 'OK OK ALARM OK'],
    [2, '- - - - X', 'ALARM keep ALARM OK'],
  ])('%i of 3 datapoints, of %s: %s', (datapointsToAlarm, minutes, expected) => {
    const states = TREATMENTS.map((treatMissingData) => {
      const alarm = condition({ datapointsToAlarm, treatMissingData });
      return judge(alarm, found(minutes, alarm)) ?? 'keep';
    });
    expect(states.join(' ')).toBe(expected);
  });

  it.each<[Comparison, string]>([
    ['GreaterThanThreshold', 'OK OK ALARM'],
    ['GreaterThanOrEqualToThreshold', 'OK ALARM ALARM'],
    ['LessThanThreshold', 'ALARM OK OK'],
    ['LessThanOrEqualToThreshold', 'ALARM ALARM OK'],
  ])('%s: for 4, 5 and 6 against 5 %s', (comparison, expected) => {
    const alarm = condition({
      comparison,
      threshold: 5,
      evaluationPeriods: 1,
      datapointsToAlarm: 1,
    });
    const states = [4, 5, 6].map((value) => judge(alarm, [{ at: 0, value }]));
    expect(states.join(' ')).toBe(expected);
  });

  it('over periods of several minutes that are aligned to the clock', () => {
    const asked: number[] = [];
    const alarm = condition({ periodSeconds: 300, evaluationPeriods: 1 });
    datapoints(
      alarm,
      ({ from, to }) => {
        asked.push(from, to);
        return undefined;
      },
      END + 2 * MINUTE,
    );
    expect(asked.slice(0, 2)).toEqual([END - 5 * MINUTE, END]);
  });
});

describe('the reason of a metric alarm', () => {
  const at = Date.UTC(2026, 10, 23, 14, 2);
  it.each([
    [
      'tells the datapoint and the threshold',
      { evaluationPeriods: 1, datapointsToAlarm: 1 },
      [3],
      'ALARM',
      'Threshold Crossed: 1 out of the last 1 datapoints [3.0 (23/11/26 14:02:00)] was greater than the threshold (0.0) (minimum 1 datapoint for OK -> ALARM transition).',
    ],
    [
      'tells how many datapoints were needed',
      { evaluationPeriods: 3, datapointsToAlarm: 2, threshold: 0.5 },
      [3, 0.75],
      'ALARM',
      'Threshold Crossed: 2 out of the last 3 datapoints [3.0 (23/11/26 14:02:00), 0.75 (23/11/26 14:01:00)] were greater than the threshold (0.5) (minimum 2 datapoints for OK -> ALARM transition).',
    ],
    [
      'tells that data are missing',
      { evaluationPeriods: 1, treatMissingData: 'breaching' as const },
      [],
      'ALARM',
      'Threshold Crossed: no datapoints were received for 1 period and 1 missing datapoint was treated as [Breaching].',
    ],
    [
      'tells that there is not enough',
      { evaluationPeriods: 2 },
      [],
      'INSUFFICIENT_DATA' as const,
      'Insufficient Data: 2 datapoints were unknown.',
    ],
  ])('%s', (_, change, values, to, expected) => {
    const points = values.map((value, age) => ({ at: at - age * MINUTE, value }));
    const move = { from: 'OK' as const, to: to as 'ALARM' };
    expect(reasonOf(condition(change), points, move)).toBe(expected);
  });
});
