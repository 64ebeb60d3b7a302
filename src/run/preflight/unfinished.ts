import { readMark, type RolloutId } from '../../core/alias/mark.ts';
import { recoveryOf, type Recovery, type RunStatus } from '../../core/alias/unfinished.ts';
import type { Config } from '../../inputs/config.ts';
import { statusOfCarrier } from '../alias/carrier.ts';
import type { FoundAlias } from '../alias/find.ts';
import type { Surroundings } from '../surroundings.ts';

/** What is to be done about what earlier rollouts left on these aliases. */
export async function recoveryFrom(
  found: readonly FoundAlias[],
  config: Config,
  id: RolloutId,
  surroundings: Surroundings,
): Promise<Recovery> {
  const statuses = new Map<string, RunStatus>();
  for (const { description, arn } of found) {
    const { mark } = readMark(description);
    if (mark !== undefined && !statuses.has(mark.nonce)) {
      statuses.set(mark.nonce, await statusOfCarrier(mark, { config, arn }, surroundings));
    }
  }
  return recoveryOf({
    found,
    statusOf: ({ nonce }) => statuses.get(nonce) ?? NOT_ASKED,
    policy: config.onUnfinished,
    own: id,
    region: surroundings.aws.region,
  });
}

const NOT_ASKED: RunStatus = { type: 'unknown', url: '', problem: 'GitHub was not asked.' };
