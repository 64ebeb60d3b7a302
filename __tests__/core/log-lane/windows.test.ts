import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { windowsOf } from '../../../src/core/log-lane/windows.ts';

const canary = (at: number) => ({ at, side: 'canary' as const });
const baseline = (at: number) => ({ at, side: 'baseline' as const });
const weights = [
  { since: 100_000, weight: 0.1 },
  { since: 125_000, weight: 0.5 },
];
const ALL = { weights, until: Infinity, requestsPerSecond: undefined };

describe('windows of failures', () => {
  it('are ten seconds long from the beginning of a weight, and never over a change of it', () => {
    const failures = [100_000, 109_999, 110_000, 124_999, 125_000, 134_999].map(canary);
    expect(windowsOf(failures, ALL).map((each) => [each.weight, each.canary])).toEqual([
      [0.1, 2],
      [0.1, 1],
      [0.1, 1],
      [0.5, 2],
    ]);
  });

  it('tell the versions apart, in any order of the failures', () => {
    const failures = [baseline(131_000), canary(101_000), baseline(100_500)];
    expect(windowsOf(failures, ALL)).toEqual([
      { weight: 0.1, baseline: 1, canary: 1, requests: undefined, end: 110_000 },
      { weight: 0.5, baseline: 1, canary: 0, requests: undefined, end: 135_000 },
    ]);
  });

  it('leave out what failed before the first weight or is too new', () => {
    const failures = [canary(99_999), canary(110_000), canary(110_001)];
    expect(windowsOf(failures, { ...ALL, until: 110_000 })).toMatchObject([{ canary: 1 }]);
  });

  it('carry the requests that the canary should have had since the window before', () => {
    const failures = [canary(101_000), canary(131_000)];
    const [first, second] = windowsOf(failures, { ...ALL, requestsPerSecond: 100 });
    expect(first?.requests).toBeCloseTo(100 * 0.1 * 10, 9);
    expect(second?.requests).toBeCloseTo(100 * (0.1 * 15 + 0.5 * 10), 9);
    const cut = windowsOf(failures, { ...ALL, until: 131_000, requestsPerSecond: 100 });
    expect(cut[1]?.requests).toBeCloseTo(100 * (0.1 * 15 + 0.5 * 6), 9);
  });

  it('hold every failure that counts, once', () => {
    const side = fc.constantFrom('canary' as const, 'baseline' as const);
    const failures = fc.array(fc.record({ at: fc.integer({ min: 90_000, max: 200_000 }), side }));
    fc.assert(
      fc.property(failures, fc.integer({ min: 100_000, max: 200_000 }), (given, until) => {
        const windows = windowsOf(given, { ...ALL, until });
        const counted = given.filter(({ at }) => at >= 100_000 && at <= until);
        const held = windows.reduce((sum, each) => sum + each.baseline + each.canary, 0);
        expect(held).toBe(counted.length);
      }),
    );
  });
});
