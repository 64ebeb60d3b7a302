import type { RolloutId } from '../../core/alias/mark.ts';
import { sameTarget, targetName } from '../../core/alias/target.ts';
import { inspectFoundWithout } from '../../core/function-search.ts';
import { type Recovery, type Unfinished, begunAtOf } from '../../core/alias/unfinished.ts';
import type { AlarmWatch } from '../../core/checks/alarms.ts';
import { runsIn } from '../../core/checks/commands.ts';
import { lintAlarms } from '../../core/preflight/alarm-lint.ts';
import type { LintedTarget } from '../../core/preflight/alarm-sight.ts';
import type { Step } from '../../core/rollout/plan.ts';
import { inspectTimeouts, inspectWatching, paceOfMany } from '../../core/preflight/plan.ts';
import type { LoggedTarget } from '../../core/log-lane/sight.ts';
import type { Inspection } from '../../core/inspection.ts';
import { describeFacts, inspectSmokeTest } from '../../core/preflight/target.ts';
import type { Config, TargetRequest } from '../../inputs/config.ts';
import type { FoundAlias } from '../alias/find.ts';
import type { Surroundings } from '../surroundings.ts';
import { lookAtAlarms, lookForBlips } from './alarms.ts';
import { lookAtCommands } from './commands.ts';
import { lookAtLogs } from './logs.ts';
import { lookAtMachine } from './machine.ts';
import { lookAtMetrics } from './metrics.ts';
import { lookAtSession } from '../rollout/session.ts';
import { recoveryFrom } from './unfinished.ts';
import type { Cleared } from '../versions/cleared.ts';
import { lookAtTarget, type LookAtTarget } from './targets.ts';

export interface Clearance extends Inspection {
  readonly targets: readonly Cleared[];
  /** What earlier rollouts left, and what is to be done about it. */
  readonly recovery: Recovery;
  /** Whether the canary can be compared with the baseline. */
  readonly comparable: boolean;
  /** The targets whose logs can be read for failures. */
  readonly logged: readonly LoggedTarget[];
  /** What a person should know, though it is no reason to worry. */
  readonly notes: readonly string[];
  /** The alarms as they are watched from here on. */
  readonly watches: readonly AlarmWatch[];
  /** What was found, one line each. */
  readonly details: readonly string[];
}

export interface Before {
  /** Aliases that were just read. */
  readonly seen: readonly FoundAlias[];
  /** What an earlier job left to continue with; nothing when a rollout begins. */
  readonly continued: readonly Unfinished[] | undefined;
  /** Whether what is taken over is watched meanwhile, so that a failing alarm reverts it at once. */
  readonly isWatched: boolean;
  /** That this process takes. */
  readonly steps: readonly Step[];
}

/**
 * Looks at everything and writes nothing.
 * @returns everything that AWS would refuse, or that would make the rollout blind, as problems
 * @throws {Refusal} when there are no credentials to look with
 * @throws {CheckFailed} when an alarm fails of what is watched meanwhile
 */
export async function preflight(
  config: Config,
  id: RolloutId,
  surroundings: Surroundings,
  { seen, continued, isWatched, steps }: Before,
): Promise<Clearance> {
  const session = await lookAtSession(config, steps, surroundings);
  const [looks, metrics, commands] = await Promise.all([
    Promise.all(
      config.requests.map((request) =>
        lookAtTarget(request, surroundings, {
          seen: seen.find(({ target }) => sameTarget(target, request.target)),
          splits: config.plan.steps.some(({ weight }) => weight < 100),
          // Who goes on with a rollout does not stop it for that.
          restores: config.onRevertLatest === 'restore' && continued === undefined,
        }),
      ),
    ),
    lookAtMetrics(config, surroundings),
    lookAtCommands(config, surroundings),
  ]);
  const recovery: Recovery =
    continued === undefined
      ? await recoveryFrom(looks.flatMap(foundOf), config, id, surroundings)
      : { action: 'resume', unfinished: continued, leftover: [], problems: [], warnings: [] };
  // Of a rollout that is taken over, what its alarms did since it began counts.
  const takenOver = recovery.action === 'resume' ? recovery.unfinished : [];
  const alarms = await lookAtAlarms(config, surroundings, {
    begunAt: begunAtOf(takenOver),
    isWatched,
  });
  const blindness = await lookForBlips(alarms.watches, surroundings);
  const targets = looks.flatMap(({ cleared }) => (cleared === undefined ? [] : [cleared]));
  const [logs, machine] = await Promise.all([
    lookAtLogs(config, targets, surroundings),
    lookAtMachine(
      config,
      id,
      {
        targets,
        comparable: metrics.comparable,
        watches: alarms.watches,
        begins: takenOver.length === 0,
      },
      surroundings,
    ),
  ]);
  // Only who begins a rollout sends them.
  const tested = targets.filter(
    ({ request }) => continued === undefined && config.smokeTests.has(request.target.functionName),
  );
  const tests = {
    problems: [
      ...inspectFoundWithout(aliasOf(config), foundWithout(targets)),
      ...tested.flatMap(({ facts }) => inspectSmokeTest(facts)),
    ],
  };
  const watching = inspectWatching({
    alarms: config.alarms.length,
    metricChecks: config.metricChecks.length,
    commands: config.checkCommands.filter((check) => runsIn(config.plan, check)).length,
    analysis: config.analysis.mode,
    afterPromotion: config.afterPromotion,
    bakeMs: config.plan.steps.at(-1)?.bakeMs ?? 0,
    metricDelayMs: config.analysis.policy.metricDelayMs,
  });
  const timeouts = inspectTimeouts(
    targets.map(({ facts }) => ({ name: targetName(facts.target), ...facts.candidate })),
    config.plan,
    config.analysis.policy.metricDelayMs,
  );
  const pace = paceOfMany(targets.length);
  return {
    targets,
    recovery,
    comparable: metrics.comparable,
    logged: logs.logged,
    notes: [
      ...(pace === undefined ? [] : [pace]),
      ...session.notes,
      ...logs.notes,
      ...machine.notes,
    ],
    watches: alarms.watches,
    problems: [session, recovery, ...looks, tests, alarms, metrics, machine, commands].flatMap(
      ({ problems }) => problems,
    ),
    details: [
      ...targets.map(({ request, facts }) => `${describeFacts(facts)}${howFound(request)}`),
      ...alarms.watches.map(({ name, state }) => `alarm ${name} is ${state}`),
      ...logs.details,
      ...commands.details,
    ],
    warnings: [
      ...[session, ...looks, alarms, metrics].flatMap(({ warnings }) => warnings),
      ...lintAlarms(alarms.found, { targets: targets.map(lintedTarget), plan: config.plan }),
      ...blindness,
      ...watching.warnings,
      ...commands.warnings,
      ...(metrics.comparable ? timeouts.warnings : []),
      ...targets
        .filter(({ alias }) => alias !== undefined)
        .map(({ facts }) => targetName(facts.target))
        .filter((name) => metrics.uncalled.includes(name))
        .map(nobodyCalls),
    ],
  };
}

/** Those of the found functions that have no such alias, unless they are to get one. */
function foundWithout(targets: readonly Cleared[]) {
  return targets.flatMap(({ request: { target, foundBy: search, mayCreateAlias }, alias }) => {
    return search === undefined || alias !== undefined || mayCreateAlias
      ? []
      : [{ functionName: target.functionName, search }];
  });
}

function aliasOf({ requests }: Config): string {
  return requests[0]?.target.alias ?? '';
}

/** `; found by checkout-*` */
function howFound({ foundBy: search }: TargetRequest): string {
  return search === undefined ? '' : `; found by ${search}`;
}

function foundOf({ target, alias }: LookAtTarget): readonly FoundAlias[] {
  return alias === undefined ? [] : [{ target, ...alias }];
}

function lintedTarget({ request: { target, version }, facts }: Cleared): LintedTarget {
  return { ...target, stable: facts.stable?.version, canary: version };
}

function nobodyCalls(name: string): string {
  return (
    `Nobody called ${name} by its alias in the three hours before: without requests the versions cannot be compared. ` +
    'Is the function called without the alias?'
  );
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
