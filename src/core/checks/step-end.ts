import type { AnalysisPolicy } from './analysis-policy.ts';
import type { Comparison } from './counted.ts';
import { firstWholeMinute, lastMinuteBefore, MINUTE_MS } from '../minute.ts';
import { timeOfDayThen, type Moment } from '../moment.ts';
import { isBakeOver, mayExtend, type Bake } from '../rollout/plan.ts';
import { lastBakedMinute } from './settling.ts';
import { tooFewEvidence, type Shared } from '../statistics/share.ts';
import {
  fewWords,
  lateWords,
  missingWords,
  SIDE_BY_SIDE,
  STANDS_AGAINST,
  unservedWords,
} from './step-end-words.ts';
import { PASS, type Verdict } from '../rollout/verdict.ts';

export interface Judging {
  readonly at: Moment;
  readonly bake: Bake;
  readonly policy: AnalysisPolicy;
  /** Beginning of the last minute that has settled. */
  readonly settledTo: number;
}

export interface Decided {
  readonly verdict: Verdict;
  /** What a person should know although the rollout goes on. */
  readonly warnings: readonly string[];
}

/**
 * Whether evidence that does not revert stands against going on. `enough`: it is as much as is needed, but the failures
 * of a single minute must not decide. `some`: it is near to that.
 */
export type Doubt = 'none' | 'some' | 'enough';

export interface Measured {
  readonly doubt: Doubt;
  /** One sentence with the numbers. */
  readonly described: () => string;
}

/** A tenth of what is needed is too much to give a version more traffic. */
export const DOUBTFUL_LOG = Math.log(10);

/**
 * Evidence that is over what is needed, or within a tenth of it, keeps a step from ending. By Ville's inequality at most
 * 10 · alpha of the versions that are no worse ever come that far; measured (`npm run bench:gate`) they are promoted 5 s
 * later in the mean at the worst, and a version that fails 1.1 % where the old one fails 0.1 % at 10 requests a second fails
 * 13 requests in an hour rather than 32. At a thirtieth the good ones wait three times as long for little more; where alpha
 * is above 0.01, the root of what is needed takes the tenth's place, so that no evidence at all is never too much.
 * @param logE natural logarithm of the evidence as it stands
 */
export function doubtIn(logE: number, needed: number): Doubt {
  const enough = Math.log(needed);
  if (logE >= enough) return 'enough';
  return logE >= Math.max(enough - DOUBTFUL_LOG, enough / 2) ? 'some' : 'none';
}

/** The part of alpha that goes to requests that are missing: a hundred times the certainty takes few more of them. */
export const SHARE_OF_ALPHA = 0.001;

export const PASSED: Decided = { verdict: PASS, warnings: [] };

export function decided(kind: Verdict['kind'], reason: string): Decided {
  return { verdict: { kind, reason }, warnings: [] };
}

/** Whether a step may end: when nothing stands against the canary, and there was enough traffic to tell. */
export function judgeStepEnd(
  comparison: Omit<Comparison, 'name'>,
  measured: Measured,
  judging: Judging,
): Decided {
  const { at, bake } = judging;
  if (bake.weight >= 100) return judgePromoted(comparison, measured, judging);
  if (!isBakeOver(bake, at)) return PASSED;
  const { doubt, described } = measured;
  if (doubt !== 'none' && mayExtend(bake, at)) {
    return decided('extend', `${described()}${STANDS_AGAINST[WAITING[doubt]]}`);
  }
  if (doubt === 'enough') {
    return decided('fail', `${described()}${STANDS_AGAINST.extended}`);
  }
  const traffic = comparison.countsTraffic ? judgeTraffic(comparison, judging) : PASSED;
  if (doubt === 'none' || traffic.verdict.kind !== 'pass') return traffic;
  const near = `${described()}${STANDS_AGAINST.undecided}`;
  // Whoever takes over what was held has decided.
  const isDecided = bake.takenOver && judging.policy.onInconclusive === 'hold';
  return inconclusive(near, isDecided ? { onInconclusive: 'promote' } : judging.policy);
}

/**
 * After the promotion, the minutes before it go on settling; the bake is not over before they have. What they then come to
 * is final: there is no baseline any more.
 */
function judgePromoted(
  { target }: Pick<Comparison, 'target'>,
  { doubt, described }: Measured,
  { at, bake, policy, settledTo }: Judging,
): Decided {
  const last = lastMinuteBefore(timeOfDayThen(bake.shiftedAt, at));
  const settled = settledTo >= last;
  if (!settled) {
    return !isBakeOver(bake, at) ? PASSED : decided('extend', lateWords(target, true));
  }
  switch (doubt) {
    case 'none':
      return PASSED;
    case 'some':
      return policy.onInconclusive === 'revert'
        ? decided('fail', described())
        : {
            verdict: PASS,
            warnings: [`${described()}${SIDE_BY_SIDE}`],
          };
    case 'enough':
      return decided('fail', `${described()}${STANDS_AGAINST.promoted}`);
  }
}

const WAITING = { some: 'near', enough: 'unconfirmed' } as const;

/** Whether there was enough traffic to go by. */
function judgeTraffic(comparison: Omit<Comparison, 'name'>, judging: Judging): Decided {
  const { target, counted, shares } = comparison;
  const { at, bake, policy, settledTo } = judging;
  const { weight, since, promotionNext } = bake;
  const begin = firstWholeMinute(timeOfDayThen(since, at));
  const { canary, baseline } = counted.inStep;
  const enough = canary >= policy.minInvocations;
  const settled = settledTo >= lastBakedMinute(bake, at);
  const willBeEnough =
    expectedIn(comparison, bake, { begin, latest: settledTo }) >= policy.minInvocations;
  const isAwaited = promotionNext || (!enough && !willBeEnough && mayExtend(bake, at));
  if (!settled && (bake.takenOver ? promotionNext : isAwaited)) {
    return decided('extend', lateWords(target, false));
  }
  // Whether a step saw enough traffic was asked by the process that baked it.
  if (bake.takenOver) return PASSED;
  const expected = (baseline * weight) / (100 - weight);
  if (canary === 0 && expected >= CERTAINLY_SOME) {
    return decided('fail', unservedWords(target, expected, weight));
  }
  const missing = missingRequests(target, shares, policy);
  if (missing !== undefined) {
    return mayExtend(bake, at) ? decided('extend', missing) : decided('fail', missing);
  }
  // What this step cannot wait for settles in the next one, which is judged with it.
  if (enough || !settled) return PASSED;
  const few = fewWords(target, { served: canary, weight, needed: policy.minInvocations });
  return mayExtend(bake, at) ? decided('extend', few) : inconclusive(few, policy);
}

/**
 * How many requests of the canary the step should have: by its own minutes that have settled, before any has by the last ones
 * under the weights before, and in the first step by those before the rollout.
 * @param minutes `begin`: the first of the step; `latest`: the last that has settled
 */
function expectedIn(
  { counted: { inStep, recent }, requestsPerMinute = 0 }: Omit<Comparison, 'name'>,
  { weight, bakeMs }: Bake,
  { begin, latest }: { readonly begin: number; readonly latest: number },
): number {
  const bakeMinutes = bakeMs / MINUTE_MS;
  const own = Math.floor((latest - begin) / MINUTE_MS) + 1;
  if (own > 0) return (inStep.canary / own) * bakeMinutes;
  const total = sum(recent.map(({ baseline, canary }) => baseline.total + canary.total));
  const perMinute = recent.length === 0 ? requestsPerMinute : total / recent.length;
  return (perMinute * bakeMinutes * weight) / 100;
}

/**
 * Lambda counts a request when it ends: one that hangs is missing. They may still come, so the step is extended first.
 * @returns what is missing, when that is no chance
 */
function missingRequests(
  target: string,
  shares: readonly Shared[],
  { rule }: AnalysisPolicy,
): string | undefined {
  if (tooFewEvidence(shares) < -Math.log(rule.alpha * SHARE_OF_ALPHA)) return undefined;
  return missingWords(target, shares);
}

/** A canary that gets no request with that many expected is not just unlucky: P < 0.005 %. */
export const CERTAINLY_SOME = 10;

/** What ends the warning of a step that passed although there was too little to judge by. */
export const GOES_ON_UNDECIDED = 'It goes on all the same: on-inconclusive is promote.';

/** What cannot be extended any more is up to whoever rolls out. */
function inconclusive(
  reason: string,
  { onInconclusive }: Pick<AnalysisPolicy, 'onInconclusive'>,
): Decided {
  switch (onInconclusive) {
    case 'promote':
      return {
        verdict: PASS,
        warnings: [`${reason}. ${GOES_ON_UNDECIDED}`],
      };
    case 'hold':
      return decided('hold', reason);
    case 'revert':
      return decided('fail', reason);
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
