import { standingOf } from '../../core/alias/ownership.ts';
import type { Ending } from '../../core/report/report.ts';
import { accountOf } from '../../core/text/arn.ts';
import { describeRouting, isSplit } from '../../core/alias/routing.ts';
import { sameTarget, targetName } from '../../core/alias/target.ts';
import { findAliases, type FoundAlias } from '../alias/find.ts';
import type { SavedRollout, SavedTarget } from '../../github/saved.ts';
import type { Config } from '../../inputs/inputs.ts';
import { messageOf, Refusal } from '../../core/problems.ts';
import { recordStanding } from './progress.ts';
import { revertSaved } from './clean-up.ts';
import { forget, type Surroundings } from '../surroundings.ts';

/** A rollout that goes on meanwhile may move an alias before it notices; then it is looked at again. */
const TRIES = 3;
const WHY = 'because it was asked for (mode: revert)';

/** Puts stable back by what the aliases alone show, whoever began the rollout. */
export async function putBack(config: Config, surroundings: Surroundings): Promise<Ending> {
  const { region, role } = config;
  const found = await findAliases(config, surroundings);
  const all = found.flatMap(whatIsToBePutBack);
  if (all.length === 0) throw new Refusal(found.map(nothingToRevert));
  const [marker] = found
    .map(standingOf)
    .flatMap((each) => (each.type === 'moved' ? [each.marker] : []));
  if (marker !== undefined) recordStanding(surroundings, marker);

  let targets = all;
  for (let tries = 1; ; tries++) {
    const saved = { region, role, account: accountOf(found[0]?.arn ?? ''), targets };
    save(saved, surroundings);
    const { result, detail } = await revertSaved(saved, surroundings);
    if (result !== 'revert-failed') forget(surroundings.keep, surroundings.chronicle);
    if (result !== 'failed' || tries === TRIES) return ending(result, detail);
    const present = await findAliases(config, surroundings);
    if (all.every((target) => isBack(target, present))) return ending('reverted', '');
    targets = all.map((target) => asItIsNow(target, present));
  }
}

/** A revert that has no post step behind it is better than none. */
function save(saved: SavedRollout, { keep, chronicle }: Surroundings): void {
  try {
    keep.save(saved);
  } catch (error) {
    chronicle.warn(
      `Nothing can be saved for the post step, should this one be killed: ${messageOf(error)}`,
    );
  }
}

function ending(outcome: Ending['outcome'], detail: string): Ending {
  return { outcome, reason: `${WHY}. ${detail}`.trim(), askedFor: true };
}

function isBack({ target, versions }: SavedTarget, present: readonly FoundAlias[]): boolean {
  return present.some(
    ({ target: other, routing }) =>
      sameTarget(other, target) && routing.version === versions.stable && !isSplit(routing),
  );
}

/** Of one that nothing is to be put back of any more: as it was, so that it is confirmed once more. */
function asItIsNow(saved: SavedTarget, present: readonly FoundAlias[]): SavedTarget {
  const now = present.find(({ target }) => sameTarget(target, saved.target));
  return (now && whatIsToBePutBack(now)[0]) ?? saved;
}
function whatIsToBePutBack({ target, ...alias }: FoundAlias): readonly SavedTarget[] {
  const standing = standingOf(alias);
  switch (standing.type) {
    case 'alone':
      return [];
    case 'moved': {
      const { stable, canary, nonce, weight } = standing.marker;
      return [{ target, versions: { stable, canary }, nonces: [nonce], begun: [weight] }];
    }
    case 'foreign': {
      const { version: stable, weights } = standing.routing;
      const nonces = standing.marker === undefined ? [] : [standing.marker.nonce];
      return Object.entries(weights).map(([canary, weight]) => ({
        target,
        versions: { stable, canary },
        nonces,
        begun: [weight],
      }));
    }
  }
}

function nothingToRevert({ target, routing }: FoundAlias): string {
  return (
    `${targetName(target)} serves ${describeRouting(routing)}, and no mark says that a rollout goes on: there is ` +
    'nothing to revert. To go back to an older version, roll that one out (input version).'
  );
}
