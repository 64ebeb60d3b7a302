import type { Experiment } from '../experiment.ts';
import { ALIAS_WRITES } from './alias-writes.ts';

/** In the order in which they are begun: what takes long comes first. */
export const EXPERIMENTS: readonly Experiment[] = [...ALIAS_WRITES].toSorted(
  (one, other) => other.minutes - one.minutes,
);
