import { readMark } from './mark.ts';
import { isAsMarked, type Shown } from './ownership.ts';
import {
  looksHeldBack,
  looksLikeTransition,
  routingAt,
  sameRouting,
  type Versions,
} from './routing.ts';

/** By what a rollout recognises its own writes to an alias. */
export interface Claim {
  readonly versions: Versions;
  /** The rollouts whose marks are ours to remove: this one, and one that it goes on with. */
  readonly nonces: readonly string[];
  /** Weights that were begun to be written, whether or not a reply came. */
  readonly begun: ReadonlySet<number>;
}

/** Only what a rollout itself began to write is its to revert. */
export function isOurs(shown: Shown, claim: Claim): boolean {
  const { versions, begun } = claim;
  return (
    !isClaimedByAnother(shown, claim) &&
    ([...begun].some((weight) => sameRouting(shown.routing, routingAt(weight, versions))) ||
      (begun.has(100) && looksLikeTransition(shown.routing, versions.stable, versions.canary)))
  );
}

/**
 * What a revert takes for its own: also a write of an earlier process that came late, which the weights begun here do
 * not know. The mark tells it, for it is written with its weight.
 */
export function isOursToRevert(shown: Shown, claim: Claim): boolean {
  const { mark } = readMark(shown.description);
  const { stable, canary } = claim.versions;
  const isMarked =
    mark !== undefined &&
    carriesOurMark(shown, claim) &&
    isAsMarked(shown.routing, mark) &&
    mark.stable === stable &&
    mark.canary === canary;
  return isMarked || isOurs(shown, claim);
}

/** Whether stable is written, and Lambda moves its provisioned concurrency back: another process may have reverted. */
export function isOnTheWayBack(shown: Shown, claim: Claim): boolean {
  const { stable, canary } = claim.versions;
  return (
    claim.begun.has(100) &&
    !isClaimedByAnother(shown, claim) &&
    looksHeldBack(shown.routing) &&
    looksLikeTransition(shown.routing, canary, stable)
  );
}

/** Whether the alias carries the mark of a rollout that is not ours. */
export function isClaimedByAnother(shown: Shown, claim: Claim): boolean {
  return readMark(shown.description).mark !== undefined && !carriesOurMark(shown, claim);
}

/** Whether the alias carries a mark that is ours to remove. */
export function carriesOurMark({ description }: Shown, { nonces }: Claim): boolean {
  const { mark } = readMark(description);
  return mark !== undefined && nonces.includes(mark.nonce);
}

/** The description without our mark; that of another rollout stays: only that one knows what it is good for. */
export function withoutOurMark(shown: Shown, claim: Claim): string {
  return carriesOurMark(shown, claim) ? readMark(shown.description).description : shown.description;
}
