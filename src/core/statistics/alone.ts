import { BETS, logMean } from './betting.ts';
import type { Counts } from './evidence.ts';

/** What a version that is alone is held against, and how sure one must be that it does worse. */
export interface AloneRule {
  /** Greatest share of its requests that may fail. */
  readonly allowed: number;
  readonly alpha: number;
  /** Fewer minutes than this, however bad, are not enough. */
  readonly lasting: number;
}

export interface AloneJudgement {
  /** Natural logarithm of the evidence, with the worst minutes left out that alone must not decide. */
  readonly logE: number;
  readonly reverts: boolean;
}

/**
 * Judges a version without another one beside it, by a fixed rate p that was measured before. For the bet on λ times that
 * rate, a minute with n requests of which e failed multiplies the stake by λ^e · exp(−n p (λ − 1)), which has a mean of at
 * most 1 as long as no more than p fail: E[λ^e] ≤ (1 + p (λ − 1))^n ≤ exp(n p (λ − 1)). So the mean of the stakes reaches
 * 1/alpha with a probability of at most alpha, however often one looks (Ville's inequality).
 *
 * It is the world that moves p: an outage that every version would share reads as this one's. Therefore the evidence
 * must suffice without the `lasting − 1` minutes that weigh most in each bet.
 */
export function judgeAlone(minutes: readonly Counts[], rule: AloneRule): AloneJudgement {
  const { allowed, alpha, lasting } = rule;
  const wealth = BETS.map((bet) => {
    const stakes = minutes
      .map(({ total, bad }) => Math.min(bad, total) * Math.log(bet) - total * allowed * (bet - 1))
      .toSorted((a, b) => b - a);
    const weighty = stakes.slice(0, lasting - 1).filter((stake) => stake > 0);
    return sum(stakes) - sum(weighty);
  });
  const logE = logMean(wealth);
  return { logE, reverts: logE >= -Math.log(alpha) };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
