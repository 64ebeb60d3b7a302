import { describeRouting, looksHeldBack, mostServed } from './routing.ts';
import { describeHeldBack, standingOf } from './ownership.ts';
import { repairCommand } from './repair.ts';
import { targetName, type Target } from './target.ts';
import type { Shown } from './ownership.ts';
import type { Versions } from './routing.ts';

/** What is to be reverted of an alias, by what the alias alone shows. */
export type Reversible =
  | {
      readonly type: 'reversible';
      readonly versions: Versions;
      /** The rollouts whose marks are to be removed. */
      readonly nonces: readonly string[];
      /** The weights that it stands at. */
      readonly begun: readonly number[];
    }
  /**
   * No rollout is under way: a promotion whose run has ended stands, though it may not have lived to take its
   * mark off.
   */
  | { readonly type: 'nothing' }
  /** It is between two versions, and nothing tells which of them was live before. */
  | { readonly type: 'unclear' };

/**
 * Whoever began to move an alias: the version it would serve without that.
 * @param hasEnded whether the run that a mark names is known to have ended
 */
export function reversibleIn(shown: Shown, hasEnded: (nonce: string) => boolean): Reversible {
  const standing = standingOf(shown, hasEnded);
  switch (standing.type) {
    case 'alone':
    case 'promoted':
      return { type: 'nothing' };
    case 'moved': {
      const { stable, canary, nonce, weight } = standing.mark;
      const versions = { stable, canary };
      return { type: 'reversible', versions, nonces: [nonce], begun: [weight] };
    }
    case 'foreign': {
      const { mark, routing } = standing;
      const [split] = Object.entries(routing.weights);
      if (split === undefined) return { type: 'nothing' };
      const [other, weight] = split;
      const nonces = mark === undefined ? [] : [mark.nonce];
      // Somebody promoted the canary of the mark, and Lambda has not moved it yet: the alias names the canary already.
      if (mark?.canary === routing.version && mark.stable === other) {
        const versions = { stable: other, canary: routing.version };
        return { type: 'reversible', versions, nonces, begun: [100] };
      }
      // It looks the same whether a promotion or a revert is on its way.
      if (looksHeldBack(routing)) return { type: 'unclear' };
      const versions = { stable: routing.version, canary: other };
      return { type: 'reversible', versions, nonces, begun: [weight] };
    }
  }
}

/**
 * Why there is nothing to revert, and what may have been meant.
 * @param before the version that was live before, where it is known
 */
export function nothingToRevert(target: Target, shown: Shown, before: string | undefined): string {
  const back =
    before === undefined
      ? 'To go back to an older version, set mode: rollback and the input version.'
      : `To go back to version ${before}, which was live before, set mode: rollback.`;
  return `${targetName(target)} serves ${describeRouting(shown.routing)}, and no rollout shows on it: there is nothing to revert. One that AWS has just begun shows with its first weight: until then, stop its execution. ${back}`;
}

/** Why it was left, and both ways out. */
export function unclearWhatToRevert(target: Target, { routing }: Shown, region: string): string {
  const served = mostServed(routing);
  return (
    `${describeHeldBack(target, routing)}. Whether that is a promotion or a revert on its way, no mark tells, so it ` +
    `was left as it is. If version ${routing.version} is the right one, wait. To put it on version ${served}: ` +
    repairCommand(target, served, region)
  );
}
