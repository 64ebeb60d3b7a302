import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import {
  afterMinuteAlone,
  judgeAlone,
  NOTHING_ALONE,
  type AloneCounts,
  type AloneRule,
} from '../../../src/core/statistics/alone.ts';
import type { Counts } from '../../../src/core/statistics/evidence.ts';

const judgedBy = (minutes: readonly Counts[], rule: AloneRule) =>
  judgeAlone(
    minutes.reduce<AloneCounts>(
      (so, minute) => afterMinuteAlone(so, minute, rule.lasting),
      NOTHING_ALONE,
    ),
    rule,
  );
const rule = { allowed: 0.01, alpha: 0.01, lasting: 1 };

describe('a version that is alone', () => {
  it('is judged by the mean of its bets', () => {
    const bets = [1.5, 2, 3, 5, 10, 30, 100, 1000];
    const stakes = bets.map((bet) => bet ** 12 * Math.exp(-100 * 0.01 * (bet - 1)));
    const mean = stakes.reduce((sum, each) => sum + each, 0) / bets.length;
    const { logE, reverts } = judgedBy([{ total: 100, bad: 12 }], rule);
    expect(logE).toBeCloseTo(Math.log(mean), 9);
    expect(reverts).toBe(true);
  });

  it('has no evidence against it without a request, or while it fails as is allowed', () => {
    expect(judgedBy([], rule)).toEqual({ logE: 0, reverts: false });
    const minutes = Array.from({ length: 60 }, () => ({ total: 600, bad: 6 }));
    expect(judgedBy(minutes, rule).reverts).toBe(false);
  });

  it('is not judged by fewer minutes than it takes', () => {
    const bad = { total: 100, bad: 100 };
    const good = { total: 100, bad: 0 };
    const three = { ...rule, lasting: 3 };
    expect(judgedBy([bad, good, bad], three).reverts).toBe(false);
    expect(judgedBy([bad, good, bad, bad], three).reverts).toBe(true);
  });

  it('keeps each minute’s mean at one or below for a rate that is allowed', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 40 }),
        fc.double({ min: 0.001, max: 0.9, noNaN: true }),
        (total, allowed) => {
          let mean = 0;
          let chance = (1 - allowed) ** total;
          for (let bad = 0; bad <= total; bad++) {
            mean += chance * Math.exp(judgedBy([{ total, bad }], { ...rule, allowed }).logE);
            chance *= ((total - bad) / (bad + 1)) * (allowed / (1 - allowed));
          }
          expect(mean).toBeLessThanOrEqual(1 + 1e-9);
        },
      ),
    );
  });
});
