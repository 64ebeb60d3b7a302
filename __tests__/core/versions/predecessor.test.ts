import { describe, expect, it } from '@jest/globals';

import {
  historiesUntil,
  olderThan,
  predecessorOf,
} from '../../../src/core/versions/predecessor.ts';

const series = (...counts: readonly (number | undefined)[]) =>
  new Map(counts.flatMap((count, at) => (count === undefined ? [] : [[at, count] as const])));

describe('the version that was live before', () => {
  it('is the one that served beside the live one', () => {
    const live = series(undefined, 1, 5, 10);
    const older = new Map([['6', series(10, 9, 5)]]);
    expect(predecessorOf(live, older)).toEqual({ version: '6', at: 2 });
  });

  it('is not a canary that was reverted in the same hour', () => {
    const older = new Map([
      ['6', series(3)],
      ['5', series(40)],
    ]);
    expect(predecessorOf(series(20), older)?.version).toBe('5');
  });

  it('is the last one that served beside it, of several that did', () => {
    const older = new Map([
      ['6', series(undefined, undefined, 1)],
      ['5', series(40, 40)],
    ]);
    expect(predecessorOf(series(1, undefined, 9), older)?.version).toBe('6');
  });

  it('is not known of requests that were not served at the same time', () => {
    const older = new Map([['6', series(10, 9)]]);
    expect(predecessorOf(series(undefined, undefined, 3), older)).toBeUndefined();
    expect(predecessorOf(series(0, 0), older)).toBeUndefined();
  });

  it('is looked for among twenty numbers, and not below 1', () => {
    expect(olderThan('3')).toEqual(['2', '1']);
    expect(olderThan('1')).toEqual([]);
    expect(olderThan('100')).toHaveLength(20);
  });

  it('is looked for in periods that CloudWatch still keeps, on whole ones', () => {
    const at = Date.UTC(2026, 10, 24, 15, 31, 7);
    for (const { from, to, periodMs } of historiesUntil(at)) {
      expect([from % periodMs, to % periodMs]).toEqual([0, 0]);
      expect(to).toBeGreaterThan(at - periodMs);
      // All of it in one call, of which CloudWatch answers with 100,800 values at most.
      expect(((to - from) / periodMs) * 21).toBeLessThan(100_800);
    }
  });
});
