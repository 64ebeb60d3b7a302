import { targetReport } from '../../core/alias/target.ts';
import type { SavedRollout } from '../../github/saved.ts';
import { recordTargets } from './progress.ts';
import { revertAll } from '../rollout/loop.ts';
import { routerOf, type Surroundings } from '../surroundings.ts';

/** Puts back the targets of a rollout that another process moved. */
export function revertSaved(
  { targets }: SavedRollout,
  surroundings: Pick<Surroundings, 'aws' | 'clock' | 'journal'>,
): ReturnType<typeof revertAll> {
  recordTargets(
    surroundings,
    targets.map(({ target, versions: { stable, canary } }) =>
      targetReport(target, { previousVersion: stable, version: canary, disposition: 'shift' }),
    ),
  );
  return revertAll(targets.map((each) => routerOf(each, surroundings)));
}
