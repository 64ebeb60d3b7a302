import { readMark, type RolloutId } from '../../core/alias/mark.ts';
import { isSplit } from '../../core/alias/routing.ts';
import { targetName } from '../../core/alias/target.ts';
import { isInTraffic } from '../../core/alias/unfinished.ts';
import { messageOf, Refusal } from '../../core/problems.ts';
import { endedBack, type Ending } from '../../core/report/ending.ts';
import { accountIn } from '../../core/text/arn.ts';
import type { Config } from '../../inputs/config.ts';
import { revertSaved } from '../rollout/clean-up.ts';
import { savedOf, stillSplit, type Handover, type TakenOver } from '../rollout/take-over.ts';
import type { FoundAlias } from '../alias/find.ts';
import { forget, saveIfPossible, type Surroundings } from '../surroundings.ts';
import { recordPolicy } from './policy.ts';
import { preflight, type Clearance } from './preflight.ts';
import { recoveryFrom } from './unfinished.ts';

/** Of several aliases, one may become readable only after others were reverted. */
const MOST_ROUNDS = 4;

/**
 * Preflight, after the rollouts of dead runs were reverted. That comes first: nobody watches them, and nothing else
 * that this run waits for matters to them.
 * @param found aliases that were just read
 * @returns how it ended where a dead rollout could not be put back: nothing begins then
 * @throws {Refusal} with everything that stands against the rollout, unless one is to be taken over
 */
export async function obtainClearance(
  config: Config,
  id: RolloutId,
  { surroundings, isWatched }: Pick<Handover, 'surroundings' | 'isWatched'>,
  found: readonly FoundAlias[],
): Promise<Clearance | Ending> {
  const { aws } = surroundings;
  for (let rounds = 1; ; rounds++) {
    const untouched = await revertTheDead(config, id, surroundings);
    if ('outcome' in untouched) return untouched;
    const steps = config.mode === 'start' ? config.plan.steps.slice(0, 1) : config.plan.steps;
    const before = { seen: [...found, ...untouched], continued: undefined, isWatched, steps };
    const clearance = await preflight(config, id, surroundings, before);
    if (config.dryRun) recordPolicy(config, clearance.targets, surroundings);
    const { recovery, problems } = clearance;
    const isDead = recovery.action === 'revert' && !config.dryRun;
    if (isDead && rounds < MOST_ROUNDS) continue;
    recovery.warnings.forEach(surroundings.journal.warn);
    const takesOver = recovery.action === 'resume' && !config.dryRun;
    if ((problems.length > 0 && !takesOver) || isDead) {
      const left = recovery.action === 'none' ? [] : recovery.unfinished;
      throw new Refusal([...problems, ...stillSplit(left, aws.region)]);
    }
    return clearance;
  }
}

/**
 * @returns the aliases that were found as no rollout leaves them: they need not be read again; or how it ended when an
 * alias could not be reverted
 */
export async function revertTheDead(
  config: Config,
  id: RolloutId,
  surroundings: Surroundings,
): Promise<readonly FoundAlias[] | Ending> {
  const { journal } = surroundings;
  if (config.dryRun || config.onUnfinished.action !== 'revert') return [];
  const { marked, unsplit } = await lookForMarks(config, surroundings);
  if (marked.length === 0) return unsplit;
  const recovery = await recoveryFrom(marked, config, id, surroundings);
  if (recovery.action !== 'revert') return unsplit;
  recovery.warnings.forEach(journal.warn);
  const saved = {
    region: config.region,
    role: config.role,
    account: accountIn(marked[0]?.arn ?? ''),
    targets: recovery.unfinished.map(savedOf),
  };
  saveIfPossible(saved, surroundings);
  const { result, detail } = await revertSaved(saved, surroundings);
  if (result !== 'revert-failed') forget(surroundings);
  if (result !== 'reverted') {
    return endedBack(result, `the rollout of a dead run, before a new one: ${detail}`);
  }
  for (const { target, mark } of recovery.unfinished) {
    journal.note(`${targetName(target)}: version ${mark.stable} is live again`);
  }
  return unsplit;
}

/** What a run is to resume that is in the middle of its traffic. */
export interface Resumable extends TakenOver {
  /** Why other aliases could not be read: what they carry of it is not known. */
  readonly unread: readonly string[];
}

/**
 * What this run is to resume, before anything else is looked at: it has traffic, and nobody watches it.
 * @returns nothing of a promotion whose last bake was cut off: that stands, and what cannot go on with it does not take it back
 */
export async function findResumable(
  config: Config,
  id: RolloutId,
  surroundings: Surroundings,
): Promise<Resumable> {
  const nothing = { unfinished: [], found: [], unread: [] };
  if (config.dryRun || config.onUnfinished.action !== 'resume') return nothing;
  const { marked, unsplit, unread } = await lookForMarks(config, surroundings);
  if (marked.length === 0) return { ...nothing, found: unsplit };
  const { action, unfinished } = await recoveryFrom(marked, config, id, surroundings);
  const found = [...marked, ...unsplit];
  return action === 'resume' && isInTraffic(unfinished, marked)
    ? { unfinished, found, unread }
    : { ...nothing, found };
}

/**
 * The aliases that carry the mark of a rollout, and those that serve one version and carry none. What carries none and is
 * split may be so by Lambda itself for some minutes; preflight waits for that.
 */
async function lookForMarks({ requests }: Config, { aws, cancellation }: Surroundings) {
  const unread: string[] = [];
  const looks = await Promise.all(
    requests.map(async ({ target }): Promise<readonly FoundAlias[]> => {
      try {
        const alias = await aws.aliases.find(target, { signal: cancellation });
        return alias === undefined ? [] : [{ target, ...alias }];
      } catch (error) {
        unread.push(messageOf(error));
        return [];
      }
    }),
  );
  cancellation.throwIfAborted();
  const found = looks.flat();
  const marked = found.filter(({ description }) => readMark(description).mark !== undefined);
  const unsplit = found.filter((each) => !marked.includes(each) && !isSplit(each.routing));
  return { marked, unsplit, unread };
}
