import type { Alias } from '../../aws/aliases.ts';
import { AwsCallError } from '../../aws/call.ts';
import { MOVE_PATIENCE_MS, READ_PATIENCE_MS } from '../../core/alias/patience.ts';
import { looksLikeTransition, routingAt, sameRouting } from '../../core/alias/routing.ts';
import { targetName } from '../../core/alias/target.ts';
import { formatDuration } from '../../core/text/duration.ts';
import type { SettleResult } from '../../ports.ts';
import { MOVE_POLL_MS, moveOf } from './move.ts';
import {
  foreignReason,
  heldBackReason,
  isForeign,
  isHeldBackUnawares,
  isStale,
  learn,
  missingReason,
  pauseAfter,
  type Route,
} from './route.ts';

/**
 * Makes sure that the alias serves the canary alone, before the last bake. One without provisioned concurrency does when
 * Lambda has answered the promotion, and gets none while weights are out: Lambda refuses it. Whether it got some
 * before them, the looks at the alias tell, and the reading before `promoted` is said.
 * @throws only when aborted
 */
export async function settle(route: Route, signal: AbortSignal): Promise<SettleResult> {
  const { known, versions, isProvisioned } = route;
  const { alias, unanswered } = known;
  const serves = alias !== undefined && sameRouting(alias.routing, routingAt(100, versions));
  if (isProvisioned !== false || unanswered || !serves) return readSettled(route, signal);
  known.settledAs = alias.revisionId;
  known.unread = true;
  return { type: 'settled' };
}

/**
 * Reads back that the alias serves the canary alone. While Lambda moves its provisioned concurrency to the canary,
 * the alias goes on serving stable; this waits for the end of that.
 * @throws only when aborted
 */
export async function readSettled(route: Route, signal: AbortSignal): Promise<SettleResult> {
  const { clock, target, versions, note } = route;
  const askOfMove = moveOf(route);
  const startedAt = clock.now();
  const canaryAlone = routingAt(100, versions);
  let announced = false;
  for (let tries = 0; ; tries++) {
    const waited = clock.now() - startedAt;
    const look = await tryToLook(route, signal);
    switch (look.type) {
      case 'missing':
        return { type: 'blocked', reason: missingReason(route) };
      case 'refused':
        return { type: 'blocked', reason: look.reason };
      case 'unreadable':
        if (waited >= READ_PATIENCE_MS) return { type: 'blocked', reason: look.reason };
        await clock.sleep(pauseAfter(tries), signal);
        break;
      case 'read': {
        const { alias } = look;
        if (sameRouting(alias.routing, canaryAlone) && !isForeign(route, alias)) {
          learn(route, alias);
          route.known.settledAs = alias.revisionId;
          return { type: 'settled' };
        }
        if (!looksLikeTransition(alias.routing, versions.stable, versions.canary)) {
          return { type: 'blocked', reason: foreignReason(route, alias, canaryAlone) };
        }
        if (isHeldBackUnawares(route, alias)) {
          return { type: 'blocked', reason: heldBackReason(route) };
        }
        const move = await askOfMove({ signal, urgency: 'shift' });
        if (move.type === 'failed')
          return { type: 'blocked', reason: moveFailed(route, move.reason) };
        if (move.type === 'over') {
          return { type: 'blocked', reason: foreignReason(route, alias, canaryAlone) };
        }
        if (waited >= MOVE_PATIENCE_MS) {
          return {
            type: 'blocked',
            reason:
              `Lambda has not moved the provisioned concurrency of ${targetName(target)} to version ` +
              `${versions.canary} within ${formatDuration(waited)}, and still serves version ${versions.stable}`,
          };
        }
        if (!announced) {
          note(
            `${targetName(target)}: Lambda is moving the alias's provisioned concurrency and serves version ` +
              `${versions.stable} meanwhile; waiting for that (at most ${formatDuration(MOVE_PATIENCE_MS)})`,
          );
        }
        announced = true;
        await clock.sleep(MOVE_POLL_MS, signal);
      }
    }
    signal.throwIfAborted();
  }
}

type Look =
  | { readonly type: 'read'; readonly alias: Alias }
  | { readonly type: 'missing' }
  /** It may be readable later; or what was read is from before our write. */
  | { readonly type: 'unreadable'; readonly reason: string }
  | { readonly type: 'refused'; readonly reason: string };

async function tryToLook(route: Route, signal: AbortSignal): Promise<Look> {
  try {
    const alias = await route.aliases.find(route.target, { signal, urgency: 'shift' });
    if (alias === undefined) return { type: 'missing' };
    if (!isStale(route, alias)) return { type: 'read', alias };
    const reason = `the alias ${targetName(route.target)} reads as it was before it was written`;
    return { type: 'unreadable', reason };
  } catch (error) {
    if (!(error instanceof AwsCallError)) throw error;
    return { type: error.refused ? 'refused' : 'unreadable', reason: error.message };
  }
}

function moveFailed({ target, versions }: Route, reason: string): string {
  return (
    `Lambda could not move the provisioned concurrency of ${targetName(target)} to version ${versions.canary} ` +
    `(status FAILED${reason === '' ? '' : `: ${reason}`}), and still serves version ${versions.stable}`
  );
}
