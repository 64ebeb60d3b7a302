import { readFileSync } from 'node:fs';

import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { judge } from '../../../src/core/statistics/evidence.ts';
import {
  judgeFailures,
  moreFailuresToRevert,
  STANDARD_FAILURE_RULE,
  type FailureRule,
  type FailureWindow,
} from '../../../src/core/statistics/failure-evidence.ts';

type RawWindow = Omit<FailureWindow, 'requests'> & { readonly requests?: number };

interface Vectors {
  readonly vectors: readonly {
    readonly name: string;
    readonly options: Partial<FailureRule>;
    readonly windows: readonly RawWindow[];
    readonly expected: {
      readonly logE: readonly number[];
      readonly revertAt: number | null;
      readonly pValue: number;
      readonly failuresToRevert: number | null;
    };
  }[];
  readonly expectations: {
    readonly cases: readonly {
      readonly failures: number;
      readonly weight: number;
      readonly share: number;
      readonly options: Partial<FailureRule>;
      readonly nullTrue: boolean;
      readonly expectedE: number;
    }[];
  };
}

const file = new URL('./failure-vectors.json', import.meta.url);
const { vectors, expectations } = JSON.parse(readFileSync(file, 'utf8')) as Vectors;

const windowOf = (raw: RawWindow): FailureWindow => ({ ...raw, requests: raw.requests });
const ruleOf = (options: Partial<FailureRule>): FailureRule => ({
  ...STANDARD_FAILURE_RULE,
  ...options,
});

/** Equal but for a billionth. */
function expectClose(received: number, expected: number): void {
  expect(Math.abs(received - expected)).toBeLessThanOrEqual(1e-9 * Math.max(1, Math.abs(expected)));
}

function binomial(n: number, k: number, p: number): number {
  let ways = 1;
  for (let index = 0; index < k; index++) ways *= (n - index) / (index + 1);
  return ways * p ** k * (1 - p) ** (n - k);
}

/** The mean of the evidence when each of `failures` falls on the canary with the probability `share`. */
function meanEvidence(
  { failures, weight, share }: { failures: number; weight: number; share: number },
  rule: FailureRule,
): number {
  let mean = 0;
  for (let canary = 0; canary <= failures; canary++) {
    const window = { weight, baseline: failures - canary, canary, requests: undefined };
    const { logE } = judgeFailures([window], rule);
    mean += binomial(failures, canary, share) * Math.exp(logE[0] ?? 0);
  }
  return mean;
}

const window: fc.Arbitrary<FailureWindow> = fc.record({
  weight: fc.constantFrom(0.01, 0.1, 0.25, 0.5, 0.9),
  baseline: fc.nat({ max: 60 }),
  canary: fc.nat({ max: 60 }),
  requests: fc.option(fc.nat({ max: 5_000 }), { nil: undefined }),
});
const windows = fc.array(window, { maxLength: 12 });
const anyRule: fc.Arbitrary<FailureRule> = fc.record({
  alpha: fc.constantFrom(0.01, 0.002, 0.0005),
  ratio: fc.constantFrom(1, 1.25, 2),
  routing: fc.constantFrom(1, 1.5, 3),
  floor: fc.constantFrom(0, 0.001, 0.1),
  confirm: fc.constantFrom(0, 1, 3, 10),
  burst: fc.constantFrom(1, 3),
});

describe('the evidence of failures alone', () => {
  it.each(vectors)('is what an independent implementation finds: $name', (vector) => {
    const given = vector.windows.map(windowOf);
    const rule = ruleOf(vector.options);
    const { logE, revertAt, pValue } = judgeFailures(given, rule);
    expect(logE).toHaveLength(vector.expected.logE.length);
    for (const [index, value] of vector.expected.logE.entries()) {
      expectClose(logE[index] ?? NaN, value);
    }
    expect(revertAt).toBe(vector.expected.revertAt);
    expectClose(pValue, vector.expected.pValue);
    expect(moreFailuresToRevert(given, rule)).toBe(vector.expected.failuresToRevert);
  });

  it.each(expectations.cases)(
    'has the mean $expectedE for $failures failures of which the canary has $share at $weight',
    ({ options, nullTrue, expectedE, ...failing }) => {
      const mean = meanEvidence(failing, ruleOf(options));
      expectClose(mean, expectedE);
      expect(mean <= 1 + 1e-12).toBe(nullTrue);
    },
  );

  it('has a mean of at most 1 for every share of the failures up to what is tolerated', () => {
    const failing = fc.record({
      failures: fc.nat({ max: 12 }),
      weight: fc.double({ min: 0.01, max: 0.99, noNaN: true }),
      part: fc.double({ min: 0, max: 1, noNaN: true }),
    });
    fc.assert(
      fc.property(failing, anyRule, ({ failures, weight, part }, rule) => {
        const odds = rule.routing * rule.ratio * weight;
        const share = (odds / (odds + 1 - weight)) * part;
        expect(meanEvidence({ failures, weight, share }, rule)).toBeLessThanOrEqual(1 + 1e-9);
      }),
      { numRuns: 300 },
    );
  });

  it('does not depend on the order of the windows', () => {
    fc.assert(
      fc.property(windows, anyRule, (given, rule) => {
        const forward = judgeFailures(given, rule).logE.at(-1) ?? 0;
        expectClose(judgeFailures(given.toReversed(), rule).logE.at(-1) ?? 0, forward);
      }),
    );
  });

  it('grows with each failure of the canary and falls with each of the baseline', () => {
    fc.assert(
      fc.property(windows, window, anyRule, (given, last, rule) => {
        const evidence = (more: Partial<FailureWindow>) =>
          judgeFailures([...given, { ...last, ...more }], rule).logE.at(-1) ?? NaN;
        expect(evidence({ canary: last.canary + 1 })).toBeGreaterThan(evidence({}));
        expect(evidence({ baseline: last.baseline + 1 })).toBeLessThan(evidence({}));
      }),
    );
  });

  it('is that of the comparison by counts where the counts stand as the weights do', () => {
    fc.assert(
      fc.property(windows, fc.constantFrom(1, 2), (given, ratio) => {
        const rule = ruleOf({ routing: 1, ratio, floor: 0 });
        const minutes = given.map(({ weight, baseline, canary }) => ({
          baseline: { total: 1e6 * (1 - weight), bad: baseline },
          canary: { total: 1e6 * weight, bad: canary },
        }));
        const counted = judge(minutes, { ...rule, margin: 0 });
        const alone = judgeFailures(given, rule);
        expect(alone.revertAt).toBe(counted.revertAt);
        for (const [index, logE] of counted.logE.entries())
          expectClose(alone.logE[index] ?? NaN, logE);
      }),
    );
  });

  it('once over the line stays over it, and no guard makes a revert of what is below it', () => {
    fc.assert(
      fc.property(windows, window, anyRule, (given, more, rule) => {
        const { revertAt, pValue } = judgeFailures(given, rule);
        const later = judgeFailures([...given, more], rule);
        if (revertAt === null) expect(later.revertAt ?? given.length).toBe(given.length);
        else expect(later.revertAt).toBe(revertAt);
        if (revertAt !== null) expect(pValue).toBeLessThanOrEqual(rule.alpha * (1 + 1e-9));
      }),
    );
  });

  it('needs as many more failures as it says, and not one less', () => {
    fc.assert(
      fc.property(windows, window, anyRule, (before, last, rule) => {
        const given = [...before, last];
        const more = moreFailuresToRevert(given, rule);
        if (more === null) return;
        const reverts = (count: number) =>
          judgeFailures([...before, { ...last, canary: last.canary + count }], rule).revertAt !==
          null;
        expect(reverts(more)).toBe(true);
        if (more > 0) expect(reverts(more - 1)).toBe(false);
      }),
      { numRuns: 50 },
    );
  });
});
