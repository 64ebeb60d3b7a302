import type { Mark } from '../../core/alias/mark.ts';
import { longestBakeMs, type Plan } from '../../core/rollout/plan.ts';
import type { AnalysisConfig, Config } from '../../inputs/config.ts';
import { sameTarget, targetReport, versionsOf } from '../../core/alias/target.ts';
import { defaultLogGroup } from '../../core/checks/error-logs.ts';
import { leastPolicy } from '../../core/policy.ts';
import { objectsIn } from '../../core/versions/code.ts';
import { accountIn } from '../../core/text/arn.ts';
import type { Clearance } from '../preflight/preflight.ts';
import type { Cleared } from '../preflight/targets.ts';
import type { Prepared } from '../versions/publish.ts';
import { boundsOf } from '../rollout/bounds.ts';
import type { Surroundings } from '../surroundings.ts';

// What log and report are told of a job as it gets to know it.

/** The steps, at the head of the log. */
export function recordPlan(
  { clock, journal }: Surroundings,
  plan: Plan,
  analysis: AnalysisConfig,
): void {
  const longestMs = longestBakeMs({ ...boundsOf(analysis), ...plan });
  journal.record({ type: 'plan', at: clock.timeOfDay(), plan, longestMs });
}

/** Where the rollout stands, and who began it. */
export function recordPosition(
  { clock, journal, runs }: Surroundings,
  rollout: Pick<Mark, 'repository' | 'startedBy' | 'weight' | 'step'>,
): void {
  const { repository, startedBy: runId, weight, step } = rollout;
  const startedBy = runs.url({ repository, runId });
  journal.record({ type: 'position', at: clock.timeOfDay(), weight, step, startedBy });
}

/** What is known of the targets by now; it replaces what was known before. */
export function recordTargets(
  { aws, clock, journal }: Pick<Surroundings, 'aws' | 'clock' | 'journal'>,
  targets: readonly ReturnType<typeof targetReport>[],
): void {
  journal.record({ type: 'targets', at: clock.timeOfDay(), region: aws.region, targets });
}

/** That nothing stands against the rollout, what was found, and what is to be warned of. */
export function recordClearance(
  { clock, journal }: Surroundings,
  { details, warnings, notes }: Clearance,
): void {
  journal.record({
    type: 'details',
    at: clock.timeOfDay(),
    title: 'Preflight passed',
    lines: details,
  });
  notes.forEach(journal.note);
  warnings.forEach(journal.warn);
}

/**
 * What the role of a job with these inputs must be allowed, when it is no dry run.
 * @param cleared what is known of the functions; of the others it is what Lambda does by default
 */
export function recordPolicy(
  config: Config,
  cleared: readonly Cleared[],
  { clock, journal }: Surroundings,
): void {
  const restores = config.onRevertLatest === 'restore';
  const formerObjects = cleared.flatMap(({ facts }) =>
    restores ? (facts.stable?.code.object ?? []) : [],
  );
  const policy = leastPolicy(
    { ...config, dryRun: false, formerObjects },
    {
      region: config.region,
      account: accountIn(config.role?.arn ?? '') ?? '*',
      stateMachine: config.stateMachine,
      objects: [...objectsIn(config.requests), ...formerObjects],
      functions: config.requests.map(({ target, foundBy }) => {
        const search = config.searches.find(({ written }) => written === foundBy);
        const found = cleared.find(({ request }) => sameTarget(request.target, target));
        const { functionId, functionName } = target;
        const { functionArn = '', logGroup = '' } = found?.facts.candidate ?? {};
        if (search?.type === 'pattern')
          return patternInPolicy(search.pattern, functionName, logGroup);
        return {
          functionId: functionArn || functionId,
          functionName,
          logGroup: logGroup || defaultLogGroup(functionName),
        };
      }),
    },
  );
  journal.record({ type: 'policy', at: clock.timeOfDay(), policy });
}

/**
 * What is found by a pattern next time is allowed as well; and a policy has no room for the names of hundreds.
 * @param logGroup of this function; empty while it is not known
 */
function patternInPolicy(pattern: string, functionName: string, logGroup: string) {
  const isOwn = logGroup !== '' && logGroup !== defaultLogGroup(functionName);
  return {
    functionId: pattern,
    functionName: pattern,
    logGroup: isOwn ? logGroup : defaultLogGroup(pattern),
  };
}

/** A target as preflight found it: nothing is published or decided yet. */
export function clearedReport({ request: { target, version }, facts, alias }: Cleared) {
  return targetReport(target, {
    functionArn: facts.candidate.functionArn,
    aliasArn: alias?.arn ?? '',
    previousVersion: facts.routing?.version ?? '',
    version: version ?? '',
  });
}

/** A target whose versions are known, with what becomes of it. */
export function preparedReport({ target, functionArn, alias, disposition }: Prepared) {
  return targetReport(target, {
    functionArn,
    aliasArn: alias.arn,
    disposition: disposition.type,
    ...versionsOf(disposition),
  });
}
