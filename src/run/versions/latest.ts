import { AwsCallError } from '../../aws/call.ts';
import type { CodeUpdate } from '../../aws/code.ts';
import { never, within } from '../../aws/patience.ts';
import { targetName, type Target, type TargetReport } from '../../core/alias/target.ts';
import { because } from '../../core/inspection.ts';
import type { VersionFacts } from '../../core/preflight/target.ts';
import { messageOf } from '../../core/problems.ts';
import { originOf, sameCode, updateCommand, type CodeReport } from '../../core/versions/code.ts';
import type { Config } from '../../inputs/config.ts';
import { settledVersion } from './settled.ts';
import type { Surroundings } from '../surroundings.ts';

/**
 * What becomes of `$LATEST` when a rollout did not come to its end: it keeps the new code, and that is said; or it gets back that of
 * the old version. By then the aliases are safe, and nothing of this changes how the rollout ended.
 * @param hasReverted whether traffic was put back, rather than never moved
 */
export async function lookAfterLatest(
  hasReverted: boolean,
  { requests, onRevertLatest }: Pick<Config, 'requests' | 'onRevertLatest'>,
  surroundings: Surroundings,
): Promise<void> {
  const { entries } = surroundings.journal;
  const codes = entries.findLast((entry) => entry.type === 'code')?.codes ?? [];
  const reports = entries.findLast((entry) => entry.type === 'targets')?.targets ?? [];
  const left: Left[] = requests.flatMap(({ target }) => {
    const report = reports.find((each) => targetName(each) === targetName(target));
    const code = codes.find(({ functionName }) => functionName === target.functionName);
    const isNew = code === undefined ? hasReverted : hasBrought(code, hasReverted);
    return report === undefined || !isNew ? [] : [{ target, report, code }];
  });
  // Where somebody else has moved an alias, the new version may still have traffic: whoever that was sees to the rest.
  const hasBegun = entries.some(
    (entry) => entry.type === 'state' && entry.state.phase === 'shifting',
  );
  const restores = onRevertLatest === 'restore' && (hasReverted || !hasBegun);
  const afterwards = new Map(
    await Promise.all(
      left.map(async (each): Promise<[string, CodeReport['afterwards']]> => [
        each.target.functionName,
        restores ? await restore(each, surroundings) : 'the new code',
      ]),
    ),
  );
  if (codes.length === 0 || left.length === 0) return;
  surroundings.journal.record({
    type: 'code',
    at: surroundings.clock.timeOfDay(),
    codes: codes.map((each) => ({ ...each, afterwards: afterwards.get(each.functionName) })),
  });
}

/** A function whose `$LATEST` may have what is not live. */
interface Left {
  readonly target: Target;
  readonly report: TargetReport;
  readonly code: CodeReport | undefined;
}

/** Whether `$LATEST` has this code, and the version that serves has another. */
function hasBrought({ became, isLive }: CodeReport, hasReverted: boolean): boolean {
  if (isLive || became === 'to be uploaded' || became === 'maybe uploaded') return false;
  return became === 'uploaded' || hasReverted;
}

/** A runner that was cancelled lives for some seconds only. */
const LOOK_MS = 3_000;

/** @returns what `$LATEST` has; undefined where that is somebody else's, or not known */
async function restore(left: Left, surroundings: Surroundings): Promise<CodeReport['afterwards']> {
  const { aws, clock, journal, cancellation } = surroundings;
  const { target, report } = left;
  const { previousVersion: stable } = report;
  if (stable === '') return 'the new code';
  let byHand = '';
  let known: CodeReport['afterwards'] = 'the new code';
  try {
    // Also for who has cancelled: then the command is all that there is.
    const old = await within(clock, LOOK_MS, never(), (signal) =>
      aws.functions.read(target, signal, stable),
    );
    const origin = originOf(old);
    if (origin === undefined) {
      throw new Error(`the code of version ${stable} can be had from Lambda alone`);
    }
    byHand = ` By hand: ${updateCommand(target, origin, old.code, aws.region)}`;
    cancellation.throwIfAborted();
    const latest = await aws.functions.read(target, cancellation);
    const brought = left.code?.codeSha256 ?? (await codeOf(left, surroundings));
    if (sameCode(latest, old)) return 'the code of before';
    if (latest.codeSha256 !== brought) {
      known = undefined;
      throw new Error('somebody else has updated it since, and what they brought is left alone');
    }
    known = undefined;
    const sent = await aws.code.update(target, updateOf(origin, old, latest), cancellation);
    const restored = await settledVersion(target, undefined, surroundings);
    if (restored.codeSha256 !== sent || restored.lastUpdateStatus === 'Failed') {
      throw new Error(`Lambda has not taken it over${because(restored.lastUpdateReason)}`);
    }
    journal.note(`${target.functionName}: $LATEST has the code of version ${stable} again`);
    return 'the code of before';
  } catch (error) {
    journal.warn(
      `$LATEST of ${target.functionName} did not get back the code of version ${stable}: ${messageOf(error)}.${byHand}`,
    );
    return isRefusal(error) ? 'the new code' : known;
  }
}

/** Whether nothing has changed, and nobody was faster. */
function isRefusal(error: unknown): boolean {
  return (
    error instanceof AwsCallError &&
    error.refused &&
    error.unanswered === 0 &&
    error.name !== 'PreconditionFailedException' &&
    error.name !== 'ResourceConflictException'
  );
}

/** Of the version that was reverted. */
async function codeOf(
  { target, report: { version } }: Left,
  { aws, cancellation }: Surroundings,
): Promise<string> {
  if (version === '') return '';
  return (await aws.functions.read(target, cancellation, version)).codeSha256;
}

function updateOf(
  from: NonNullable<ReturnType<typeof originOf>>,
  old: VersionFacts,
  latest: VersionFacts,
): CodeUpdate {
  const isOther = old.code.architecture !== latest.code.architecture;
  return {
    from,
    revisionId: latest.revisionId,
    architecture: isOther ? [old.code.architecture as 'x86_64' | 'arm64'] : undefined,
    kmsKeyArn: old.code.kmsKeyArn,
    isReference: from.type === 's3',
  };
}
