import { firstPart, wholePart } from '../../core/alias/continuation.ts';
import type { RolloutId } from '../../core/alias/mark.ts';
import { unmarkable } from '../../core/alias/shifting.ts';
import { sameTarget, targetName } from '../../core/alias/target.ts';
import {
  begunAtOf,
  isInTraffic,
  resumeStep,
  type Unfinished,
} from '../../core/alias/unfinished.ts';
import { Refusal } from '../../core/problems.ts';
import { ended, endingWithoutShift, type Ending } from '../../core/report/ending.ts';
import type { Config } from '../../inputs/config.ts';
import type { FoundAlias } from '../alias/find.ts';
import { removeLeftover } from '../alias/leftover.ts';
import { lookAtAlarms } from '../preflight/alarms.ts';
import { recordClearance, type Clearance } from '../preflight/preflight.ts';
import { findResumable, obtainClearance } from '../preflight/recovery.ts';
import type { Cleared } from '../versions/cleared.ts';
import { prepare } from '../rollout/prepare.ts';
import { carryOut } from '../rollout/carry-out.ts';
import { takeOver, type Handover, type TakenOver } from '../rollout/take-over.ts';
import { deleteOldVersions, lookAtCodeStorage, type Moved } from '../versions/old.ts';
import { lookBack, type FoundCanary } from '../versions/past.ts';
import { planUploads } from '../versions/upload.ts';
import { CLEARED, type Surroundings } from '../surroundings.ts';
import { passAsLeft } from '../rollout/as-left.ts';
import { clearedReport, recordPlan, recordPosition, recordTargets } from '../rollout/progress.ts';

/** A rollout from preflight to its last bake, or to the end of its first step. */
export async function begin(
  config: Config,
  id: RolloutId,
  surroundings: Surroundings,
): Promise<Ending> {
  const resumable = await findResumable(config, id, surroundings);
  const [mark] = resumable.unfinished.map((each) => each.mark);
  if (mark !== undefined) recordPosition(surroundings, { ...mark, step: mark.step - 1 });
  return takeOver(resumable, config, surroundings, (handover) => {
    // They move all or none.
    if (resumable.unfinished.length > 0 && resumable.unread.length > 0) {
      throw new Refusal(resumable.unread);
    }
    return beginOrResume(config, id, resumable, handover);
  });
}

/**
 * What stands against a rollout whose wave comes later. Writes nothing, and leaves to its wave what keeps no rollout from beginning.
 * @param found aliases that were just read
 */
export function lookAhead(
  config: Config,
  id: RolloutId,
  surroundings: Surroundings,
  found: readonly FoundAlias[],
): Promise<Ending> {
  const looking = { ...config, dryRun: true, retention: undefined };
  const handover = { surroundings, isWatched: false, handOver: () => undefined };
  return beginOrResume(looking, id, { found, unfinished: [] }, handover);
}

async function beginOrResume(
  config: Config,
  id: RolloutId,
  { found, unfinished: taken }: TakenOver,
  outer: Handover,
): Promise<Ending> {
  const { surroundings } = outer;
  const clearance = await obtainClearance(config, id, outer, found);
  if ('outcome' in clearance) return clearance;
  const created = clearance.targets.filter(({ alias }) => alias === undefined);
  // Where all are created, no step of it will run.
  if (created.length < clearance.targets.length) {
    recordPlan(surroundings, config.plan, config.analysis);
  }
  recordTargets(surroundings, clearance.targets.map(clearedReport));
  const { recovery, problems } = clearance;
  const resumed = recovery.action === 'resume' ? recovery.unfinished : [];
  if (config.retention !== undefined && resumed.length === 0) await lookAtCodeStorage(surroundings);
  if (config.dryRun) {
    if (problems.length > 0) throw new Refusal(problems);
    if (config.mode !== 'rollback')
      await lookBack(clearance.targets.flatMap(givenIn), config, id, surroundings);
    recordClearance(surroundings, clearance);
    planUploads(clearance.targets, surroundings);
    await deleteOldVersions(
      clearance.targets.flatMap(movedIn),
      config.retention,
      false,
      surroundings,
    );
    return ended('planned', created.map(wouldCreate).join(' '));
  }
  return takeOver(missed(taken, resumed, clearance), config, surroundings, (inner) => {
    if (problems.length > 0) throw new Refusal(problems);
    recordClearance(surroundings, clearance);
    return roll(config, id, { clearance, resumed, ...both(outer, inner) });
  });
}

/** At most one of them has anything to watch. */
function both(outer: Handover, inner: Handover): Handover {
  return {
    surroundings: inner.surroundings,
    isWatched: outer.isWatched || inner.isWatched,
    handOver() {
      outer.handOver();
      inner.handOver();
    },
  };
}

/** What could be read only by now. */
function missed(
  taken: readonly Unfinished[],
  resumed: readonly Unfinished[],
  { targets }: Clearance,
): TakenOver {
  const found = targets.flatMap(({ request: { target }, alias }) =>
    alias === undefined ? [] : [{ target, ...alias }],
  );
  const isMissed = taken.length === 0 && isInTraffic(resumed, found);
  return { unfinished: isMissed ? resumed : [], found };
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

function movedIn({ request: { target, version }, facts: { routing } }: Cleared): readonly Moved[] {
  return routing === undefined || routing.version === version
    ? []
    : [
        {
          target,
          stable: routing.version,
          toCome: version === undefined ? 1 : 0,
          versions: [routing.version, ...(version === undefined ? [] : [version])],
        },
      ];
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
    isWatched,
    handOver,
  }: Handover & {
    readonly clearance: Clearance;
    readonly resumed: readonly Unfinished[];
  },
): Promise<Ending> {
  await surroundings.wave.reach(CLEARED, surroundings.cancellation);
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
  const left = unmoved.map(({ target, alias }) => ({ target, ...alias }));
  // Where others move, theirs is what is put back.
  const isPassed = shifting.length === 0 && passAsLeft(left, config, surroundings);
  const cleared = await Promise.all(left.map((alias) => removeLeftover(alias, surroundings)));
  if (isPassed) passAsLeft(left, config, surroundings, cleared);
  if (shifting.length === 0) {
    return endingWithoutShift(prepared.map(({ disposition }) => disposition));
  }
  const losses = shifting.flatMap(unmarkable);
  // Without the mark, no other job could tell where the rollout stands.
  if (config.mode === 'start' && losses.length > 0) throw new Refusal(losses);
  losses.forEach(surroundings.journal.warn);
  const begunAt = begunAtOf(resumed);
  // Again: publishing may have taken many minutes, and what preflight saw of the alarms is old by now.
  const { problems, watches } = await lookAtAlarms(config, surroundings, { begunAt, isWatched });
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
    handOver,
  });
}
