import { describe, expect, it } from '@jest/globals';

import { entered, NOTHING_COUNTED } from '../../../src/core/checks/counted.ts';
import {
  longestPause,
  recentRequests,
  requestsBefore,
  silence,
} from '../../../src/core/checks/silence.ts';
import { STANDARD_RULE } from '../../../src/core/statistics/evidence.ts';
import { scope } from '../../fixtures/readers.ts';

const MINUTE = 60_000;
const AT = Date.UTC(2026, 10, 23, 14, 0, 20);
const { from, to } = requestsBefore(AT);
const minutes = (...totals: readonly number[]) =>
  entered(
    NOTHING_COUNTED,
    totals.map((total, index) => ({
      at: index * MINUTE,
      baseline: { total, bad: 0 },
      canary: { total: 0, bad: 0 },
    })),
    { rule: STANDARD_RULE, at: scope.at, bake: scope.bake, weights: [] },
  );

describe('the pauses of an alias', () => {
  it('are looked for in the three hours before, up to the minutes that may not be told yet', () => {
    expect(to - from).toBe(179 * MINUTE);
    expect(AT - to).toBe(4 * MINUTE + 20_000);
  });

  it('are none when it was called in every minute, and not known when it never was', () => {
    const always = new Map(
      Array.from({ length: 180 }, (_, index) => [from + index * MINUTE, 5] as const),
    );
    expect(longestPause(always, AT)).toBe(0);
    expect(longestPause(new Map([[from, 0]]), AT)).toBeUndefined();
    const gone = new Map([...always].filter(([at]) => at < from + 60 * MINUTE || at > to - MINUTE));
    expect(longestPause(gone, AT)).toBe(119 * MINUTE);
  });
});

describe('the rate of an alias before a rollout', () => {
  it('is that of its last five minutes, in which no datapoint is no request', () => {
    const rising = new Map([...Array(10).keys()].map((ago) => [to - ago * MINUTE, 100 - ago]));
    expect(recentRequests(rising, AT)).toBe(98);
    expect(recentRequests(new Map([[to, 100]]), AT)).toBe(20);
    expect(recentRequests(new Map(), AT)).toBe(0);
  });
});

describe('an alias that nobody is counted to call', () => {
  it('is blindness after twice its longest pause', () => {
    expect(silence('a:live', minutes(5, 0, 0), MINUTE)).toBeUndefined();
    expect(silence('a:live', minutes(5, 0, 0, 0), MINUTE)).toContain('was counted for 3 min');
    expect(silence('a:live', minutes(0), 0)).toContain('was called in every minute of the three');
  });

  it('is none when it never was called, or no minute has settled', () => {
    expect(silence('a:live', minutes(0, 0, 0), undefined)).toBeUndefined();
    expect(silence('a:live', NOTHING_COUNTED, 0)).toBeUndefined();
  });
});
