import { formatDuration } from '../core/duration.ts';
import { fateOf, surelyNotWritten, type FailedWrite } from '../core/fate.ts';
import { repairCommand } from '../core/repair.ts';
import {
  describeRouting,
  looksLikeTransition,
  routingAt,
  sameRouting,
  type Routing,
  type Versions,
} from '../core/routing.ts';
import { targetName, type Target } from '../core/target.ts';
import { messageOf } from '../problems.ts';
import type { Clock, ConfirmResult, RevertResult, Router, ShiftResult } from '../ports.ts';
import type { Alias, Aliases } from './aliases.ts';
import { AwsCallError } from './call.ts';
import { readSettled } from './settled.ts';

export interface RouterOptions {
  readonly aliases: Aliases;
  readonly target: Target;
  readonly versions: Versions;
  readonly region: string;
  /**
   * The alias as preflight saw it: the first shift must not meet anybody else's write. Left out by who
   * only reverts: a revert reads the revision itself.
   */
  readonly revisionId?: string;
  /**
   * Weights that another process of this rollout began to write before it ended. The last of these
   * writes may still be on its way.
   */
  readonly begun?: readonly number[];
  readonly clock: Clock;
  readonly note: (text: string) => void;
}

/** How long a revert goes on trying, not counting a wait for provisioned concurrency to move. */
const PATIENCE_MS = 2 * 60_000;
const LONGEST_PAUSE_MS = 15_000;
/** How often a shift is tried against replies that leave open whether it took effect. */
const SHIFT_TRIES = 3;

/** Moves one alias, and never over somebody else's write: every write names the revision it is based on. */
export function createRouter(options: RouterOptions): Router {
  const { aliases, target, versions, clock, note } = options;
  // Without a signal: a revert is never cut short, least of all by the cancellation that caused it.
  const reader = { aliases, target, clock, note };
  const stableAlone = routingAt(0, versions);
  const canaryAlone = routingAt(100, versions);
  const name = targetName(target);
  const missing = `the alias ${name} does not exist any more`;
  const repair = repairCommand(target, versions.stable, options.region);
  /** How the alias stands as far as we moved it. */
  let known = { routing: stableAlone, revisionId: options.revisionId ?? '' };
  /** What we began to write, whether or not a reply came: only these are ours to revert. */
  const begun = new Set(options.begun ?? []);
  /** Whether a write was sent of which it is not known if it took, or will yet take, effect. */
  let unsettled = begun.size > 0;

  const isOurs = (routing: Routing) =>
    [...begun].some((weight) => sameRouting(routing, routingAt(weight, versions))) ||
    (begun.has(100) && looksLikeTransition(routing, versions.stable, versions.canary));

  async function shift(weight: number, signal: AbortSignal): Promise<ShiftResult> {
    const wanted = routingAt(weight, versions);
    let reason = '';
    for (let tries = 0; tries < SHIFT_TRIES; tries++) {
      const failure = await write(weight, signal);
      if (failure === undefined) return { type: 'shifted' };
      reason = failure.message;
      const present = await tryToFind(signal);
      const fate = fateOf({ ...outcomeOf(failure), wanted, left: known.routing, present });
      switch (fate.type) {
        case 'written':
          note(`${name}: the alias was written, though the reply got lost`);
          known = fate.present;
          unsettled = false;
          return { type: 'shifted' };
        case 'foreign':
          return foreign(fate.present, known.routing);
        case 'again':
          known = fate.present;
          break;
        case 'refused':
          return { type: 'blocked', reason };
      }
    }
    return { type: 'blocked', reason };
  }

  async function write(weight: number, signal: AbortSignal): Promise<AwsCallError | undefined> {
    begun.add(weight);
    unsettled = true;
    try {
      known = await aliases.update(target, routingAt(weight, versions), known.revisionId, signal);
      unsettled = false;
      return undefined;
    } catch (error) {
      if (!(error instanceof AwsCallError)) throw error;
      if (surelyNotWritten(outcomeOf(error))) {
        begun.delete(weight);
        unsettled = false;
      }
      return error;
    }
  }

  async function tryToFind(signal: AbortSignal): Promise<Alias | undefined> {
    try {
      return await aliases.find(target, signal);
    } catch (error) {
      if (error instanceof AwsCallError) return undefined;
      throw error;
    }
  }

  function foreign({ routing }: Alias, left: Routing): ConfirmResult & { type: 'blocked' } {
    return {
      type: 'blocked',
      reason:
        `somebody else moved the alias ${name}: it serves ${describeRouting(routing)} ` +
        `now, where this rollout had left ${describeRouting(left)}`,
    };
  }

  async function confirm(signal: AbortSignal): Promise<ConfirmResult> {
    const move = { from: versions.stable, to: versions.canary };
    const present = await readSettled({ ...reader, signal, move });
    if (present === undefined) return { type: 'blocked', reason: missing };
    return sameRouting(present.routing, canaryAlone)
      ? { type: 'confirmed' }
      : foreign(present, canaryAlone);
  }

  async function revert(): Promise<RevertResult> {
    const deadline = clock.now() + PATIENCE_MS;
    const move = { from: versions.canary, to: versions.stable };
    let written = false;
    let failure = 'the alias still does not serve it alone.';
    for (let pauseMs = 500; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
      try {
        const present = await (written ? readSettled({ ...reader, move }) : aliases.find(target));
        if (present === undefined) return { type: 'foreign', detail: missing };
        const back = sameRouting(present.routing, stableAlone);
        // A write that is still on its way names the revision of now: only a new one keeps it out.
        if (back && (written || !unsettled)) return { type: 'reverted' };
        if (!back && !isOurs(present.routing))
          return { type: 'foreign', detail: leftAlone(present) };
        if (written) {
          // Written, and read back as something else of ours.
          if (clock.now() >= deadline) break;
          await clock.sleep(pauseMs);
        }
        await aliases.update(target, stableAlone, present.revisionId);
        written = true;
      } catch (error) {
        failure = messageOf(error);
        if (clock.now() >= deadline) break;
        await clock.sleep(pauseMs);
      }
    }
    return {
      type: 'unconfirmed',
      detail:
        `${name}: version ${versions.stable} could not be confirmed within ` +
        `${formatDuration(PATIENCE_MS)}: ${failure} Repair the alias with: ${repair}`,
    };
  }

  function leftAlone({ routing }: Alias): string {
    const serves = [routing.version, ...Object.keys(routing.weights)];
    const left = `${name} was left as somebody else moved it: ${describeRouting(routing)}.`;
    return serves.includes(versions.canary)
      ? `${left} The canary, version ${versions.canary}, still gets traffic. To put version ${versions.stable} back: ${repair}`
      : left;
  }

  return { target, versions, shift, confirm, revert };
}

function outcomeOf(failure: AwsCallError): Pick<FailedWrite<Alias>, 'answer' | 'onlyRequest'> {
  const conflict = failure.name === 'PreconditionFailedException';
  return {
    answer: conflict ? 'conflict' : failure.refused ? 'refused' : 'unknown',
    onlyRequest: failure.attempts === 1,
  };
}
