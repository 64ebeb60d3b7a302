import type { AlarmWatch } from './core/alarms.ts';
import type { RolloutId } from './core/marker.ts';
import { endingWithoutShift, type Ending } from './core/report.ts';
import { targetReport, versionsOf } from './core/target.ts';
import type { Unfinished } from './core/unfinished.ts';
import type { Config } from './inputs/inputs.ts';
import { lookAtAlarms, type Clearance, type Cleared } from './preflight.ts';
import { messageOf, Refusal } from './problems.ts';
import { prepareAliases, publish, type Prepared } from './publish.ts';
import { obtainClearance, stillSplit } from './recovery.ts';
import { shift, shiftOf, unmarkable } from './shifting.ts';
import { preparationIn, type Surroundings } from './surroundings.ts';

/**
 * Does what the inputs ask for, from preflight to the last bake.
 * @throws {Refusal} when no rollout of its own was begun; whatever else is thrown means the same
 */
export async function runAction(
  config: Config,
  id: RolloutId,
  surroundings: Surroundings,
): Promise<Ending> {
  const { aws, clock, chronicle } = surroundings;
  chronicle.record({ type: 'plan', at: clock.now(), plan: config.plan });
  recordTargets(surroundings, config.requests.map(askedReport));

  const clearance = await obtainClearance(config, id, surroundings);
  const { details, recovery } = clearance;
  chronicle.record({ type: 'details', at: clock.now(), title: 'Preflight passed', lines: details });
  clearance.warnings.forEach(chronicle.warn);
  recordTargets(surroundings, clearance.targets.map(clearedReport));
  if (config.dryRun) return { outcome: 'planned', reason: '' };

  const resumed = recovery.action === 'resume' ? recovery.unfinished : [];
  const { prepared, watches } = await prepare(clearance, resumed, config, surroundings).catch(
    (error: unknown) => {
      throw new Refusal([messageOf(error), ...stillSplit(resumed, aws.region)]);
    },
  );
  recordTargets(surroundings, prepared.map(preparedReport));
  const shifting = prepared.flatMap((each) => shiftOf(each, config, id, resumed));
  if (shifting.length === 0) {
    return endingWithoutShift(prepared.map(({ disposition }) => disposition));
  }
  shifting.flatMap(unmarkable).forEach(chronicle.warn);
  const { comparable } = clearance;
  return shift(shifting, { config, resumed, watches, comparable, surroundings });
}

/** Publishes, and brings every target to where its traffic can be shifted. */
async function prepare(
  { targets }: Clearance,
  resumed: readonly Unfinished[],
  config: Config,
  surroundings: Surroundings,
): Promise<{ readonly prepared: readonly Prepared[]; readonly watches: readonly AlarmWatch[] }> {
  const preparation = preparationIn(surroundings);
  const published = await publish(targets, config.description, preparation);
  // Again: publishing may have taken many minutes, and what preflight saw of the alarms is old by now.
  const { problems, watches } = await lookAtAlarms(config, preparation);
  if (problems.length > 0) throw new Refusal(problems);
  return { prepared: await prepareAliases(published, resumed, preparation), watches };
}

function recordTargets(
  { aws, clock, chronicle }: Surroundings,
  targets: readonly ReturnType<typeof targetReport>[],
): void {
  chronicle.record({ type: 'targets', at: clock.now(), region: aws.region, targets });
}

function askedReport({ target, version = '' }: Config['requests'][number]) {
  return targetReport(target, { version });
}

function clearedReport({ request: { target, version }, facts, alias }: Cleared) {
  return targetReport(target, {
    functionArn: facts.candidate.functionArn,
    aliasArn: alias?.arn ?? '',
    previousVersion: facts.routing?.version ?? '',
    version: version ?? '',
  });
}

function preparedReport({ target, functionArn, alias, disposition }: Prepared) {
  return targetReport(target, {
    functionArn,
    aliasArn: alias.arn,
    disposition: disposition.type,
    ...versionsOf(disposition),
  });
}
