import type { Alias, AliasWrite } from '../../aws/aliases.ts';
import type { CallOptions } from '../../aws/call.ts';
import { isOnTheWayBack, isOursToRevert, withoutOurMark } from '../../core/alias/claim.ts';
import {
  describeRouting,
  looksLikeTransition,
  routingAt,
  sameRouting,
} from '../../core/alias/routing.ts';
import { repairCommand } from '../../core/alias/repair.ts';
import { targetName } from '../../core/alias/target.ts';
import { messageOf } from '../../core/problems.ts';
import { accountIn } from '../../core/text/arn.ts';
import { formatDuration } from '../../core/text/duration.ts';
import type { RevertResult } from '../../ports.ts';
import { MOVE_POLL_MS, moveOf } from './move.ts';
import {
  claimOf,
  isPromotedByHand,
  isStale,
  learn,
  missingReason,
  pauseAfter,
  type Route,
} from './route.ts';

/** What is left of the patience is never so little that a call could not be answered. */
const LEAST_PATIENCE_MS = 1_000;

/** How long a revert goes on, in milliseconds. */
export interface RevertPatience {
  /** While the alias cannot be written or read; anew from when Lambda was last seen moving it. */
  readonly tryingMs: number;
  /** In all: Lambda may take minutes to move its provisioned concurrency back. */
  readonly totalMs: number;
}

/**
 * Puts stable back, unless somebody else moved the alias, and reads that back. It writes first, on the revision
 * that it knows: while a write of ours is unanswered, only a new revision keeps that one out, and if it came first,
 * Lambda says so. It never gives up before its patience has run out, and never throws.
 */
export async function revert(
  route: Route,
  { tryingMs, totalMs }: RevertPatience,
): Promise<RevertResult> {
  const { known, clock } = route;
  if (known.begun.size === 0) return untouched(route);
  const startedAt = clock.now();
  const reversion = createReversion(route);
  let tryingSince = startedAt;
  for (let tries = 0; ; tries++) {
    const until = Math.min(tryingSince + tryingMs, startedAt + totalMs);
    const result = await reversion.advance(until);
    if (result !== undefined) return result;
    const now = clock.now();
    if (reversion.moving) tryingSince = now;
    if (now - startedAt >= totalMs || now - tryingSince >= tryingMs) {
      const detail = unconfirmed(route, now - startedAt, reversion.failure);
      return { type: 'unconfirmed', detail };
    }
    if (reversion.moving) tries = 0;
    await clock.sleep(reversion.moving ? MOVE_POLL_MS : pauseAfter(tries));
  }
}

const LOOKS = 5;

/** Nothing was moved by us; somebody else may have done so meanwhile, and then stable is not what the alias serves. */
async function untouched(route: Route): Promise<RevertResult> {
  const { known, versions, clock } = route;
  for (let tries = 0; tries < LOOKS; tries++) {
    const present = await tryToLook(route);
    if (present !== 'unknown' && !isStale(route, present)) {
      return sameRouting(present.routing, routingAt(0, versions))
        ? { type: 'untouched' }
        : { type: 'foreign', detail: leftAlone(route, present) };
    }
    // What nobody is known to have moved need not be read again.
    if (known.foreign === undefined) break;
    await clock.sleep(pauseAfter(tries));
  }
  return known.foreign === undefined
    ? { type: 'untouched' }
    : { type: 'foreign', detail: leftAlone(route, known.foreign) };
}

async function tryToLook({ aliases, target }: Route): Promise<Alias | 'unknown'> {
  try {
    return (await aliases.find(target, { urgency: 'shift' })) ?? 'unknown';
  } catch {
    return 'unknown';
  }
}

interface Reversion {
  /**
   * One write or reading; several where the next one can be told at once.
   * @param until how long they are tried, all together; by the clock's `now`
   * @returns nothing when it is to go on
   */
  advance(until: number): Promise<RevertResult | undefined>;
  /** What the last try met. */
  readonly failure: string;
  /** Whether stable is written and Lambda is still moving provisioned concurrency back. */
  readonly moving: boolean;
}

function createReversion(route: Route): Reversion {
  const { aliases, known, target, versions, clock } = route;
  const stableAlone = routingAt(0, versions);
  const askOfMove = moveOf(route);
  let written = false;
  let moving = false;
  let failure = 'the alias still does not serve it alone.';
  /** Whether the alias must be read before it can be written: its revision is not known any more. */
  let unknown = known.alias === undefined;

  async function advance(until: number): Promise<RevertResult | undefined> {
    moving = false;
    // Without a signal: a revert is never cut short, least of all by the cancellation that caused it.
    const urgently = () => {
      const patienceMs = Math.max(until - clock.now(), LEAST_PATIENCE_MS);
      return { urgency: 'revert', patienceMs } as const;
    };
    try {
      if (unknown) {
        const present = await aliases.find(target, urgently());
        const found = judged(present);
        if (found !== undefined || present === undefined) return found;
      }
      if (!written && known.alias !== undefined) {
        const reply = await aliases.update(target, stableIn(known.alias), urgently());
        learn(route, reply);
        written = true;
        unknown = false;
      }
      return await readBack(await aliases.find(target, urgently()), urgently);
    } catch (error) {
      failure = messageOf(error);
      // Refused for its revision, or without an answer: who wrote last is to be read.
      unknown ||= !written;
      return undefined;
    }
  }

  /** Whose the alias is that is about to be written. */
  function judged(present: Alias | undefined): RevertResult | undefined {
    if (present === undefined) return { type: 'foreign', detail: missingReason(route) };
    const account = accountIn(present.arn);
    if (account !== (route.account ?? account)) {
      return { type: 'unconfirmed', detail: elsewhere(route, account) };
    }
    if (isStale(route, present)) {
      failure = 'the alias reads as it was before the last write.';
      return undefined;
    }
    if (isOnTheWayBack(present, claimOf(route))) {
      learn(route, present);
      written = true;
      unknown = false;
      return undefined;
    }
    const isTheirs = !isOursToRevert(present, claimOf(route)) || isPromotedByHand(route, present);
    if (!sameRouting(present.routing, stableAlone) && isTheirs) {
      return { type: 'foreign', detail: leftAlone(route, present) };
    }
    learn(route, present);
    return undefined;
  }

  async function readBack(
    present: Alias | undefined,
    urgently: () => CallOptions,
  ): Promise<RevertResult | undefined> {
    if (present === undefined) return { type: 'foreign', detail: missingReason(route) };
    if (isStale(route, present)) {
      failure = 'the alias reads as it was before it was written.';
      return undefined;
    }
    if (sameRouting(present.routing, stableAlone)) return { type: 'reverted' };
    if (isOursToRevert(present, claimOf(route))) {
      failure = 'a write of this rollout came late.';
      writeAgain(present);
      return undefined;
    }
    if (!looksLikeTransition(present.routing, versions.canary, versions.stable)) {
      return { type: 'foreign', detail: leftAlone(route, present) };
    }
    const move = await askOfMove(urgently());
    switch (move.type) {
      case 'failed':
        // Lambda leaves its weights as they are then, for ever, until somebody writes.
        failure = `Lambda could not move its provisioned concurrency back (status FAILED: ${move.reason}).`;
        writeAgain(present);
        return undefined;
      case 'over':
        return { type: 'foreign', detail: leftAlone(route, present) };
      case 'maybe over':
        moving = true;
        failure = 'the alias is split, though Lambda moves no provisioned concurrency.';
        return undefined;
      case 'under way':
        moving = true;
        failure = 'Lambda is still moving its provisioned concurrency back.';
        return undefined;
    }
  }

  function writeAgain(present: Alias): void {
    learn(route, present);
    written = false;
  }

  function stableIn(alias: AliasWrite): AliasWrite {
    return {
      routing: stableAlone,
      description: withoutOurMark(alias, claimOf(route)),
      revisionId: alias.revisionId,
    };
  }

  return {
    advance,
    get failure() {
      return failure;
    },
    get moving() {
      return moving;
    },
  };
}

function unconfirmed(
  { target, versions, region }: Route,
  elapsedMs: number,
  failure: string,
): string {
  return (
    `${targetName(target)}: version ${versions.stable} could not be confirmed within ` +
    `${formatDuration(elapsedMs)}: ${failure} Repair the alias with: ${repairCommand(target, versions.stable, region)}`
  );
}

/** A later step of the job may have taken up another role: an alias of the same name is not the one that was moved. */
function elsewhere({ target, versions, region, account }: Route, ours = ''): string {
  return (
    `${targetName(target)}: the AWS credentials are of the account ${ours} by now, and the rollout was in the account ` +
    `${account ?? ''}, so nothing was put back. Repair the alias there with: ` +
    repairCommand(target, versions.stable, region)
  );
}

/** What somebody else left, and the way back where the canary still gets traffic. */
export function leftAlone(
  { target, versions, region }: Pick<Route, 'target' | 'versions' | 'region'>,
  { routing }: Pick<Alias, 'routing'>,
): string {
  const serves = [routing.version, ...Object.keys(routing.weights)];
  const left = `${targetName(target)} was left as somebody else moved it: ${describeRouting(routing)}.`;
  return serves.includes(versions.canary)
    ? `${left} The canary, version ${versions.canary}, still gets traffic. To put version ${versions.stable} back: ` +
        repairCommand(target, versions.stable, region)
    : left;
}
