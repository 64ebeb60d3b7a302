import type { RolloutId } from '../../core/alias/marker.ts';
import { repairCommand } from '../../core/alias/repair.ts';
import { targetName } from '../../core/alias/target.ts';
import type { Recovery, Unfinished } from '../../core/alias/unfinished.ts';
import type { Config } from '../../inputs/config.ts';
import { preflight, type Clearance } from './preflight.ts';
import { Refusal } from '../../core/problems.ts';
import { preparationIn, routerOf, type Surroundings } from '../surroundings.ts';

/** Of several aliases, one may become readable only after others were put back. */
const MOST_ROUNDS = 4;

/**
 * Preflight, after the rollouts of dead runs were ended.
 * @throws {Refusal} with everything that stands against the rollout
 */
export async function obtainClearance(
  config: Config,
  id: RolloutId,
  surroundings: Surroundings,
): Promise<Clearance> {
  const { aws, chronicle } = surroundings;
  for (let rounds = 1; ; rounds++) {
    const clearance = await preflight(config, id, preparationIn(surroundings));
    const { recovery, problems } = clearance;
    recovery.warnings.forEach(chronicle.warn);
    // Even when this rollout cannot begin: nobody watches what the dead one left.
    const putBack = recovery.action === 'revert' && !config.dryRun;
    if (putBack && rounds < MOST_ROUNDS) {
      await putStableBack(recovery, surroundings);
      continue;
    }
    const left = putBack || recovery.action === 'resume' ? recovery.unfinished : [];
    if (problems.length > 0 || putBack) {
      throw new Refusal([...problems, ...stillSplit(left, aws.region)]);
    }
    return clearance;
  }
}

/** Ends the rollouts of dead runs. @throws {Refusal} when an alias is not on its stable version after that */
async function putStableBack({ unfinished }: Recovery, surroundings: Surroundings): Promise<void> {
  const results = await Promise.all(
    unfinished.map(async ({ target, marker }) => {
      const found = { nonces: [marker.nonce], begun: [marker.weight] };
      const router = routerOf({ target, versions: marker, ...found }, surroundings);
      const result = await router.revert();
      if (result.type !== 'reverted') return [result.detail];
      surroundings.chronicle.note(`${targetName(target)}: version ${marker.stable} is put back`);
      return [];
    }),
  );
  const problems = results.flat();
  if (problems.length > 0) throw new Refusal(problems);
}

/** What stays as a dead run left it, because the run that was to resume it cannot begin. */
export function stillSplit(unfinished: readonly Unfinished[], region: string): readonly string[] {
  return unfinished.map(
    ({ target, marker }) =>
      `${targetName(target)} stays at ${marker.weight} % of version ${marker.canary}, and nobody watches it. ` +
      `To put version ${marker.stable} back: ${repairCommand(target, marker.stable, region)}`,
  );
}
