import { readMark, type Mark } from './mark.ts';
import { isSplit, routingAt, sameRouting, type Routing } from './routing.ts';
import type { Found } from './unfinished.ts';

/** What an alias shows of rollouts. */
export type Standing =
  /** It serves one version, and no rollout says otherwise. */
  | { readonly type: 'alone'; readonly version: string }
  /** It is as the mark of a rollout says. */
  | { readonly type: 'moved'; readonly mark: Mark }
  /** It serves a promoted version, and carries the mark of the run that promoted it and ended before it took that off. */
  | { readonly type: 'promoted'; readonly mark: Mark }
  /** It is split, and not as any mark says. */
  | { readonly type: 'foreign'; readonly routing: Routing; readonly mark?: Mark };

/** @param hasEnded whether the run that a mark names, by its nonce, is known to have ended */
export function standingOf(
  { routing, description }: Pick<Found, 'routing' | 'description'>,
  hasEnded: (nonce: string) => boolean,
): Standing {
  const { mark } = readMark(description);
  if (mark !== undefined && sameRouting(routing, routingAt(mark.weight, mark))) {
    const type = mark.weight >= 100 && hasEnded(mark.nonce) ? 'promoted' : 'moved';
    return { type, mark };
  }
  return isSplit(routing)
    ? { type: 'foreign', routing, ...(mark === undefined ? {} : { mark }) }
    : { type: 'alone', version: routing.version };
}
