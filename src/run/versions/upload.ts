import { AwsCallError } from '../../aws/call.ts';
import type { CodeUpdate } from '../../aws/code.ts';
import { isConfiguredLike } from '../../core/preflight/code.ts';
import { because } from '../../core/inspection.ts';
import type { VersionFacts } from '../../core/preflight/target.ts';
import { Refusal } from '../../core/problems.ts';
import {
  describeSource,
  isByTag,
  isFrom,
  needsNoUpload,
  sameCode,
  type CodeReport,
  type WantedCode,
} from '../../core/versions/code.ts';
import type { Cleared } from './cleared.ts';
import { settledVersion } from './settled.ts';
import type { Surroundings } from '../surroundings.ts';
import { allOrRefusal } from './all-or-refusal.ts';

/** A target that is to get code. */
interface Uploading {
  readonly cleared: Cleared;
  readonly wanted: WantedCode;
}

/**
 * Puts the code that is wanted into `$LATEST` of each function, unless it is there already, and waits until it is in force.
 * @returns the targets as they are by then
 * @throws {Refusal} when Lambda refuses the code, or somebody else changed the function meanwhile; aliases are as they were
 */
export async function upload(
  targets: readonly Cleared[],
  surroundings: Surroundings,
): Promise<readonly Cleared[]> {
  const uploadings = targets.flatMap(wantedIn);
  if (uploadings.length === 0) return targets;
  const told = storyOf(uploadings, surroundings);
  // One package after another: each may take a quarter of a gigabyte while it is sent.
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(send: () => Promise<T>): Promise<T> => {
    const sending = last.then(send);
    last = sending;
    return sending;
  };
  const sent = await allOrRefusal(uploadings, async (each) => {
    const { source } = each.wanted;
    const send = () => put(each, told, surroundings);
    const latest = await (source.type === 'path' ? inTurn(send) : send());
    return [each.cleared, latest] as const;
  });
  const latest = new Map(sent);
  return targets.map((cleared) => {
    const { facts } = cleared;
    const candidate = latest.get(cleared) ?? facts.candidate;
    return { ...cleared, facts: { ...facts, candidate } };
  });
}

/** What would be uploaded, in a dry run. */
export function planUploads(targets: readonly Cleared[], surroundings: Surroundings): void {
  storyOf(targets.flatMap(wantedIn), surroundings);
}

function wantedIn(cleared: Cleared): readonly Uploading[] {
  const { wanted } = cleared.facts;
  return wanted === undefined ? [] : [{ cleared, wanted }];
}

/** Tells of one function what became of its code. */
type Tell = (cleared: Cleared, news: Pick<CodeReport, 'became' | 'codeSha256'>) => void;

function storyOf(uploadings: readonly Uploading[], { clock, journal }: Surroundings): Tell {
  const codes = new Map(uploadings.map((each) => [each.cleared, reportOf(each)]));
  const record = () => {
    journal.record({ type: 'code', at: clock.timeOfDay(), codes: [...codes.values()] });
  };
  if (codes.size > 0) record();
  return (cleared, { became, codeSha256 }) => {
    const before = codes.get(cleared);
    if (before === undefined) return;
    codes.set(cleared, { ...before, became, codeSha256, isLive: isLive(cleared, codeSha256) });
    record();
  };
}

function reportOf({ cleared, wanted }: Uploading): CodeReport {
  const { request, facts } = cleared;
  const isThere = needsNoUpload(facts.candidate, wanted);
  const codeSha256 = isThere ? facts.candidate.codeSha256 : (wanted.codeSha256 ?? '');
  return {
    functionName: request.target.functionName,
    source: describeSource(wanted.source),
    became: isThere ? 'there already' : 'to be uploaded',
    codeSha256,
    isLive: isLive(cleared, codeSha256),
    afterwards: undefined,
  };
}

/** Whether the alias serves the code that `$LATEST` gets, on the same processor. */
function isLive({ facts: { candidate, stable, wanted } }: Cleared, codeSha256: string): boolean {
  const architecture = wanted?.architecture ?? candidate.code.architecture;
  const code = { ...candidate.code, architecture };
  return codeSha256 !== '' && stable !== undefined && sameCode({ codeSha256, code }, stable);
}

/** @returns `$LATEST` with the code */
async function put(
  { cleared, wanted }: Uploading,
  tell: Tell,
  surroundings: Surroundings,
): Promise<VersionFacts> {
  const { request, facts } = cleared;
  const { target } = request;
  const { candidate } = facts;
  if (needsNoUpload(candidate, wanted)) return candidate;
  const update = await updateOf(wanted, candidate, surroundings);
  tell(cleared, { became: 'maybe uploaded', codeSha256: wanted.codeSha256 ?? '' });
  const codeSha256 = await send(cleared, { wanted, update }, surroundings);
  tell(cleared, { became: 'uploaded', codeSha256 });
  const latest = await settledVersion(target, undefined, surroundings);
  const problems = inspectUploaded(cleared, latest, codeSha256);
  if (problems.length > 0) throw new Refusal(problems);
  return latest;
}

async function updateOf(
  { source, architecture, codeSha256 }: WantedCode,
  { revisionId, code }: VersionFacts,
  { packages, cancellation }: Surroundings,
): Promise<CodeUpdate> {
  const common = {
    revisionId,
    architecture: architecture && [architecture],
    kmsKeyArn: code.kmsKeyArn,
    isReference: code.object !== undefined,
  };
  if (source.type !== 'path') return { ...common, from: source };
  const found = await packages.read(source.path, cancellation);
  if (found.codeSha256 !== codeSha256) {
    throw new Refusal([
      `code: ${source.path} has changed since it was looked at: does something else of this job still write to it?`,
    ]);
  }
  return { ...common, from: { type: 'package', package: found } };
}

/** @returns the hash of the code, as Lambda answered it */
async function send(
  { request: { target }, facts: { candidate } }: Cleared,
  { wanted, update }: { readonly wanted: WantedCode; readonly update: CodeUpdate },
  surroundings: Surroundings,
): Promise<string> {
  const { aws, cancellation } = surroundings;
  try {
    return await aws.code.update(target, update, cancellation);
  } catch (error) {
    cancellation.throwIfAborted();
    if (!(error instanceof AwsCallError)) throw error;
    const { name, unanswered } = error;
    const isBehind = name === 'PreconditionFailedException' || name === 'ResourceConflictException';
    if (!isBehind && unanswered === 0) throw error;
    // Whose change it is that there was: that of a request without an answer may be ours.
    const latest = await settledVersion(target, undefined, surroundings);
    if (latest.revisionId === candidate.revisionId) throw error;
    if (unanswered > 0 && isFrom(latest, wanted, candidate)) return latest.codeSha256;
    throw new Refusal([
      unanswered > 0 && isUnknowable(latest, wanted)
        ? `${target.functionName}: the answer to the upload of ${describeSource(wanted.source)} was lost, and $LATEST has changed: without its hash (code-sha256) or digest nobody can know whether by this. Run again`
        : changedMeanwhile(target.functionName),
    ]);
  }
}

/** Code that nothing tells from another. */
function isUnknowable(latest: VersionFacts, wanted: WantedCode): boolean {
  const { source, codeSha256 } = wanted;
  return isByTag(latest, wanted) || (source.type === 's3' && codeSha256 === undefined);
}

/** That somebody else was there between two looks. */
export function changedMeanwhile(functionName: string): string {
  return (
    `${functionName}: somebody else updated or published the function after this run looked at it: nothing of it is published, ` +
    'and no alias was moved. Let one workflow deploy it at a time (concurrency), and run again'
  );
}

function inspectUploaded(
  { request: { target, codeSha256: expected }, facts: { wanted, candidate } }: Cleared,
  latest: VersionFacts,
  answered: string,
): readonly string[] {
  const { functionName } = target;
  const what = wanted === undefined ? 'the code' : describeSource(wanted.source);
  // Between the end of the update and this look anybody may change the configuration, and would have it published with the code.
  const isOthers = isConfiguredLike(candidate, latest) === false;
  if (latest.codeSha256 !== answered || isOthers) return [changedMeanwhile(functionName)];
  if (latest.lastUpdateStatus === 'Failed') {
    return [
      `${functionName}: Lambda could not put ${what} into force${because(latest.lastUpdateReason)}. No alias was moved.`,
    ];
  }
  return expected === undefined || expected === answered
    ? []
    : [
        `code-sha256: ${what} has the hash ${answered}, not ${expected}. $LATEST of ${functionName} has it, and nothing of it is published.`,
      ];
}
