import {
  BETS,
  fewestToRevert,
  NOTHING_STAKED,
  payOut,
  staked,
  type Certainty,
  type Judgement,
  type Standing,
  type Stretch,
} from './betting.ts';

/** What one version did in one minute: how many requests it served, and how many of them were bad. */
export interface Counts {
  readonly total: number;
  readonly bad: number;
}

/** A minute in which both versions served requests side by side. */
export interface Minute {
  readonly baseline: Counts;
  readonly canary: Counts;
}

/** What the canary is allowed, and how sure one must be that it does worse. */
export interface Rule extends Certainty {
  /** The canary may fail this many times as often as the baseline … */
  readonly ratio: number;
  /** … and this share of its requests on top of that. */
  readonly margin: number;
  /** Failures come in independent runs of up to this many; 1 when each comes alone. */
  readonly burst: number;
}

export const STANDARD_RULE: Rule = {
  alpha: 0.01,
  ratio: 1,
  margin: 0,
  floor: 0.001,
  confirm: 10,
  burst: 1,
};

/**
 * Judges the canary by the settled minutes of a rollout: all of them, from the first weight on, over every
 * change of weight.
 *
 * Null hypothesis: in every minute p_c ≤ ratio · p_b + margin, where the failure rates p_b of the baseline and
 * p_c of the canary may change from minute to minute in any way. For the bet that the canary fails λ times
 * as often as that allows, a minute with n_b, e_b requests and failures of the baseline and n_c, e_c of the
 * canary multiplies the stake by e_t:
 *
 *     π = ratio · n_c / (ratio · n_c + n_b)      D = 1 + π (λ − 1)
 *     ln e_t(λ) = e_c ln λ − (e_c + e_b) ln D − margin · n_c (λ − 1)(1 − π) / D
 *     E_t = mean over λ of Π_{s ≤ t} e_s(λ)^(1 / burst)
 *
 * Under the null each factor has a mean of at most 1 given the past, so E is a supermartingale, and Ville's
 * inequality gives P(E_t ≥ 1/alpha for any t) ≤ alpha: exact for all counts, with no assumption on traffic,
 * weights or when anybody looks. It rests on the alias choosing the version of each request independently of
 * the request. `confirm` and `floor` only ever make a revert rarer.
 *
 * Sources: Lindon & Malek, "Anytime-Valid Inference for Multinomial Count Data" (NeurIPS 2022,
 * arXiv:2011.03567); Turner, Ly & Grünwald, "Generic E-variables for exact sequential k-sample tests"
 * (JSPI 230, 2024, arXiv:2106.02693); Wald, "Sequential Tests of Statistical Hypotheses" (1945).
 */
export function judge(minutes: readonly Minute[], rule: Rule = STANDARD_RULE): Judgement {
  return payOut(
    minutes.map((minute) => stretchOf(minute, rule)),
    rule,
  );
}

/** Goes on by one minute: what {@link judge} says of all of them, for whoever does not keep them. */
export function afterMinute(standing: Standing, minute: Minute, rule: Rule): Standing {
  return staked(standing, stretchOf(minute, rule), rule);
}

function stretchOf(minute: Minute, rule: Rule): Stretch {
  const { bad: failures, total: requests } = clamped(minute.canary);
  return { stakes: stakesOf(minute, rule), failures, requests };
}

/** No minute of any function has as many requests. */
const MOST_FAILURES = 2 ** 40;

/**
 * How many more requests of the canary, all in the last minute and all failed, would make the rule revert; 0
 * when it does so already, null when no number of them would, as in a minute that the baseline did not serve.
 */
export function failuresToRevert(
  minutes: readonly Minute[],
  rule: Rule = STANDARD_RULE,
): number | null {
  const before = minutes
    .slice(0, -1)
    .reduce((standing, minute) => afterMinute(standing, minute, rule), NOTHING_STAKED);
  return failuresToRevertAfter(before, minutes.at(-1), rule);
}

/** The same where the bets stood so before the last minute. */
export function failuresToRevertAfter(
  before: Standing,
  last: Minute | undefined,
  rule: Rule,
): number | null {
  if (before.revertAt !== null) return 0;
  if (last === undefined) return null;
  const revertsWith = (more: number) =>
    afterMinute(before, withFailures(last, more), rule).revertAt !== null;
  if (last.baseline.total === 0 || last.canary.total === 0) return revertsWith(0) ? 0 : null;
  return fewestToRevert(revertsWith, MOST_FAILURES);
}

function withFailures(last: Minute, more: number): Minute {
  const { total, bad } = clamped(last.canary);
  return { ...last, canary: { total: total + more, bad: bad + more } };
}

/** By how much the minute changes the logarithm of each bet's stake. */
function stakesOf(minute: Minute, { ratio, margin, burst }: Rule): readonly number[] {
  const baseline = clamped(minute.baseline);
  const canary = clamped(minute.canary);
  // Nothing to compare with: such a minute says nothing.
  if (baseline.total === 0 || canary.total === 0) return BETS.map(() => 0);
  const share = (ratio * canary.total) / (ratio * canary.total + baseline.total);
  return BETS.map((bet) => {
    const spread = 1 + share * (bet - 1);
    const won = canary.bad * Math.log(bet) - (canary.bad + baseline.bad) * Math.log(spread);
    const tolerated = (margin * canary.total * (bet - 1) * (1 - share)) / spread;
    return (won - tolerated) / burst;
  });
}

/** Failures that arrive before their requests would read as proof. */
export function clamped({ total, bad }: Counts): Counts {
  return { total, bad: Math.min(bad, total) };
}
