import { PRICES } from '../proofs/carried-costs.ts';

/** What an experiment uses that AWS bills. */
export interface Uses {
  readonly invocations?: number;
  /** Metrics asked for by GetMetricData. */
  readonly metrics?: number;
  readonly alarms?: number;
  /** Of one environment with 128 MB. */
  readonly provisionedMinutes?: number;
  /** State transitions of Step Functions. */
  readonly transitions?: number;
}

const GB = 0.125;
/** Each invocation here lasts some milliseconds; this is more than any of them. */
const INVOCATION_S = 0.1;

/** In US dollars, those of us-east-1; from memory where nothing else is said, and to be looked up before they are relied on. */
const EACH = {
  invocations: 0.2 / 1_000_000 + INVOCATION_S * GB * 0.000_016_666_7,
  metrics: PRICES.metrics.each,
  // A month is billed by the hour.
  alarms: 0.1 / 30 / 24,
  provisionedMinutes: 60 * GB * 0.000_004_166_7,
  transitions: PRICES.transitions.each,
} as const;

/** About what the experiments cost together, in US dollars, without any free tier. */
export function priceOf(all: readonly { readonly uses: Uses }[]): number {
  return all
    .flatMap(({ uses }) => Object.entries(uses) as [keyof Uses, number][])
    .reduce((sum, [what, count]) => sum + EACH[what] * count, 0);
}
