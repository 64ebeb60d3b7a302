import {
  BETS,
  fewestToRevert,
  payOut,
  staked,
  type Judgement,
  type Standing,
  type Stretch,
} from './betting.ts';
import { STANDARD_RULE, type Rule } from './evidence.ts';

/** Failed requests of both versions in a time with one weight, where nobody counted the requests that succeeded. */
export interface FailureWindow {
  /** Share of the requests that the alias sends to the canary, from 0 to 1. */
  readonly weight: number;
  readonly baseline: number;
  readonly canary: number;
  /** Requests of the canary as they are estimated; undefined when nothing is known. */
  readonly requests: number | undefined;
}

/** What the canary is allowed, where its share of the requests is known by its weight and not by counts. */
export interface FailureRule extends Omit<Rule, 'margin'> {
  /** The alias may send the canary this many times the odds of its weight. */
  readonly routing: number;
}

/** With a fifth of the alpha of the comparison by counts, which keeps the rest. */
export const STANDARD_FAILURE_RULE: FailureRule = {
  alpha: STANDARD_RULE.alpha / 5,
  ratio: STANDARD_RULE.ratio,
  routing: 1.5,
  floor: STANDARD_RULE.floor,
  confirm: STANDARD_RULE.confirm,
  burst: STANDARD_RULE.burst,
};

/**
 * Judges the canary by failures alone: given the weight, each failure of either version is a coin with a known bias.
 *
 * Null hypothesis: at every time p_c ≤ ratio · p_b, and the alias chooses the canary with odds of at most `routing`
 * times those of its weight w, independently of the request. Then the share of the canary in the failures is at most
 *
 *     π = κ r w / (κ r w + 1 − w)       κ = routing, r = ratio       D = 1 + π (λ − 1)
 *
 * and a window with b failures of the baseline and c of the canary multiplies the stake on λ by e:
 *
 *     ln e(λ) = (c ln λ − (c + b) ln D) / burst
 *     E_t = mean over λ of Π_{s ≤ t} e_s(λ)
 *
 * The factor of each failure has a mean of at most 1 given the past, for any true share up to π, and requests that
 * succeed have the factor 1. So E is a supermartingale, and Ville's inequality gives P(E_t ≥ 1/alpha for any t) ≤ alpha,
 * with no assumption on traffic, on what both versions suffer together, or on when anybody looks. `confirm` (the
 * evidence must suffice without any one window of fewer canary failures) and `floor` only ever make a revert rarer.
 * It is the rule of `judge` with the weight in the place of the realised share.
 *
 * Source: as for `judge`; the process of failures alone is that of Lindon & Malek (NeurIPS 2022, arXiv:2011.03567)
 * with a known share.
 * @param windows in order of time, none over a change of weight
 */
export function judgeFailures(
  windows: readonly FailureWindow[],
  rule: FailureRule = STANDARD_FAILURE_RULE,
): Judgement {
  const stretches = windows.map((window) => stretchOf(window, rule));
  return payOut(stretches, rule);
}

/** Goes on by one window: what {@link judgeFailures} says of all of them, for whoever does not keep them. */
export function afterWindow(
  standing: Standing,
  window: FailureWindow,
  rule: FailureRule,
): Standing {
  return staked(standing, stretchOf(window, rule), rule);
}

function stretchOf(window: FailureWindow, rule: FailureRule): Stretch {
  const { canary: failures, requests = 0 } = window;
  return { stakes: stakesOf(window, rule), failures, requests };
}

/** No window of any function has as many failures. */
const MOST_FAILURES = 2 ** 30;

/**
 * How many more failures of the canary in the last window would make the rule revert; 0 when it does so already, null
 * when no number of them would.
 */
export function moreFailuresToRevert(
  windows: readonly FailureWindow[],
  rule: FailureRule = STANDARD_FAILURE_RULE,
): number | null {
  const last = windows.at(-1);
  if (last === undefined) return null;
  const revertsWith = (more: number) =>
    judgeFailures([...windows.slice(0, -1), { ...last, canary: last.canary + more }], rule)
      .revertAt !== null;

  if (!isSplit(last)) return revertsWith(0) ? 0 : null;
  return fewestToRevert(revertsWith, MOST_FAILURES);
}

/** By how much the window changes the logarithm of each bet's stake. */
function stakesOf(
  window: FailureWindow,
  { routing, ratio, burst }: FailureRule,
): readonly number[] {
  // With one version alone there is no coin.
  if (!isSplit(window)) return BETS.map(() => 0);
  const { weight, baseline, canary } = window;
  const odds = routing * ratio * weight;
  const share = odds / (odds + 1 - weight);
  return BETS.map((bet) => {
    const spread = Math.log(1 + share * (bet - 1));
    return (canary * Math.log(bet) - (canary + baseline) * spread) / burst;
  });
}

function isSplit({ weight }: FailureWindow): boolean {
  return weight > 0 && weight < 1;
}
