import { formatDuration } from '../text/duration.ts';
import type { Plan, Step } from '../rollout/plan.ts';
import { formatWeight, type Versions } from '../alias/routing.ts';
import { targetName, type Target } from '../alias/target.ts';

/** One metric that an alarm reads. */
export interface AlarmMetric {
  /** What a metric math expression calls it; empty when there is no expression. */
  readonly id: string;
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
  /** `Sum`, `Average`, `p99`, …; an open set. */
  readonly statistic: string;
  readonly periodSeconds: number;
}

/** What a metric alarm watches. */
export interface AlarmDefinition {
  readonly periodSeconds: number;
  readonly evaluationPeriods: number;
  /** As many of the evaluation periods must be bad. */
  readonly datapointsToAlarm: number;
  /** Absent when the alarm compares with a band of expected values. */
  readonly threshold: number | undefined;
  /** `GreaterThanThreshold`, …; an open set. */
  readonly comparison: string;
  readonly metrics: readonly AlarmMetric[];
  /** The metric math whose result is compared; absent when that is a metric itself. */
  readonly expression: string | undefined;
}

/** An alarm to lint. Without a definition nothing is known of it, so nothing is said. */
export interface LintedAlarm {
  readonly name: string;
  readonly definition: AlarmDefinition | undefined;
}

/** A target and what is known of its versions; a canary that is yet to be published has no number. */
export type LintedTarget = Pick<Target, 'functionName' | 'alias'> & {
  readonly [Version in keyof Versions]?: Versions[Version] | undefined;
};

export interface LintedRollout {
  readonly targets: readonly LintedTarget[];
  readonly plan: Plan;
}

/**
 * Lambda's metrics are sums of a minute that can be seen a minute or more after it is over, and
 * CloudWatch looks at them once a minute. Neither is promised, so this is the usual, not the worst.
 */
const METRIC_DELAY_MS = 2 * 60_000;

/** Warnings about alarms that cannot do their job in this rollout. */
export function lintAlarms(
  alarms: readonly LintedAlarm[],
  { targets, plan }: LintedRollout,
): readonly string[] {
  const steps = plan.steps.map((step, index) => ({ ...step, number: index + 1 }));
  return alarms.flatMap(({ name, definition }) => {
    if (definition === undefined) return [];
    const faults = [
      tooSlow(definition, steps),
      unseeing(definition, targets) ?? diluted(definition, { targets, steps }),
    ];
    return faults.flatMap((fault) => (fault === undefined ? [] : [`Alarm ${name} ${fault}`]));
  });
}

interface NumberedStep extends Step {
  /** Counts from 1. */
  readonly number: number;
}

function tooSlow(
  { periodSeconds, evaluationPeriods, datapointsToAlarm }: AlarmDefinition,
  steps: readonly NumberedStep[],
): string | undefined {
  const datapointsMs = periodSeconds * 1000 * datapointsToAlarm;
  const needsMs = datapointsMs + METRIC_DELAY_MS;
  const sane = periodSeconds > 0 && datapointsToAlarm > 0 && Number.isFinite(needsMs);
  // A promotion that does not bake is meant not to be watched.
  const short = steps.filter(
    ({ weight, bakeMs }) => bakeMs < needsMs && !(weight >= 100 && bakeMs === 0),
  );
  if (!sane || short.length === 0) return undefined;
  const of = evaluationPeriods > datapointsToAlarm ? ` of ${evaluationPeriods}` : '';
  const several = of !== '' || datapointsToAlarm !== 1;
  const datapoints = `${datapointsToAlarm}${of} datapoint${several ? 's' : ''} of ${periodSeconds} s`;
  // An alarm over a minute is as short as one on Lambda's metrics can be.
  const shorten = datapointsMs > 60_000 ? ' or shorten the alarm' : '';
  return (
    `needs about ${formatDuration(needsMs)} to go into ALARM (${datapoints}, and about ` +
    `${formatDuration(METRIC_DELAY_MS)} until the metrics are there), but ${nameSteps(short)} ` +
    `${bakesFor(short)}. Lengthen the ${short.length === 1 ? 'step' : 'steps'}${shorten}.`
  );
}

function bakesFor(steps: readonly NumberedStep[]): string {
  const bakes = steps.map(({ bakeMs }) => bakeMs);
  const shortest = bakes.reduce((least, bakeMs) => Math.min(least, bakeMs));
  const duration = formatDuration(shortest);
  if (bakes.length === 1) return `bakes for ${duration} only`;
  const same = bakes.every((bakeMs) => bakeMs === shortest);
  return same ? `bake for ${duration} only` : `bake for less, the shortest for ${duration}`;
}

/** What a metric shows of the traffic that the rollout shifts. */
type Sight =
  | { readonly type: 'sees' }
  | { readonly type: 'unknown' }
  | { readonly type: 'elsewhere'; readonly what: string }
  | { readonly type: 'never'; readonly why: string };

function unseeing(
  { metrics }: AlarmDefinition,
  targets: readonly LintedTarget[],
): string | undefined {
  const [target] = targets;
  const sights = metrics.map((metric) => sightOf(metric, targets));
  // With one metric that sees the canary the others may be what it is compared with.
  if (sights.some(({ type }) => type === 'sees' || type === 'unknown')) return undefined;
  const blind = sights.find((sight) => sight.type === 'never');
  if (blind !== undefined) return blind.why;
  const elsewhere = sights.flatMap((sight) => (sight.type === 'elsewhere' ? [sight.what] : []));
  if (target === undefined || elsewhere.length === 0) return undefined;
  return (
    `watches ${join(elsewhere)} only, but the rollout shifts ${join(targets.map(targetName))}. ` +
    `Unless that is meant, use ${targets.length === 1 ? '' : 'the dimensions of one of these, as '}` +
    `FunctionName = ${target.functionName} and Resource = ${targetName(target)}.`
  );
}

function sightOf({ namespace, dimensions }: AlarmMetric, targets: readonly LintedTarget[]): Sight {
  const { FunctionName: functionName, Resource: resource, ExecutedVersion: executed } = dimensions;
  if (namespace !== 'AWS/Lambda' || functionName === undefined) return { type: 'unknown' };

  const ofFunction = targets.filter((target) => target.functionName === functionName);
  const [first] = ofFunction;
  if (first === undefined) return { type: 'elsewhere', what: functionName };
  if (resource?.startsWith('arn:')) return never(first, underArn(resource));
  const version = resource === undefined ? undefined : versionIn(resource, functionName);
  if (version !== undefined) return never(first, callsOf(version, `${functionName}:${version}`));

  const seen = ofFunction.filter(
    (target) => resource === undefined || resource === targetName(target),
  );
  const [target] = seen;
  if (target === undefined) return { type: 'elsewhere', what: resource ?? functionName };
  if (executed === undefined || seen.some((each) => mayRun(each, executed))) {
    return { type: 'sees' };
  }
  return { type: 'never', why: executedWhy(target, executed) };
}

/** The version that a resource like `checkout:7` names; undefined for one that names an alias. */
function versionIn(resource: string, functionName: string): string | undefined {
  const qualifier = resource.slice(functionName.length + 1);
  const ofFunction = resource === `${functionName}:${qualifier}`;
  return ofFunction && /^(\d+|\$LATEST)$/.test(qualifier) ? qualifier : undefined;
}

function never(target: LintedTarget, why: string): Sight {
  const name = targetName(target);
  return { type: 'never', why: `sees nothing of ${name}: ${why}. Use Resource = ${name}.` };
}

function underArn(resource: string): string {
  return `Resource = ${resource} is an ARN, and Lambda has no metrics under an ARN`;
}

function callsOf(version: string, resource: string): string {
  return `Resource = ${resource} covers only calls that name ${numbered(version)} themselves`;
}

function mayRun({ stable, canary }: LintedTarget, version: string): boolean {
  return canary === undefined ? version !== stable : version === canary;
}

function executedWhy(target: LintedTarget, executed: string): string {
  const name = targetName(target);
  const other =
    executed === target.stable || target.canary === undefined
      ? 'covers the stable version only'
      : `covers ${numbered(executed)} only, and the canary is ${numbered(target.canary)}`;
  return (
    `never sees the canary of ${name}: ExecutedVersion = ${executed} ${other}. ` +
    `Use Resource = ${name} without ExecutedVersion.`
  );
}

function numbered(version: string): string {
  return version === '$LATEST' ? version : `version ${version}`;
}

/** Weights and thresholds are decimals in doubles: 33.3 % is not quite 0.333. */
const TOLERANCE = 1e-9;

function diluted(
  definition: AlarmDefinition,
  {
    targets,
    steps,
  }: { readonly targets: readonly LintedTarget[]; readonly steps: readonly NumberedStep[] },
): string | undefined {
  const { comparison, threshold } = definition;
  const top = valueWhenAllFail(definition, targets);
  const exclusive = comparison === 'GreaterThanThreshold';
  const upwards = exclusive || comparison === 'GreaterThanOrEqualToThreshold';
  if (top === undefined || threshold === undefined || !Number.isFinite(threshold) || !upwards) {
    return undefined;
  }
  const reaches = ({ weight }: Step) => {
    const above = (weight / 100) * top - threshold;
    return exclusive ? above > TOLERANCE : above >= -TOLERANCE;
  };
  const blind = steps.filter((step) => step.weight < 100 && !reaches(step));
  if (blind.length === 0) return undefined;
  const highest = formatWeight(Math.max(...blind.map(({ weight }) => weight)));
  const limit = formatWeight((threshold / top) * 100);
  return (
    `would miss even a canary that fails every time in ${nameSteps(blind)}: it watches the error rate ` +
    `of old and new together, which is ${highest} ${blind.length === 1 ? 'only' : 'at most'} then, ` +
    `and goes into ALARM ${exclusive ? `above ${limit}` : `from ${limit} on`}. ` +
    'Watch the number of errors (Sum) instead, or lower the threshold.'
  );
}

/** What the alarm's error rate is when all calls fail, 1 or 100; undefined when it is no such rate. */
function valueWhenAllFail(
  { metrics, expression }: AlarmDefinition,
  targets: readonly LintedTarget[],
): number | undefined {
  const mixed = metrics.filter((metric) => mixesVersions(metric, targets));
  const named = (name: string, statistic: string) =>
    mixed.filter((metric) => metric.name === name && metric.statistic === statistic);

  if (expression === undefined) {
    // Errors is 0 or 1 for each call, so its average is the rate.
    return named('Errors', 'Average').length > 0 ? 1 : undefined;
  }
  const pairs = named('Errors', 'Sum').flatMap((errors) =>
    named('Invocations', 'Sum')
      .filter((invocations) => sameTraffic(errors, invocations))
      .map((invocations) => [errors.id, invocations.id] as const),
  );
  for (const [errors, invocations] of pairs) {
    const text = expression
      .replaceAll(/\s/g, '')
      .replaceAll(`FILL(${errors},0)`, () => errors)
      .replaceAll(`(${errors})`, () => errors);
    if (writings(`${errors}/${invocations}`).includes(text)) return 1;
    if (writingsInPercent(errors, invocations).includes(text)) return 100;
  }
  return undefined;
}

function writings(formula: string): readonly string[] {
  return [formula, `(${formula})`];
}

function writingsInPercent(e: string, i: string): readonly string[] {
  return [
    `100*${e}/${i}`,
    `(100*${e})/${i}`,
    `${e}*100/${i}`,
    `(${e}*100)/${i}`,
    `${e}/${i}*100`,
    `100*(${e}/${i})`,
    `(${e}/${i})*100`,
  ].flatMap(writings);
}

function mixesVersions(metric: AlarmMetric, targets: readonly LintedTarget[]): boolean {
  const names = Object.keys(metric.dimensions);
  return (
    names.every((name) => name === 'FunctionName' || name === 'Resource') &&
    sightOf(metric, targets).type === 'sees'
  );
}

function sameTraffic({ dimensions: a }: AlarmMetric, { dimensions: b }: AlarmMetric): boolean {
  return a['FunctionName'] === b['FunctionName'] && a['Resource'] === b['Resource'];
}

/** `step 1 (5 %)`, `steps 1 to 9 (10 % to 90 %)`; a plan may have a hundred of them. */
function nameSteps(steps: readonly NumberedStep[]): string {
  const runs: NumberedStep[][] = [];
  for (const step of steps) {
    const run = runs.at(-1);
    if (run?.at(-1)?.number === step.number - 1) run.push(step);
    else runs.push([step]);
  }
  return join(runs.map(nameRun));
}

function nameRun(run: readonly NumberedStep[]): string {
  const ends = run.length === 1 ? run : [...run.slice(0, 1), ...run.slice(-1)];
  const between = run.length === 2 ? ' and ' : ' to ';
  const numbers = ends.map(({ number }) => number).join(between);
  const weights = ends.map(({ weight }) => formatWeight(weight)).join(between);
  return `${run.length === 1 ? 'step' : 'steps'} ${numbers} (${weights})`;
}

function join(words: readonly string[]): string {
  const different = [...new Set(words)];
  const last = different.slice(-1);
  return [different.slice(0, -1).join(', '), ...last].filter((part) => part !== '').join(' and ');
}
