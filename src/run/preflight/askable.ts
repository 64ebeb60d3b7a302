import type { RolloutId } from '../../core/alias/mark.ts';
import { messageOf, Refusal } from '../../core/problems.ts';
import type { Config } from '../../inputs/config.ts';
import type { Surroundings } from '../surroundings.ts';
import { preflight } from './preflight.ts';

/**
 * What AWS has against a rollout whose inputs cannot all be used, so that everything wrong is told in one round.
 * It looks, and writes nothing.
 * @param config with defaults in the place of what could not be read
 */
export async function problemsOfAskable(
  config: Config,
  id: RolloutId,
  surroundings: Surroundings,
): Promise<readonly string[]> {
  if (config.mode !== 'rollout' && config.mode !== 'start') return [];
  try {
    const before = { seen: [], continued: undefined, steps: config.plan.steps };
    return (await preflight(config, id, surroundings, before)).problems;
  } catch (error) {
    surroundings.cancellation.throwIfAborted();
    return error instanceof Refusal ? error.problems : [messageOf(error)];
  }
}
