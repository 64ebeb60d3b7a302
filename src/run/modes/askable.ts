import { stepsIn } from '../../core/alias/continuation.ts';
import type { RolloutId } from '../../core/alias/mark.ts';
import { messageOf, Refusal } from '../../core/problems.ts';
import type { Config } from '../../inputs/config.ts';
import { findAliases } from '../alias/find.ts';
import { findHeld } from '../modes/continue.ts';
import { withPredecessors } from '../modes/rollback.ts';
import type { Surroundings } from '../surroundings.ts';
import { preflight, type Before } from '../preflight/preflight.ts';

/**
 * What AWS has against a run whose inputs cannot all be used, so that everything wrong is told in one round.
 * It looks, and writes nothing.
 * @param config with defaults in the place of what could not be read
 */
export async function problemsOfAskable(
  config: Config,
  id: RolloutId,
  surroundings: Surroundings,
): Promise<readonly string[]> {
  try {
    return await problemsOf(config, id, surroundings);
  } catch (error) {
    surroundings.cancellation.throwIfAborted();
    return error instanceof Refusal ? error.problems : [messageOf(error)];
  }
}

async function problemsOf(
  config: Config,
  id: RolloutId,
  surroundings: Surroundings,
): Promise<readonly string[]> {
  const asked = async (of: Config, before: Partial<Before>) => {
    const all = {
      seen: [],
      continued: undefined,
      isWatched: false,
      steps: of.plan.steps,
      ...before,
    };
    return (await preflight(of, id, surroundings, all)).problems;
  };
  switch (config.mode) {
    case 'rollout':
    case 'start':
      return asked(config, {});
    case 'rollback':
      return asked(await withPredecessors(config, surroundings), {});
    case 'step':
    case 'promote': {
      // Which plan it is to be may be what could not be read: so it is not held against the one that is held.
      const { found, held, part, ofHeld } = await findHeld('promote', config, { id, surroundings });
      return asked(ofHeld, { seen: found, continued: held, steps: stepsIn(part) });
    }
    case 'revert':
    case 'status':
      await findAliases(config, surroundings);
      return [];
  }
}
