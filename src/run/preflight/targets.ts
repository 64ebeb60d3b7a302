import type { Alias } from '../../aws/aliases.ts';
import { isNotFound } from '../../aws/call.ts';
import type { Target } from '../../core/alias/target.ts';
import type { MissingAlias } from '../../core/preflight/missing-alias.ts';
import { inspectCode, inspectRestoring } from '../../core/preflight/code.ts';
import type { Inspection } from '../../core/preflight/inspection.ts';
import { inspectTarget, type TargetFacts, type VersionFacts } from '../../core/preflight/target.ts';
import { messageOf } from '../../core/problems.ts';
import type { TargetRequest } from '../../inputs/config.ts';
import { lookAtCode } from './code.ts';
import { readStill } from '../alias/still.ts';
import type { Surroundings } from '../surroundings.ts';
import { pollUntil } from '../waiting.ts';

/** A target that may be rolled out. */
export interface Cleared {
  readonly request: TargetRequest;
  readonly facts: TargetFacts;
  readonly alias: Alias | undefined;
}

export interface LookAtTarget extends Inspection {
  readonly target: Target;
  /** Present also when something else of the target could not be read. */
  readonly alias: Alias | undefined;
  /** Absent when something of the target could not be read. */
  readonly cleared: Cleared | undefined;
}

/** An update takes seconds, one of a container image minutes. */
const UPDATE_PATIENCE_MS = 15 * 60_000;

/** What is known of a target before it is looked at. */
interface Known {
  /** The alias, if it was just read. */
  readonly seen: Alias | undefined;
  readonly splits: boolean;
  /** Whether `$LATEST` is to get the code of stable back after a revert. */
  readonly restores: boolean;
}

/** The alias, what it serves, and what is to be rolled out. */
export async function lookAtTarget(
  request: TargetRequest,
  surroundings: Surroundings,
  { seen, splits, restores }: Known,
): Promise<LookAtTarget> {
  const { target } = request;
  const { aws, clock, journal, cancellation: signal } = surroundings;
  const reading =
    seen === undefined
      ? readStill({ aliases: aws.aliases, target, clock, note: journal.note, signal })
      : Promise.resolve(seen);
  const alias = await reading.catch(() => undefined);
  try {
    const facts = { ...(await gather(request, await reading, surroundings)), splits };
    const { problems, warnings } = inspectTarget(facts);
    const ofCode = [
      ...inspectCode(facts),
      ...(restores ? inspectRestoring(facts, facts.stable) : []),
    ];
    const cleared = { request, facts, alias };
    return { target, alias, problems: [...problems, ...ofCode], warnings, cleared };
  } catch (error) {
    signal.throwIfAborted();
    const problems = [unreadable(error, request, aws.region)];
    return { target, alias, cleared: undefined, problems, warnings: [] };
  }
}

async function gather(
  request: TargetRequest,
  alias: Alias | undefined,
  surroundings: Surroundings,
): Promise<Omit<TargetFacts, 'splits'>> {
  const { target, version, codeSha256, code } = request;
  const { aws, cancellation } = surroundings;
  const served = alias?.routing.version;
  const [candidate, stable, missing, isProvisioned, wanted] = await Promise.all([
    settledVersion(target, version, surroundings),
    served === undefined || served.startsWith('$LATEST')
      ? undefined
      : aws.functions.read(target, cancellation, served),
    alias === undefined ? missingAlias(request, surroundings) : undefined,
    alias !== undefined && aws.aliases.isProvisioned(target, { signal: cancellation }),
    code && lookAtCode(code, codeSha256, surroundings),
  ]);
  return {
    target,
    region: aws.region,
    candidate,
    isProvisioned,
    routing: alias?.routing,
    stable,
    missing,
    expectedCodeSha256: codeSha256,
    wanted,
  };
}

async function missingAlias(
  { target, foundBy, mayCreateAlias: mayCreate }: TargetRequest,
  { aws, cancellation: signal }: Surroundings,
): Promise<MissingAlias> {
  const isFound = foundBy !== undefined;
  if (mayCreate || isFound) return { target, others: undefined, unlisted: '', mayCreate, isFound };
  try {
    const others = await aws.aliases.list(target, { signal });
    return { target, others, unlisted: '', mayCreate, isFound };
  } catch (error) {
    signal.throwIfAborted();
    return { target, others: undefined, unlisted: messageOf(error), mayCreate, isFound };
  }
}

/** Reads `$LATEST` or a version, after waiting for an update or a creation that is under way. */
export async function settledVersion(
  target: Target,
  version: string | undefined,
  { aws, clock, journal, cancellation: signal }: Surroundings,
): Promise<VersionFacts> {
  return pollUntil({
    read: () => aws.functions.read(target, signal, version),
    done: ({ state, lastUpdateStatus }) => state !== 'Pending' && lastUpdateStatus !== 'InProgress',
    waitingFor: () =>
      version === undefined
        ? `${target.functionName}: waiting for an update that is in progress`
        : `${target.functionName}: waiting for version ${version} to become Active`,
    patienceMs: UPDATE_PATIENCE_MS,
    clock,
    note: journal.note,
    signal,
  });
}

function unreadable(error: unknown, { target, version }: TargetRequest, region: string): string {
  if (!isNotFound(error)) return messageOf(error);
  return version === undefined
    ? `function-name: there is no function ${target.functionId} in ${region}; check the name, the region and the account.`
    : `version: there is no version ${version} of ${target.functionId} in ${region}; check version, name and region.`;
}
