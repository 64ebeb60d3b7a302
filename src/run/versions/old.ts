import type { Alias } from '../../aws/aliases.ts';
import { metricOf, type MetricSource } from '../../core/metric-source.ts';
import { targetName, type Target } from '../../core/alias/target.ts';
import { messageOf } from '../../core/problems.ts';
import {
  nearlyFull,
  shareOfDeletions,
  surplusVersions,
  usesOfAliases,
  type ListedVersion,
  type OldVersions,
  type Retention,
  type Uses,
} from '../../core/versions/old.ts';
import { longestHistoryUntil } from '../../core/versions/predecessor.ts';
import type { Surroundings } from '../surroundings.ts';
import { findPredecessor } from './predecessor.ts';

/** Each takes three of the 15 calls a second that Lambda's control plane answers; other deployers want some too. */
const MOST_DELETIONS = 50;

/** A target whose alias was moved, or would be. */
export interface Moved {
  readonly target: Target;
  /** What the rollout may have to go back to, and what it moved to. */
  readonly versions: readonly string[];
  /** Before it. */
  readonly stable: string;
  /** How many versions will be there besides those that are. */
  readonly toCome: number;
}

/**
 * After a promotion: deletes the versions that are beyond those to be kept, and that nothing is known to need. What cannot be looked at
 * is not deleted; nothing of this changes how the rollout ended.
 * @param deletes whether they are, and not only named
 */
export async function deleteOldVersions(
  moved: readonly Moved[],
  retention: Retention | undefined,
  deletes: boolean,
  surroundings: Surroundings,
): Promise<void> {
  if (retention === undefined) return;
  const { aws, clock, journal, cancellation } = surroundings;
  try {
    const looks = await Promise.all(moved.map((each) => lookAt(each, retention, surroundings)));
    const shares = shareOfDeletions(
      looks.map(({ deleted }) => deleted.length),
      MOST_DELETIONS,
    );
    const versions: OldVersions[] = [];
    for (const [index, look] of looks.entries()) {
      versions.push(await deleteSome(look, shares[index] ?? 0, deletes, surroundings));
    }
    const storage = await aws.versions.storage(cancellation).catch(() => undefined);
    cancellation.throwIfAborted();
    journal.record({ type: 'old-versions', at: clock.timeOfDay(), deletes, versions, storage });
    for (const { target, problems } of versions) {
      for (const problem of problems) {
        journal.warn(`Old versions of ${target.functionName} were not deleted: ${problem}`);
      }
    }
  } catch (error) {
    // The promotion stands, whatever becomes of this.
    journal.warn(`Old versions were not deleted any more: ${messageOf(error)}`);
  }
}

/** Warns before publishing is refused for want of room. */
export async function lookAtCodeStorage({
  aws,
  journal,
  cancellation,
}: Surroundings): Promise<void> {
  try {
    const warning = nearlyFull(await aws.versions.storage(cancellation));
    if (warning !== undefined) journal.warn(warning);
  } catch (error) {
    cancellation.throwIfAborted();
    journal.note(`How full Lambda's storage for code is, is not known: ${messageOf(error)}`);
  }
}

/** What is to go, as far as aliases, provisioned concurrency and the metrics tell. */
async function lookAt(
  { target, versions, stable, toCome }: Moved,
  retention: Retention,
  surroundings: Surroundings,
): Promise<OldVersions> {
  const { aws, clock, cancellation: signal } = surroundings;
  const nothing = { target, deleted: [], kept: [], left: 0 };
  try {
    const [all, aliases, provisioned] = await Promise.all([
      aws.versions.list(target, signal),
      aws.aliases.all(target, { signal }),
      aws.versions.provisioned(target, signal),
    ]);
    const uses: Uses = new Map([
      ...[...provisioned].map((each) => [each, 'it has provisioned concurrency'] as const),
      ...(await predecessorOf(target, stable, aliases, surroundings)),
      ...versions.map((each) => [each, 'this rollout moved between it and another'] as const),
      ...usesOfAliases(aliases),
    ]);
    const at = clock.timeOfDay();
    const keep = retention.keep - toCome;
    const { deleted, kept } = surplusVersions(all, uses, { ...retention, keep, at });
    const called = await calledByNumber(target, deleted, surroundings);
    const again = surplusVersions(deleted, called, { keep: 0, keepForMs: 0, at });
    return { ...nothing, deleted: again.deleted, kept: [...kept, ...again.kept], problems: [] };
  } catch (error) {
    signal.throwIfAborted();
    return { ...nothing, problems: [messageOf(error)] };
  }
}

/** The version that was live before the rollout before: somebody may go back two steps. */
async function predecessorOf(
  target: Target,
  stable: string,
  aliases: ReadonlyMap<string, Alias>,
  surroundings: Surroundings,
): Promise<Uses> {
  const alias = aliases.get(target.alias);
  if (alias === undefined) return new Map();
  const before = { target, ...alias, description: '', routing: { version: stable, weights: {} } };
  const found = await findPredecessor(before, surroundings);
  return new Map(
    found === undefined
      ? []
      : [[found.version, `${targetName(target)} served it before version ${stable}`]],
  );
}

/** As Lambda counts requests that named the version itself, and not an alias. */
const BY_NUMBER: MetricSource = {
  namespace: 'AWS/Lambda',
  name: 'Invocations',
  statistic: 'Sum',
  dimensions: { FunctionName: '{function}', Resource: '{function}:{version}' },
};

/** Requests that named the version itself, and not an alias. */
async function calledByNumber(
  { functionName }: Target,
  versions: readonly ListedVersion[],
  { aws, clock, cancellation }: Surroundings,
): Promise<Uses> {
  const series = await aws.metrics.read(
    versions.map(({ version }) =>
      metricOf(BY_NUMBER, { function: functionName, alias: '', version }),
    ),
    longestHistoryUntil(clock.timeOfDay()),
    cancellation,
  );
  return new Map(
    versions.flatMap(({ version }, index) =>
      [...(series[index]?.values() ?? [])].some((requests) => requests > 0)
        ? [[version, 'it was called by its number within 45 days'] as const]
        : [],
    ),
  );
}

async function deleteSome(
  look: OldVersions,
  share: number,
  deletes: boolean,
  { aws, cancellation: signal }: Surroundings,
): Promise<OldVersions> {
  const { target } = look;
  const deleted: ListedVersion[] = [];
  const kept = [...look.kept];
  const problems = [...look.problems];
  for (const each of look.deleted.slice(0, share)) {
    try {
      const caller = await aws.versions.callerOf(target, each.version, signal);
      if (caller !== undefined) {
        kept.push({ version: each.version, because: `of ${caller}` });
        continue;
      }
      if (deletes) await aws.versions.remove(target, each.version, signal);
      deleted.push(each);
    } catch (error) {
      signal.throwIfAborted();
      problems.push(`version ${each.version}: ${messageOf(error)}`);
    }
  }
  return {
    target,
    deleted,
    kept,
    problems,
    left: look.deleted.length - Math.min(share, look.deleted.length),
  };
}
