import { formatDuration } from '../../core/text/duration.ts';
import {
  fateOf,
  surelyNotWritten,
  type Content,
  type FailedWrite,
} from '../../core/alias/write-fate.ts';
import { readMarker, withMarker, type Marker } from '../../core/alias/marker.ts';
import { repairCommand } from '../../core/alias/repair.ts';
import {
  describeRouting,
  looksLikeTransition,
  routingAt,
  sameRouting,
  type Routing,
  type Versions,
} from '../../core/alias/routing.ts';
import { targetName, type Target } from '../../core/alias/target.ts';
import { messageOf } from '../../core/problems.ts';
import type {
  Clock,
  ConfirmResult,
  RevertResult,
  Router,
  Shift,
  ShiftResult,
} from '../../ports.ts';
import type { Alias, Aliases, AliasWrite } from '../../aws/aliases.ts';
import { AwsCallError } from '../../aws/call.ts';
import { readSettled } from './settled.ts';

export interface RouterOptions {
  readonly aliases: Aliases;
  readonly target: Target;
  readonly versions: Versions;
  readonly region: string;
  /**
   * The alias as preflight saw it: the first shift must not meet anybody else's write. Left out by who
   * only reverts: a revert reads the alias itself.
   */
  readonly alias?: AliasWrite;
  /** By step; none when the alias's description has no room for them. */
  readonly markers?: readonly Marker[];
  /** The rollouts whose markers are ours to remove: this one, and one that it goes on with. */
  readonly nonces: readonly string[];
  /**
   * Weights that another process of this rollout began to write before it ended. The last of these
   * writes may still be on its way.
   */
  readonly begun?: readonly number[];
  readonly clock: Clock;
  readonly note: (text: string) => void;
}

/** How long a revert, and the reading back of a promotion, go on trying, not counting a wait for provisioned concurrency to move. */
const PATIENCE_MS = 2 * 60_000;
/** A wait for provisioned concurrency may have used up the patience before one reply gets lost. */
const REVERT_TRIES_AT_LEAST = 3;
/** What is left of it is never so little that a call could not be answered. */
const LEAST_PATIENCE_MS = 1_000;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 15_000;
/** How often a write is tried against replies that leave open whether it took effect. */
const TRIES = 3;

/** Moves one alias, and never over somebody else's write: every write names the revision it is based on. */
export function createRouter(options: RouterOptions): Router {
  const { aliases, target, versions, markers = [], nonces, clock, note } = options;
  const stableAlone = routingAt(0, versions);
  const canaryAlone = routingAt(100, versions);
  const name = targetName(target);
  const missing = `the alias ${name} does not exist any more`;
  const repair = repairCommand(target, versions.stable, options.region);
  /** How the alias stands as far as we moved it. */
  let known: AliasWrite = options.alias ?? {
    routing: stableAlone,
    description: '',
    revisionId: '',
  };
  /** What we began to write, whether or not a reply came: only these are ours to revert. */
  const begun = new Set(options.begun ?? []);
  /** Whether a write was sent of which it is not known if it took, or will yet take, effect. */
  let unsettled = begun.size > 0;

  const carriesOurMarker = ({ description }: AliasWrite) =>
    nonces.includes(readMarker(description).marker?.nonce ?? '');
  const isClaimedByAnother = (alias: AliasWrite) =>
    readMarker(alias.description).marker !== undefined && !carriesOurMarker(alias);
  const isOurs = (alias: AliasWrite) =>
    !isClaimedByAnother(alias) &&
    ([...begun].some((weight) => sameRouting(alias.routing, routingAt(weight, versions))) ||
      (begun.has(100) && looksLikeTransition(alias.routing, versions.stable, versions.canary)));

  async function shift(to: Shift, signal: AbortSignal): Promise<ShiftResult> {
    const marker = markerOf(to);
    const wanted = { routing: routingAt(to.weight, versions), ...optionalMarker(marker) };
    let reason = '';
    for (let tries = 0; tries < TRIES; tries++) {
      const unsettledBefore = unsettled;
      const failure = await write(to, signal);
      if (failure === undefined) return { type: 'shifted' };
      reason = failure.message;
      const { answer, onlyRequest } = outcomeOf(failure);
      const present = await tryToFind(signal);
      const fate = fateOf({
        answer,
        onlyRequest: onlyRequest && !unsettledBefore,
        wanted,
        left: contentOf(known),
        present: present === undefined ? undefined : contentOf(present),
      });
      if (present === undefined || fate === 'refused') break;
      if (fate === 'foreign') return foreign(present, known.routing);
      known = present;
      if (fate === 'written') {
        note(`${name}: the alias was written, though the reply got lost`);
        unsettled = false;
        return { type: 'shifted' };
      }
    }
    return { type: 'blocked', reason };
  }

  function markerOf({ step, held = false }: Shift): Marker | undefined {
    const marker = markers[step];
    return marker && { ...marker, held };
  }

  async function write(to: Shift, signal: AbortSignal): Promise<AwsCallError | undefined> {
    const { weight } = to;
    // Not when the weight is in force already and only its mark is written.
    const isFirst = !unsettled && !begun.has(weight);
    begun.add(weight);
    unsettled = true;
    try {
      known = await aliases.update(target, next(to), { signal, urgency: 'shift' });
      unsettled = false;
      return undefined;
    } catch (error) {
      if (!(error instanceof AwsCallError)) throw error;
      if (isFirst && surelyNotWritten(outcomeOf(error))) {
        begun.delete(weight);
        unsettled = false;
      }
      return error;
    }
  }

  function next(to: Shift): AliasWrite {
    const { description } = readMarker(known.description);
    const marker = markerOf(to);
    return {
      routing: routingAt(to.weight, versions),
      // Somebody may have made the description longer meanwhile: it is theirs, and stays whole.
      description: (marker && withMarker(description, marker)) ?? description,
      revisionId: known.revisionId,
    };
  }

  async function tryToFind(signal: AbortSignal): Promise<Alias | undefined> {
    try {
      return await aliases.find(target, { signal, urgency: 'shift' });
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
    let failure = '';
    for (let tries = 0; ; tries++) {
      const present = await readBack(signal);
      if (present === undefined) return { type: 'blocked', reason: missing };
      if (!sameRouting(present.routing, canaryAlone)) return foreign(present, canaryAlone);
      if (!carriesOurMarker(present)) return { type: 'confirmed' };
      if (tries === TRIES) {
        note(`${name}: its description keeps the mark of this rollout: ${failure}`);
        return { type: 'confirmed' };
      }
      failure = await removeMarker(present, signal);
    }
  }

  /** Patiently: every step has passed, and one reply that cannot be read is no reason to take it all back. */
  async function readBack(signal: AbortSignal): Promise<Alias | undefined> {
    const deadline = clock.now() + PATIENCE_MS;
    const move = { from: versions.stable, to: versions.canary };
    for (let tries = 0; ; tries++) {
      try {
        return await readSettled({ aliases, target, clock, note, signal, move });
      } catch (error) {
        const passing = error instanceof AwsCallError && !error.refused;
        if (!passing || clock.now() >= deadline) throw error;
        await clock.sleep(pauseAfter(tries), signal);
        signal.throwIfAborted();
      }
    }
  }

  async function removeMarker(present: Alias, signal: AbortSignal): Promise<string> {
    try {
      const wanted = withoutMarker(present, canaryAlone);
      await aliases.update(target, wanted, { signal, urgency: 'shift' });
      return '';
    } catch (error) {
      if (error instanceof AwsCallError) return error.message;
      throw error;
    }
  }

  async function revert(): Promise<RevertResult> {
    const startedAt = clock.now();
    const move = { from: versions.canary, to: versions.stable };
    let written = false;
    let failure = 'the alias still does not serve it alone.';
    for (let tries = 0; ; tries++) {
      const pauseMs = pauseAfter(tries);
      const leftMs = () => PATIENCE_MS - (clock.now() - startedAt);
      const isLast = () => tries + 1 >= REVERT_TRIES_AT_LEAST && leftMs() <= 0;
      const urgently = () => ({
        urgency: 'revert' as const,
        patienceMs: Math.max(leftMs(), LEAST_PATIENCE_MS),
      });
      try {
        // Without a signal: a revert is never cut short, least of all by the cancellation that caused it.
        const present = await (written
          ? readSettled({ aliases, target, clock, note, urgency: 'revert', move })
          : aliases.find(target, urgently()));
        if (present === undefined) return { type: 'foreign', detail: missing };
        const back = sameRouting(present.routing, stableAlone);
        // A write that is still on its way names the revision of now: only a new one keeps it out.
        if (back && (written || !unsettled)) return { type: 'reverted' };
        if (!back && !isOurs(present)) return { type: 'foreign', detail: leftAlone(present) };
        if (written) {
          // Written, and read back as something else of ours.
          if (isLast()) break;
          await clock.sleep(pauseMs);
        }
        await aliases.update(target, withoutMarker(present, stableAlone), urgently());
        written = true;
      } catch (error) {
        failure = messageOf(error);
        if (isLast()) break;
        await clock.sleep(pauseMs);
      }
    }
    return {
      type: 'unconfirmed',
      detail:
        `${name}: version ${versions.stable} could not be confirmed within ` +
        `${formatDuration(clock.now() - startedAt)}: ${failure} Repair the alias with: ${repair}`,
    };
  }

  /** The mark of another rollout stays: only that one knows what it is good for. */
  function withoutMarker(alias: Alias, routing: Routing): AliasWrite {
    const { description, revisionId } = alias;
    const ours = carriesOurMarker(alias);
    return {
      routing,
      revisionId,
      description: ours ? readMarker(description).description : description,
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

function pauseAfter(tries: number): number {
  return Math.min(FIRST_PAUSE_MS * 2 ** tries, LONGEST_PAUSE_MS);
}

function contentOf({ routing, description }: AliasWrite): Content {
  return { routing, ...optionalMarker(readMarker(description).marker) };
}

function optionalMarker(marker: Marker | undefined): Pick<Content, 'marker'> {
  return marker === undefined ? {} : { marker };
}

function outcomeOf(failure: AwsCallError): Pick<FailedWrite, 'answer' | 'onlyRequest'> {
  const conflict = failure.name === 'PreconditionFailedException';
  return {
    answer: conflict ? 'conflict' : failure.refused ? 'refused' : 'unknown',
    onlyRequest: failure.unanswered === 0,
  };
}
