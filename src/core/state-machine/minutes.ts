import { EARLY_MS, MINUTE_MS } from '../minute.ts';

/** `core/minute.ts` in JSONata; the delay of the metrics is in `$policy.delayMs`. */
export const MINUTES = [
  `
  $minuteOf := function($at) { $at - $at % ${MINUTE_MS} };
  $isEarly := function($at) { $at % ${MINUTE_MS} <= ${EARLY_MS} };
  $firstWhole := function($at) { $minuteOf($at) + ($isEarly($at) ? 0 : ${MINUTE_MS}) };
  $lastBefore := function($at) { $firstWhole($at) - ($isEarly($at) ? ${MINUTE_MS} : ${2 * MINUTE_MS}) };
  $lastSettled := function($at) { $minuteOf($at - $policy.delayMs) - ${MINUTE_MS} };`,
];
