import { firstPart, wholePart } from '../../core/alias/continuation.ts';
import type { RolloutId } from '../../core/alias/mark.ts';
import { isSplit } from '../../core/alias/routing.ts';
import { unmarkable } from '../../core/alias/shifting.ts';
import { sameTarget, targetName } from '../../core/alias/target.ts';
import { begunAtOf, resumeStep, type Unfinished } from '../../core/alias/unfinished.ts';
import { Refusal } from '../../core/problems.ts';
import { ended, endingWithoutShift, type Ending } from '../../core/report/ending.ts';
import type { Config } from '../../inputs/config.ts';
import { removeLeftover } from '../alias/leftover.ts';
import { lookAtAlarms } from '../preflight/alarms.ts';
import type { Clearance } from '../preflight/preflight.ts';
import { obtainClearance } from '../preflight/recovery.ts';
import type { Cleared } from '../preflight/targets.ts';
import { prepare } from '../rollout/prepare.ts';
import { carryOut } from '../rollout/carry-out.ts';
import { takeOver } from '../rollout/take-over.ts';
import { lookBack, type FoundCanary } from '../versions/past.ts';
import type { Surroundings } from '../surroundings.ts';
import {
  clearedReport,
  recordClearance,
  recordPlan,
  recordPosition,
  recordTargets,
} from './progress.ts';

/** A rollout from preflight to its last bake, or to the end of its first step. */
export async function begin(
  config: Config,
  id: RolloutId,
  surroundings: Surroundings,
): Promise<Ending> {
  const clearance = await obtainClearance(config, id, surroundings);
  if ('outcome' in clearance) return clearance;
  const created = clearance.targets.filter(({ alias }) => alias === undefined);
  // Where all are created, no step of it will run.
  if (created.length < clearance.targets.length) {
    recordPlan(surroundings, config.plan, config.analysis);
  }
  recordTargets(surroundings, clearance.targets.map(clearedReport));
  const { recovery, problems } = clearance;
  const resumed = recovery.action === 'resume' ? recovery.unfinished : [];
  if (config.dryRun) {
    if (problems.length > 0) throw new Refusal(problems);
    if (config.mode !== 'rollback')
      await lookBack(clearance.targets.flatMap(givenIn), config, id, surroundings);
    recordClearance(surroundings, clearance);
    return ended('planned', created.map(wouldCreate).join(' '));
  }
  return takeOver(
    isInTraffic(resumed, clearance) ? resumed : [],
    config,
    surroundings,
    async () => {
      if (problems.length > 0) throw new Refusal(problems);
      recordClearance(surroundings, clearance);
      return roll(config, id, { clearance, resumed, surroundings });
    },
  );
}

/** A promotion whose last bake was cut off stands: what cannot go on with it does not take it back. */
function isInTraffic(resumed: readonly Unfinished[], { targets }: Clearance): boolean {
  return (
    resumed.some(({ mark }) => mark.weight < 100) ||
    (resumed.length > 0 && targets.some(({ alias }) => alias && isSplit(alias.routing)))
  );
}

/** What is not published yet is new. */
function givenIn({
  request: { target, version },
  facts: { candidate, routing },
}: Cleared): readonly FoundCanary[] {
  return version === undefined || routing === undefined || routing.version === version
    ? []
    : [{ target, facts: candidate, given: true, live: routing.version }];
}

function wouldCreate({ request: { target } }: Cleared): string {
  return `${targetName(target)} would be created at the new version, with no traffic to shift.`;
}

async function roll(
  config: Config,
  id: RolloutId,
  {
    clearance,
    resumed: found,
    surroundings,
  }: {
    readonly clearance: Clearance;
    readonly resumed: readonly Unfinished[];
    readonly surroundings: Surroundings;
  },
): Promise<Ending> {
  const {
    prepared,
    plan,
    shifting,
    continued: resumed,
  } = await prepare(clearance.targets, found, {
    config,
    id,
    comparable: clearance.comparable,
    surroundings,
  });
  const notResumed = found.filter((each) => !resumed.includes(each)).map(({ target }) => target);
  const leftover = [...clearance.recovery.leftover, ...notResumed];
  const unmoved = prepared.filter(
    ({ target, disposition }) =>
      disposition.type === 'unchanged' && leftover.some((each) => sameTarget(each, target)),
  );
  await Promise.all(
    unmoved.map(({ target, alias }) => removeLeftover({ target, ...alias }, surroundings)),
  );
  if (shifting.length === 0) {
    return endingWithoutShift(prepared.map(({ disposition }) => disposition));
  }
  const losses = shifting.flatMap(unmarkable);
  // Without the mark, no other job could tell where the rollout stands.
  if (config.mode === 'start' && losses.length > 0) throw new Refusal(losses);
  losses.forEach(surroundings.journal.warn);
  const begunAt = begunAtOf(resumed);
  // Again: publishing may have taken many minutes, and what preflight saw of the alarms is old by now.
  const { problems, watches } = await lookAtAlarms(config, surroundings, begunAt);
  if (problems.length > 0) throw new Refusal(problems);

  const isFast = plan !== config.plan;
  if (isFast) recordPlan(surroundings, plan, config.analysis);
  const targets = shifting.map(({ target }) => target);
  const step = resumeStep(targets, resumed);
  const standing = resumed.length === 0 ? undefined : step;
  const startedBy = resumed[0]?.mark.startedBy ?? id.runId;
  const weight = resumed[0]?.mark.weight ?? 0;
  recordPosition(surroundings, { ...id, startedBy, weight, step });
  return carryOut(shifting, {
    config: { ...config, plan },
    part: (config.mode === 'start' ? firstPart : wholePart)(plan, step, standing),
    begunAt,
    watches,
    comparable: clearance.comparable && !isFast,
    logged: isFast ? [] : clearance.logged,
    surroundings,
  });
}
