import { seeded } from '../../simulator/time/random.ts';
import type { Cell } from '../detectors/detector.ts';
import { drawCourse } from './course.ts';
import { WATCHES } from './watch.ts';

/** When one of the watches reverted in a cell, and what users felt until then. */
export interface TimedTally {
  readonly runs: number;
  /** Seconds from the first weight to the revert, of the runs that were reverted; in order. */
  readonly seconds: readonly number[];
  /** Failed requests of the canary until the revert, or for an hour: their mean … */
  readonly failed: number;
  /** … and their variance. */
  readonly variance: number;
}

/** Lets every watch see the same rollouts. @returns one tally for each of them, in order */
export function timeAll(
  cell: Cell,
  { runs, seed }: { readonly runs: number; readonly seed: number },
): readonly TimedTally[] {
  const random = seeded(seed);
  const seen = WATCHES.map(() => ({ seconds: [] as number[], harms: [] as number[] }));
  for (let run = 0; run < runs; run++) {
    const course = drawCourse(random, cell);
    for (const [index, { revertAt }] of WATCHES.entries()) {
      const at = revertAt(course, random);
      if (at !== null) seen[index]?.seconds.push(at);
      seen[index]?.harms.push(course.harm(at));
    }
  }
  return seen.map(({ seconds, harms }) => {
    const failed = harms.reduce((sum, each) => sum + each, 0) / runs;
    const squares = harms.reduce((sum, each) => sum + (each - failed) ** 2, 0);
    const variance = squares / Math.max(1, runs - 1);
    return { runs, seconds: seconds.toSorted((a, b) => a - b), failed, variance };
  });
}
