import { describe, expect, it } from '@jest/globals';

import type { AnalysisPolicy } from '../../../src/core/checks/analysis-policy.ts';
import { sharedOut } from '../../../src/core/checks/shared-alpha.ts';
import { failuresToRevert, STANDARD_RULE } from '../../../src/core/statistics/evidence.ts';

const POLICY: AnalysisPolicy = {
  mode: 'on',
  rule: STANDARD_RULE,
  minInvocations: 50,
  maxExtension: 3,
  onInconclusive: 'promote',
  metricDelayMs: 90_000,
};

/** How many requests of a version that fails all of them it takes. */
function failuresOf(targets: number, weight: number): number {
  const { rule } = sharedOut(POLICY, { comparisons: 1, targets });
  for (let failed = 1; ; failed++) {
    const baseline = { total: Math.round((failed * (100 - weight)) / weight), bad: 0 };
    const minute = { baseline, canary: { total: failed, bad: failed } };
    if (failuresToRevert([minute], rule) === 0) return failed;
  }
}

describe('alpha, shared out over many functions', () => {
  it.each([
    [1, 10, 10],
    [500, 1, 10],
    [500, 10, 10],
    [1, 50, 10],
    [100, 50, 15],
    [500, 50, 18],
  ])(
    'of %i functions at %i %%, has one that fails every request reverted after %i of them',
    (targets, weight, failures) => {
      expect(failuresOf(targets, weight)).toBe(failures);
    },
  );
});
