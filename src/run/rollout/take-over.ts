import { repairCommand } from '../../core/alias/repair.ts';
import type { Unfinished } from '../../core/alias/unfinished.ts';
import { isRunnerGone, messageOf } from '../../core/problems.ts';
import { ended, type Ending } from '../../core/report/ending.ts';
import type { SavedRollout } from '../../github/saved.ts';
import type { Config } from '../../inputs/config.ts';
import { revertSaved } from '../modes/clean-up.ts';
import { forget, saveIfPossible, type Surroundings } from '../surroundings.ts';

/**
 * Goes on with a rollout that is in the middle of its traffic. What cannot be gone on with is reverted and not left:
 * nobody else watches it.
 * @param act throws only what comes before the loop, which reverts by itself
 */
export async function takeOver(
  continued: readonly Unfinished[],
  { region, role, onCancel }: Config,
  surroundings: Surroundings,
  act: () => Promise<Ending>,
): Promise<Ending> {
  if (continued.length === 0) return act();
  const saved: SavedRollout = { region, role, targets: continued.map(savedOf) };
  saveIfPossible(saved, surroundings);
  try {
    return await act();
  } catch (error) {
    const { cancellation } = surroundings;
    const holds = onCancel === 'hold' && !isRunnerGone(cancellation.reason);
    if (cancellation.aborted && holds) {
      forget(surroundings);
      return ended('held', messageOf(error));
    }
    const { result, detail } = await revertSaved(saved, surroundings);
    if (result !== 'revert-failed') forget(surroundings);
    const reason = `the rollout that was found could not be continued: ${messageOf(error)}`;
    return ended(result, detail === '' ? reason : `${reason}\n${detail}`);
  }
}

/** What is known of it to revert it. */
export function savedOf({ target, mark }: Unfinished): SavedRollout['targets'][number] {
  const { stable, canary, nonce, weight } = mark;
  return { target, versions: { stable, canary }, nonces: [nonce], begun: [weight] };
}

/** What stays as a dead run left it, in a dry run or where it may not be touched. */
export function stillSplit(unfinished: readonly Unfinished[], region: string): readonly string[] {
  return unfinished.map(
    ({ target, mark }) =>
      `${target.functionName}:${target.alias} stays at ${mark.weight} % of version ${mark.canary}, and nobody ` +
      `watches it. To put version ${mark.stable} back: ${repairCommand(target, mark.stable, region)}`,
  );
}
