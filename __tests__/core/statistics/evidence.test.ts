import { readFileSync } from 'node:fs';

import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import {
  failuresToRevert,
  judge,
  STANDARD_RULE,
  type Minute,
  type Rule,
} from '../../../src/core/statistics/evidence.ts';

interface RawMinute {
  readonly nb: number;
  readonly eb: number;
  readonly nc: number;
  readonly ec: number;
}

interface Vectors {
  readonly vectors: readonly {
    readonly name: string;
    readonly options: Partial<Rule>;
    readonly minutes: readonly RawMinute[];
    readonly expected: {
      readonly logE: readonly number[];
      readonly revertAt: number | null;
      readonly pValue: number;
      readonly errorsToRevert: number | null;
    };
  }[];
  readonly expectations: readonly {
    readonly nb: number;
    readonly nc: number;
    readonly pb: number;
    readonly pc: number;
    readonly options: Partial<Rule>;
    readonly nullTrue: boolean;
    readonly expectedE: number;
  }[];
}

const file = new URL('./evidence-vectors.json', import.meta.url);
const { vectors, expectations } = JSON.parse(readFileSync(file, 'utf8')) as Vectors;

const minuteOf = ({ nb, eb, nc, ec }: RawMinute): Minute => ({
  baseline: { total: nb, bad: eb },
  canary: { total: nc, bad: ec },
});
const ruleOf = (options: Partial<Rule>): Rule => ({ ...STANDARD_RULE, ...options });

/** Equal but for a billionth. */
function expectClose(received: number, expected: number): void {
  expect(Math.abs(received - expected)).toBeLessThanOrEqual(1e-9 * Math.max(1, Math.abs(expected)));
}

function binomial(n: number, k: number, p: number): number {
  let ways = 1;
  for (let index = 0; index < k; index++) ways *= (n - index) / (index + 1);
  return ways * p ** k * (1 - p) ** (n - k);
}

/** The mean of the evidence of one minute over everything that may happen in it. */
function meanEvidence(
  { nb, nc, pb, pc }: { nb: number; nc: number; pb: number; pc: number },
  rule: Rule,
): number {
  let mean = 0;
  for (let eb = 0; eb <= nb; eb++) {
    for (let ec = 0; ec <= nc; ec++) {
      const { logE } = judge([minuteOf({ nb, eb, nc, ec })], rule);
      mean += binomial(nb, eb, pb) * binomial(nc, ec, pc) * Math.exp(logE[0] ?? 0);
    }
  }
  return mean;
}

const counts = (most: number) =>
  fc
    .nat({ max: most })
    .chain((total) => fc.record({ total: fc.constant(total), bad: fc.nat({ max: total }) }));
const minute = (most = 200): fc.Arbitrary<Minute> =>
  fc.record({ baseline: counts(most), canary: counts(most) });
const minutes = (most = 200) => fc.array(minute(most), { maxLength: 12 });
const anyRule: fc.Arbitrary<Rule> = fc.record({
  alpha: fc.constantFrom(0.01, 0.05, 0.001),
  ratio: fc.constantFrom(1, 1.25, 2),
  margin: fc.constantFrom(0, 0.001, 0.02),
  floor: fc.constantFrom(0, 0.001, 0.1),
  confirm: fc.constantFrom(0, 1, 3, 10),
  burst: fc.constantFrom(1, 3),
});

describe('the evidence against a canary', () => {
  it.each(vectors)('is what an independent implementation finds: $name', (vector) => {
    const given = vector.minutes.map(minuteOf);
    const rule = ruleOf(vector.options);
    const { logE, revertAt, pValue } = judge(given, rule);
    expect(logE).toHaveLength(vector.expected.logE.length);
    for (const [index, value] of vector.expected.logE.entries()) {
      expectClose(logE[index] ?? NaN, value);
    }
    expect(revertAt).toBe(vector.expected.revertAt);
    expectClose(pValue, vector.expected.pValue);
    expect(failuresToRevert(given, rule)).toBe(vector.expected.errorsToRevert);
  });

  it.each(expectations)(
    'has the mean $expectedE for $nb and $nc requests that fail with $pb and $pc',
    ({ options, nullTrue, expectedE, ...odds }) => {
      const mean = meanEvidence(odds, ruleOf(options));
      expectClose(mean, expectedE);
      expect(mean <= 1).toBe(nullTrue);
    },
  );

  it('has a mean of at most 1 whenever the canary keeps within what is tolerated', () => {
    const odds = fc.record({
      nb: fc.nat({ max: 10 }),
      nc: fc.nat({ max: 10 }),
      pb: fc.double({ min: 0, max: 1, noNaN: true }),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
    });
    fc.assert(
      fc.property(odds, anyRule, ({ share, ...given }, rule) => {
        const pc = Math.min(1, rule.ratio * given.pb + rule.margin) * share;
        expect(meanEvidence({ ...given, pc }, rule)).toBeLessThanOrEqual(1 + 1e-9);
      }),
      { numRuns: 300 },
    );
  });

  it('does not depend on the order of the minutes', () => {
    fc.assert(
      fc.property(minutes(), anyRule, (given, rule) => {
        const forward = judge(given, rule).logE.at(-1) ?? 0;
        expectClose(judge(given.toReversed(), rule).logE.at(-1) ?? 0, forward);
      }),
    );
  });

  it('is not changed by a minute in which one of the two served nothing', () => {
    fc.assert(
      fc.property(minutes(), counts(1_000), fc.boolean(), anyRule, (given, some, which, rule) => {
        const none = { total: 0, bad: 0 };
        const silent = which ? { baseline: none, canary: some } : { baseline: some, canary: none };
        const before = judge(given, { ...rule, floor: 0 });
        const after = judge([...given, silent], { ...rule, floor: 0 });
        expect(after.logE.at(-1)).toBe(before.logE.at(-1) ?? 0);
        expect(after.revertAt).toBe(before.revertAt);
      }),
    );
  });

  it('stays finite whatever the counts are', () => {
    fc.assert(
      fc.property(minutes(2 ** 31 - 1), anyRule, (given, rule) => {
        const { logE, pValue } = judge(given, rule);
        for (const value of logE) expect(Number.isFinite(value)).toBe(true);
        expect(pValue).toBeGreaterThanOrEqual(0);
        expect(pValue).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('never becomes less by more failures of the canary', () => {
    fc.assert(
      fc.property(minutes(), fc.nat(), fc.nat(), anyRule, (given, which, more, rule) => {
        fc.pre(given.length > 0);
        const index = which % given.length;
        const worse = given.map((each, at) => {
          const { total, bad } = each.canary;
          const canary = { total, bad: Math.min(total, bad + more) };
          return at === index ? { ...each, canary } : each;
        });
        const [before, after] = [judge(given, rule), judge(worse, rule)];
        expect(after.logE.at(-1)).toBeGreaterThanOrEqual((before.logE.at(-1) ?? 0) - 1e-9);
        expect(after.revertAt ?? Infinity).toBeLessThanOrEqual(before.revertAt ?? Infinity);
      }),
    );
  });

  it('reverts later or never with more confirmation or a higher floor', () => {
    fc.assert(
      fc.property(
        minutes(),
        anyRule,
        fc.nat({ max: 20 }),
        fc.nat({ max: 9 }),
        (given, rule, confirm, tenths) => {
          const free = judge(given, rule).revertAt ?? Infinity;
          const stricter = {
            ...rule,
            confirm: rule.confirm + confirm,
            floor: rule.floor + tenths / 10,
          };
          expect(judge(given, stricter).revertAt ?? Infinity).toBeGreaterThanOrEqual(free);
        },
      ),
    );
  });

  it('counts no more failures than there were requests', () => {
    const early = minuteOf({ nb: 10, eb: 12, nc: 2, ec: 9 });
    expect(judge([early])).toEqual(judge([minuteOf({ nb: 10, eb: 10, nc: 2, ec: 2 })]));
  });
});

describe('the failures that would still revert', () => {
  it('revert, and one less does not', () => {
    fc.assert(
      fc.property(minutes(60), anyRule, (given, rule) => {
        const more = failuresToRevert(given, rule);
        const last = given.at(-1);
        fc.pre(more !== null && more > 0 && last !== undefined);
        const reverts = (failures: number) => {
          const { total, bad } = last.canary;
          const canary = { total: total + failures, bad: bad + failures };
          return judge([...given.slice(0, -1), { ...last, canary }], rule).revertAt !== null;
        };
        expect(reverts(more)).toBe(true);
        expect(reverts(more - 1)).toBe(false);
      }),
    );
  });
});
