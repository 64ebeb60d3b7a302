import { readMark, type Mark } from './mark.ts';
import {
  isSplit,
  looksLikeTransition,
  mostServed,
  routingAt,
  sameRouting,
  type Routing,
} from './routing.ts';
import { targetName, type Target } from './target.ts';

/** What an alias shows of itself. */
export interface Shown {
  readonly routing: Routing;
  readonly description: string;
}

/** What an alias shows of rollouts. */
export type AliasStanding =
  /** It serves one version, and no rollout says otherwise. */
  | { readonly type: 'alone'; readonly version: string }
  /** It is as the mark of a rollout says. */
  | { readonly type: 'moved'; readonly mark: Mark }
  /** It serves a promoted version, and carries the mark of the run that promoted it and ended before it took that off. */
  | { readonly type: 'promoted'; readonly mark: Mark }
  /** It is split, and not as any mark says. */
  | { readonly type: 'foreign'; readonly routing: Routing; readonly mark: Mark | undefined };

/** @param hasEnded whether the run that a mark names, by its nonce, is known to have ended */
export function standingOf(
  { routing, description }: Shown,
  hasEnded: (nonce: string) => boolean,
): AliasStanding {
  const { mark } = readMark(description);
  if (mark !== undefined && isAsMarked(routing, mark)) {
    const hasArrived = mark.weight >= 100 && !isSplit(routing);
    return { type: hasArrived && hasEnded(mark.nonce) ? 'promoted' : 'moved', mark };
  }
  return isSplit(routing)
    ? { type: 'foreign', routing, mark }
    : { type: 'alone', version: routing.version };
}

/** Whether the alias is as its mark says; a promotion also while Lambda moves provisioned concurrency to the canary. */
export function isAsMarked(routing: Routing, mark: Mark): boolean {
  return (
    sameRouting(routing, routingAt(mark.weight, mark)) ||
    (mark.weight >= 100 && looksLikeTransition(routing, mark.stable, mark.canary))
  );
}

/** Of an alias that {@link looksHeldBack}: what it names and what it serves. */
export function describeHeldBack(target: Target, routing: Routing): string {
  return (
    `${targetName(target)} names version ${routing.version}, but all of its traffic goes to version ` +
    `${mostServed(routing)}. Lambda leaves an alias so while it moves its provisioned concurrency, and for good when ` +
    `version ${routing.version} cannot start`
  );
}
