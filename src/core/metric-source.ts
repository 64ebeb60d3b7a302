/** A metric of CloudWatch and the statistic of it that is wanted, in periods of a minute. */
export interface MetricSource {
  readonly namespace: string;
  readonly name: string;
  /** CloudWatch adds nothing up over dimensions: the set must be exactly one that is published. */
  readonly dimensions: Readonly<Record<string, string>>;
  /** `Sum`, `Average`, `p99`, `TC(800:)`, …; an open set. */
  readonly statistic: string;
}

/** What the placeholders in a metric's dimensions stand for. */
export interface Subject {
  readonly function: string;
  readonly alias: string;
  readonly version: string;
}

export const PLACEHOLDER = /\{(function|alias|version)\}/g;

/** The metric of one version: `{function}`, `{alias}` and `{version}` in its dimensions filled in. */
export function metricOf(source: MetricSource, subject: Subject): MetricSource {
  const filled = Object.entries(source.dimensions).map(([name, value]) => [
    name,
    value.replace(PLACEHOLDER, (_, key: keyof Subject) => subject[key]),
  ]);
  return { ...source, dimensions: Object.fromEntries(filled) as Record<string, string> };
}

/** Whether a metric tells the versions apart: without that, both sides of a comparison are the same. */
export function namesVersion({ dimensions }: MetricSource): boolean {
  return Object.values(dimensions).some((value) => value.includes('{version}'));
}

/**
 * A metric that Lambda publishes of what one version did for an alias. `Resource` alone, as `function:8`, would
 * show only who named that version in the request, and nothing of the alias's traffic.
 */
export function lambdaMetric(name: string, statistic: string): MetricSource {
  return {
    namespace: 'AWS/Lambda',
    name,
    statistic,
    dimensions: {
      FunctionName: '{function}',
      Resource: '{function}:{alias}',
      ExecutedVersion: '{version}',
    },
  };
}

/** The same of the whole alias, whatever version served it; undefined for what is not Lambda's own of one version. */
export function withoutVersion(source: MetricSource): MetricSource | undefined {
  const { ExecutedVersion, ...dimensions } = source.dimensions;
  const isOfLambda = source.namespace === 'AWS/Lambda' && ExecutedVersion === '{version}';
  return isOfLambda ? { ...source, dimensions } : undefined;
}

/** Epoch milliseconds of the beginning of a minute → the value of that minute. A minute without data is absent. */
export type Series = ReadonlyMap<number, number>;

/** Metrics by the names that their reader gives them; what is undefined is not read. */
export type Sources<K extends string> = Readonly<Record<K, MetricSource | undefined>>;

/** {@link metricOf} for several metrics. */
export function metricsOf<K extends string>(sources: Sources<K>, subject: Subject): Sources<K> {
  return mapNamed(sources, (source) => source && metricOf(source, subject));
}

/** The metrics to be read, without their names. */
export function listed(sources: Sources<string>): readonly MetricSource[] {
  return Object.values(sources).filter((source) => source !== undefined);
}

/** The series of a metric that was read. */
export type FindSeries = (source: MetricSource) => Series;

const NONE: Series = new Map();

/** A reading of hundreds of functions asks for each of thousands of keys several times. */
const keys = new WeakMap<MetricSource, string>();

/** The same for the same metric and statistic. */
export function sourceKeyOf(source: MetricSource): string {
  const known = keys.get(source);
  if (known !== undefined) return known;
  const { namespace, name, dimensions, statistic } = source;
  const named = Object.entries(dimensions).toSorted(([a], [b]) => (a < b ? -1 : 1));
  const key = JSON.stringify([namespace, name, statistic, named]);
  keys.set(source, key);
  return key;
}

/** Each metric once, whoever wants it. */
export function distinct(sources: readonly MetricSource[]): readonly MetricSource[] {
  return [...new Map(sources.map((source) => [sourceKeyOf(source), source])).values()];
}

/**
 * Finds a series by its metric. An empty one when the metric was not read.
 * @param series in the order of the sources
 */
export function seriesOf(sources: readonly MetricSource[], series: readonly Series[]): FindSeries {
  const found = new Map(sources.map((source, index) => [sourceKeyOf(source), series[index]]));
  return (source) => found.get(sourceKeyOf(source)) ?? NONE;
}

/** What was read, by the names of the sources. */
export function seriesByName<K extends string>(
  sources: Sources<K>,
  find: FindSeries,
): Readonly<Record<K, Series>> {
  return mapNamed(sources, (source) => (source === undefined ? NONE : find(source)));
}

function mapNamed<K extends string, T, U>(
  named: Readonly<Record<K, T>>,
  map: (each: T) => U,
): Readonly<Record<K, U>> {
  const mapped = Object.entries<T>(named).map(([name, each]) => [name, map(each)]);
  return Object.fromEntries(mapped) as Record<K, U>;
}
