import { endedBack, type Ending } from '../../core/report/ending.ts';
import type { State } from '../../core/rollout/state.ts';
import type { SavedRollout } from '../../github/saved.ts';
import type { Seen } from '../../ports.ts';
import { stopReverted } from '../alias/carrier.ts';
import { revertSaved } from '../rollout/clean-up.ts';
import { forget, saveIfPossible } from '../surroundings.ts';
import { lookAfterLatest } from '../versions/latest.ts';
import type { Region } from './region.ts';

/** What is promoted, or held for another job, and is taken back when another region fails. */
export interface Passed {
  readonly region: Region;
  readonly saved: SavedRollout;
  /** The aliases in the order of the targets, as far as it is known how they were left: those need not be read first. */
  readonly settled: readonly (Seen | undefined)[];
}

/**
 * Puts back what had passed, because another region has failed. An alias that anybody wrote since is left to them.
 * @param why what failed, and where
 */
export async function takeBack(
  { region: { config, surroundings }, saved, settled }: Passed,
  why: string,
): Promise<Ending> {
  const { clock, journal, jobCancellation } = surroundings;
  const last = journal.entries.findLast((entry) => entry.type === 'state')?.state.phase;
  const hasPromoted = last === 'promoted';
  const tell = (state: State) => {
    journal.record({ type: 'state', at: clock.timeOfDay(), state });
  };
  const isOfDead = last === undefined && saved.execution === undefined;
  const passing = isOfDead ? 'a job that died had promoted it' : 'its part had passed';
  const reason = `after ${hasPromoted ? 'its promotion' : passing}: ${why}`;
  const targets = saved.targets.map((each, index) => ({ ...each, alias: settled[index] }));
  const reverting = revertSaved({ ...saved, targets }, surroundings);
  // From here on the post step puts back what this process does not live to, whoever carried it.
  saveIfPossible({ ...saved, execution: undefined }, surroundings);
  tell({ phase: 'reverting', reason });
  const { result, detail } = await reverting;
  // One that is held goes on watching: as everywhere, it is stopped only when the alias is safe.
  if (saved.execution !== undefined && !hasPromoted && result !== 'revert-failed') {
    await stopReverted(saved.execution, reason, surroundings);
  }
  if (result !== 'revert-failed') forget(surroundings);
  const said = detail === '' ? reason : `${reason}. ${detail}`;
  tell({ phase: result, reason: said });
  const afterwards = { ...surroundings, cancellation: jobCancellation };
  await lookAfterLatest(result === 'reverted', config, afterwards);
  return endedBack(result, said);
}
