import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { tooFewEvidence } from '../../../src/core/statistics/share.ts';

describe('the share that a version is counted', () => {
  it('is no evidence before anything was counted, nor where one version has all', () => {
    expect(tooFewEvidence([])).toBe(0);
    expect(tooFewEvidence([{ weight: 0.1, baseline: 0, canary: 0 }])).toBeCloseTo(0, 12);
    expect(tooFewEvidence([{ weight: 1, baseline: 500, canary: 0 }])).toBe(0);
  });

  it('speaks against a version of which too much is missing, the more the longer', () => {
    const window = { weight: 0.1, baseline: 900, canary: 40 };
    expect(tooFewEvidence([window])).toBeGreaterThan(5);
    expect(tooFewEvidence([window, window])).toBeGreaterThan(tooFewEvidence([window]));
    for (const canary of [85, 100, 300]) {
      expect(tooFewEvidence([{ weight: 0.1, baseline: 900, canary }])).toBeLessThan(0);
    }
  });

  it('has a mean of at most one for every share within the tolerance', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 40 }),
        fc.double({ min: 0.01, max: 0.99, noNaN: true }),
        fc.double({ min: 0.8, max: 3, noNaN: true }),
        (requests, weight, part) => {
          const odds = (part * weight) / (1 - weight);
          let chance = (1 / (1 + odds)) ** requests;
          let mean = 0;
          for (let canary = 0; canary <= requests; canary++) {
            const window = { weight, baseline: requests - canary, canary };
            mean += chance * Math.exp(tooFewEvidence([window]));
            chance *= ((requests - canary) / (canary + 1)) * odds;
          }
          expect(mean).toBeLessThanOrEqual(1 + 1e-9);
        },
      ),
    );
  });
});
