// What every sequential test here has in common: stakes on several bets, which failures win and lose.

/** The canary fails this many times as often as is tolerated: one bet on each, of equal stakes. */
export const BETS = [1.5, 2, 3, 5, 10, 30, 100, 1000] as const;

/** A stretch of time that is judged at once: a minute, or a window of the logs. */
export interface Stretch {
  /** By how much it changes the logarithm of each bet's stake. */
  readonly stakes: readonly number[];
  /** Of the canary. */
  readonly failures: number;
  readonly requests: number;
}

/** How sure one must be. */
export interface Certainty {
  /** At most this share of canaries that keep within the tolerance is reverted, however often one looks. */
  readonly alpha: number;
  /** The canary is not reverted while the share of its requests that failed is below this. */
  readonly floor: number;
  /** A stretch with fewer canary failures cannot decide alone; 0 lets every one. */
  readonly confirm: number;
}

export interface Judgement {
  /** Natural logarithm of the evidence against the canary, after each stretch. */
  readonly logE: readonly number[];
  /** Index of the first stretch after which the rule reverts. It stays, whatever comes later. */
  readonly revertAt: number | null;
  /** Valid at any time, however often it is looked at; 1 when there is no evidence. */
  readonly pValue: number;
}

/**
 * The evidence is the mean of the stakes. It reverts when it is 1/alpha, when it would be without any one stretch of
 * fewer failures than `confirm`, and when the canary fails as often as the floor.
 * @param stretches in order of time
 */
export function payOut(
  stretches: readonly Stretch[],
  { alpha, floor, confirm }: Certainty,
): Judgement {
  const enough = -Math.log(alpha);
  const logE: number[] = [];
  let revertAt: number | null = null;
  let wealth: readonly number[] = BETS.map(() => 0);
  let failures = 0;
  let requests = 0;

  const isConfirmed = (upTo: number) =>
    stretches
      .slice(0, upTo + 1)
      .every(
        (stretch) =>
          stretch.failures >= confirm ||
          logMean(wealth.map((each, bet) => each - (stretch.stakes[bet] ?? 0))) >= enough,
      );

  for (const [index, stretch] of stretches.entries()) {
    wealth = wealth.map((each, bet) => each + (stretch.stakes[bet] ?? 0));
    failures += stretch.failures;
    requests += stretch.requests;
    const evidence = logMean(wealth);
    logE.push(evidence);
    const isEnough = evidence >= enough && failures >= floor * requests;
    if (revertAt === null && isEnough && isConfirmed(index)) revertAt = index;
  }
  return { logE, revertAt, pValue: Math.exp(-Math.max(0, ...logE)) };
}

/**
 * How many more failures would revert; 0 when there are enough already, null when not even the most would do.
 * @param revertsWith whether so many more do
 */
export function fewestToRevert(
  revertsWith: (more: number) => boolean,
  most: number,
): number | null {
  if (revertsWith(0)) return 0;
  let reverting = 1;
  while (!revertsWith(reverting)) {
    reverting *= 2;
    if (reverting > most) return null;
  }
  let passing = Math.floor(reverting / 2);
  while (reverting - passing > 1) {
    const middle = Math.floor((passing + reverting) / 2);
    if (revertsWith(middle)) reverting = middle;
    else passing = middle;
  }
  return reverting;
}

/** Logarithm of the mean of the exponentials, however large those are. */
export function logMean(logs: readonly number[]): number {
  const greatest = Math.max(...logs);
  const sum = logs.reduce((total, each) => total + Math.exp(each - greatest), 0);
  return greatest + Math.log(sum / logs.length);
}
