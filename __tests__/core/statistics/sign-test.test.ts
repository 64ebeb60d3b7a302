import { describe, expect, it } from '@jest/globals';

import { afterSign, NO_SIGNS } from '../../../src/core/statistics/sign-test.ts';

const after = (signs: readonly boolean[]) => Math.exp(signs.reduce(afterSign, NO_SIGNS).logE);

describe('the sign test', () => {
  it('has a mean of 1 when the canary is the slower one in every second minute', () => {
    const minutes = 10;
    const total = Array.from({ length: 2 ** minutes }, (_, bits) =>
      after(Array.from({ length: minutes }, (_, index) => ((bits >> index) & 1) === 1)),
    ).reduce((sum, each) => sum + each, 0);
    expect(total / 2 ** minutes).toBeCloseTo(1, 9);
  });

  it('comes to 100:1 after nine slower minutes in a row and not before', () => {
    expect(after(Array.from({ length: 8 }, () => true))).toBeLessThan(100);
    expect(after(Array.from({ length: 9 }, () => true))).toBeGreaterThan(100);
  });

  it('is 1:1 without any minute, and less when the canary is the faster one', () => {
    expect(after([])).toBe(1);
    expect(after([false, false, false])).toBeLessThan(1);
  });
});
