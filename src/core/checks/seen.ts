import type { Verdict } from '../rollout/verdict.ts';

/** What every finding has, whatever kind of check it is of. */
export interface Seen {
  readonly kind: string;
  /** What was watched, in words that tell it from everything else of its kind. */
  readonly check: string;
  /** When it was read, by the time of day; epoch milliseconds. */
  readonly at: number;
  readonly verdict: Verdict;
}

/** Of a check that is in a state: what it did is told by its changes. */
export interface SeenState extends Seen {
  readonly state: string;
  /** What is known of the state, in words of whoever gave it; may be empty. */
  readonly detail: string;
}
