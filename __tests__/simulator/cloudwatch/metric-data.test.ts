import { beforeEach, describe, expect, it } from '@jest/globals';

import { createMetricData, type MetricData } from '../../../simulator/cloudwatch/metric-data.ts';
import { createMetrics } from '../../../simulator/cloudwatch/metrics.ts';
import { logNormal, seeded } from '../../../simulator/time/random.ts';
import { isStatistic, statisticOf } from '../../../simulator/cloudwatch/statistics.ts';

const MINUTE = 60_000;
const START = Date.UTC(2026, 0, 1);
const DIMENSIONS = [
  { Name: 'FunctionName', Value: 'checkout' },
  { Name: 'Resource', Value: 'checkout:live' },
  { Name: 'ExecutedVersion', Value: '2' },
];

interface Answer {
  readonly MetricDataResults: readonly {
    readonly Id: string;
    readonly Timestamps: readonly number[];
    readonly Values: readonly number[];
    readonly StatusCode: string;
  }[];
  readonly NextToken?: string;
}

let now: number;
let data: MetricData;
beforeEach(() => {
  now = START + 10 * MINUTE;
  const metrics = createMetrics();
  for (let minute = 0; minute < 10; minute++) {
    metrics.add(
      { functionName: 'checkout', alias: 'live', version: '2' },
      START + minute * MINUTE,
      {
        invocations: 10,
        errors: minute,
        throttles: 0,
        durations: new Map([
          [40, 9],
          [400, 1],
        ]),
      },
    );
  }
  data = createMetricData(metrics, { clock: { now: () => now }, delayMs: 0 });
});

function query(statistic: string, { metric = 'Errors', period = 60, id = 'm0' } = {}) {
  const Metric = { Namespace: 'AWS/Lambda', MetricName: metric, Dimensions: DIMENSIONS };
  return { Id: id, MetricStat: { Stat: statistic, Period: period, Metric } };
}

function ask(queries: readonly object[], more: Readonly<Record<string, unknown>> = {}): Answer {
  return data.answer({
    MetricDataQueries: queries,
    StartTime: START / 1000,
    EndTime: (START + 10 * MINUTE) / 1000,
    ScanBy: 'TimestampAscending',
    ...more,
  }) as Answer;
}

const values = (answer: Answer) => answer.MetricDataResults.map(({ Values }) => Values);

describe('GetMetricData of the simulator', () => {
  it('gives a value per period, the oldest first when asked so', () => {
    expect(values(ask([query('Sum')]))).toEqual([[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]]);
    expect(values(ask([query('Sum')], { ScanBy: 'TimestampDescending' }))).toEqual([
      [9, 8, 7, 6, 5, 4, 3, 2, 1, 0],
    ]);
    expect(values(ask([query('Sum', { period: 300 })]))).toEqual([[10, 35]]);
  });

  it('goes on over pages, all of them PartialData but the last', () => {
    const first = ask([query('Sum')], { MaxDatapoints: 6 });
    const rest = ask([query('Sum')], { MaxDatapoints: 6, NextToken: first.NextToken });
    expect([first, rest].map((page) => page.MetricDataResults[0]?.StatusCode)).toEqual([
      'PartialData',
      'Complete',
    ]);
    expect([first, rest].map((page) => page.MetricDataResults[0]?.Values.length)).toEqual([6, 4]);
    expect(rest.NextToken).toBeUndefined();
  });

  it('shows a minute only when it ended long enough ago', () => {
    data.delayMs = 90_000;
    expect(values(ask([query('Sum')]))[0]).toHaveLength(8);
    now += 90_000;
    expect(values(ask([query('Sum')]))[0]).toHaveLength(10);
  });

  it('says of a result what a test wants, and then gives no values of it', () => {
    data.statusOf = ({ id }) => (id === 'm1' ? 'Forbidden' : undefined);
    const { MetricDataResults } = ask([query('Sum'), query('Sum', { id: 'm1' })]);
    expect(MetricDataResults.map((each) => [each.StatusCode, each.Values.length])).toEqual([
      ['Complete', 10],
      ['Forbidden', 0],
    ]);
  });

  it('knows metrics that were put', () => {
    const metric = { namespace: 'Shop', metricName: 'Bad', dimensions: { F: 'checkout' } };
    data.put(metric, START + 61_000, 3);
    data.put(metric, START + 62_000, 4);
    const MetricStat = {
      Stat: 'Sum',
      Period: 60,
      Metric: {
        Namespace: 'Shop',
        MetricName: 'Bad',
        Dimensions: [{ Name: 'F', Value: 'checkout' }],
      },
    };
    const [result] = ask([{ Id: 'm0', MetricStat }]).MetricDataResults;
    expect(result?.Values).toEqual([7]);
    expect(result?.Timestamps).toEqual([(START + MINUTE) / 1000]);
  });

  it.each([
    ['no query at all', [], {}],
    ['two queries of one name', [query('Sum'), query('Sum')], {}],
    ['a name that begins with a capital', [query('Sum', { id: 'M0' })], {}],
    ['a period that is no minutes', [query('Sum', { period: 90 })], {}],
    ['a statistic that there is not', [query('Median')], {}],
    ['a time that ends before it starts', [query('Sum')], { EndTime: START / 1000 - 1 }],
    ['a token of its own making', [query('Sum')], { NextToken: 'mine' }],
  ])('refuses %s', (_, queries, more) => {
    expect(() => ask(queries, more)).toThrow();
  });
});

describe('the statistics of the simulator', () => {
  const durations = new Map([
    [40, 9],
    [400, 1],
  ]);

  it.each([
    ['Sum', 760],
    ['Average', 76],
    ['Minimum', 40],
    ['Maximum', 400],
    ['SampleCount', 10],
    ['p50', 40],
    ['p90', 40],
    ['p99', 400],
    ['p100', 400],
    ['TC(40:)', 1],
    ['TC(:40)', 9],
    ['TC(39.5:400)', 10],
    ['PR(:40)', 90],
  ])('have %s', (statistic, expected) => {
    expect(isStatistic(statistic)).toBe(true);
    expect(statisticOf(statistic, durations)).toBe(expected);
  });

  it('are of durations that spread around their median', () => {
    const random = seeded(7);
    const drawn = Array.from({ length: 4_001 }, () => logNormal(random, 40, 0.5)).sort(
      (a, b) => a - b,
    );
    expect(drawn[2_000]).toBeCloseTo(40, -0.5);
    expect((drawn[3_600] ?? 0) / 40).toBeCloseTo(Math.exp(1.2816 * 0.5), 0);
  });
});
