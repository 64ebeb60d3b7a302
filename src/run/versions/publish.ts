import type { Alias } from '../../aws/aliases.ts';
import { AwsCallError } from '../../aws/call.ts';
import { inspectPair, notActive, type VersionFacts } from '../../core/preflight/target.ts';
import { inspectUnanswered } from '../../core/preflight/code.ts';
import { describeRouting, isSplit } from '../../core/alias/routing.ts';
import { sameTarget, targetName, type Disposition, type Target } from '../../core/alias/target.ts';
import type { Unfinished } from '../../core/alias/unfinished.ts';
import { pollUntil } from '../waiting.ts';
import type { Cleared } from './cleared.ts';
import { settledVersion } from './settled.ts';
import type { Surroundings } from '../surroundings.ts';
import { Refusal } from '../../core/problems.ts';
import { allOrRefusal } from './all-or-refusal.ts';
import { changedMeanwhile } from './upload.ts';

/** A target whose new version exists and is Active. */
export interface Published {
  readonly cleared: Cleared;
  readonly version: string;
  /** Undefined where the alias serves the version already. */
  readonly canary: VersionFacts | undefined;
  /** That the version logs to. */
  readonly logGroup: string;
}

/** A target whose alias exists, and what the rollout has to do with it. */
export interface Prepared {
  readonly target: Target;
  readonly functionArn: string;
  readonly alias: Alias;
  readonly disposition: Disposition;
  readonly logGroup: string;
  /** Whether the alias had provisioned concurrency before; absent when that is not known. */
  readonly isProvisioned: boolean | undefined;
}

/** SnapStart and container images take minutes to become Active. */
const ACTIVE_PATIENCE_MS = 30 * 60_000;
const PUBLISH_TRIES = 5;
/** An update of somebody else's may be under way, of an image even. */
const CHANGE_PATIENCE_MS = 15 * 60_000;

/**
 * Publishes the versions of all targets and waits until they are Active.
 * @throws {Refusal} when a version cannot be the canary
 */
export function publish(
  targets: readonly Cleared[],
  description: string,
  surroundings: Surroundings,
): Promise<readonly Published[]> {
  return allOrRefusal(targets, (cleared) => canaryOf(cleared, description, surroundings));
}

/**
 * Creates the aliases that do not exist yet, at the new version, and decides what is to be shifted.
 * @throws {Refusal} when an alias cannot be created
 */
export function prepareAliases(
  published: readonly Published[],
  resumed: readonly Unfinished[],
  surroundings: Surroundings,
): Promise<readonly Prepared[]> {
  return allOrRefusal(published, (each) => prepareAlias(each, resumed, surroundings));
}

async function canaryOf(
  cleared: Cleared,
  description: string,
  surroundings: Surroundings,
): Promise<Published> {
  const { request, facts } = cleared;
  const { target } = request;
  const version = request.version ?? (await publishLatest(cleared, description, surroundings));
  if (version === facts.routing?.version) {
    return {
      cleared,
      version,
      canary: undefined,
      logGroup: (facts.stable ?? facts.candidate).logGroup,
    };
  }

  const canary = await untilActive(target, version, surroundings);
  const problems = [
    ...(canary.state === 'Active' ? [] : [notActive(target, canary)]),
    // $LATEST may have changed between preflight and publishing.
    ...(facts.stable === undefined ? [] : inspectPair(facts, facts.stable, canary)),
  ];
  if (problems.length > 0) throw new Refusal(problems);
  return { cleared, version, canary, logGroup: canary.logGroup };
}

async function publishLatest(
  { request: { target }, facts }: Cleared,
  description: string,
  surroundings: Surroundings,
): Promise<string> {
  const { aws, journal, cancellation } = surroundings;
  let { candidate } = facts;
  let isLost = false;
  for (let tries = 1; ; tries++) {
    try {
      const { codeSha256, revisionId } = candidate;
      // Whoever has the code uploaded here publishes what was looked at here, and nothing of anybody else's.
      const since = facts.wanted === undefined ? undefined : revisionId;
      const request = { codeSha256, revisionId: since, description };
      const version = await aws.functions.publish(target, request, cancellation);
      journal.note(`${target.functionName}: $LATEST is published as version ${version}`);
      return version;
    } catch (error) {
      if (!(error instanceof AwsCallError)) throw error;
      isLost ||= error.unanswered > 0;
      const isBehind = error.name === 'PreconditionFailedException';
      if (isBehind && !isLost) throw new Refusal([changedMeanwhile(target.functionName)]);
      const isBusy = error.name === 'ResourceConflictException';
      if ((!isBehind && !isBusy) || tries >= PUBLISH_TRIES) throw error;
      // An update began after preflight; if it changed the code, the hash stops the next try.
      if (isBusy) await settledVersion(target, undefined, surroundings);
      else candidate = await asItWas(target, candidate, surroundings);
    }
  }
}

/**
 * What is in `$LATEST` after a publication without an answer. Asked to publish it as it is by now, Lambda answers with the version of that
 * publication, or makes the same one now: which of the two, it does not say, and need not.
 * @param seen as it was to be published
 * @throws {Refusal} where it is not known to be the same
 */
async function asItWas(
  target: Target,
  seen: VersionFacts,
  surroundings: Surroundings,
): Promise<VersionFacts> {
  const { aws, clock, journal, cancellation: signal } = surroundings;
  const latest = await pollUntil({
    read: () => aws.functions.read(target, signal),
    // Lambda refused that revision: a reading that shows it is older.
    done: ({ revisionId, lastUpdateStatus }) =>
      revisionId !== seen.revisionId && lastUpdateStatus !== 'InProgress',
    waitingFor: () => `${target.functionName}: waiting for what has changed to show`,
    patienceMs: CHANGE_PATIENCE_MS,
    clock,
    note: journal.note,
    signal,
  });
  const problems = inspectUnanswered(target, seen, latest);
  if (problems.length > 0) throw new Refusal(problems);
  return latest;
}

async function untilActive(
  target: Target,
  version: string,
  { aws, clock, journal, cancellation: signal }: Surroundings,
): Promise<VersionFacts> {
  return pollUntil({
    read: () => aws.functions.read(target, signal, version),
    done: ({ state }) => state !== 'Pending',
    waitingFor: ({ stateReason }) =>
      `${target.functionName}: waiting for version ${version} to become Active${stateReason === '' ? '' : `: ${stateReason}`}`,
    patienceMs: ACTIVE_PATIENCE_MS,
    clock,
    note: journal.note,
    signal,
  });
}

async function prepareAlias(
  { cleared: { request, facts, alias }, version, logGroup }: Published,
  resumed: readonly Unfinished[],
  surroundings: Surroundings,
): Promise<Prepared> {
  const { target } = request;
  const { functionArn } = facts.candidate;
  const { isProvisioned } = facts;
  if (alias === undefined) {
    const created = await createAlias(target, version, surroundings);
    const disposition: Disposition = { type: 'created', version };
    return { target, functionArn, alias: created, disposition, logGroup, isProvisioned };
  }
  const unfinished = resumed.find((each) => sameTarget(each.target, target));
  const disposition = dispositionOf(alias, version, unfinished);
  return { target, functionArn, alias, disposition, logGroup, isProvisioned };
}

function dispositionOf(
  { routing }: Alias,
  version: string,
  unfinished: Unfinished | undefined,
): Disposition {
  if (unfinished?.mark.canary === version) {
    return { type: 'shift', stable: unfinished.mark.stable, canary: version };
  }
  if (unfinished === undefined) {
    const { version: stable } = routing;
    return stable === version
      ? { type: 'unchanged', version }
      : { type: 'shift', stable, canary: version };
  }
  const { target, mark } = unfinished;
  throw new Refusal([
    `${targetName(target)}: the unfinished rollout was of version ${mark.canary}, and this one is of version ` +
      `${version}, so it cannot be resumed. Set on-unfinished: revert, or roll out version ${mark.canary}.`,
  ]);
}

async function createAlias(
  target: Target,
  version: string,
  { aws: { aliases }, cancellation: signal }: Surroundings,
): Promise<Alias> {
  try {
    return await aliases.create(target, version, { signal });
  } catch (error) {
    // The reply to a creation that worked may have been lost: then the repetition meets its own alias.
    const exists = error instanceof AwsCallError && error.name === 'ResourceConflictException';
    const alias = exists ? await aliases.find(target, { signal }) : undefined;
    if (alias === undefined) throw error;
    if (alias.routing.version === version && !isSplit(alias.routing)) return alias;
    throw new Refusal([
      `somebody else created the alias ${targetName(target)} meanwhile; it serves ${describeRouting(alias.routing)}.`,
    ]);
  }
}
