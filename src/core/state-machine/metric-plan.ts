import type { ComparedMetrics } from '../checks/comparison.ts';
import { ERRORS } from '../checks/comparison-reader.ts';
import { namesVersion, sourceKeyOf, withoutVersion, type MetricSource } from '../metric-source.ts';
import { ALIAS_SOURCES, PROMOTED_SOURCES } from '../checks/promoted.ts';
import { conditionOf, type Expression, type MetricCheck } from '../checks/thresholds.ts';

/** What is read of CloudWatch for each target, once however many checks want it, and which check goes by which of it. */
export interface MetricPlan {
  readonly metrics: readonly MachineMetric[];
  /** Lambda's own errors; null where the versions are not compared. */
  readonly errors: MachineComparison | null;
  /** What the user wants compared besides. */
  readonly compared: readonly MachineComparison[];
  readonly thresholds: readonly MachineThreshold[];
  /** The version that is alone; null where it is not judged. */
  readonly alone: MachineAlone | null;
}

/** A metric as it stands in the plan: the places of function, alias and version are filled in by the execution. */
export interface MachineMetric {
  readonly namespace: string;
  readonly name: string;
  readonly statistic: string;
  readonly dimensions: readonly { readonly Name: string; readonly Value: string }[];
  /** Which of the versions is filled in. */
  readonly version: 'stable' | 'canary';
  /** It says something of the canary only once that is alone. */
  readonly alone: boolean;
  /** Until when minutes are of use. */
  readonly until: 'promotion' | 'end';
}

/** Numbers of metrics in the plan. */
export interface MachineComparison {
  readonly name: string;
  readonly served: number;
  readonly failed: number;
  readonly requests: number;
  readonly failures: number;
}

export interface MachineAlone {
  readonly requests: number;
  readonly failures: number;
  readonly ofAlias: number;
  readonly failuresOfAlias: number;
}

export interface MachineThreshold extends Omit<MetricCheck, 'sources'> {
  readonly expression: Expression;
  /** As people know it. */
  readonly condition: string;
  /** By the numbers that the sources have in the expression: the canary's metric … */
  readonly sources: readonly number[];
  /** … and that of the alias, for a canary that is alone; -1 where there is none. */
  readonly ofAlias: readonly number[];
}

export interface Checked {
  /** Whether the versions are compared. */
  readonly compares: boolean;
  readonly compared: readonly ComparedMetrics[];
  readonly judgesAlone: boolean;
  readonly thresholds: readonly MetricCheck[];
}

type Want = Omit<MachineMetric, 'namespace' | 'name' | 'statistic' | 'dimensions'> & {
  readonly source: MetricSource;
};

export function metricPlan({ compares, compared, judgesAlone, thresholds }: Checked): MetricPlan {
  const all = compares ? [ERRORS, ...compared] : [];
  const alone = compares && judgesAlone;
  const wants: readonly Want[] = [
    ...all.flatMap(({ total, bad }) => [
      ...[total, bad].map((source) => sideBySide(source, 'stable')),
      ...[total, bad].map((source) => sideBySide(source, 'canary')),
    ]),
    // A call must ask for something, also when all that the versions did side by side cannot change any more.
    ...(compares ? [toTheEnd(ERRORS.total)] : []),
    ...(alone
      ? [...sourcesOf(PROMOTED_SOURCES).map(toTheEnd), ...sourcesOf(ALIAS_SOURCES).map(ofAlias)]
      : []),
    ...thresholds.flatMap(({ sources }) => [
      ...sources.map(toTheEnd),
      ...sources.flatMap((source) => withoutVersion(source) ?? []).map(ofAlias),
    ]),
  ];
  const merged = mergedByKey(wants);
  const keys = [...merged.keys()];
  const numberOf = (source: MetricSource, version: Want['version']) =>
    keys.indexOf(keyOf({ source, version }));
  const comparisonOf = ({ name, total, bad }: ComparedMetrics): MachineComparison => ({
    name,
    served: numberOf(total, 'stable'),
    failed: numberOf(bad, 'stable'),
    requests: numberOf(total, 'canary'),
    failures: numberOf(bad, 'canary'),
  });
  const [errors = null, ...others] = all.map(comparisonOf);
  return {
    metrics: [...merged.values()].map(machineMetric),
    errors,
    compared: others,
    thresholds: thresholds.map(({ sources, ...check }) => ({
      ...check,
      condition: conditionOf(check),
      sources: sources.map((source) => numberOf(source, 'canary')),
      ofAlias: sources.map((source) => {
        const whole = withoutVersion(source);
        return whole === undefined ? -1 : numberOf(whole, 'canary');
      }),
    })),
    alone: alone ? numbersAlone((source) => numberOf(source, 'canary')) : null,
  };
}

function sourcesOf(named: Readonly<Record<string, MetricSource | undefined>>) {
  return Object.values(named).filter((source) => source !== undefined);
}

function numbersAlone(numberOf: (source: MetricSource) => number): MachineAlone {
  const named = { ...PROMOTED_SOURCES, ...ALIAS_SOURCES };
  const numbers = Object.entries(named).map(([name, source]) => [
    name,
    source === undefined ? -1 : numberOf(source),
  ]);
  return Object.fromEntries(numbers) as MachineAlone;
}

function sideBySide(source: MetricSource, version: Want['version']): Want {
  return { source, version, alone: false, until: 'promotion' };
}

function toTheEnd(source: MetricSource): Want {
  return { source, version: 'canary', alone: false, until: 'end' };
}

function ofAlias(source: MetricSource): Want {
  return { source, version: 'canary', alone: true, until: 'end' };
}

/** One that names no version is the same for both. */
function keyOf({ source, version }: Pick<Want, 'source' | 'version'>): string {
  return `${namesVersion(source) ? version : ''} ${sourceKeyOf(source)}`;
}

function mergedByKey(wants: readonly Want[]): ReadonlyMap<string, Want> {
  const merged = new Map<string, Want>();
  for (const want of wants) {
    const key = keyOf(want);
    const same = merged.get(key) ?? want;
    merged.set(key, {
      ...same,
      alone: same.alone && want.alone,
      until: same.until === 'end' ? 'end' : want.until,
    });
  }
  return merged;
}

function machineMetric({ source, version, alone, until }: Want): MachineMetric {
  const { namespace, name, statistic } = source;
  const dimensions = Object.entries(source.dimensions).map(([Name, Value]) => ({ Name, Value }));
  return { namespace, name, statistic, dimensions, version, alone, until };
}
