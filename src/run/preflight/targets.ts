import type { Alias } from '../../aws/aliases.ts';
import { isNotFound } from '../../aws/call.ts';
import type { Target } from '../../core/alias/target.ts';
import type { MissingAlias } from '../../core/preflight/missing-alias.ts';
import { inspectCode, inspectRestoring } from '../../core/preflight/code.ts';
import type { Inspection } from '../../core/inspection.ts';
import { inspectTarget, type TargetFacts } from '../../core/preflight/target.ts';
import { messageOf } from '../../core/problems.ts';
import type { TargetRequest } from '../../inputs/config.ts';
import { lookAtCode } from './code.ts';
import { readStill } from '../alias/still.ts';
import type { Surroundings } from '../surroundings.ts';
import type { Cleared } from '../versions/cleared.ts';
import { settledVersion } from '../versions/settled.ts';

export interface LookAtTarget extends Inspection {
  readonly target: Target;
  /** Present also when something else of the target could not be read. */
  readonly alias: Alias | undefined;
  /** Absent when something of the target could not be read. */
  readonly cleared: Cleared | undefined;
}

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

function unreadable(error: unknown, { target, version }: TargetRequest, region: string): string {
  if (!isNotFound(error)) return messageOf(error);
  return version === undefined
    ? `function-name: there is no function ${target.functionId} in ${region}; check the name, the region and the account.`
    : `version: there is no version ${version} of ${target.functionId} in ${region}; check version, name and region.`;
}
