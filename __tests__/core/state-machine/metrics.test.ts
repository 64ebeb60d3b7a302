import { describe, it } from '@jest/globals';
import fc from 'fast-check';

import { expectSame, play } from '../../fixtures/both-judge.ts';
import { EVERYTHING, ORDINARY, WORLDS, type JudgedWorld } from '../../fixtures/judged-worlds.ts';

/** Rollouts, of some twenty readings each; more of them by `ROLLOUTS=200 npm test -- state-machine/metrics`. */
const ROLLOUTS = Number(process.env['ROLLOUTS'] ?? 12);
/** A reading takes the time of hundreds in the runner. */
const PATIENCE_MS = 60_000 + ROLLOUTS * 15_000;

/** What chance may leave out: each comes to where one of the rules decides. */
const DECIDED: readonly JudgedWorld[] = [
  // Each minute has few failures, but all that it can have.
  {
    ...ORDINARY,
    steps: [{ weight: 1, bakeMinutes: 3, lasts: 3, lateMs: 0 }],
    fails: 0,
    canaryFails: 500,
  },
  // Near to what is needed, and over it by one minute.
  { ...ORDINARY, canaryFails: 30 },
  { ...ORDINARY, seed: 3, canaryFails: 30 },
  // Weights that change in the middle of a minute, in an outage of both versions.
  {
    ...ORDINARY,
    fails: 60,
    canaryFails: 60,
    steps: [10, 50].map((weight) => ({ weight, bakeMinutes: 3, lasts: 1, lateMs: 30_000 })),
  },
  // Read when the last minute before the promotion is there, and may still change.
  { ...ORDINARY, steps: [{ weight: 10, bakeMinutes: 3, lasts: 1.6, lateMs: 0 }] },
  // Too few requests, and then not even these are counted.
  { ...ORDINARY, rate: 40, policy: { ...ORDINARY.policy, onInconclusive: 'revert' } },
  { ...ORDINARY, counted: 40 },
  { ...ORDINARY, counted: 0 },
  { ...ORDINARY, rate: 0, pauseMs: 0 },
  // Bad once it is alone, and for long enough that its minutes are closed.
  {
    ...ORDINARY,
    aloneFails: 60,
    namesAlone: false,
    promotion: { ...ORDINARY.promotion, bakeMinutes: 7, lasts: 4 },
  },
  { ...EVERYTHING, functions: 2 },
];

describe('the state machine judges metrics', () => {
  it(
    'as the runner does: the same counts, evidence and verdicts at each reading of a rollout',
    async () => {
      await fc.assert(
        fc.asyncProperty(WORLDS, async (of) => {
          for (const both of await play(of)) expectSame(both);
        }),
        { numRuns: ROLLOUTS, examples: DECIDED.map((each) => [each]) },
      );
    },
    PATIENCE_MS,
  );
});
