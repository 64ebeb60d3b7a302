import { describe, expect, it } from '@jest/globals';

import { drawCourse, MINUTE_S, NOTICED_S, PROMOTED_S } from '../../proofs/lanes/course.ts';
import { timeAll } from '../../proofs/lanes/trials.ts';
import { WATCHES } from '../../proofs/lanes/watch.ts';
import { seeded } from '../../simulator/time/random.ts';

const RUNS = 40;

const timesOf = (key: (typeof WATCHES)[number]['key'], cell: Parameters<typeof timeAll>[0]) => {
  const tally = timeAll(cell, { runs: RUNS, seed: 3 })[
    WATCHES.findIndex((each) => each.key === key)
  ];
  if (tally === undefined) throw new Error(`Nobody is called ${key}`);
  return tally;
};

describe('a course, second by second', () => {
  it.each([2, 400])('has in its minutes what fails in its seconds, at %d requests/s', (rate) => {
    const cell = { requestsPerSecond: rate, baseline: 0.1, canary: 0.5 };
    const course = drawCourse(seeded(1), cell);
    for (let index = 0; index < PROMOTED_S / MINUTE_S; index++) {
      const seconds = Array.from({ length: MINUTE_S }, (_, second) =>
        course.failed(index * MINUTE_S + second),
      );
      const { baseline, canary } = course.minute(index);
      expect(seconds.reduce((sum, each) => sum + each.canary, 0)).toBe(canary.bad);
      expect(seconds.reduce((sum, each) => sum + each.baseline, 0)).toBe(baseline.bad);
    }
  });

  it('harms up to the revert, and without one until somebody notices', () => {
    const cell = { requestsPerSecond: 100, baseline: 0, canary: 1 };
    const course = drawCourse(seeded(1), cell);
    const [first, second] = [course.failed(0).canary, course.failed(1).canary];
    expect(course.harm(1.5)).toBe(first + second / 2);
    expect(course.harm(null) - course.harm(PROMOTED_S)).toBe(100 * (NOTICED_S - PROMOTED_S));
  });
});

describe('those that watch a course', () => {
  const TOTAL = { requestsPerSecond: 100, baseline: 0.01, canary: 1 };

  it('by logs revert a total failure as soon as failures are old enough, and not before', () => {
    const { seconds } = timesOf('logs', TOTAL);
    expect(seconds).toHaveLength(RUNS);
    expect(Math.min(...seconds)).toBeGreaterThan(13);
    expect(Math.max(...seconds)).toBeLessThan(12 + 5 + 1 + 2);
  });

  it('by minutes alone wait for the metrics of the first minute', () => {
    const { seconds } = timesOf('minutes', TOTAL);
    expect(Math.min(...seconds)).toBeGreaterThanOrEqual(60 + 90 + 1);
    expect(Math.max(...seconds)).toBeLessThanOrEqual(60 + 90 + 15 + 1);
  });

  it('by logs or by minutes revert no good version that an alarm would', () => {
    const good = { requestsPerSecond: 10, baseline: 0.01, canary: 0.01 };
    expect(timesOf('logs', good).seconds).toEqual([]);
    expect(timesOf('errors', good).seconds).toHaveLength(RUNS);
    expect(timesOf('oracle', good).seconds).toEqual([]);
  });
});
