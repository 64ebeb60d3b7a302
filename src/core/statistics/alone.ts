import { BETS, logMean } from './betting.ts';
import { clamped, type Counts } from './evidence.ts';

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
export function judgeAlone(
  { total, bad, weightiest }: AloneCounts,
  { allowed, alpha, lasting }: AloneRule,
): AloneJudgement {
  const wealth = BETS.map((bet) => {
    const stakeOf = (counts: Counts) =>
      counts.bad * Math.log(bet) - counts.total * allowed * (bet - 1);
    const weighty = weightiest
      .map(stakeOf)
      .toSorted((a, b) => b - a)
      .slice(0, lasting - 1)
      .filter((stake) => stake > 0);
    return stakeOf({ total, bad }) - sum(weighty);
  });
  const logE = logMean(wealth);
  return { logE, reverts: logE >= -Math.log(alpha) };
}

/** What is kept of the minutes of a version that is alone. */
export interface AloneCounts extends Counts {
  /**
   * The minutes that may weigh most in some bet, at whatever rate is allowed: of which fewer than `lasting − 1` others have
   * as many failures among no more requests.
   */
  readonly weightiest: readonly Counts[];
}

export const NOTHING_ALONE: AloneCounts = { total: 0, bad: 0, weightiest: [] };

/** Goes on by one minute; in which order they come does not matter. */
export function afterMinuteAlone(
  before: AloneCounts,
  minute: Counts,
  lasting: number,
): AloneCounts {
  const counts = clamped(minute);
  const candidates = [...before.weightiest, counts];
  return {
    total: before.total + counts.total,
    bad: before.bad + counts.bad,
    weightiest:
      counts.bad === 0
        ? before.weightiest
        : candidates.filter((each, index) => {
            const heavier = candidates.filter((other, at) => weighsMore(other, each, at < index));
            return heavier.length < lasting - 1;
          }),
  };
}

/** In every bet. @param first which of two alike it is */
function weighsMore(one: Counts, other: Counts, first: boolean): boolean {
  const isAlike = one.bad === other.bad && one.total === other.total;
  return isAlike ? first : one.bad >= other.bad && one.total <= other.total;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
