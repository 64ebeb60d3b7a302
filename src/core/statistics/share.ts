import { logMean } from './betting.ts';

/** Requests that were counted of both versions while the alias sent one share of them to the canary. */
export interface Shared {
  /** Share that the canary should have got, from 0 to 1. */
  readonly weight: number;
  readonly baseline: number;
  readonly canary: number;
}

/** The canary got this part of the odds that it should have: one bet on each, of equal stakes. */
const BETS = [0.7, 0.5, 0.3, 0.1, 0.01] as const;

/**
 * Routing need not be exact: a canary that got four fifths of the odds that the alias gives it is fine. Measured
 * (`npm run bench:share`): with this tolerance 0.0 % of the versions are told apart whose share is a tenth off, and a version of which
 * three in five requests hang is, once about 100 were due.
 */
const TOLERATED_ODDS = 1 / 1.25;

/**
 * Evidence that the canary was counted fewer requests than its weight gives it. Lambda counts a request when it ends, so those that
 * hang are in no metric; but the share is known. With odds o of the weight and the least odds t · o that are tolerated, the bet on
 * odds b · t · o multiplies the stake of a window with n requests, c of them the canary's, by
 *
 *     (q / p)^c · ((1 − q) / (1 − p))^(n − c)      p, q: the shares of these odds
 *
 * which has a mean of at most 1 while the share is p or more, as it falls with c. The mean of the stakes is a test
 * martingale, so that it reaches 1/alpha with a probability of at most alpha, however often one looks.
 * Source: Wald, "Sequential Tests of Statistical Hypotheses" (1945); a mixture over its alternatives.
 * @returns the natural logarithm of the evidence
 */
export function tooFewEvidence(windows: readonly Shared[]): number {
  const wealth = BETS.map((bet) => windows.reduce((sum, window) => sum + stakeOf(window, bet), 0));
  return logMean(wealth);
}

function stakeOf({ weight, baseline, canary }: Shared, bet: number): number {
  if (weight <= 0 || weight >= 1) return 0;
  const pays = payOf(bet, weight);
  return canary * pays.canary + baseline * pays.baseline;
}

/** What one request adds to the logarithm of a bet's stake. */
export interface SharePay {
  readonly baseline: number;
  readonly canary: number;
}

/** What each bet pays under a weight: with this, whoever cannot take logarithms can make the test. @param weight between 0 and 1 */
export function sharePays(weight: number): readonly SharePay[] {
  return BETS.map((bet) => payOf(bet, weight));
}

function payOf(bet: number, weight: number): SharePay {
  const odds = (TOLERATED_ODDS * weight) / (1 - weight);
  const [least, wagered] = [shareOf(odds), shareOf(bet * odds)];
  return { canary: Math.log(wagered / least), baseline: Math.log((1 - wagered) / (1 - least)) };
}

function shareOf(odds: number): number {
  return odds / (1 + odds);
}
