import type { AlarmWatch } from '../../core/checks/alarms.ts';
import { firstPart } from '../../core/alias/continuation.ts';
import type { RolloutId } from '../../core/alias/marker.ts';
import { endingWithoutShift, type Ending } from '../../core/report/report.ts';
import { resumeStep, type Unfinished } from '../../core/alias/unfinished.ts';
import type { Config } from '../../inputs/inputs.ts';
import { lookAtAlarms, type Clearance } from '../preflight/preflight.ts';
import { messageOf, Refusal } from '../../core/problems.ts';
import {
  clearedReport,
  preparedReport,
  recordPlan,
  recordStanding,
  recordTargets,
} from './progress.ts';
import { prepareAliases, publish, type Prepared } from '../versions/publish.ts';
import { obtainClearance, stillSplit } from '../preflight/recovery.ts';
import { shift, shiftOf, unmarkable } from '../rollout/shift.ts';
import { smokeTest } from '../versions/smoke-test.ts';
import { preparationIn, type Surroundings } from '../surroundings.ts';

/** A rollout from preflight to its last bake, or to the end of its first step. */
export async function begin(
  config: Config,
  id: RolloutId,
  surroundings: Surroundings,
): Promise<Ending> {
  const { aws, clock, chronicle } = surroundings;
  recordPlan(surroundings, config.plan);
  const clearance = await obtainClearance(config, id, surroundings);
  const { details, recovery, comparable } = clearance;
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
  const { plan } = config;
  const now = clock.now();
  const shifting = prepared.flatMap((each) =>
    shiftOf(each, { plan, id, resumed, now, comparable }),
  );
  if (shifting.length === 0) {
    return endingWithoutShift(prepared.map(({ disposition }) => disposition));
  }
  const losses = shifting.flatMap(unmarkable);
  // Without the mark, no other job could tell where the rollout stands.
  if (config.mode === 'start' && losses.length > 0) throw new Refusal(losses);
  losses.forEach(chronicle.warn);
  const step = resumeStep(
    shifting.map(({ target }) => target),
    resumed,
  );
  const beginning = { step, recheck: false };
  const startedBy = resumed[0]?.marker.startedBy ?? id.runId;
  recordStanding(surroundings, { ...id, startedBy, weight: 0, step });
  return shift(shifting, {
    config,
    watches,
    comparable,
    surroundings,
    part: config.mode === 'start' ? firstPart(plan, step) : { plan, beginning },
    begunAt: resumed[0]?.marker.begunAt,
  });
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
  // A version that is resumed has traffic already.
  if (resumed.length === 0) await smokeTest(published, config.smokeTests, surroundings);
  // Again: publishing may have taken many minutes, and what preflight saw of the alarms is old by now.
  const { problems, watches } = await lookAtAlarms(config, preparation);
  if (problems.length > 0) throw new Refusal(problems);
  return { prepared: await prepareAliases(published, resumed, preparation), watches };
}
