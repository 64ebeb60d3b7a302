import { targetReport, type TargetReport } from '../../core/alias/target.ts';
import { messageOf } from '../../core/problems.ts';
import { ended, endedBack, type Ending } from '../../core/report/ending.ts';
import type { Reversion } from '../../core/rollout/state.ts';
import { ENDED, OWN_ERRORS } from '../../core/state-machine/definition.ts';
import { executionLink, type ExecutionOf } from '../../core/alias/execution.ts';
import { NOTHING_TOLD } from '../../core/state-machine/told.ts';
import type { SavedRollout, SavedTarget } from '../../github/saved.ts';
import type { Seen } from '../../ports.ts';
import type { RevertPatience } from '../alias/revert.ts';
import { routerOf } from '../alias/router.ts';
import { confirmEnd } from '../rollout/follow.ts';
import { announce, revertAll } from '../rollout/reversion.ts';
import { ALONE, type Surroundings } from '../surroundings.ts';
import { recordTargets } from './progress.ts';

/** A target of a rollout that another process moved, and the alias if it was just read. */
export interface Left extends SavedTarget {
  readonly alias?: Seen | undefined;
}

/** GitHub gives a post step of a cancelled job 5 minutes, and ends it without a word. */
const POST_PATIENCE: RevertPatience = { tryingMs: 3 * 60_000, totalMs: 4 * 60_000 };

/**
 * Where a rollout goes on that AWS carries, when the job that followed it was killed. It is put back only where nobody watches it any
 * more: the execution was ended by somebody else than its states, or those could not put it back.
 */
export async function leaveToAws(
  saved: SavedRollout & { readonly execution: ExecutionOf },
  surroundings: Pick<Surroundings, 'aws' | 'clock' | 'journal'>,
): Promise<Ending> {
  const { aws, clock, journal } = surroundings;
  const { execution } = saved;
  const link = executionLink(execution);
  recordTargets(surroundings, saved.targets.map(leftReport));
  journal.record({ type: 'carrier', at: clock.timeOfDay(), url: link });
  try {
    const found = await aws.stepFunctions.describe(execution, {});
    if (found === undefined) {
      const late = `should its start still be on its way, AWS goes on by itself: ${link}`;
      return ended('failed', `the action was killed before AWS began; ${late}`);
    }
    const { status, error, cause } = found;
    if (status === 'RUNNING' || status === 'unknown') {
      const reason = `The action was killed, and nothing was changed: AWS watches the rollout and ends it, ${link}`;
      return { ...ended('started', reason), askedFor: true };
    }
    const isSeenTo = error.startsWith(OWN_ERRORS) && error !== ENDED['revert-failed'];
    if (status !== 'SUCCEEDED' && !isSeenTo) return await cleanUp(saved, surroundings);
    journal.note(`AWS has ended the rollout: ${status} ${error}`.trim());
    const type = status === 'SUCCEEDED' ? ('succeeded' as const) : ('failed' as const);
    const followed = { execution, saved, link, continues: true };
    return await confirmEnd(
      NOTHING_TOLD,
      { at: clock.timeOfDay(), type, error, cause },
      { followed, surroundings: { ...surroundings, keep: NOTHING_KEPT, wave: ALONE } },
    );
  } catch (error) {
    journal.warn(`Where the rollout stands is not known: ${messageOf(error)}`);
    return ended(
      'started',
      `The action was killed, and nothing was changed. Whether AWS goes on with the rollout is not known: ${link}`,
    );
  }
}

/** No process comes after the post step. */
const NOTHING_KEPT: Surroundings['keep'] = {
  save: () => undefined,
  leave: () => undefined,
  forget: () => undefined,
};

function leftReport({ target, versions: { stable, canary } }: SavedTarget): TargetReport {
  return targetReport(target, { previousVersion: stable, version: canary, disposition: 'shift' });
}

/** Tells of what an earlier wave promoted, and what stays whatever becomes of the others. */
export function tellOfStaying(
  { targets }: SavedRollout,
  surroundings: Pick<Surroundings, 'aws' | 'clock' | 'journal'>,
): Ending {
  recordTargets(surroundings, targets.map(leftReport));
  return ended('promoted', 'in an earlier wave, which on-wave-failure: keep-earlier keeps');
}

/** Reverts what a rollout that did not end by itself left behind. */
export async function cleanUp(
  saved: SavedRollout,
  surroundings: Pick<Surroundings, 'aws' | 'clock' | 'journal'>,
): Promise<Ending> {
  surroundings.journal.note('the rollout did not end by itself; looking at what it left behind');
  const { result, detail } = await revertSaved(saved, surroundings, POST_PATIENCE);
  const reason = `after the action was killed or could not revert by itself. ${detail}`.trim();
  return endedBack(result, reason);
}

/**
 * Reverts the targets of a rollout that another process moved.
 * @param patience left out: what suits the step itself
 */
export async function revertSaved(
  {
    targets,
    account,
  }: { readonly targets: readonly Left[]; readonly account?: string | undefined },
  surroundings: Pick<Surroundings, 'aws' | 'clock' | 'journal'>,
  patience?: RevertPatience,
): Promise<{ readonly result: Exclude<Reversion, 'untouched'>; readonly detail: string }> {
  const routers = targets.map((each) => routerOf({ ...each, account }, surroundings, patience));
  const reverting = revertAll(routers);
  announce(routers, surroundings);
  recordTargets(surroundings, targets.map(leftReport));
  const { result, detail } = await reverting;
  // What another process began to write is never untouched.
  return { result: result === 'untouched' ? 'reverted' : result, detail };
}
