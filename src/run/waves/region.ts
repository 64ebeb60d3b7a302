import type { RolloutId } from '../../core/alias/mark.ts';
import type { Config } from '../../inputs/config.ts';
import type { Surroundings } from '../surroundings.ts';

/** A region that a rollout goes to. */
export interface Region {
  /** Its place among the waves, from 0. */
  readonly wave: number;
  /** That of a rollout in this region alone. */
  readonly config: Config;
  readonly id: RolloutId;
  readonly surroundings: Surroundings;
}

export function nameOf({ config: { region } }: Region): string {
  return region;
}
