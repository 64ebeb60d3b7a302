import type { Target } from '../../core/alias/target.ts';
import type { VersionFacts } from '../../core/preflight/target.ts';
import type { Surroundings } from '../surroundings.ts';
import { pollUntil } from '../waiting.ts';

/** An update takes seconds, one of a container image minutes. */
const UPDATE_PATIENCE_MS = 15 * 60_000;

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
