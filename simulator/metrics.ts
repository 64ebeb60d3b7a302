/** What the invocations of one version behind one alias came to in one minute. */
interface Bucket {
  invocations: number;
  errors: number;
  durationSumMs: number;
}

export interface Series {
  readonly functionName: string;
  readonly alias: string;
  readonly version: string;
}

export type Dimensions = Readonly<Record<string, string>>;

export const MINUTE_MS = 60_000;

/** AWS/Lambda's metrics: one-minute sums, and no datapoint where there was no invocation. */
export interface Metrics {
  add(series: Series, at: number, counts: Bucket): void;
  /**
   * The statistic over [from, to), or nothing when there is no datapoint.
   * Dimensions must be one of Lambda's own sets: CloudWatch does not aggregate over others.
   */
  read(query: MetricQuery): number | undefined;
}

export interface MetricQuery {
  readonly metricName: string;
  readonly dimensions: Dimensions;
  readonly statistic: string;
  readonly from: number;
  readonly to: number;
}

export function createMetrics(): Metrics {
  const minutes = new Map<number, Map<string, { series: Series; bucket: Bucket }>>();

  return {
    add(series, at, counts) {
      const minute = Math.floor(at / MINUTE_MS) * MINUTE_MS;
      const buckets = minutes.get(minute) ?? new Map<string, { series: Series; bucket: Bucket }>();
      minutes.set(minute, buckets);
      const key = `${series.functionName}:${series.alias}:${series.version}`;
      const { bucket } = buckets.get(key) ?? {
        bucket: { invocations: 0, errors: 0, durationSumMs: 0 },
      };
      bucket.invocations += counts.invocations;
      bucket.errors += counts.errors;
      bucket.durationSumMs += counts.durationSumMs;
      buckets.set(key, { series, bucket });
    },

    read({ metricName, dimensions, statistic, from, to }) {
      const found: Bucket[] = [];
      for (let minute = from; minute < to; minute += MINUTE_MS) {
        for (const { series, bucket } of minutes.get(minute)?.values() ?? []) {
          if (bucket.invocations > 0 && covers(dimensions, series)) found.push(bucket);
        }
      }
      if (found.length === 0) return undefined;
      const total = (member: keyof Bucket) => found.reduce((sum, each) => sum + each[member], 0);
      const sum = sumOf(metricName, total);
      if (statistic === 'SampleCount') return total('invocations');
      return statistic === 'Average' ? sum / total('invocations') : sum;
    },
  };
}

function sumOf(metricName: string, total: (member: keyof Bucket) => number): number {
  switch (metricName) {
    case 'Invocations':
      return total('invocations');
    case 'Errors':
      return total('errors');
    case 'Duration':
      return total('durationSumMs');
    default:
      return 0;
  }
}

function covers(dimensions: Dimensions, { functionName, alias, version }: Series): boolean {
  const has: Record<string, string> = {
    FunctionName: functionName,
    Resource: `${functionName}:${alias}`,
    ExecutedVersion: version,
  };
  return Object.entries(dimensions).every(([name, value]) => has[name] === value);
}
