import { AwsCallError } from '../../aws/call.ts';
import { readMark } from '../../core/alias/mark.ts';
import { targetName } from '../../core/alias/target.ts';
import { messageOf } from '../../core/problems.ts';
import type { Surroundings } from '../surroundings.ts';
import type { Seen } from '../../ports.ts';
import type { FoundAlias } from './find.ts';

/**
 * Takes the mark of an ended rollout off an alias that this run does not move: nothing would write there again, and every
 * later run would find it. It changes no traffic, so that it failed is a warning.
 * @returns the alias as it is then, unless somebody else wrote since it was read; nothing where that would not be told from a write of ours
 */
export async function removeLeftover(
  alias: FoundAlias,
  { aws, cancellation, journal }: Pick<Surroundings, 'aws' | 'cancellation' | 'journal'>,
): Promise<Seen | undefined> {
  const { target, routing, description, revisionId } = alias;
  const unmarked = readMark(description).description;
  try {
    const write = { routing, description: unmarked, revisionId };
    return await aws.aliases.update(target, write, { signal: cancellation, urgency: 'shift' });
  } catch (error) {
    cancellation.throwIfAborted();
    journal.warn(
      `${targetName(target)} keeps the mark of a rollout that has ended: ${messageOf(error)}`,
    );
    // What was refused took no effect: a revision other than this one is somebody else's.
    return error instanceof AwsCallError && error.unanswered === 0 ? alias : undefined;
  }
}
