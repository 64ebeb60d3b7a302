export const MINUTE_MS = 60_000;

/**
 * Writing an alias takes a second or so. In a minute with two weights an outage that both versions share looks like
 * the canary's when it comes with the higher weight: after 5 s at 10 % a minute at 50 % has 53 % of the requests at
 * the baseline, too few to make evidence of it. After 8 s it would be enough.
 */
export const EARLY_MS = 5_000;

/** The beginning of the UTC minute that a time is in. Epoch milliseconds. */
export function beginningOfMinute(at: number): number {
  return at - (at % MINUTE_MS);
}

/** How long until the next minute begins. Milliseconds. */
export function untilNextMinute(at: number): number {
  return MINUTE_MS - (at % MINUTE_MS);
}

/** Whether so little of the minute has passed that it may count as a whole one. */
export function isEarlyInMinute(at: number): boolean {
  return at % MINUTE_MS <= EARLY_MS;
}

/** The first minute that has its weight from its beginning on, when the weight changed at this time. */
export function firstWholeMinute(at: number): number {
  return isEarlyInMinute(at) ? beginningOfMinute(at) : beginningOfMinute(at) + MINUTE_MS;
}

/** The beginning of the last minute that was whole, or nearly, when the weight changed at this time. */
export function lastMinuteBefore(at: number): number {
  return firstWholeMinute(at) - (isEarlyInMinute(at) ? MINUTE_MS : 2 * MINUTE_MS);
}

/** The beginning of the last minute of a bake that ended at this time. */
export function lastMinuteOf(end: number): number {
  return isEarlyInMinute(end) ? lastMinuteBefore(end) : beginningOfMinute(end);
}

/** The last minute that is over for so long that its metrics are there; its beginning. */
export function lastSettledMinute(at: number, delayMs: number): number {
  return beginningOfMinute(at - delayMs) - MINUTE_MS;
}

/** Whatever still changes by then is late, and is judged again when it comes. */
const LATEST_SETTLED_MS = 2 * MINUTE_MS;

/** How long after its end a minute has settled at the latest. */
export function latestSettledMs(delayMs: number): number {
  return Math.max(delayMs, LATEST_SETTLED_MS);
}

/** How long after any moment everything until then has settled: the minute that it is in, at the latest. */
export function allSettledMs(delayMs: number): number {
  return MINUTE_MS + latestSettledMs(delayMs);
}

/** The beginnings of all minutes from one to another. */
export function minutesBetween(from: number, to: number): readonly number[] {
  const count = Math.max(0, Math.floor((to - from) / MINUTE_MS) + 1);
  return Array.from({ length: count }, (_, index) => from + index * MINUTE_MS);
}
