import { targetName, type Target } from '../alias/target.ts';
import type { Versions } from '../alias/routing.ts';
import type { AlarmDefinition, AlarmMetric } from './alarm-definition.ts';
import { join } from './step-names.ts';

/** A target and what is known of its versions; a canary that is yet to be published has no number. */
export type LintedTarget = Pick<Target, 'functionName' | 'alias'> & {
  readonly [Version in keyof Versions]?: Versions[Version] | undefined;
};

/** What a metric shows of the traffic that the rollout shifts. */
type AlarmSight =
  | { readonly type: 'sees' }
  | { readonly type: 'unknown' }
  | { readonly type: 'elsewhere'; readonly what: string }
  | { readonly type: 'never'; readonly why: string };

/** Whether no metric of an alarm shows the traffic that is shifted, in words. */
export function unseeing(
  { metrics }: AlarmDefinition,
  targets: readonly LintedTarget[],
): string | undefined {
  const [target] = targets;
  const sights = metrics.map((metric) => alarmSightOf(metric, targets));
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

/** What one metric shows of it. */
export function alarmSightOf(
  { namespace, dimensions }: AlarmMetric,
  targets: readonly LintedTarget[],
): AlarmSight {
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

function never(target: LintedTarget, why: string): AlarmSight {
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
