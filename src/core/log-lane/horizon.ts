/** Between the oldest delay that was seen and what may still come. */
const SPARE_MS = 2_000;
/** Lines that come later than this tell nothing that the minutes would not tell as soon. */
export const LONGEST_HORIZON_MS = 60_000;

/**
 * How old a failure must be to be judged. Lines leave an environment in batches; a version whose batches come sooner would
 * look guilty of what both suffer, so the horizon must be longer than the slowest line of either.
 * @param leastMs what the user, or the usual period of the batches, says
 * @returns undefined when lines come too late to be of use
 */
export function horizonOf(leastMs: number, largestDelayMs: number): number | undefined {
  const horizon = Math.max(leastMs, largestDelayMs + SPARE_MS);
  return horizon > Math.max(leastMs, LONGEST_HORIZON_MS) ? undefined : horizon;
}
