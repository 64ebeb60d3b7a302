import { firstWholeMinute } from '../minute.ts';
import { timeOfDayThen, type Moment } from '../moment.ts';
import type { Bake } from '../rollout/plan.ts';
import { NOTHING_STAKED, type Standing } from '../statistics/betting.ts';
import { afterMinute, clamped, type Counts, type Rule } from '../statistics/evidence.ts';
import type { Shared } from '../statistics/share.ts';
import type { TimedMinute } from './pairing.ts';
import type { Scope } from './scope.ts';

/** Requests of both versions. */
export interface Requests {
  readonly baseline: number;
  readonly canary: number;
}

/**
 * All that one comparison needs of the minutes since the first weight, whatever their number. Minutes are entered in order of
 * time, each once; so what is made of all of them at once, and one by one, is the same to the last bit.
 */
export interface Counted {
  readonly standing: Standing;
  /** How the bets stood before the last minute. */
  readonly before: Standing;
  readonly baseline: Counts;
  readonly canary: Counts;
  /** All of them, to be drawn. */
  readonly minutes: readonly TimedMinute[];
  /** Natural logarithm of the evidence, by the beginning of the minute. */
  readonly evidence: readonly { readonly at: number; readonly logE: number }[];
  /** The last ones. */
  readonly recent: readonly TimedMinute[];
  /** How many minutes it is since a request of either version was counted. */
  readonly silentMinutes: number;
  /** Of the step that baked when the last minute was entered: it is named by the steady time of its beginning. */
  readonly inStep: Requests & { readonly step: number };
  /** By the weights of the scope, in their order. */
  readonly underWeights: readonly Requests[];
}

export const NOTHING_COUNTED: Counted = {
  standing: NOTHING_STAKED,
  before: NOTHING_STAKED,
  baseline: { total: 0, bad: 0 },
  canary: { total: 0, bad: 0 },
  minutes: [],
  evidence: [],
  recent: [],
  silentMinutes: 0,
  inStep: { step: NaN, baseline: 0, canary: 0 },
  underWeights: [],
};

/** The rate at which an alias is called changes, but within some minutes not much. */
export const RECENT_MINUTES = 5;

interface Entering {
  readonly rule: Rule;
  readonly at: Moment;
  readonly bake: Pick<Bake, 'since'>;
  readonly weights: Scope['weights'];
}

/** @param minutes in order, all later than those that were entered before */
export function entered(
  counted: Counted,
  minutes: readonly TimedMinute[],
  { rule, at, bake, weights }: Entering,
): Counted {
  const begin = firstWholeMinute(timeOfDayThen(bake.since, at));
  const step = bake.since.steady;
  // Whatever is entered while a step bakes and is older than it was none of its own: a new step begins with nothing.
  let inStep = counted.inStep.step === step ? counted.inStep : { step, baseline: 0, canary: 0 };
  let { standing, before, baseline, canary, silentMinutes } = counted;
  const evidence: { readonly at: number; readonly logE: number }[] = [];
  const underWeights = weights.map((_, index) => counted.underWeights[index] ?? NO_REQUESTS);
  for (const minute of minutes) {
    before = standing;
    standing = afterMinute(standing, minute, rule);
    baseline = added(baseline, minute.baseline);
    canary = added(canary, minute.canary);
    evidence.push({ at: minute.at, logE: standing.logE });
    silentMinutes = minute.baseline.total + minute.canary.total > 0 ? 0 : silentMinutes + 1;
    if (minute.at >= begin) inStep = { step, ...withRequests(inStep, minute) };
    const inForce = weights.findLastIndex(({ from }) => from <= minute.at);
    const so = underWeights[inForce];
    if (so !== undefined) underWeights[inForce] = withRequests(so, minute);
  }
  return {
    standing,
    before,
    baseline,
    canary,
    minutes: [...counted.minutes, ...minutes],
    evidence: [...counted.evidence, ...evidence],
    recent: [...counted.recent, ...minutes].slice(-RECENT_MINUTES),
    silentMinutes,
    inStep,
    underWeights,
  };
}

const NO_REQUESTS: Requests = { baseline: 0, canary: 0 };

function withRequests(so: Requests, { baseline, canary }: TimedMinute): Requests {
  return { baseline: so.baseline + baseline.total, canary: so.canary + canary.total };
}

function added(so: Counts, counts: Counts): Counts {
  const { total, bad } = clamped(counts);
  return { total: so.total + total, bad: so.bad + bad };
}

/** One count of bad ones among all, compared between the versions of one target. */
export interface Comparison {
  /** `errors`, or what the user calls it. */
  readonly name: string;
  readonly target: string;
  /** In the settled minutes, from the first weight on. */
  readonly counted: Counted;
  /** What was counted under each weight; nothing where the weights say nothing of it. */
  readonly shares: readonly Shared[];
  /** Of both versions, before the rollout; undefined when it is not known. */
  readonly requestsPerMinute: number | undefined;
  /** Whether there was enough traffic is told by Lambda's own count of requests, not by others. */
  readonly countsTraffic: boolean;
}
