import { readMark } from '../../core/alias/mark.ts';
import { targetName } from '../../core/alias/target.ts';
import { messageOf } from '../../core/problems.ts';
import type { Surroundings } from '../surroundings.ts';
import type { Seen } from '../../ports.ts';
import type { FoundAlias } from './find.ts';

/**
 * Takes the mark of an ended rollout off an alias that this run does not move: nothing would write there again, and every
 * later run would find it. It changes no traffic, so that it failed is a warning.
 * @returns the alias as it is then, as far as that is known
 */
export async function removeLeftover(
  { target, routing, description, revisionId }: FoundAlias,
  { aws, cancellation, journal }: Pick<Surroundings, 'aws' | 'cancellation' | 'journal'>,
): Promise<Seen | undefined> {
  const unmarked = readMark(description).description;
  try {
    const write = { routing, description: unmarked, revisionId };
    return await aws.aliases.update(target, write, { signal: cancellation, urgency: 'shift' });
  } catch (error) {
    cancellation.throwIfAborted();
    journal.warn(
      `${targetName(target)} keeps the mark of a rollout that has ended: ${messageOf(error)}`,
    );
    return undefined;
  }
}
