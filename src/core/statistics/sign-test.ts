import { logMean } from './betting.ts';

/** The canary is the slower one in this share of the minutes: one bet on each, of equal stakes. */
const BETS = [0.6, 0.7, 0.8, 0.9, 0.95, 0.99] as const;

/**
 * Evidence that something is true of more than half of the minutes, after each minute: a bet of q multiplies
 * its stake by 2q when it is true and by 2(1 − q) when not, which has a mean of at most 1 when it is true in a
 * minute with a probability of at most one half, whatever went before. By Ville's inequality the mean of the
 * stakes then reaches 1/alpha with a probability of at most alpha, however often one looks. A minute gives one
 * bit only: these bets take nine of them in a row to reach 100.
 *
 * Source: Waudby-Smith & Ramdas, "Estimating means of bounded random variables by betting" (JRSS-B, 2024).
 * @returns the natural logarithm of the evidence
 */
export function signEvidence(signs: readonly boolean[]): readonly number[] {
  let wealth: readonly number[] = BETS.map(() => 0);
  return signs.map((sign) => {
    wealth = wealth.map((each, index) => {
      const bet = BETS[index] ?? 0.5;
      return each + Math.log(2 * (sign ? bet : 1 - bet));
    });
    return logMean(wealth);
  });
}
