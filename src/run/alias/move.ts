import type { CallOptions } from '../../aws/call.ts';
import type { Route } from './route.ts';

/** Between two looks at a move, which takes minutes. */
export const MOVE_POLL_MS = 5_000;

/** What Lambda does with the provisioned concurrency of an alias that reads as split by nobody. */
export type Move =
  /** Also where it may not be asked. */
  | { readonly type: 'under way' }
  /** It may have ended since the alias was read. */
  | { readonly type: 'maybe over' }
  /** A split that stays without one is somebody's. */
  | { readonly type: 'over' }
  | { readonly type: 'failed'; readonly reason: string };

/** Asks of one move again and again, each time after the alias was read. */
export function moveOf({
  aliases,
  target,
}: Pick<Route, 'aliases' | 'target'>): (options: CallOptions) => Promise<Move> {
  let wasNone = false;
  return async (options) => {
    const move = await aliases.transition(target, options);
    if (move.type === 'failed') return move;
    if (move.type !== 'none') {
      wasNone = false;
      return { type: 'under way' };
    }
    if (wasNone) return { type: 'over' };
    wasNone = true;
    return { type: 'maybe over' };
  };
}
