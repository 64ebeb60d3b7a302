import { standingOf } from './core/standing.ts';
import type { Ending } from './core/report.ts';
import { describeRouting } from './core/routing.ts';
import { targetName, targetReport } from './core/target.ts';
import { findAliases, type FoundAlias } from './aliases-found.ts';
import type { SavedTarget } from './github/saved.ts';
import type { Config } from './inputs/inputs.ts';
import { Refusal } from './problems.ts';
import { recordStanding, recordTargets } from './progress.ts';
import { revertAll } from './rollout.ts';
import { routerOf, type Surroundings } from './surroundings.ts';

/** A rollout that goes on meanwhile may move an alias before it notices; then it is looked at again. */
const TRIES = 3;
const WHY = 'because it was asked for (mode: revert)';

/** Puts stable back by what the aliases alone show, whoever began the rollout. */
export async function putBack(config: Config, surroundings: Surroundings): Promise<Ending> {
  for (let tries = 1; ; tries++) {
    const found = await findAliases(config, surroundings);
    const moved = found.flatMap(whatIsToBePutBack);
    if (moved.length === 0) throw new Refusal(found.map(nothingToRevert));
    const [marker] = found
      .map(standingOf)
      .flatMap((each) => (each.type === 'moved' ? [each.marker] : []));
    if (marker !== undefined) recordStanding(surroundings, marker);
    const { result, detail } = await putAllBack(moved, config, surroundings);
    if (result === 'failed' && tries < TRIES) continue;
    return { outcome: result, reason: `${WHY}. ${detail}`.trim(), askedFor: true };
  }
}

async function putAllBack(
  moved: readonly SavedTarget[],
  { region, role }: Config,
  surroundings: Surroundings,
): ReturnType<typeof revertAll> {
  recordTargets(
    surroundings,
    moved.map(({ target, versions: { stable, canary } }) =>
      targetReport(target, { previousVersion: stable, version: canary, disposition: 'shift' }),
    ),
  );
  surroundings.keep.save({ region, role, targets: moved });
  const reverted = await revertAll(moved.map((each) => routerOf(each, surroundings)));
  if (reverted.result !== 'revert-failed') surroundings.keep.forget();
  return reverted;
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
        ...{ target, versions: { stable, canary }, nonces, begun: [weight] },
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
