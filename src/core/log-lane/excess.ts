/** What Lambda counted in a settled minute with one weight. */
export interface RoutedMinute {
  /** Share of the requests that the canary should have, from 0 to 1. */
  readonly weight: number;
  readonly canary: number;
  /** Of both versions. */
  readonly total: number;
}

/** Standard errors. A guard that stands aside by chance in one of 4,000 looks costs nobody anything. */
const BEYOND_CHANCE = 3.5;
/** Expected requests below which the normal distribution says too little of a binomial one. */
const ENOUGH = 10;
/** The rule tolerates half as much again in odds: at the highest weights a fifth more. */
const NOTABLE = 1.1;

/**
 * Whether the canary got more of the requests than its weight, beyond chance and by enough to matter: the rule by failures
 * alone believes the weight, and the excess would read as failures.
 */
export function exceedsWeight(minutes: readonly RoutedMinute[]): boolean {
  let served = 0;
  let expected = 0;
  let variance = 0;
  for (const { weight, canary, total } of minutes) {
    served += canary;
    expected += weight * total;
    variance += weight * (1 - weight) * total;
  }
  const surplus = served - expected;
  return (
    expected >= ENOUGH &&
    served > expected * NOTABLE &&
    surplus > BEYOND_CHANCE * Math.sqrt(variance)
  );
}
