import { describe, expect, it } from '@jest/globals';

import { inspectTimeouts, inspectWatching, paceOfMany } from '../../../src/core/preflight/plan.ts';
import { planOf } from '../../../src/core/rollout/plan.ts';

const MINUTE = 60_000;
const plan = planOf([{ weight: 10, bakeMs: 5 * MINUTE }], 5 * MINUTE);

describe('a function that may take longer than a step bakes', () => {
  const warned = (timeoutMs: number | undefined, of = plan) =>
    inspectTimeouts([{ name: 'checkout:live', timeoutMs }], of, 90_000).warnings;

  it('is warned of, with the two times', () => {
    expect(warned(15 * MINUTE)).toEqual([
      expect.stringMatching(/^checkout:live may take 15 min .* a step bakes \(6 min 30 s/),
    ]);
  });

  it('is not when it takes as long at most, when that is not known, and without steps', () => {
    expect(warned(6.5 * MINUTE)).toEqual([]);
    expect(warned(undefined)).toEqual([]);
    expect(warned(15 * MINUTE, planOf([], MINUTE))).toEqual([]);
  });
});

describe('what watches after the promotion', () => {
  const watching = {
    alarms: 0,
    metricChecks: 0,
    commands: 0,
    analysis: 'on',
    afterPromotion: 'revert',
    bakeMs: 5 * MINUTE,
    metricDelayMs: 90_000,
  } as const;

  it('is no matter where it can revert, where something else watches, or nothing is to be watched', () => {
    for (const more of [{}, { alarms: 1 }, { metricChecks: 1 }, { bakeMs: 0 }]) {
      const afterPromotion = 'alarms' in more ? 'observe' : 'revert';
      expect(inspectWatching({ ...watching, afterPromotion, ...more }).warnings).toEqual([]);
    }
  });

  it.each([
    [{ afterPromotion: 'off' as const }, 'After the promotion nothing is watched'],
    [{ afterPromotion: 'observe' as const }, 'After the promotion nothing reverts'],
    [{ bakeMs: 2 * MINUTE }, 'takes 4 min 30 s'],
  ])('is told where nothing can revert: %j', (more, text) => {
    expect(inspectWatching({ ...watching, ...more }).warnings).toEqual([
      expect.stringContaining(text),
    ]);
  });
});

describe('of how long many functions take', () => {
  it('the plan says what the quota makes of each weight and of a revert', () => {
    expect(paceOfMany(500)).toBe(
      '500 functions share the 15 calls a second that Lambda takes from an account: each weight takes 36 s to write to all of them, and a revert as long.',
    );
  });

  it('nothing is said for few', () => {
    expect(paceOfMany(69)).toBeUndefined();
    expect(paceOfMany(70)).toContain('70 functions');
  });
});
