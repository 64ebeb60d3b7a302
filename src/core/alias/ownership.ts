import { readMark, type Mark } from './mark.ts';
import { isSplit, routingAt, sameRouting, type Routing } from './routing.ts';
import type { Found } from './unfinished.ts';

/** What an alias shows of rollouts. */
export type Standing =
  /** It serves one version, and no rollout says otherwise. */
  | { readonly type: 'alone'; readonly version: string }
  /** It is as the mark of a rollout says. */
  | { readonly type: 'moved'; readonly mark: Mark }
  /** It is split, and not as any mark says. */
  | { readonly type: 'foreign'; readonly routing: Routing; readonly mark?: Mark };

export function standingOf({
  routing,
  description,
}: Pick<Found, 'routing' | 'description'>): Standing {
  const { mark } = readMark(description);
  if (mark !== undefined && sameRouting(routing, routingAt(mark.weight, mark))) {
    return { type: 'moved', mark };
  }
  return isSplit(routing)
    ? { type: 'foreign', routing, ...(mark === undefined ? {} : { mark }) }
    : { type: 'alone', version: routing.version };
}
