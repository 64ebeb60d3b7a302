import { logMean } from './betting.ts';

/** The canary is the slower one in this share of the minutes: one bet on each, of equal stakes. */
const BETS = [0.6, 0.7, 0.8, 0.9, 0.95, 0.99] as const;

/** Where the bets stand after some minutes. */
export interface SignStanding {
  readonly wealth: readonly number[];
  readonly minutes: number;
  /** In how many of them it was true. */
  readonly trueIn: number;
  /** Natural logarithm of the evidence. */
  readonly logE: number;
  /** Where it stood highest. */
  readonly highest: number;
}

export const NO_SIGNS: SignStanding = {
  wealth: BETS.map(() => 0),
  minutes: 0,
  trueIn: 0,
  logE: 0,
  highest: 0,
};

/**
 * Evidence that something is true of more than half of the minutes, after one minute more: a bet of q multiplies
 * its stake by 2q when it is true and by 2(1 − q) when not, which has a mean of at most 1 when it is true in a
 * minute with a probability of at most one half, whatever went before. By Ville's inequality the mean of the
 * stakes then reaches 1/alpha with a probability of at most alpha, however often one looks. A minute gives one
 * bit only: these bets take nine of them in a row to reach 100.
 *
 * Source: Waudby-Smith & Ramdas, "Estimating means of bounded random variables by betting" (JRSS-B, 2024).
 */
export function afterSign(before: SignStanding, sign: boolean): SignStanding {
  const wealth = before.wealth.map((each, index) => {
    const bet = BETS[index] ?? 0.5;
    return each + Math.log(2 * (sign ? bet : 1 - bet));
  });
  const logE = logMean(wealth);
  return {
    wealth,
    minutes: before.minutes + 1,
    trueIn: before.trueIn + (sign ? 1 : 0),
    logE,
    highest: Math.max(before.highest, logE),
  };
}
