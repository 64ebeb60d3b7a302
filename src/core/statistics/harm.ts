import type { Counts } from './evidence.ts';

export interface Harm {
  /** Requests that failed at the canary and would not have failed at the baseline, by its rate. */
  readonly done: number;
  /** How many more would have, had all requests of that time gone to the canary. */
  readonly avoided: number;
}

/**
 * What a canary cost, and what the small weight saved: with the failure rates p_c and p_b and the requests n_c and
 * n_b, done = n_c (p_c − p_b) and avoided = n_b (p_c − p_b). Nothing when the canary failed no more often.
 */
export function harmOf(baseline: Counts, canary: Counts): Harm {
  if (baseline.total === 0 || canary.total === 0) return { done: 0, avoided: 0 };
  const excess = Math.max(0, canary.bad / canary.total - baseline.bad / baseline.total);
  return { done: canary.total * excess, avoided: baseline.total * excess };
}
