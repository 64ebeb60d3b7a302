import { seeded } from '../../simulator/time/random.ts';
import { DETECTORS } from './all.ts';
import { drawMinute, WEIGHTS, type Cell, type Course } from './detector.ts';

/** How often a detector reverted in one cell, and what users felt until then. */
export interface Tally {
  readonly runs: number;
  readonly reverted: number;
  /** Minutes from the first weight to the revert, for each run that was reverted. */
  readonly minutes: readonly number[];
  /** Failed requests of the canary up to the revert, or to the end of the plan: their mean … */
  readonly failed: number;
  /** … and their variance. */
  readonly variance: number;
}

/** A minute's metrics are there one minute after its end. */
const LAG = 1;

/** Lets every detector watch the same rollouts. @returns one tally for each of them, in order */
export function tryAll(
  cell: Cell,
  { runs, seed }: { runs: number; seed: number },
): readonly Tally[] {
  const random = seeded(seed);
  const courses = DETECTORS.map((): (readonly [minutes: number | null, failed: number])[] => []);
  for (let run = 0; run < runs; run++) {
    const minutes = [...WEIGHTS, WEIGHTS.at(-1) ?? 0].map((weight) =>
      drawMinute(random, cell, weight),
    );
    for (const [index, { watch }] of DETECTORS.entries()) {
      courses[index]?.push(harmOf(watch({ cell, minutes, random })));
    }
  }
  return courses.map(tallyOf);
}

function harmOf({ minutes, revertAt }: Course): readonly [number | null, number] {
  const lived = revertAt === null ? minutes.length : revertAt + 1 + LAG;
  const failed = minutes.slice(0, lived).reduce((sum, { canary }) => sum + canary.bad, 0);
  return [revertAt === null ? null : lived, failed];
}

function tallyOf(courses: readonly (readonly [number | null, number])[]): Tally {
  const failed = courses.reduce((sum, [, each]) => sum + each, 0) / courses.length;
  const squares = courses.reduce((sum, [, each]) => sum + (each - failed) ** 2, 0);
  const minutes = courses.flatMap(([at]) => at ?? []);
  return {
    runs: courses.length,
    reverted: minutes.length,
    minutes,
    failed,
    variance: squares / Math.max(1, courses.length - 1),
  };
}
