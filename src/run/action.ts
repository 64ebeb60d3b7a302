import type { RolloutId } from '../core/alias/mark.ts';
import type { Ending } from '../core/report/ending.ts';
import { targetReport } from '../core/alias/target.ts';
import type { Config } from '../inputs/config.ts';
import { begin } from './modes/start.ts';
import { continueRollout } from './modes/continue.ts';
import { rollBack } from './modes/rollback.ts';
import { status } from './modes/status.ts';
import { revertOnRequest } from './modes/revert.ts';
import { lookAfterLatest } from './versions/latest.ts';
import { recordPolicy } from './preflight/policy.ts';
import { recordTargets } from './rollout/progress.ts';
import type { Surroundings } from './surroundings.ts';

/**
 * Does the part of a rollout that the inputs ask for.
 * @throws {Refusal} when nothing of its own was begun; whatever else is thrown means the same
 */
export async function runAction(
  config: Config,
  id: RolloutId,
  surroundings: Surroundings,
): Promise<Ending> {
  recordTargets(
    surroundings,
    config.requests.map(({ target, version = '' }) => targetReport(target, { version })),
  );
  if (config.found.length > 0) {
    const { clock, journal } = surroundings;
    journal.record({ type: 'found', at: clock.timeOfDay(), found: config.found });
  }
  // Where another region has failed, the job goes on.
  const afterwards = { ...surroundings, cancellation: surroundings.jobCancellation };
  try {
    const ending = await carryOutMode(config, id, surroundings);
    const { outcome } = ending;
    // A revert that was asked for sees to it itself: it may have put back what it found, and fail for what is missing.
    const isLeft = config.mode !== 'revert' && (outcome === 'reverted' || outcome === 'failed');
    if (isLeft) {
      await lookAfterLatest(outcome === 'reverted', config, afterwards);
    }
    return ending;
  } catch (error) {
    // A version that was never shifted may have been made of code that was brought for it.
    await lookAfterLatest(false, config, afterwards);
    throw error;
  } finally {
    // Who may look at nothing needs it most.
    const isTold = surroundings.journal.entries.some(({ type }) => type === 'policy');
    if (config.dryRun && !isTold) recordPolicy(config, [], surroundings);
  }
}

function carryOutMode(config: Config, id: RolloutId, surroundings: Surroundings): Promise<Ending> {
  switch (config.mode) {
    case 'rollout':
    case 'start':
      return begin(config, id, surroundings);
    case 'step':
    case 'promote':
      return continueRollout(config.mode, config, { id, surroundings });
    case 'revert':
      return revertOnRequest(config, surroundings);
    case 'rollback':
      return rollBack(config, id, surroundings);
    case 'status':
      return status(config, id, surroundings);
  }
}
