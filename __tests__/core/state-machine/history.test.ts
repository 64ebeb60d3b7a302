import { describe, expect, it } from '@jest/globals';

import { longestBakeMs, planOf } from '../../../src/core/rollout/plan.ts';
import { eventsLeft, eventsOf, readingPaceOf } from '../../../src/core/state-machine/history.ts';
import { REVERT_EVENTS } from '../../../src/core/state-machine/revert.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const MOST_EVENTS = 25_000;

const watching = (bakeMs: number, targets: number) => ({
  course: {
    steps: planOf(
      [1, 10, 50].map((weight) => ({ weight, bakeMs })),
      bakeMs,
    ).steps,
    maxExtension: 3,
    settlingMs: 3 * MINUTE,
  },
  targets,
  compares: true,
});
const ASKED = { leastMs: MINUTE, holdMs: 0 };

describe('the history of an execution', () => {
  it('lets a short plan be watched as often as is asked for', () => {
    expect(readingPaceOf(watching(5 * MINUTE, 1), ASKED).pollMs).toBe(MINUTE);
  });

  it.each([
    [DAY / 4, 1],
    [DAY, 1],
    [DAY, 25],
    [7 * DAY, 3],
    [30 * DAY, 25],
  ])(
    'has room for four steps of %s ms and %s targets, all extended, and for the revert',
    (bakeMs, targets) => {
      const asked = watching(bakeMs, targets);
      const { pollMs } = readingPaceOf(asked, ASKED);
      const turns = Math.ceil(longestBakeMs(asked.course) / pollMs) + asked.course.steps.length;
      expect(eventsOf(asked, turns)).toBeLessThan(MOST_EVENTS - REVERT_EVENTS - 2_000);
      // … and is used: nothing is watched more seldom than it must be.
      expect(eventsOf(asked, turns)).toBeGreaterThan((MOST_EVENTS - REVERT_EVENTS) * 0.75);
    },
  );

  it('reckons with a reading of the metrics only where they are compared', () => {
    const alarmsOnly = { ...watching(DAY, 1), compares: false };
    expect(readingPaceOf(alarmsOnly, ASKED).pollMs).toBeLessThan(
      readingPaceOf(watching(DAY, 1), ASKED).pollMs,
    );
  });

  it('watches nothing so often that a call that hangs would delay the alarms for longer than it may last', () => {
    expect(readingPaceOf(watching(5 * MINUTE, 1), { leastMs: 1_000, holdMs: 0 }).pollMs).toBe(
      15_000,
    );
  });

  it.each([
    [5 * MINUTE, DAY],
    [DAY, DAY],
    [DAY, 30 * DAY],
    [5 * MINUTE, 365 * DAY],
  ])(
    'has room for what is held after a step of %s ms for %s ms, and watches the steps for it as often as it can',
    (bakeMs, holdMs) => {
      const asked = watching(bakeMs, 3);
      const pace = readingPaceOf(asked, { leastMs: MINUTE, holdMs });
      expect(eventsLeft(asked, pace)).toBeGreaterThanOrEqual(0);
      const { pollMs } = readingPaceOf(asked, ASKED);
      expect(pace.pollMs).toBeLessThanOrEqual(2.5 * pollMs);
      if (bakeMs < DAY) expect(pace.pollMs).toBe(pollMs);
      expect(pace.holdPollMs).toBeGreaterThanOrEqual(MINUTE);
    },
  );
});
