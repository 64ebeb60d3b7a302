import { AwsError } from '../wire/aws-error.ts';
import { invalid } from './cloudwatch.ts';
import type { SimulatorClock } from '../time/clock.ts';
import { list, members, number, text, type Members } from '../wire/members.ts';
import { MINUTE_MS, type Dimensions, type Metrics } from './metrics.ts';
import { isStatistic } from './statistics.ts';

export interface MetricDataQuery {
  readonly id: string;
  readonly namespace: string;
  readonly metricName: string;
  readonly dimensions: Dimensions;
  readonly statistic: string;
  readonly periodMs: number;
}

/** GetMetricData, and what a test may have go wrong with it. */
export interface MetricData {
  /** How long after its end a minute can be seen. */
  delayMs: number;
  /** What is said of a result instead of `Complete`; such a result has no values. */
  statusOf: (query: MetricDataQuery) => string | undefined;
  /** A metric of somebody else's than Lambda. */
  put(
    metric: Pick<MetricDataQuery, 'namespace' | 'metricName' | 'dimensions'>,
    at: number,
    value: number,
  ): void;
  readonly answer: (input: Members) => unknown;
}

const MOST_QUERIES = 500;
const MOST_DATAPOINTS = 100_800;

export function createMetricData(
  metrics: Metrics,
  { clock, delayMs }: { readonly clock: SimulatorClock; readonly delayMs: number },
): MetricData {
  const others = new Map<string, number>();

  function valueAt(query: MetricDataQuery, from: number): number | undefined {
    const { metricName, dimensions, statistic, periodMs } = query;
    if (query.namespace !== 'AWS/Lambda') return others.get(keyOf(query, from));
    return metrics.read({ metricName, dimensions, statistic, from, to: from + periodMs });
  }

  const data: MetricData = {
    delayMs,
    statusOf: () => undefined,

    put(metric, at, value) {
      const key = keyOf(metric, at - (at % MINUTE_MS));
      others.set(key, (others.get(key) ?? 0) + value);
    },

    answer(input) {
      const queries = (list(input['MetricDataQueries']) ?? []).map(queryIn);
      if (queries.length === 0 || queries.length > MOST_QUERIES) {
        throw invalid(`MetricDataQueries must have 1 to ${MOST_QUERIES} members`);
      }
      if (new Set(queries.map(({ id }) => id)).size < queries.length) {
        throw invalid('The values for parameter id in MetricDataQueries are not unique.');
      }
      const [start, end] = [timeIn(input, 'StartTime'), timeIn(input, 'EndTime')];
      if (start >= end) throw invalid('The parameter StartTime must be less than EndTime.');
      const oldestFirst = input['ScanBy'] === 'TimestampAscending';
      const all = queries.flatMap((query) => {
        const points = datapoints(query, start, end);
        return (oldestFirst ? points : points.toReversed()).map((point) => ({ query, ...point }));
      });
      const first = Number(text(input['NextToken']) ?? '0');
      if (!Number.isInteger(first)) throw new AwsError(400, 'InvalidNextToken', 'Not a token');
      const next = first + (number(input['MaxDatapoints']) ?? MOST_DATAPOINTS);
      const page = all.slice(first, next);
      return {
        MetricDataResults: queries.map((query) => {
          const own = page.filter((point) => point.query === query);
          const goesOn = all.slice(next).some((point) => point.query === query);
          const status = data.statusOf(query) ?? (goesOn ? 'PartialData' : 'Complete');
          const shown = data.statusOf(query) === undefined ? own : [];
          return {
            Id: query.id,
            Label: query.metricName,
            Timestamps: shown.map(({ at }) => at / 1000),
            Values: shown.map(({ value }) => value),
            StatusCode: status,
          };
        }),
        ...(next < all.length ? { NextToken: String(next) } : {}),
        Messages: [],
      };
    },
  };

  function datapoints(query: MetricDataQuery, start: number, end: number) {
    const { periodMs } = query;
    const points: { readonly at: number; readonly value: number }[] = [];
    const seen = clock.now() - data.delayMs;
    for (let at = start - (start % periodMs); at < end && at + periodMs <= seen; at += periodMs) {
      const value = valueAt(query, at);
      if (value !== undefined) points.push({ at, value });
    }
    return points;
  }

  return data;
}

function keyOf(
  {
    namespace,
    metricName,
    dimensions,
  }: Pick<MetricDataQuery, 'namespace' | 'metricName' | 'dimensions'>,
  at: number,
): string {
  const sorted = Object.entries(dimensions).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([namespace, metricName, sorted, at]);
}

function queryIn(value: unknown): MetricDataQuery {
  const query = members(value) ?? {};
  const id = text(query['Id']) ?? '';
  if (!/^[a-z]\w*$/.test(id)) {
    throw invalid(`The value "${id}" for parameter Id must start with a lower-case letter.`);
  }
  if (query['Expression'] !== undefined) throw invalid('Metric math is not simulated');
  const stat = members(query['MetricStat']) ?? {};
  const metric = members(stat['Metric']) ?? {};
  const period = number(stat['Period']) ?? 0;
  if (!(period >= 60 && period % 60 === 0)) {
    throw invalid('Period must be a multiple of 60; high resolution is not simulated');
  }
  const statistic = text(stat['Stat']) ?? '';
  if (!isStatistic(statistic)) throw invalid(`The statistic ${statistic} is not simulated`);
  const dimensions = (list(metric['Dimensions']) ?? []).map(members);
  return {
    id,
    namespace: text(metric['Namespace']) ?? '',
    metricName: text(metric['MetricName']) ?? '',
    statistic,
    periodMs: period * 1000,
    dimensions: Object.fromEntries(
      dimensions.map((each) => [text(each?.['Name']) ?? '', text(each?.['Value']) ?? '']),
    ),
  };
}

/** Seconds on the wire, with fractions. */
function timeIn(input: Members, name: string): number {
  const seconds = number(input[name]);
  if (seconds === undefined) throw invalid(`The parameter ${name} must be specified.`);
  return Math.round(seconds * 1000);
}
