import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import {
  deadlineOf,
  inspectDeadline,
  type Means,
  type Remainder,
} from '../../../src/core/rollout/deadline.ts';
import {
  isPromotionNext,
  latestEnd,
  longestBakeMs,
  longestShiftMs,
  planOf,
  type Course,
} from '../../../src/core/rollout/plan.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** 14:00 UTC of some day. */
const START = Date.UTC(2026, 10, 23, 14);

const means = (changed: Partial<Means> = {}): Means => ({
  session: { type: 'renews' },
  credentialsLastMs: undefined,
  startedAt: START,
  jobLastsMs: 6 * HOUR,
  ...changed,
});
const minutesTo = (of: Means) => ((deadlineOf(of)?.at ?? NaN) - START) / MINUTE;

describe('a rollout must be over', () => {
  it('before its session ends, with the time for a revert', () => {
    const session = { type: 'ends', at: START + HOUR } as const;
    expect(minutesTo(means({ session }))).toBe(57);
    expect(deadlineOf(means({ session }))?.reason).toBe('the AWS credentials end at 15:00:00 UTC');
  });

  it('within an hour of the first sight of credentials whose end nobody tells, less what ran before', () => {
    const session = { type: 'unknown', since: START } as const;
    expect(minutesTo(means({ session }))).toBe(47);
    expect(deadlineOf(means({ session }))?.reason).toContain('must be assumed to end at 14:50:00');
    expect(minutesTo(means({ session, credentialsLastMs: 4 * HOUR }))).toBe(227);
  });

  it('before the job is, whatever lasts longer', () => {
    for (const type of ['renews', 'endless'] as const) {
      expect(minutesTo(means({ session: { type } }))).toBe(347);
    }
    expect(minutesTo(means({ jobLastsMs: 20 * MINUTE }))).toBe(12);
    expect(deadlineOf(means({ jobLastsMs: HOUR }))?.reason).toContain('job-timeout is 1 h');
  });
});

describe('before a rollout begins, its deadline', () => {
  const steps = [
    { weight: 10, bakeMs: 10 * MINUTE },
    { weight: 100, bakeMs: 10 * MINUTE },
  ];
  const inspect = (minutes: number, more: Partial<Remainder> = {}) =>
    inspectDeadline(
      { at: START + minutes * MINUTE, reason: 'the AWS credentials end at 15:00:00 UTC' },
      {
        steps,
        onTheMinute: false,
        maxExtension: 3,
        settlingMs: 0,
        takesOver: false,
        now: START,
        ...more,
      },
    );

  it('refuses what does not fit without extensions, with the ways out', () => {
    const { problems } = inspect(20);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(/^The plan takes 20 min 40 s, but the AWS credentials end at/);
    for (const way of ['role-duration-seconds', 'credentials-duration', 'role-to-assume', 'mode']) {
      expect(problems[0]).toContain(way);
    }
  });

  it('tells that extensions are cut where only they do not fit', () => {
    expect(inspect(21)).toMatchObject({ problems: [] });
    expect(inspect(21).warnings[0]).toContain('The extensions are cut');
    expect(inspect(41)).toEqual({ problems: [], warnings: [] });
  });

  it('counts the wait for what is to be known before the promotion, also of a step that another job baked', () => {
    const settling = { settlingMs: 3 * MINUTE };
    expect(inspect(23, settling).problems).toHaveLength(1);
    expect(inspect(24, settling).problems).toEqual([]);
    const promotion = { ...settling, steps: steps.slice(1) };
    expect(inspect(10.5, promotion).problems).toEqual([]);
    expect(inspect(10.5, { ...promotion, takesOver: true }).problems).toHaveLength(1);
    expect(inspect(13.5, { ...promotion, takesOver: true }).problems).toEqual([]);
  });

  it('is crossed by no step, no extension and no wait of what it lets begin', () => {
    const anyStep = fc.record({
      weight: fc.integer({ min: 1, max: 99 }),
      bakeMs: fc.integer({ min: 0, max: HOUR }),
    });
    fc.assert(
      fc.property(
        fc.array(anyStep, { minLength: 1, maxLength: 5 }),
        fc.integer({ min: 0, max: 6 * HOUR }),
        fc.boolean(),
        fc.integer({ min: 0, max: HOUR }),
        fc.integer({ min: 1, max: 5 }),
        (shared, left, compares, lastBakeMs, maxExtension) => {
          const deadline = { at: START + left, reason: 'the end' };
          const { steps } = planOf(shared, lastBakeMs);
          const bounds = {
            steps,
            onTheMinute: compares,
            settlingMs: compares ? 3 * MINUTE : 0,
            maxExtension,
          };
          const { problems, warnings } = inspectDeadline(deadline, {
            ...bounds,
            takesOver: false,
            now: START,
          });
          if (problems.length > 0) return;
          const course: Course = { ...bounds, holdAfter: undefined, deadline };
          const { settlingMs } = course;
          let at = START;
          let uncut = START;
          steps.forEach(({ weight, bakeMs }, step) => {
            at += longestShiftMs(course);
            uncut += longestShiftMs(course);
            const least =
              weight >= 100
                ? bakeMs && Math.max(bakeMs, settlingMs)
                : isPromotionNext(course, step)
                  ? bakeMs + settlingMs
                  : bakeMs;
            const most = weight >= 100 ? least : Math.max(least, bakeMs * maxExtension);
            // A step may be extended up to this moment, and the others still fit.
            const end = Math.max(at + least, Math.min(at + most, latestEnd(course, step)));
            expect(end).toBeLessThanOrEqual(deadline.at);
            at = end;
            uncut += most;
          });
          // What is not warned of fits with every extension.
          if (warnings.length === 0) expect(uncut).toBeLessThanOrEqual(deadline.at);
          expect(longestBakeMs(course)).toBe(uncut - START - steps.length * longestShiftMs(course));
        },
      ),
      // To make a failure smaller takes minutes here.
      { endOnFailure: true },
    );
  });
});
