import { statisticOf, type Distribution } from './statistics.ts';

export const MINUTE_MS = 60_000;

/** Who the invocations were for. */
export interface Series {
  readonly functionName: string;
  readonly alias: string;
  /** Empty for what was throttled: it ran no version. */
  readonly version: string;
}

/** What the invocations of a series came to in some time. */
export interface Counts {
  readonly invocations: number;
  readonly errors: number;
  readonly throttles: number;
  /** How long the invocations took, milliseconds. */
  readonly durations: Distribution;
}

export type Dimensions = Readonly<Record<string, string>>;

export interface MetricQuery {
  readonly metricName: string;
  readonly dimensions: Dimensions;
  readonly statistic: string;
  readonly from: number;
  readonly to: number;
}

/** AWS/Lambda's metrics: one-minute sums, and no datapoint where there was no invocation. */
export interface Metrics {
  add(series: Series, at: number, counts: Counts): void;
  /** The statistic over [from, to), or nothing when there is no datapoint. */
  readonly read: (query: MetricQuery) => number | undefined;
}

/** What a series came to in one minute. */
interface Bucket {
  readonly series: Series;
  invocations: number;
  errors: number;
  throttles: number;
  readonly durations: Map<number, number>;
}

export function createMetrics(): Metrics {
  const minutes = new Map<number, Map<string, Bucket>>();

  function bucketOf(series: Series, at: number): Bucket {
    const start = at - (at % MINUTE_MS);
    const minute = minutes.get(start) ?? new Map<string, Bucket>();
    minutes.set(start, minute);
    const key = `${series.functionName}:${series.alias}:${series.version}`;
    const bucket = minute.get(key) ?? emptyBucket(series);
    minute.set(key, bucket);
    return bucket;
  }

  return {
    add(series, at, { invocations, errors, throttles, durations }) {
      const bucket = bucketOf(series, at);
      bucket.invocations += invocations;
      bucket.errors += errors;
      bucket.throttles += throttles;
      addTo(bucket.durations, durations);
    },

    read({ metricName, dimensions, statistic, from, to }) {
      const found = new Map<number, number>();
      for (let minute = from; minute < to; minute += MINUTE_MS) {
        for (const bucket of minutes.get(minute)?.values() ?? []) {
          if (belongs(bucket.series, dimensions)) addTo(found, valuesOf(metricName, bucket));
        }
      }
      return found.size === 0 ? undefined : statisticOf(statistic, found);
    },
  };
}

function emptyBucket(series: Series): Bucket {
  return { series, invocations: 0, errors: 0, throttles: 0, durations: new Map() };
}

function addTo(sum: Map<number, number>, values: Distribution): void {
  for (const [value, count] of values) {
    if (count > 0) sum.set(value, (sum.get(value) ?? 0) + count);
  }
}

/** Lambda publishes under these sets only, and CloudWatch does not aggregate over others. */
const DIMENSION_SETS: readonly string[] = [
  '',
  'FunctionName',
  'FunctionName,Resource',
  'ExecutedVersion,FunctionName,Resource',
];

function belongs({ functionName, alias, version }: Series, dimensions: Dimensions): boolean {
  const { FunctionName = functionName, Resource, ExecutedVersion = version } = dimensions;
  return (
    DIMENSION_SETS.includes(Object.keys(dimensions).sort().join()) &&
    FunctionName === functionName &&
    (Resource === undefined || Resource === `${functionName}:${alias}`) &&
    ExecutedVersion === version
  );
}

/** The single values that a metric had in a minute. */
function valuesOf(metricName: string, bucket: Bucket): Distribution {
  const { invocations, errors, throttles, durations } = bucket;
  switch (metricName) {
    case 'Invocations':
      return new Map([[1, invocations]]);
    case 'Errors':
      // 0 or 1 for each invocation, so the average is the error rate.
      return zeroOrOne(invocations, errors);
    case 'Throttles':
      return zeroOrOne(invocations + throttles, throttles);
    case 'Duration':
      return durations;
    default:
      return new Map();
  }
}

function zeroOrOne(count: number, ones: number): Distribution {
  return new Map([
    [0, count - ones],
    [1, ones],
  ]);
}
