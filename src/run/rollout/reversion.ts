import { messageOf } from '../../core/problems.ts';
import { repairEntry } from '../../core/report/repair-entry.ts';
import type { Reversion } from '../../core/rollout/state.ts';
import type { RevertResult, Router } from '../../ports.ts';
import type { Surroundings } from '../surroundings.ts';

/** Reverts all targets, and says the gravest of what became of them. */
export async function revertAll(
  routers: readonly Router[],
): Promise<{ readonly result: Reversion; readonly detail: string }> {
  const results = await Promise.all(routers.map(reverted));
  return {
    result: gravest(results),
    detail: results.flatMap((result) => ('detail' in result ? [result.detail] : [])).join(' '),
  };
}

async function reverted(router: Router): Promise<RevertResult> {
  try {
    return await router.revert();
  } catch (error) {
    const detail = `${messageOf(error)} Repair the alias with: ${router.repair}`;
    return { type: 'unconfirmed', detail };
  }
}

function gravest(results: readonly RevertResult[]): Reversion {
  const has = (type: RevertResult['type']) => results.some((result) => result.type === type);
  if (has('unconfirmed')) return 'revert-failed';
  if (has('foreign')) return 'failed';
  return has('reverted') ? 'reverted' : 'untouched';
}

/**
 * So that a person can put the aliases back should this process not live to do it. Called when the writes of the revert
 * have left: nothing stands before those.
 */
export function announce(
  routers: readonly Router[],
  {
    journal,
    clock,
  }: { journal: Pick<Surroundings['journal'], 'record'>; clock: Surroundings['clock'] },
): void {
  journal.record(
    repairEntry(
      clock.timeOfDay(),
      routers.map(({ repair }) => repair),
    ),
  );
}
