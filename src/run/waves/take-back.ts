import { ended, type Ending } from '../../core/report/ending.ts';
import type { State } from '../../core/rollout/state.ts';
import type { SavedRollout } from '../../github/saved.ts';
import { revertSaved } from '../modes/clean-up.ts';
import { forget, saveIfPossible } from '../surroundings.ts';
import { lookAfterLatest } from '../versions/latest.ts';
import type { Region } from './region.ts';

/**
 * Puts a promotion back because another region has failed. An alias that anybody wrote since it was promoted is left to them.
 * @param why what failed, and where
 */
export async function takeBack(
  { config, surroundings }: Region,
  saved: SavedRollout,
  why: string,
): Promise<Ending> {
  const { clock, journal, jobCancellation } = surroundings;
  const tell = (state: State) => {
    journal.record({ type: 'state', at: clock.timeOfDay(), state });
  };
  const reason = `after its promotion: ${why}`;
  const reverting = revertSaved(saved, surroundings);
  saveIfPossible(saved, surroundings);
  tell({ phase: 'reverting', reason });
  const { result, detail } = await reverting;
  if (result !== 'revert-failed') forget(surroundings);
  const said = detail === '' ? reason : `${reason}. ${detail}`;
  tell({ phase: result, reason: said });
  const afterwards = { ...surroundings, cancellation: jobCancellation };
  await lookAfterLatest(result === 'reverted', config, afterwards);
  return ended(result, said);
}
