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
 * Where the bets stand after some stretches: all that is needed to go on, however many there were. Two that were made of the same
 * stretches in the same order are the same to the last bit.
 */
export interface Standing {
  /** Logarithm of each bet's stake. */
  readonly wealth: readonly number[];
  /** Of the canary. */
  readonly failures: number;
  readonly requests: number;
  /** How many stretches there were. */
  readonly stretches: number;
  /** Natural logarithm of the evidence against the canary. */
  readonly logE: number;
  /** Where it stood highest. */
  readonly highest: number;
  /** As in {@link Judgement}. */
  readonly revertAt: number | null;
  /**
   * The stakes of the stretches that cannot decide alone. One that wins no bet more than another leaves more without it, so
   * only those are kept of which none does: a few, however many stretches there were.
   */
  readonly unconfirmed: readonly (readonly number[])[];
}

export const NOTHING_STAKED: Standing = {
  wealth: BETS.map(() => 0),
  failures: 0,
  requests: 0,
  stretches: 0,
  logE: 0,
  highest: 0,
  revertAt: null,
  unconfirmed: [],
};

/**
 * Goes on by one stretch. The evidence is the mean of the stakes. It reverts when it is 1/alpha, when it would be without any one
 * stretch of fewer failures than `confirm`, and when the canary fails as often as the floor.
 */
export function staked(
  before: Standing,
  stretch: Stretch,
  { alpha, floor, confirm }: Certainty,
): Standing {
  const enough = -Math.log(alpha);
  const wealth = before.wealth.map((each, bet) => each + (stretch.stakes[bet] ?? 0));
  const failures = before.failures + stretch.failures;
  const requests = before.requests + stretch.requests;
  const logE = logMean(wealth);
  const unconfirmed =
    stretch.failures >= confirm
      ? before.unconfirmed
      : withStakes(before.unconfirmed, stretch.stakes);
  const isConfirmed = () =>
    unconfirmed.every(
      (stakes) => logMean(wealth.map((each, bet) => each - (stakes[bet] ?? 0))) >= enough,
    );
  const isEnough = logE >= enough && failures >= floor * requests;
  const reverts = before.revertAt === null && isEnough && isConfirmed();
  return {
    wealth,
    failures,
    requests,
    stretches: before.stretches + 1,
    logE,
    highest: Math.max(before.highest, logE),
    revertAt: reverts ? before.stretches : before.revertAt,
    unconfirmed,
  };
}

function withStakes(
  all: Standing['unconfirmed'],
  stakes: readonly number[],
): Standing['unconfirmed'] {
  if (stakes.every((stake) => stake <= 0)) return all;
  if (all.some((other) => isCoveredBy(stakes, other))) return all;
  return [...all.filter((other) => !isCoveredBy(other, stakes)), stakes];
}

function isCoveredBy(stakes: readonly number[], other: readonly number[]): boolean {
  return stakes.every((stake, bet) => stake <= (other[bet] ?? 0));
}

/** The probability of as much evidence against a canary that keeps within the tolerance, at most; 1 without any. */
export function pValueOf({ highest }: Standing): number {
  return Math.exp(-highest);
}

/** Judges all stretches at once. @param stretches in order of time */
export function payOut(stretches: readonly Stretch[], certainty: Certainty): Judgement {
  const logE: number[] = [];
  let standing = NOTHING_STAKED;
  for (const stretch of stretches) {
    standing = staked(standing, stretch, certainty);
    logE.push(standing.logE);
  }
  return { logE, revertAt: standing.revertAt, pValue: pValueOf(standing) };
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
