import { describe, it } from '@jest/globals';
import fc from 'fast-check';

import { expectSame, play } from '../../fixtures/both-judge.ts';
import {
  CHECKED,
  COMPARED,
  POLICIES,
  WORLDS,
  type JudgedWorld,
} from '../../fixtures/judged-worlds.ts';

/** Of each rule; more of them by `CASES=3000 npm test -- state-machine/judged`, and others by `SEED=7`. */
const CASES = Number(process.env['CASES'] ?? 40);
const SEED = process.env['SEED'] === undefined ? {} : { seed: Number(process.env['SEED']) };
const PATIENCE_MS = 60_000 + CASES * 500;

/** Each step is read once, at its end, so that a case takes little time. */
const one = fc.record({
  weight: fc.constantFrom(1, 10, 50, 90),
  bakeMinutes: fc.constantFrom(1, 3, 5),
  lasts: fc.constantFrom(1, 1.5, 2),
  lateMs: fc.constantFrom(0, 5_001, 30_000),
});
const single = (of: Partial<Record<keyof JudgedWorld, fc.Arbitrary<unknown>>>) =>
  fc.tuple(WORLDS, one, fc.record(of)).map(([world, step, given]): JudgedWorld => {
    const only = { ...world, functions: 1, steps: [step], compared: [], thresholds: [] };
    return { ...only, ...(given as Partial<JudgedWorld>) };
  });

const compares = fc.constant(true);
const off = fc.constant('off');

const RULES: Readonly<Record<string, fc.Arbitrary<JudgedWorld>>> = {
  'the evidence in what Lambda counts': single({
    compares,
    afterPromotion: off,
    counted: fc.constant(100),
    rate: fc.constantFrom(40, 600, 20_000),
  }),
  'whether a step may end, by the evidence and by the traffic': single({
    compares,
    afterPromotion: off,
    rate: fc.constantFrom(3, 20, 40, 600),
    canaryFails: fc.constantFrom(2, 10, 20, 30, 40, 60),
    policy: POLICIES.map((policy) => ({ ...policy, mode: 'on' })),
  }),
  'what the user has compared': single({
    compares,
    afterPromotion: off,
    compared: fc.subarray([...COMPARED], { minLength: 1 }),
    rate: fc.constantFrom(40, 600, 20_000),
  }),
  'the conditions of the user': single({
    afterPromotion: off,
    compares: fc.constant(false),
    thresholds: fc.subarray([...CHECKED], { minLength: 1, maxLength: 3 }),
  }),
  'a version that is alone': single({
    compares,
    afterPromotion: fc.constantFrom('revert', 'revert', 'observe'),
    rate: fc.constantFrom(3, 40, 600, 20_000),
    fails: fc.constantFrom(0, 2, 30),
    aloneFails: fc.constantFrom(0, 2, 20, 60, 200),
    promotion: fc.record({
      weight: fc.constant(100),
      bakeMinutes: fc.constantFrom(1, 3, 7),
      lasts: fc.constantFrom(1, 2),
      lateMs: fc.constantFrom(0, 5_001, 30_000),
    }),
  }),
};

describe('the state machine judges, as the runner does and to twelve digits,', () => {
  it.each(Object.entries(RULES))(
    '%s',
    async (_, worlds) => {
      await fc.assert(
        fc.asyncProperty(worlds, async (of) => {
          for (const both of await play(of, { onlyLast: true })) expectSame(both);
        }),
        { numRuns: CASES, ...SEED },
      );
    },
    PATIENCE_MS,
  );

  it(
    'metrics that are silent, whatever it is that would revert by them',
    async () => {
      const dark = fc
        .tuple(WORLDS, POLICIES, fc.subarray([...CHECKED], { maxLength: 1 }))
        .map(([world, policy, thresholds]): JudgedWorld => {
          const steps = [{ weight: 10, bakeMinutes: 3, lasts: 2, lateMs: 0 }];
          const silent = { rate: 0, pauseMs: 0, functions: 1, compared: [], compares: true };
          return { ...world, ...silent, policy, thresholds, steps };
        });
      await fc.assert(
        fc.asyncProperty(dark, async (of) => {
          for (const both of await play(of)) expectSame(both);
        }),
        { numRuns: Math.ceil(CASES / 10), ...SEED },
      );
    },
    PATIENCE_MS,
  );
});
