import { readMark } from '../../core/alias/mark.ts';
import { isAsMarked } from '../../core/alias/ownership.ts';
import { accountIn } from '../../core/text/arn.ts';
import type { SavedTarget } from '../../github/saved.ts';
import type { Config } from '../../inputs/config.ts';
import type { Seen } from '../../ports.ts';
import type { FoundAlias } from '../alias/find.ts';
import type { Surroundings } from '../surroundings.ts';

/**
 * What a run promoted that died in its last bake, or in that of its wave: it stands, and goes back when another region fails, as it would
 * have in that run. Its mark is all that is known of it, so this comes before the mark is taken off.
 * @param cleared the aliases without their marks, in the same order; left out: they carry them still
 * @returns whether it may yet go back
 */
export function passAsLeft(
  left: readonly FoundAlias[],
  { region, role }: Pick<Config, 'region' | 'role'>,
  { wave }: Pick<Surroundings, 'wave'>,
  cleared: readonly (Seen | undefined)[] = [],
): boolean {
  const promoted = left.flatMap((alias, index) => {
    const { mark } = readMark(alias.description);
    if (mark === undefined || mark.weight < 100 || !isAsMarked(alias.routing, mark)) return [];
    const { stable, canary, nonce, weight } = mark;
    const saved: SavedTarget = {
      target: alias.target,
      versions: { stable, canary },
      nonces: [nonce],
      begun: [weight],
      // Before the mark is off, a new revision may be ours.
      settledAs: cleared[index]?.revisionId,
    };
    return [{ saved, settled: cleared.length > 0 ? cleared[index] : alias }];
  });
  if (promoted.length === 0) return false;
  const targets = promoted.map(({ saved }) => saved);
  const account = accountIn(left[0]?.arn ?? '');
  return wave.passed(
    { region, role, account, targets },
    promoted.map(({ settled }) => settled),
  );
}
