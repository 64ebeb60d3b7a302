import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { planOf } from '../../../src/core/rollout/plan.ts';
import { eventsLeft, eventsOf, readingPaceOf } from '../../../src/core/state-machine/history.ts';
import { inspectLimits, type Carried } from '../../../src/core/state-machine/limits.ts';
import { metricPlan } from '../../../src/core/state-machine/metric-plan.ts';
import { mostMinutesOf } from '../../../src/core/state-machine/payload.ts';
import { REVERT_EVENTS } from '../../../src/core/state-machine/revert.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const ASKED = { leastMs: MINUTE, holdMs: 0 };

const { metrics: ERRORS } = metricPlan({
  compares: true,
  compared: [],
  judgesAlone: false,
  thresholds: [],
});

const courseOf = (steps: number, bakeMs: number, maxExtension = 3) => ({
  steps: planOf(
    Array.from({ length: steps }, (_, index) => ({ weight: index + 1, bakeMs })),
    bakeMs,
  ).steps,
  maxExtension,
  settlingMs: 3 * MINUTE,
});

/** An ordinary rollout, and what is given of it otherwise. */
function carried(given: Partial<Carried> = {}): Carried {
  const course = given.course ?? courseOf(3, 5 * MINUTE);
  const targets = given.targets ?? 1;
  const { pollMs } = readingPaceOf({ course, targets, compares: true }, ASKED);
  return {
    course,
    targets,
    alarms: 2,
    series: 4 * targets,
    mostMinutes: mostMinutesOf({ metrics: ERRORS }, targets),
    metricDelayMs: 90_000,
    askedPollMs: MINUTE,
    pollMs,
    holdMs: 0,
    holdPollMs: pollMs,
    input: '{"mark":"m"}',
    ...given,
  };
}

const problems = (given: Partial<Carried>) => inspectLimits(carried(given)).problems;

describe('the limits of an execution', () => {
  it('stand against nothing that is usual', () => {
    expect(inspectLimits(carried())).toEqual({ problems: [], warnings: [] });
  });

  it('are told all at once, each with a way out', () => {
    const told = problems({
      targets: 26,
      alarms: 26,
      course: courseOf(70, 100 * DAY),
      series: 5_000,
      mostMinutes: 1,
      input: 'x'.repeat(150_000),
    });
    expect(told).toHaveLength(6);
    for (const problem of told) expect(problem).toMatch(/: [a-z].*\.$/);
  });

  it.each([
    ['targets', { targets: 25 }, { targets: 26 }, /26 functions are more than the 25/],
    ['alarms', { alarms: 25 }, { alarms: 26 }, /26 alarms are more than the 25/],
    [
      'the time it takes',
      { course: courseOf(1, 91 * DAY), series: 4 },
      { course: courseOf(1, 92 * DAY), series: 4 },
      /may last 368 d.*ends an execution after a year/,
    ],
    [
      'the time it takes with people',
      { holdMs: 363 * DAY, holdPollMs: DAY, series: 0 },
      { holdMs: 364 * DAY, holdPollMs: DAY, series: 0 },
      /ends an execution after a year/,
    ],
    ['what is read', { mostMinutes: 19 }, { mostMinutes: 18 }, /19 minutes.* takes 18 minutes/],
    [
      'the input',
      { input: `"${'x'.repeat(149_996)}` },
      { input: `"${'x'.repeat(149_997)}` },
      /150,001 bytes/,
    ],
  ] as const)('bound %s', (_, fits, exceeds, text) => {
    expect(problems(fits)).toEqual([]);
    expect(problems(exceeds)).toEqual([expect.stringMatching(text)]);
  });

  it('bound what is read while people decide, which may be more seldom', () => {
    const held = { holdMs: 10 * DAY, holdPollMs: 2 * DAY };
    expect(problems(held)).toEqual([
      expect.stringMatching(/may be of 2,898 minutes, and of 4 metrics .* takes 1,653 minutes/),
    ]);
    expect(problems({ ...held, holdMs: 0 })).toEqual([]);
  });

  it('count the input as it stands in an event: in JSON in JSON, and in bytes', () => {
    expect(problems({ input: '"'.repeat(75_000) })).toHaveLength(1);
    expect(problems({ input: 'é'.repeat(75_000) })).toHaveLength(1);
    expect(problems({ input: 'x'.repeat(75_000) })).toEqual([]);
  });

  it('refuse steps and functions whose moves alone leave no room', () => {
    expect(problems({ course: courseOf(50, MINUTE), targets: 25 })).toEqual([
      expect.stringMatching(/25,000 events.*51 steps of 25 functions/),
    ]);
  });

  it('refuse a hold that is watched too often for its length', () => {
    const held = { holdMs: 7 * DAY, holdPollMs: MINUTE };
    expect(problems(held)).toEqual([expect.stringMatching(/shorten max-extension or hold-for/)]);
    expect(problems({ ...held, holdPollMs: 15 * MINUTE })).toEqual([]);
  });

  it('warn of a plan that is read less often than asked, and of steps that are over before', () => {
    expect(inspectLimits(carried({ course: courseOf(2, 10 * DAY) })).warnings).toEqual([
      expect.stringMatching(/^The checks are read every 2 h .*, not every 1 min: .*is long\.$/),
    ]);
    const mixed = {
      ...courseOf(1, 30 * DAY),
      steps: [{ weight: 1, bakeMs: 5 * MINUTE }, ...courseOf(1, 30 * DAY).steps],
    };
    expect(inspectLimits(carried({ course: mixed })).warnings).toEqual([
      expect.stringMatching(/1 step of it bake for less, and are read at their end\.$/),
    ]);
  });

  it('blame no history for what a state machine reads no more often', () => {
    expect(inspectLimits(carried({ askedPollMs: 10_000, pollMs: 15_000 })).warnings).toEqual([
      'The checks are read every 15 s, not every 10 s: a state machine reads them no more often.',
    ]);
  });

  it('hold for whatever is let through: events, payload, input and length', () => {
    const plans = fc.record({
      steps: fc.integer({ min: 1, max: 30 }),
      bakeMs: fc.oneof(
        fc.integer({ min: MINUTE, max: DAY / 4 }),
        fc.integer({ min: MINUTE, max: 200 * DAY }),
      ),
      maxExtension: fc.integer({ min: 1, max: 5 }),
      targets: fc.integer({ min: 1, max: 30 }),
      alarms: fc.integer({ min: 0, max: 30 }),
      holdMs: fc.integer({ min: 0, max: 30 * DAY }),
      text: fc.string({ maxLength: 200 }),
      times: fc.integer({ min: 1, max: 1_000 }),
    });
    let passed = 0;
    fc.assert(
      fc.property(plans, ({ steps, bakeMs, maxExtension, text, times, ...given }) => {
        const course = courseOf(steps, bakeMs, maxExtension);
        const input = JSON.stringify({ text: text.repeat(times) });
        const holdPollMs = Math.max(MINUTE, given.holdMs / 300);
        const one = carried({ ...given, course, holdPollMs, input });
        if (inspectLimits(one).problems.length > 0) return;
        passed += 1;
        const watching = { course, targets: one.targets, compares: true };
        const bakes = course.steps.reduce((sum, step) => sum + step.bakeMs, 0);
        const turns = Math.ceil(bakes / one.pollMs) + course.steps.length;
        expect(one.pollMs).toBeGreaterThanOrEqual(MINUTE);
        expect(eventsOf(watching, turns) + REVERT_EVENTS).toBeLessThan(25_000);
        expect(bakes + one.holdMs).toBeLessThan(365 * DAY);
        expect(Buffer.byteLength(JSON.stringify(input))).toBeLessThanOrEqual(150_000);
        const points = Array.from({ length: Math.ceil(one.pollMs / MINUTE) + 20 }, () => [
          '2026-11-28T14:00:00.000Z',
          123_456,
        ]);
        const series = { Id: 'requests24', Label: 'Invocations', StatusCode: 'Complete', points };
        const reply = Array.from({ length: 4 * one.targets }, () => series);
        expect(JSON.stringify(reply).length).toBeLessThan(256 * 1024);
      }),
      { numRuns: 2_000 },
    );
    expect(passed).toBeGreaterThan(100);
  });
});

describe('what is left of a history', () => {
  it('is not negative where the pace was reckoned for the plan', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: MINUTE, max: 30 * DAY }),
        fc.integer({ min: 1, max: 25 }),
        fc.boolean(),
        (steps, bakeMs, targets, compares) => {
          const watching = { course: courseOf(steps, bakeMs), targets, compares };
          expect(eventsLeft(watching, readingPaceOf(watching, ASKED))).toBeGreaterThanOrEqual(0);
        },
      ),
    );
  });
});
