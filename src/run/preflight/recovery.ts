import { readMark, type RolloutId } from '../../core/alias/mark.ts';
import { isSplit } from '../../core/alias/routing.ts';
import { targetName } from '../../core/alias/target.ts';
import { Refusal } from '../../core/problems.ts';
import { ended, type Ending } from '../../core/report/ending.ts';
import type { Config } from '../../inputs/config.ts';
import { revertSaved } from '../modes/clean-up.ts';
import { recordPolicy } from '../modes/progress.ts';
import { savedOf, stillSplit } from '../rollout/take-over.ts';
import type { FoundAlias } from '../alias/find.ts';
import { forget, saveIfPossible, type Surroundings } from '../surroundings.ts';
import { preflight, type Clearance } from './preflight.ts';
import { recoveryFrom } from './unfinished.ts';

/** Of several aliases, one may become readable only after others were reverted. */
const MOST_ROUNDS = 4;

/**
 * Preflight, after the rollouts of dead runs were reverted. That comes first: nobody watches them, and nothing else
 * that this run waits for matters to them.
 * @returns how it ended where a dead rollout could not be put back: nothing begins then
 * @throws {Refusal} with everything that stands against the rollout, unless one is to be taken over
 */
export async function obtainClearance(
  config: Config,
  id: RolloutId,
  surroundings: Surroundings,
): Promise<Clearance | Ending> {
  const { aws } = surroundings;
  for (let rounds = 1; ; rounds++) {
    const seen = await revertTheDead(config, id, surroundings);
    if ('outcome' in seen) return seen;
    const steps = config.mode === 'start' ? config.plan.steps.slice(0, 1) : config.plan.steps;
    const before = { seen, continued: undefined, steps };
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
async function revertTheDead(
  config: Config,
  id: RolloutId,
  surroundings: Surroundings,
): Promise<readonly FoundAlias[] | Ending> {
  const { aws, cancellation, journal } = surroundings;
  if (config.dryRun || config.onUnfinished.action !== 'revert') return [];
  const looks = await Promise.all(
    config.requests.map(async ({ target }): Promise<readonly FoundAlias[]> => {
      const alias = await aws.aliases.find(target, { signal: cancellation }).catch(() => undefined);
      return alias === undefined ? [] : [{ target, ...alias }];
    }),
  );
  cancellation.throwIfAborted();
  const found = looks.flat();
  // What carries no mark may be split by Lambda itself for some minutes; preflight waits for that.
  const marked = found.filter(({ description }) => readMark(description).mark !== undefined);
  const untouched = found.filter((each) => !marked.includes(each) && !isSplit(each.routing));
  if (marked.length === 0) return untouched;
  const recovery = await recoveryFrom(marked, config, id, surroundings);
  if (recovery.action !== 'revert') return untouched;
  recovery.warnings.forEach(journal.warn);
  const saved = {
    region: config.region,
    role: config.role,
    targets: recovery.unfinished.map(savedOf),
  };
  saveIfPossible(saved, surroundings);
  const { result, detail } = await revertSaved(saved, surroundings);
  if (result !== 'revert-failed') forget(surroundings);
  if (result !== 'reverted') {
    return ended(result, `the rollout of a dead run, before a new one: ${detail}`);
  }
  for (const { target, mark } of recovery.unfinished) {
    journal.note(`${targetName(target)}: version ${mark.stable} is live again`);
  }
  return untouched;
}
