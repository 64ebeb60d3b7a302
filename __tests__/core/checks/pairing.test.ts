import { describe, expect, it } from '@jest/globals';

import {
  beginningOfMinute,
  firstWholeMinute,
  isEarlyInMinute,
  lastSettledMinute,
} from '../../../src/core/minute.ts';
import { pairMinutes } from '../../../src/core/checks/pairing.ts';

const MINUTE = 60_000;
const series = (...values: readonly (number | undefined)[]): ReadonlyMap<number, number> =>
  new Map(
    values.flatMap((value, index) =>
      value === undefined ? [] : [[index * MINUTE, value] as const],
    ),
  );
const paired = (
  bad: {
    readonly baseline: ReadonlyMap<number, number>;
    readonly canary: ReadonlyMap<number, number>;
  },
  total: {
    readonly baseline: ReadonlyMap<number, number>;
    readonly canary: ReadonlyMap<number, number>;
  },
  withoutBad: 'late' | 'none' = 'late',
) =>
  pairMinutes(
    {
      baseline: { total: total.baseline, bad: bad.baseline },
      canary: { total: total.canary, bad: bad.canary },
    },
    { from: 0, to: 2 * MINUTE, mixed: new Set(), withoutBad },
  );

describe('the minutes of two versions', () => {
  it('are paired one by one, and one without a datapoint had no request', () => {
    const found = paired(
      { baseline: series(1, 0, 0), canary: series(0, undefined, 2) },
      { baseline: series(90, 80, 70), canary: series(9, undefined, 7) },
    );
    expect(found).toEqual([
      { at: 0, baseline: { total: 90, bad: 1 }, canary: { total: 9, bad: 0 } },
      { at: MINUTE, baseline: { total: 80, bad: 0 }, canary: { total: 0, bad: 0 } },
      { at: 2 * MINUTE, baseline: { total: 70, bad: 0 }, canary: { total: 7, bad: 2 } },
    ]);
  });

  it('do not count when they had two weights', () => {
    const [total, bad] = [series(9, 9, 9), series(0, 0, 0)];
    const side = { total, bad };
    const found = pairMinutes(
      { baseline: side, canary: side },
      { from: 0, to: 2 * MINUTE, mixed: new Set([MINUTE]), withoutBad: 'late' },
    );
    expect(found.map(({ at }) => at)).toEqual([0, 2 * MINUTE]);
  });

  it('do not count while the errors of one side have not arrived', () => {
    const total = { baseline: series(90, 80, 70), canary: series(9, 8, 7) };
    const bad = { baseline: series(1, undefined, 0), canary: series(0, 8, undefined) };
    expect(paired(bad, total).map(({ at }) => at)).toEqual([0]);
  });

  it('count when a metric of the user’s own says nothing of bad ones', () => {
    const total = { baseline: series(90, 80, 70), canary: series(9, 8, 7) };
    const found = paired({ baseline: series(), canary: series(1) }, total, 'none');
    expect(found.map(({ canary }) => canary.bad)).toEqual([1, 0, 0]);
  });

  it('never count fractions of requests, nor less than none', () => {
    const total = { baseline: series(9.6), canary: series(-3) };
    const [first] = paired({ baseline: series(0.4), canary: series(2) }, total);
    expect(first).toEqual({ at: 0, baseline: { total: 10, bad: 0 }, canary: { total: 0, bad: 0 } });
  });
});

describe('a minute', () => {
  it('counts as whole for a weight that was written in its first five seconds', () => {
    expect(isEarlyInMinute(MINUTE + 5_000)).toBe(true);
    expect(isEarlyInMinute(MINUTE + 5_001)).toBe(false);
    expect(firstWholeMinute(MINUTE + 5_000)).toBe(MINUTE);
    expect(firstWholeMinute(MINUTE + 5_001)).toBe(2 * MINUTE);
    expect(beginningOfMinute(2 * MINUTE - 1)).toBe(MINUTE);
  });

  it('has settled when it ended so long ago', () => {
    expect(lastSettledMinute(2 * MINUTE + 90_000 - 1, 90_000)).toBe(0);
    expect(lastSettledMinute(2 * MINUTE + 90_000, 90_000)).toBe(MINUTE);
  });
});
