import { AwsCallError } from '../../aws/call.ts';
import { carriesOurMark, withoutOurMark } from '../../core/alias/claim.ts';
import { routingAt, sameRouting } from '../../core/alias/routing.ts';
import { surelyNotWritten } from '../../core/alias/write-fate.ts';
import { targetName } from '../../core/alias/target.ts';
import type { ConfirmResult } from '../../ports.ts';
import { claimOf, learn, outcomeOf, pauseAfter, type Route } from './route.ts';
import { settle } from './settle.ts';

const TRIES = 4;

/**
 * Takes this rollout's mark off the alias, and makes sure that it serves the canary alone. Where it was read to do so,
 * a write that Lambda takes on that very revision is proof that nobody wrote since; everything else is read back.
 * @throws only when aborted
 */
export async function confirm(route: Route, signal: AbortSignal): Promise<ConfirmResult> {
  const { known, target, clock, note } = route;
  for (let tries = 0; ; tries++) {
    const left = known.alias?.revisionId;
    const removal = await removeMark(route, signal);
    if (removal.type === 'removed' && removal.proves) return { type: 'confirmed' };
    const result = await settle(route, signal);
    if (result.type === 'blocked') return result;
    // A write that names a revision which is over cannot take effect any more.
    if (known.alias?.revisionId !== left) known.unanswered = false;
    if (!isMarked(route)) return { type: 'confirmed' };
    if (tries + 1 >= TRIES) {
      const failure = removal.type === 'failed' ? removal.reason : 'somebody wrote it anew';
      note(`${targetName(target)}: its description keeps the mark of this rollout: ${failure}`);
      return { type: 'confirmed' };
    }
    await clock.sleep(pauseAfter(tries), signal);
    signal.throwIfAborted();
  }
}

type Removal =
  | { readonly type: 'none' }
  /** `proves`: the alias serves the canary alone, and nobody wrote between that reading and this write. */
  | { readonly type: 'removed'; readonly proves: boolean }
  | { readonly type: 'failed'; readonly reason: string };

async function removeMark(route: Route, signal: AbortSignal): Promise<Removal> {
  const { aliases, known, target, versions } = route;
  const { alias, settledAs } = known;
  if (alias === undefined || !isMarked(route)) return { type: 'none' };
  const routing = routingAt(100, versions);
  const description = withoutOurMark(alias, claimOf(route));
  const unansweredBefore = known.unanswered;
  // Until it is answered, a new revision may be ours.
  known.unanswered = true;
  try {
    const write = { routing, description, revisionId: alias.revisionId };
    const written = await aliases.update(target, write, { signal, urgency: 'shift' });
    learn(route, written);
    known.unanswered = false;
    const proves = settledAs === alias.revisionId && sameRouting(written.routing, routing);
    if (proves) known.settledAs = written.revisionId;
    return { type: 'removed', proves };
  } catch (error) {
    if (!(error instanceof AwsCallError)) throw error;
    known.unanswered = unansweredBefore || !surelyNotWritten(outcomeOf(error));
    return { type: 'failed', reason: error.message };
  }
}

function isMarked(route: Route): boolean {
  const { alias } = route.known;
  return alias !== undefined && carriesOurMark(alias, claimOf(route));
}
