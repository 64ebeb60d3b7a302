import { AwsCallError } from '../../aws/call.ts';
import { carriesOurMark, withoutOurMark } from '../../core/alias/claim.ts';
import { routingAt } from '../../core/alias/routing.ts';
import { targetName } from '../../core/alias/target.ts';
import type { ConfirmResult } from '../../ports.ts';
import { claimOf, learn, pauseAfter, type Route } from './route.ts';
import { readSettled } from './settle.ts';

const TRIES = 4;

/**
 * Takes this rollout's mark off the alias, and reads back that it serves the canary alone.
 * @throws only when aborted
 */
export async function confirm(route: Route, signal: AbortSignal): Promise<ConfirmResult> {
  const { known, target, clock, note } = route;
  for (let tries = 0; ; tries++) {
    const left = known.alias?.revisionId;
    // A write that succeeds on the revision we left says more than a reading: nobody wrote in between.
    const failure = await removeMark(route, signal);
    const result = await readSettled(route, signal);
    if (result.type === 'blocked') return result;
    // A write that names a revision which is over cannot take effect any more.
    if (known.alias?.revisionId !== left) known.unanswered = false;
    if (!isMarked(route)) return { type: 'confirmed' };
    if (tries + 1 >= TRIES) {
      const why = failure ?? 'somebody wrote it anew';
      note(`${targetName(target)}: its description keeps the mark of this rollout: ${why}`);
      return { type: 'confirmed' };
    }
    await clock.sleep(pauseAfter(tries), signal);
    signal.throwIfAborted();
  }
}

/** @returns why the mark may still be there */
async function removeMark(route: Route, signal: AbortSignal): Promise<string | undefined> {
  const { aliases, known, target, versions } = route;
  const { alias } = known;
  if (alias === undefined || !isMarked(route)) return undefined;
  const routing = routingAt(100, versions);
  const description = withoutOurMark(alias, claimOf(route));
  const unansweredBefore = known.unanswered;
  // Until it is answered, a new revision may be ours.
  const onUnanswered = (requests: number) => {
    known.unanswered = unansweredBefore || requests > 0;
  };
  try {
    const write = { routing, description, revisionId: alias.revisionId };
    const options = { signal, urgency: 'shift', onUnanswered } as const;
    learn(route, await aliases.update(target, write, options));
    known.unanswered = false;
    return undefined;
  } catch (error) {
    if (!(error instanceof AwsCallError)) throw error;
    return error.message;
  }
}

function isMarked(route: Route): boolean {
  const { alias } = route.known;
  return alias !== undefined && carriesOurMark(alias, claimOf(route));
}
