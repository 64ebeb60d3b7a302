import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { isOnTheWayBack, isOursToRevert, type Claim } from '../../../src/core/alias/claim.ts';
import { marksOf, readMark, withMark, type Mark } from '../../../src/core/alias/mark.ts';
import { routingAt, sameRouting, type Routing } from '../../../src/core/alias/routing.ts';
import { fateOf } from '../../../src/core/alias/write-fate.ts';
import { planOf } from '../../../src/core/rollout/plan.ts';
import { expressionAt, STATES } from '../../fixtures/expressions.ts';

const RUNS = { numRuns: 500 };
const PATIENCE_MS = 120_000;
const versions = { stable: '7', canary: '8' };
const plan = planOf(
  [10, 50].map((weight) => ({ weight, bakeMs: 60_000 })),
  60_000,
);
const id = (nonce: string) => ({
  repository: 'acme/shop',
  runId: '17',
  attempt: '1',
  nonce,
  plan: 'ab',
  workflow: 'cd',
});
const marks = marksOf(plan, id('aa'), { ...versions, begunAt: 0, startedBy: '17' });
const theirs = marksOf(plan, id('bb'), { ...versions, begunAt: 0, startedBy: '17' });
const PREFIX = 'lambda-canary{run=acme/shop/17/1 id=aa ';
const target = {
  ...versions,
  name: 'checkout:live',
  marks: marks.map((mark) => withMark('', mark) ?? ''),
};

const routing: fc.Arbitrary<Routing> = fc.oneof(
  fc.constantFrom(0, 10, 10.004, 10.006, 50, 100).map((weight) => routingAt(weight, versions)),
  fc.constantFrom(
    ...[
      { version: '8', weights: { '7': 100 } },
      { version: '7', weights: { '8': 100 } },
      { version: '7', weights: { '6': 10 } },
      { version: '6', weights: {} },
    ],
  ),
);
const mark: fc.Arbitrary<Mark | undefined> = fc.constantFrom(undefined, ...marks, ...theirs);

function wire({ version, weights }: Routing, description: string, revision = 'r2') {
  const parts = Object.entries(weights).map(([other, weight]) => [other, weight / 100]);
  return {
    FunctionVersion: version,
    Description: description,
    RevisionId: revision,
    ...(parts.length === 0
      ? {}
      : { RoutingConfig: { AdditionalVersionWeights: Object.fromEntries(parts) as object } }),
  };
}

/** Which way a Choice goes by the conditions of its rules, in their order. */
async function wayOf(state: string, variables: Readonly<Record<string, unknown>>): Promise<string> {
  const { Choices, Default } = STATES[state] as {
    readonly Choices: readonly { readonly Next: string }[];
    readonly Default: string;
  };
  for (const [index, { Next }] of Choices.entries()) {
    if ((await expressionAt(state, 'Choices', index, 'Condition')(variables)) === true) return Next;
  }
  return Default;
}

describe('the state machine tells of an alias', () => {
  it(
    'what became of a write, as the runner does',
    async () => {
      const WAYS = {
        written: 'Shifted',
        foreign: 'Moved by somebody else',
        again: 'Write',
        refused: 'Not shifted',
      };
      const seen = new Set<string>();
      await fc.assert(
        fc.asyncProperty(
          fc.record({
            routing,
            mark,
            next: fc.integer({ min: 0, max: 2 }),
            answer: fc.constantFrom('conflict' as const, 'unknown' as const),
            description: fc.constantFrom('', 'the shop'),
          }),
          async ({ routing: present, mark: marked, next, answer, description }) => {
            const before = next === 0 ? undefined : marks[next - 1];
            const fate = fateOf({
              answer,
              onlyRequest: false,
              present: { routing: present, mark: marked },
              wanted: {
                routing: routingAt(plan.steps[next]?.weight ?? 0, versions),
                mark: marks[next],
              },
              left: { routing: routingAt(before?.weight ?? 0, versions), mark: before },
            });
            const text = marked === undefined ? description : (withMark(description, marked) ?? '');
            const way = await wayOf('What became of it', {
              t: { ...target, description, found: description, revision: 'r1' },
              a: wire(present, text),
              mark: PREFIX,
              steps: plan.steps,
              next,
              answer,
              tries: 1,
            });
            // After a write that was not answered it had its time: the runner does not write again either.
            const expected = fate === 'again' && answer === 'unknown' ? 'refused' : fate;
            expect(way).toBe(WAYS[expected]);
            seen.add(fate);
          },
        ),
        RUNS,
      );
      expect([...seen].sort()).toEqual(['again', 'foreign', 'written']);
    },
    PATIENCE_MS,
  );

  it('reads again what is from before a write that met another one', async () => {
    const way = await wayOf('What became of it', {
      t: { ...target, found: '', revision: 'r1' },
      a: wire(routingAt(0, versions), '', 'r1'),
      mark: PREFIX,
      steps: plan.steps,
      next: 0,
      answer: 'conflict',
      tries: 1,
    });
    expect(way).toBe('Wait for a fresh look');
  });

  it(
    'what is its own to revert, as the runner does',
    async () => {
      const seen = new Set<string>();
      await fc.assert(
        fc.asyncProperty(
          fc.record({ routing, mark, begun: fc.subarray([10, 50, 100], { minLength: 1 }) }),
          async ({ routing: present, mark: marked, begun }) => {
            const description = marked === undefined ? '' : (withMark('', marked) ?? '');
            const shown = { routing: present, description };
            const claim: Claim = { versions, nonces: ['aa'], begun: new Set(begun) };
            const isOurMark = readMark(description).mark?.nonce === 'aa';
            const expected = sameRouting(present, routingAt(0, versions))
              ? isOurMark
                ? 'May it be tried'
                : 'Back'
              : isOnTheWayBack(shown, claim)
                ? 'Wait for Lambda'
                : isOursToRevert(shown, claim)
                  ? 'May it be tried'
                  : 'Left alone';
            const way = await wayOf('Whose is it', {
              t: { ...target, begun, past: ['r0'], put: false, revision: 'r1' },
              a: wire(present, description),
              mark: PREFIX,
              steps: plan.steps,
            });
            expect(way).toBe(expected);
            seen.add(way);
          },
        ),
        RUNS,
      );
      expect([...seen].sort()).toEqual([
        'Back',
        'Left alone',
        'May it be tried',
        'Wait for Lambda',
      ]);
    },
    PATIENCE_MS,
  );

  it('nothing by a reading from before a write of its own', async () => {
    const way = await wayOf('Whose is it', {
      t: { ...target, begun: [10], past: ['r0', 'r1'], put: true, revision: 'r2' },
      a: wire(routingAt(0, versions), '', 'r0'),
      mark: PREFIX,
      steps: plan.steps,
    });
    expect(way).toBe('Pause');
  });
});
