import type { Aws } from '../aws/aws.ts';
import type { Runs } from '../github/runs.ts';
import { messageOf } from '../core/problems.ts';
import type { Keep, SavedRollout } from '../github/saved.ts';
import type { Clock, Journal, Packages, Seen, Shell } from '../ports.ts';

/** Everything outside of the process that a run of the action touches. */
export interface Surroundings {
  readonly aws: Aws;
  readonly runs: Runs;
  readonly clock: Clock;
  /** For what the user wants to be run. */
  readonly shell: Shell;
  readonly packages: Packages;
  readonly journal: Journal;
  /** For the post step of this process, should it not live to its end. */
  readonly keep: Keep;
  /** Aborted when the run is cancelled, or another region of it has failed; its reason says by what. */
  readonly cancellation: AbortSignal;
  /** Aborted when the job is cancelled: then there is no time for anything but traffic. */
  readonly jobCancellation: AbortSignal;
  readonly wave: Wave;
  /** From 0 to 1. */
  readonly random: () => number;
}

/** The regions that a rollout goes through together with this one. */
export interface Wave {
  /** How long the waves before this one take at least, where it is looked at before they begin. Milliseconds. */
  readonly beginsAfterMs: number;
  /**
   * Resolves when all regions of the wave have come as far, or have ended.
   * @param place `FOUND`, `CLEARED`, a weight in percent, or `BAKED`
   * @throws when aborted, or another region has failed
   */
  reach(place: number, signal: AbortSignal): Promise<void>;
  /** It goes on with what has traffic already: from here on it goes back at once when another region fails. */
  hasTraffic(): void;
  /** What it had begun is being put back: the others need not hear of it from its end. */
  reverting(reason: string): void;
  /**
   * It is promoted, or held for another job, and this one watches it no more.
   * @param settled the aliases as they were last seen, in the order of the targets, as far as that is known: what is to be put back
   * then need not be read first
   * @returns whether others see to what is saved of it: it is put back, too, when another region fails
   */
  passed(saved: SavedRollout, settled: readonly (Seen | undefined)[]): boolean;
}

/** What another job left is there to be gone on with, and nobody has begun to. */
export const FOUND = -1;

/** Nothing stands against the rollout, and nothing of it is written yet. */
export const CLEARED = 0;
/** Everything that this job does of the rollout has baked. */
export const BAKED = 101;

/** One region that goes by itself. */
export const ALONE: Wave = {
  beginsAfterMs: 0,
  reach: () => Promise.resolve(),
  hasTraffic: () => undefined,
  reverting: () => undefined,
  passed: () => false,
};

/** Before a revert: one that has no post step behind it is better than none. */
export function saveIfPossible(
  saved: SavedRollout,
  { keep, journal }: Pick<Surroundings, 'keep' | 'journal'>,
): void {
  try {
    keep.save(saved);
  } catch (error) {
    journal.warn(
      `Nothing can be saved for the post step, should this one be killed: ${messageOf(error)}`,
    );
  }
}

/** After the end of a rollout, of which this changes nothing any more. */
export function forget(
  { keep, journal }: Pick<Surroundings, 'keep' | 'journal'>,
  alsoIn: readonly string[] = [],
): void {
  try {
    keep.forget(alsoIn);
  } catch (error) {
    journal.warn(
      `The post step could not be told that the rollout has ended, and may put the old version back: ${messageOf(error)}`,
    );
  }
}

/** After a promotion that stays, whatever becomes of other regions. */
export function leave({ keep, journal }: Pick<Surroundings, 'keep' | 'journal'>): void {
  try {
    keep.leave();
  } catch (error) {
    journal.warn(
      `The post step could not be told that the promotion stays, and may put the old version back: ${messageOf(error)}`,
    );
  }
}

/** After a promotion, or where another job goes on: what other regions may yet take back with them stays saved. */
export function leavePassed(
  saved: SavedRollout,
  surroundings: Pick<Surroundings, 'keep' | 'journal' | 'wave'>,
  settled: readonly (Seen | undefined)[] = [],
): void {
  if (!surroundings.wave.passed(saved, settled)) forget(surroundings);
}
