import { readMark, type RolloutId } from '../../core/alias/mark.ts';
import {
  recoveryOf,
  type Found,
  type Recovery,
  type RunStatus,
} from '../../core/alias/unfinished.ts';
import type { Config } from '../../inputs/config.ts';
import type { Surroundings } from '../surroundings.ts';

/** What is to be done about what earlier rollouts left on these aliases. */
export async function recoveryFrom(
  found: readonly Found[],
  { onUnfinished }: Config,
  id: RolloutId,
  { aws, runs, cancellation }: Surroundings,
): Promise<Recovery> {
  const statuses = new Map<string, RunStatus>();
  for (const { description } of found) {
    const { mark } = readMark(description);
    if (mark !== undefined && !statuses.has(mark.nonce)) {
      statuses.set(mark.nonce, await runs.status(mark, cancellation));
    }
  }
  return recoveryOf({
    found,
    statusOf: ({ nonce }) => statuses.get(nonce) ?? NOT_ASKED,
    policy: onUnfinished,
    own: id,
    region: aws.region,
  });
}

const NOT_ASKED: RunStatus = { type: 'unknown', url: '', problem: 'GitHub was not asked.' };
