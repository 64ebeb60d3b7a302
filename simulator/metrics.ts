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
  readonly durationMs: number;
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
  durationSumMs: number;
  shortestMs: number;
  longestMs: number;
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
    add(series, at, { invocations, errors, throttles, durationMs }) {
      const bucket = bucketOf(series, at);
      bucket.invocations += invocations;
      bucket.errors += errors;
      bucket.throttles += throttles;
      if (invocations === 0) return;
      bucket.durationSumMs += invocations * durationMs;
      bucket.shortestMs = Math.min(bucket.shortestMs, durationMs);
      bucket.longestMs = Math.max(bucket.longestMs, durationMs);
    },

    read({ metricName, dimensions, statistic, from, to }) {
      const found: Values[] = [];
      for (let minute = from; minute < to; minute += MINUTE_MS) {
        for (const bucket of minutes.get(minute)?.values() ?? []) {
          const values = belongs(bucket.series, dimensions) ? valuesOf(metricName, bucket) : NONE;
          if (values.count > 0) found.push(values);
        }
      }
      return found.length === 0 ? undefined : statisticOf(statistic, found);
    },
  };
}

function emptyBucket(series: Series): Bucket {
  const counts = { invocations: 0, errors: 0, throttles: 0, durationSumMs: 0 };
  return { series, ...counts, shortestMs: Infinity, longestMs: 0 };
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

/** The single values that a metric had in a minute, summed up. */
interface Values {
  readonly count: number;
  readonly sum: number;
  readonly minimum: number;
  readonly maximum: number;
}

const NONE: Values = { count: 0, sum: 0, minimum: 0, maximum: 0 };

function valuesOf(metricName: string, bucket: Bucket): Values {
  const { invocations, errors, throttles } = bucket;
  switch (metricName) {
    case 'Invocations':
      return { count: invocations, sum: invocations, minimum: 1, maximum: 1 };
    case 'Errors':
      // 0 or 1 for each invocation, so the average is the error rate.
      return zeroOrOne(invocations, errors);
    case 'Throttles':
      return zeroOrOne(invocations + throttles, throttles);
    case 'Duration':
      return {
        count: invocations,
        sum: bucket.durationSumMs,
        minimum: bucket.shortestMs,
        maximum: bucket.longestMs,
      };
    default:
      return NONE;
  }
}

function zeroOrOne(count: number, ones: number): Values {
  return { count, sum: ones, minimum: ones === count ? 1 : 0, maximum: ones > 0 ? 1 : 0 };
}

function statisticOf(statistic: string, all: readonly Values[]): number {
  const total = (member: 'count' | 'sum') => all.reduce((sum, each) => sum + each[member], 0);
  switch (statistic) {
    case 'SampleCount':
      return total('count');
    case 'Average':
      return total('sum') / total('count');
    case 'Minimum':
      return Math.min(...all.map(({ minimum }) => minimum));
    case 'Maximum':
      return Math.max(...all.map(({ maximum }) => maximum));
    default:
      return total('sum');
  }
}
