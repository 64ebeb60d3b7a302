import type { Target } from '../src/core/alias/target.ts';
import { headline } from '../src/core/report/opening.ts';
import {
  canaryOf,
  canaryShare,
  describe,
  historyOf,
  isOurs,
  isShifted,
  moves,
  servesAlone,
  stableOf,
  statesOf,
  truthAtTheEnd,
  type Violation,
} from './history.ts';
import type { Played, PlayedWaves, SaidOfAll, Told, TrueAlias } from './stage.ts';
import { leavesBy } from './watching.ts';

/** Whether nobody is ahead of those beside him, who fails takes the others along, and what is said of all is so of each. */
export function ofAllRegions(first: Played, { others, said }: PlayedWaves): readonly Violation[] {
  const regions = [first, ...others];
  return [
    ...said.flatMap((each) => [
      ...whatIsSaidOfAllIsSo(regions, each),
      ...noneGoesAhead(regions, each),
      ...noneStaysBehind(regions, each),
    ]),
    ...onOneSide(regions, said),
  ].map(({ what }) => ({ promise: 17, what }));
}

/** What one process did in a region. */
interface Part {
  readonly played: Played;
  readonly told: Told;
  readonly wave: number;
}

function partsOf(regions: readonly Played[], { process }: SaidOfAll): readonly Part[] {
  return regions.flatMap((played, place) => {
    const told = played.told.find((each) => each.process === process);
    const wave = played.scenario.regions?.waves[place] ?? 0;
    return told === undefined ? [] : [{ played, told, wave }];
  });
}

/** `reverted` is said only where everything that was moved is back, `promoted` only where everything is new. */
function whatIsSaidOfAllIsSo(
  regions: readonly Played[],
  each: SaidOfAll,
): readonly { readonly what: string }[] {
  const outcome = each.report?.outcome;
  if (outcome !== 'reverted' && outcome !== 'promoted') return [];
  return partsOf(regions, each).flatMap(({ played, told }) =>
    targetsOf(told).flatMap((target) => {
      const then = historyOf(played, target).findLast(({ at }) => at <= told.endedAt);
      if (then === undefined || isForeign(played, target)) return [];
      const wanted =
        outcome === 'promoted'
          ? canaryOf(told, target.functionName)
          : stableOf(told, target.functionName);
      const isAtStake =
        outcome === 'promoted' ||
        (isShifted(told, target) && moves(played, told, target).length > 0);
      return !isAtStake || servesAlone(then, wanted)
        ? []
        : [{ what: `says ${outcome} of all, but ${played.region} serves ${describe(then)}` }];
    }),
  );
}

/** A weight is written only when every region of the wave has come to it, and a wave begins only after the one before. */
function noneGoesAhead(
  regions: readonly Played[],
  each: SaidOfAll,
): readonly { readonly what: string }[] {
  const parts = partsOf(regions, each);
  return parts.flatMap(({ played, told, wave }) =>
    stepsWritten(played, told).flatMap(({ at, step }) =>
      parts.flatMap((other) => {
        const states = statesOf(other.told);
        const isBehind =
          other.played.region !== played.region &&
          ((other.wave === wave && !hasComeTo(step, at, states)) ||
            (other.wave < wave && isUnderWay(at, states)));
        return isBehind
          ? [{ what: `${played.region} wrote step ${step + 1} before ${other.played.region}` }]
          : [];
      }),
    ),
  );
}

type States = ReturnType<typeof statesOf>;

/** Whoever has no state at all did not take part, as it is unchanged or was refused. */
function hasComeTo(step: number, at: number, states: States): boolean {
  if (states.length === 0) return true;
  return states.some(
    (each) => each.at <= at && (!('step' in each.state) || each.state.step >= step),
  );
}

function isUnderWay(at: number, states: States): boolean {
  return (
    states.length > 0 && !states.some((each) => each.at <= at && each.state.phase === 'promoted')
  );
}

/** When the first write of each step left. */
function stepsWritten(
  played: Played,
  told: Told,
): readonly { readonly at: number; readonly step: number }[] {
  return statesOf(told).flatMap(({ at, state }) => {
    if (state.phase !== 'shifting') return [];
    const write = played.attempts.find(
      (attempt) =>
        attempt.by === told.process && attempt.at >= at && canaryShareOf(told, attempt) > 0,
    );
    return write === undefined ? [] : [{ at: write.at, step: state.step }];
  });
}

function canaryShareOf(told: Told, attempt: Played['attempts'][number]): number {
  const { functionName, version, routing } = attempt;
  return version === undefined
    ? 0
    : canaryShare(told, { functionName, version, weights: routing ?? {} });
}

/** 12, across regions: when one decides to revert, the writes of the others leave as its own do. */
function noneStaysBehind(
  regions: readonly Played[],
  each: SaidOfAll,
): readonly { readonly what: string }[] {
  const parts = partsOf(regions, each);
  if (each.process === 'post') return [];
  const [cause] = parts
    .flatMap(({ told, wave }) =>
      statesOf(told)
        .filter(({ state }) => state.phase === 'reverting')
        .map(({ at }) => ({ at, wave })),
    )
    .toSorted((one, other) => one.at - other.at);
  if (cause === undefined) return [];
  const { at } = cause;
  return parts.flatMap(({ played, told, wave }) =>
    targetsOf(told).flatMap((target) => {
      const keeps = played.scenario.regions?.onFailure === 'keep-earlier' && wave < cause.wave;
      const then = historyOf(played, target).findLast((record) => record.at <= at);
      const wanted = stableOf(told, target.functionName);
      const isAtStake =
        then?.by === told.process && isShifted(told, target) && canaryShare(told, then) > 0;
      // Who was killed meanwhile had no time to.
      const hadTime = told.ending !== undefined;
      return !isAtStake || keeps || !hadTime || leavesBy(played, told, { at, target, wanted })
        ? []
        : [{ what: `${played.region} is not written back when another region reverts` }];
    }),
  );
}

/** In the end, all serve the old version, or all the new one; where it is to be otherwise, the outcome says who does not. */
function onOneSide(
  regions: readonly Played[],
  said: readonly SaidOfAll[],
): readonly { readonly what: string }[] {
  const served = regions.flatMap((played, place) => {
    const told = played.told.findLast(({ process }) => process !== 'rival');
    if (told === undefined) return [];
    const wave = played.scenario.regions?.waves[place] ?? 0;
    return targetsOf(told).flatMap((target) => {
      const truth = truthAtTheEnd(played, target);
      if (truth === undefined || isForeign(played, target)) return [];
      // Of a run that is gone, or held as a person wanted it: it is told as what it is.
      const isFound =
        told.ending?.outcome === 'held' ||
        (told.process === 'next run' && truth.by !== told.process);
      return [{ region: played.region, wave, isNew: isNew(played, target, truth), isFound }];
    });
  });
  const promoted = served.filter(({ isNew }) => isNew);
  const left = served.filter(({ isNew }) => !isNew);
  if (promoted.length === 0 || left.length === 0) return [];
  const policy = regions[0]?.scenario.regions?.onFailure;
  const isByPolicy =
    policy === 'keep-earlier' &&
    Math.max(...promoted.map(({ wave }) => wave)) < Math.min(...left.map(({ wave }) => wave));
  if (promoted.every(({ isFound }) => isFound)) return [];
  const last = said.at(-1)?.report;
  // The post step knows of no more than what it was left.
  if (isByPolicy && said.at(-1)?.process === 'post') return [];
  const told = last === undefined ? '' : headline(last);
  const isSaid =
    (last?.outcome === 'failed' || last?.outcome === 'revert-failed') &&
    promoted.every(({ region }) => told.includes(region));
  return isSaid && (isByPolicy || last.outcome === 'revert-failed' || saysWayBack(last.reason))
    ? []
    : [
        {
          what: `${namesOf(promoted)} serve the new version, ${namesOf(left)} do not, and it says: ${told}`,
        },
      ];
}

/** Of a rollout that could not take everything back. */
function saysWayBack(reason: string): boolean {
  return reason.includes('aws lambda update-alias') || reason.includes('mode: revert');
}

function isNew(played: Played, target: Target, truth: TrueAlias): boolean {
  return (
    isOurs(truth) &&
    played.told.some((told) => servesAlone(truth, canaryOf(told, target.functionName)))
  );
}

/** Whether anybody else ever wrote it: what it serves then is theirs to say, and the promises of each region have it. */
function isForeign(played: Played, target: Target): boolean {
  return historyOf(played, target).some(({ by }) => by === 'others' || by === 'rival');
}

function targetsOf({ config: { requests } }: Told): readonly Target[] {
  return requests.map(({ target }) => target);
}

function namesOf(all: readonly { readonly region: string }[]): string {
  return [...new Set(all.map(({ region }) => region))].join(', ');
}
