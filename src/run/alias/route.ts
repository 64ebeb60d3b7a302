import type { Alias, Aliases, AliasWrite } from '../../aws/aliases.ts';
import type { AwsCallError } from '../../aws/call.ts';
import { isClaimedByAnother, isOurs, type Claim } from '../../core/alias/claim.ts';
import type { Mark } from '../../core/alias/mark.ts';
import {
  describeRouting,
  looksLikeTransition,
  routingAt,
  sameRouting,
  type Routing,
  type Versions,
} from '../../core/alias/routing.ts';
import { targetName, type Target } from '../../core/alias/target.ts';
import type { FailedWrite } from '../../core/alias/write-fate.ts';
import type { Clock } from '../../ports.ts';

export interface RouteOptions {
  readonly aliases: Aliases;
  readonly target: Target;
  readonly versions: Versions;
  readonly region: string;
  /** That the alias is in; left out where it is the account of whoever asks. */
  readonly account?: string | undefined;
  /** The alias as it was last read; left out by who only reverts what another process left. */
  readonly alias?: AliasWrite | undefined;
  /** By step; none when the alias's description has no room for them. */
  readonly marks?: readonly Mark[];
  /** The rollouts whose marks are ours to remove: this one, and one that it goes on with. */
  readonly nonces: readonly string[];
  /**
   * Weights that another process of this rollout began to write before it ended. The last of these
   * writes may still be on its way.
   */
  readonly begun?: readonly number[];
  /** The revision under which that process saw the alias serve the canary alone, when it knew of no write after it. */
  readonly settledAs?: string | undefined;
  /** Whether the alias had provisioned concurrency before the first weight; left out where that is not known. */
  readonly isProvisioned?: boolean | undefined;
  readonly clock: Clock;
  readonly note: (text: string) => void;
}

/** One alias, and all that this process knows of it and began to write to it. */
export interface Route extends Omit<RouteOptions, 'alias' | 'begun' | 'marks'> {
  readonly marks: readonly Mark[];
  readonly known: Known;
}

export interface Known {
  /** As it was last read, or answered to a write. */
  alias: AliasWrite | undefined;
  readonly begun: Set<number>;
  /** Whether a write was sent of which it is not known if it took, or will yet take, effect. */
  unanswered: boolean;
  /** The revision under which the alias serves the canary alone, once it was read to do so. */
  settledAs: string | undefined;
  /** Whether the last bake began on the answer to the promotion, without a reading. */
  unread: boolean;
  /** As somebody else moved it, where a write of ours met that. */
  foreign: Alias | undefined;
  /** Revisions that are over for sure: a reading that shows one of them is from before a write of ours. */
  readonly past: Set<string>;
}

export function routeOf({ alias, begun = [], marks = [], ...options }: RouteOptions): Route {
  return {
    ...options,
    marks,
    known: {
      alias,
      begun: new Set(begun),
      unanswered: begun.length > 0,
      settledAs: undefined,
      unread: false,
      foreign: undefined,
      past: new Set(),
    },
  };
}

export function claimOf({ versions, nonces, known: { begun } }: Route): Claim {
  return { versions, nonces, begun };
}

/** Takes a reply or a reading for how the alias is now. */
export function learn({ known }: Route, alias: AliasWrite): void {
  const before = known.alias?.revisionId;
  if (before !== undefined && before !== alias.revisionId) known.past.add(before);
  known.alias = alias;
}

/** Reads of Lambda are not promised to show the last write; a revision that a write has ended tells an old one. */
export function isStale({ known }: Route, { revisionId }: AliasWrite): boolean {
  return known.past.has(revisionId);
}

/** Whether somebody else moved the alias from where we left it. */
export function isForeign(route: Route, present: AliasWrite): boolean {
  const { known } = route;
  const claim = claimOf(route);
  if (isClaimedByAnother(present, claim)) return true;
  if (known.alias !== undefined && sameRouting(present.routing, known.alias.routing)) return false;
  return !isOurs(present, claim);
}

/**
 * Whether the alias turned out to serve stable in a last bake that began without a reading: it got provisioned
 * concurrency between preflight and the first weight, and what was baked was not the canary alone.
 */
export function isHeldBackUnawares({ known, versions }: Route, { routing }: AliasWrite): boolean {
  return known.unread && looksLikeTransition(routing, versions.stable, versions.canary);
}

export function heldBackReason({ target, versions }: Route): string {
  return (
    `the alias ${targetName(target)} got provisioned concurrency after it was looked at, and Lambda served version ` +
    `${versions.stable} in the last bake`
  );
}

/**
 * Whether somebody promoted the canary by hand since another process gave up reverting it: it serves it alone, as that
 * process had left it, yet was written again.
 */
export function isPromotedByHand({ settledAs, versions }: Route, present: AliasWrite): boolean {
  return (
    settledAs !== undefined &&
    settledAs !== present.revisionId &&
    sameRouting(present.routing, routingAt(100, versions))
  );
}

export function foreignReason({ target }: Route, present: Alias, left: Routing): string {
  return (
    `somebody else moved the alias ${targetName(target)}: it serves ${describeRouting(present.routing)} ` +
    `now, where this rollout had left ${describeRouting(left)}`
  );
}

export function missingReason({ target }: Route): string {
  return `the alias ${targetName(target)} does not exist any more`;
}

/** What the answer to a write leaves open. */
export function outcomeOf(failure: AwsCallError): Pick<FailedWrite, 'answer' | 'onlyRequest'> {
  const conflict = failure.name === 'PreconditionFailedException';
  return {
    answer: conflict ? 'conflict' : failure.refused ? 'refused' : 'unknown',
    onlyRequest: failure.unanswered === 0,
  };
}

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 15_000;

/** Between two tries, in milliseconds: longer each time. */
export function pauseAfter(tries: number): number {
  return Math.min(FIRST_PAUSE_MS * 2 ** tries, LONGEST_PAUSE_MS);
}
