import { describeRouting } from './routing.ts';
import { readMark } from './mark.ts';
import { standingOf } from './ownership.ts';
import { targetName, type Target } from './target.ts';
import type { Shown } from './claim.ts';
import type { Versions } from './routing.ts';

/** What is to be reverted of an alias, by what the alias alone shows. */
export interface Reversible {
  readonly versions: Versions;
  /** The rollouts whose marks are to be removed. */
  readonly nonces: readonly string[];
  /** The weights that it stands at. */
  readonly begun: readonly number[];
}

/**
 * Whoever began to move an alias: the version it would serve without that. Nothing where no rollout is under way: a
 * promotion whose run has ended stands, though it may not have lived to take its mark off.
 * @param hasEnded whether the run that a mark names is known to have ended
 */
export function reversibleIn(
  shown: Shown,
  hasEnded: (nonce: string) => boolean,
): Reversible | undefined {
  const standing = standingOf(shown, hasEnded);
  switch (standing.type) {
    case 'alone':
    case 'promoted':
      return undefined;
    case 'moved': {
      const { stable, canary, nonce, weight } = standing.mark;
      return { versions: { stable, canary }, nonces: [nonce], begun: [weight] };
    }
    case 'foreign': {
      const { version: stable, weights } = standing.routing;
      const nonces = standing.mark === undefined ? [] : [standing.mark.nonce];
      const [split] = Object.entries(weights);
      if (split === undefined) return undefined;
      const [canary, weight] = split;
      return { versions: { stable, canary }, nonces, begun: [weight] };
    }
  }
}

/** Why there is nothing to revert, and what may have been meant. */
export function nothingToRevert(target: Target, shown: Shown): string {
  const { mark } = readMark(shown.description);
  const older =
    mark?.canary === shown.routing.version
      ? `To go back to version ${mark.stable}, roll it out (input version: ${mark.stable}).`
      : 'To go back to an older version, roll that one out (input version).';
  return `${targetName(target)} serves ${describeRouting(shown.routing)}, and no rollout is under way: there is nothing to revert. ${older}`;
}
