import { readMark } from '../../core/alias/mark.ts';
import { isSplit } from '../../core/alias/routing.ts';
import type { Config } from '../../inputs/config.ts';
import { statusOfCarrier } from '../alias/carrier.ts';
import type { FoundAlias } from '../alias/find.ts';
import type { Surroundings } from '../surroundings.ts';

/**
 * By their nonces, the rollouts that promoted and whose run is known to have ended. Of others it need not be known: what is
 * split is a rollout in any case, with all of its functions.
 */
export async function endedPromotions(
  found: readonly FoundAlias[],
  config: Pick<Config, 'stateMachine'>,
  surroundings: Pick<Surroundings, 'aws' | 'runs' | 'cancellation'>,
): Promise<(nonce: string) => boolean> {
  const ended = new Set<string>();
  const split = new Set(
    found.flatMap(({ routing, description }) =>
      isSplit(routing) ? [readMark(description).mark?.nonce] : [],
    ),
  );
  for (const { description, arn } of found) {
    const { mark } = readMark(description);
    if (mark === undefined || mark.weight < 100 || ended.has(mark.nonce)) continue;
    if (split.has(mark.nonce)) continue;
    const status = await statusOfCarrier(mark, { config, arn }, surroundings);
    if (status.type === 'ended') ended.add(mark.nonce);
  }
  return (nonce) => ended.has(nonce);
}
