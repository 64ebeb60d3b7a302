import { AwsCallError } from '../../aws/call.ts';
import { carriesOurMark, withoutOurMark } from '../../core/alias/claim.ts';
import { surelyNotWritten } from '../../core/alias/write-fate.ts';
import { routingAt } from '../../core/alias/routing.ts';
import { targetName } from '../../core/alias/target.ts';
import type { ConfirmResult } from '../../ports.ts';
import { claimOf, learn, outcomeOf, pauseAfter, type Route } from './route.ts';
import { settle } from './settle.ts';

const TRIES = 4;

/**
 * Reads back that the alias serves the canary alone, and takes this rollout's mark off it.
 * @throws only when aborted
 */
export async function confirm(route: Route, signal: AbortSignal): Promise<ConfirmResult> {
  const { known, target, clock, note } = route;
  for (let tries = 0; ; tries++) {
    // A write that succeeds on the revision we left says more than a reading: nobody wrote in between.
    const failure = await removeMark(route, signal);
    const result = await settle(route, signal);
    if (result.type === 'blocked') return result;
    const isMarked = known.alias !== undefined && carriesOurMark(known.alias, claimOf(route));
    if (!isMarked) {
      known.unanswered = false;
      return { type: 'confirmed' };
    }
    if (tries + 1 >= TRIES) {
      note(`${targetName(target)}: its description keeps the mark of this rollout: ${failure}`);
      return { type: 'confirmed' };
    }
    await clock.sleep(pauseAfter(tries), signal);
    signal.throwIfAborted();
  }
}

async function removeMark(route: Route, signal: AbortSignal): Promise<string> {
  const { aliases, known, target, versions } = route;
  if (known.alias === undefined || !carriesOurMark(known.alias, claimOf(route))) return '';
  const { revisionId } = known.alias;
  const description = withoutOurMark(known.alias, claimOf(route));
  const unansweredBefore = known.unanswered;
  known.unanswered = true;
  try {
    const write = { routing: routingAt(100, versions), description, revisionId };
    learn(route, await aliases.update(target, write, { signal, urgency: 'shift' }));
    known.unanswered = false;
    return '';
  } catch (error) {
    if (!(error instanceof AwsCallError)) throw error;
    known.unanswered = unansweredBefore || !surelyNotWritten(outcomeOf(error));
    return error.message;
  }
}
