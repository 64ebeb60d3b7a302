import { formatWeight } from '../rollout/weight.ts';
import type { Step } from '../rollout/plan.ts';
import type { AlarmDefinition, AlarmMetric } from './alarm-definition.ts';
import { alarmSightOf, type LintedTarget } from './alarm-sight.ts';
import { nameSteps, type NumberedStep } from './step-names.ts';

/** Weights and thresholds are decimals in doubles: 33.3 % is not quite 0.333. */
const TOLERANCE = 1e-9;

/** Whether the old version's requests would hide a canary that fails every time, in words. */
export function diluted(
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
    alarmSightOf(metric, targets).type === 'sees'
  );
}

function sameTraffic({ dimensions: a }: AlarmMetric, { dimensions: b }: AlarmMetric): boolean {
  return a['FunctionName'] === b['FunctionName'] && a['Resource'] === b['Resource'];
}
