import { AwsCallError } from '../../aws/call.ts';
import { within } from '../../aws/patience.ts';
import { readMark } from '../../core/alias/mark.ts';
import { targetName } from '../../core/alias/target.ts';
import { messageOf } from '../../core/problems.ts';
import { formatDuration } from '../../core/text/duration.ts';
import {
  historiesUntil,
  olderThan,
  predecessorOf,
  servedBy,
  type Predecessor,
} from '../../core/versions/predecessor.ts';
import type { FoundAlias } from '../alias/find.ts';
import type { Surroundings } from '../surroundings.ts';

/** Whoever rolls back is in a hurry; then the numbers must do. */
const PATIENCE_MS = 10_000;

/** The version that was live before, and from what that is known. */
export interface FoundPredecessor {
  readonly version: string;
  /** For people: `as the mark on the alias says`. */
  readonly because: string;
}

/**
 * The version that the alias served before the one that it serves. It is looked for in the mark that a promotion may have left
 * on the alias, in the metrics of the alias's versions, and in the numbers of the versions.
 * @returns nothing when no older version exists
 * @throws when it cannot be looked for
 */
export async function findPredecessor(
  alias: FoundAlias,
  surroundings: Surroundings,
): Promise<FoundPredecessor | undefined> {
  const live = alias.routing.version;
  const { mark } = readMark(alias.description);
  if (mark?.canary === live) {
    return { version: mark.stable, because: 'as the mark of its promotion says' };
  }
  const served = await lastBeside(live, alias, surroundings);
  if ('version' in served) {
    const { version, at } = served;
    const ago = formatDuration(surroundings.clock.timeOfDay() - at);
    return { version, because: `which served beside it within the last ${ago}` };
  }
  const version = await nextByNumber(live, alias, surroundings);
  return version === undefined
    ? undefined
    : { version, because: `the next lower number, because ${served.problem}` };
}

async function lastBeside(
  live: string,
  { target }: FoundAlias,
  { aws, clock, cancellation }: Surroundings,
): Promise<Predecessor | { readonly problem: string }> {
  const versions = [live, ...olderThan(live)];
  const sources = versions.map((version) => servedBy(version, target));
  try {
    return await within(clock, PATIENCE_MS, cancellation, async (signal) => {
      for (const history of historiesUntil(clock.timeOfDay())) {
        const read = await aws.metrics.read(sources, history, signal);
        const [ofLive = new Map<number, number>(), ...ofOlder] = read;
        const older = new Map(ofOlder.map((series, index) => [versions[index + 1] ?? '', series]));
        const found = predecessorOf(ofLive, older);
        if (found !== undefined) return found;
      }
      return {
        problem: 'the metrics know no time at which the alias served another one beside it',
      };
    });
  } catch (error) {
    cancellation.throwIfAborted();
    return { problem: `the metrics could not be asked (${messageOf(error)})` };
  }
}

/** @throws when a version cannot be read */
async function nextByNumber(
  live: string,
  { target }: FoundAlias,
  { aws, cancellation }: Surroundings,
): Promise<string | undefined> {
  for (const version of olderThan(live)) {
    try {
      await aws.functions.read(target, cancellation, version);
      return version;
    } catch (error) {
      const isMissing = error instanceof AwsCallError && error.name === 'ResourceNotFoundException';
      if (!isMissing) throw error;
    }
  }
  return undefined;
}

/** Why nothing can be rolled back to. */
export function noPredecessor({ target, routing }: FoundAlias): string {
  return (
    `${targetName(target)} serves version ${routing.version}, and no older version of it was found. Give the one to ` +
    'go back to in the input version.'
  );
}
