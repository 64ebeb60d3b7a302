import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { isOnTheWayBack, isOursToRevert, type Claim } from '../../../src/core/alias/claim.ts';
import {
  beginningOf,
  marksOf,
  originOf,
  readMark,
  withMark,
  type Mark,
} from '../../../src/core/alias/mark.ts';
import { MOVE_PATIENCE_MS } from '../../../src/core/alias/patience.ts';
import { routingAt, sameRouting, type Routing } from '../../../src/core/alias/routing.ts';
import { fateOf } from '../../../src/core/alias/write-fate.ts';
import { planOf } from '../../../src/core/rollout/plan.ts';
import { expressionAt, STATES } from '../../fixtures/expressions.ts';

const RUNS = { numRuns: 500 };
const PATIENCE_MS = 120_000;
const must = <T>(value: T | undefined): T => value as T;
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
const marks = marksOf(plan, id('aa'), {
  ...versions,
  begunAt: 0,
  startedBy: '17',
  targets: undefined,
});
const theirs = marksOf(plan, id('bb'), {
  ...versions,
  begunAt: 60_000,
  startedBy: '18',
  targets: undefined,
});
/** Of a job that goes on with the rollout. */
const later = marksOf(
  plan,
  { ...id('cc'), runId: '19' },
  { ...versions, begunAt: 0, startedBy: '17', targets: undefined },
);
const PREFIX = 'lambda-canary{run=acme/shop/17/1 id=aa ';
const ORIGIN = originOf(must(marks[0]));
const target = {
  ...versions,
  name: 'checkout:live',
  description: '',
  found: '',
  before: '',
  standing: -1,
  serves: 0,
  past: [] as readonly string[],
  begun: [] as readonly number[],
  revision: 'r1',
  answer: 'conflict',
  unanswered: false,
  tries: 1,
  unread: 0,
  put: false,
  asks: 'write',
  marks: marks.map((mark) => withMark('', mark) ?? ''),
};
const machine = { mark: PREFIX, origin: ORIGIN, steps: plan.steps, act: 'shift', repairs: false };

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

/** A description with a mark of any kind, or none. */
const described = (own: string, marked: Mark | undefined) =>
  marked === undefined ? own : (withMark(own, marked) ?? own);

describe('the state machine tells of an alias', () => {
  it(
    'what became of a write, as the runner does',
    async () => {
      const WAYS = {
        written: 'Shifted',
        foreign: 'Moved by somebody else',
        again: 'May it be written',
        refused: 'never',
      };
      const seen = new Set<string>();
      await fc.assert(
        fc.asyncProperty(
          fc.record({
            routing,
            mark,
            next: fc.integer({ min: 0, max: 2 }),
            held: fc.boolean(),
            answer: fc.constantFrom('conflict' as const, 'unknown' as const),
            description: fc.constantFrom('', 'the shop'),
            // Somebody wrote the text anew, or took the mark away: the weights are what counts.
            text: fc.constantFrom('', 'the shop', 'the new shop'),
          }),
          async ({ routing: present, mark: marked, next, held, answer, description, text }) => {
            // The promotion is never held.
            if (held && next === 2) return;
            const before = held ? marks[next] : next === 0 ? undefined : marks[next - 1];
            const serves = before?.weight ?? 0;
            const wanted = { ...must(marks[next]), held };
            const shown = marked === undefined || !held ? marked : { ...marked, held: true };
            const fate = fateOf({
              answer,
              onlyRequest: false,
              present: { routing: present, mark: shown },
              wanted: { routing: routingAt(plan.steps[next]?.weight ?? 0, versions), mark: wanted },
              left: { routing: routingAt(serves, versions), mark: before },
            });
            const way = await wayOf('What became of it', {
              ...machine,
              act: held ? 'hold' : 'shift',
              t: { ...target, description, serves, answer },
              a: wire(present, described(text, shown)),
              next,
            });
            expect(way).toBe(WAYS[fate]);
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
      ...machine,
      t: target,
      a: wire(routingAt(0, versions), '', 'r1'),
      next: 0,
    });
    expect(way).toBe('May it be looked at');
  });

  it('goes on from the text that somebody wrote meanwhile, without any mark of its own', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          text: fc.constantFrom('', 'x', 'the new shop', 'ends in a space ', 'a } brace'),
          mark: fc.constantFrom(undefined, ...marks),
        }),
        async ({ text, mark: marked }) => {
          const learned = (await expressionAt(
            'What became of it',
            'Choices',
            2,
            'Assign',
            't',
          )({
            ...machine,
            t: { ...target, description: 'the shop' },
            a: wire(routingAt(0, versions), described(text, marked)),
            next: 0,
          })) as typeof target;
          expect(learned).toMatchObject({
            description: readMark(described(text, marked)).description,
            revision: 'r2',
            past: ['r1'],
            asks: 'write',
          });
          const told = await expressionAt(
            'Write',
            'Arguments',
            'Description',
          )({
            ...machine,
            t: learned,
            next: 1,
          });
          expect(told).toBe(withMark(learned.description, must(marks[1])));
        },
      ),
      { numRuns: 60 },
    );
  });

  it.each([0, 1, 5, 6, 90])(
    'writes the mark where a text of %s characters less than fill it leaves room, and the text alone where not',
    async (less) => {
      const mark = must(marks[0]);
      const room = 256 - must(withMark('', { ...mark, held: true })).length - 1;
      const description = 'x'.repeat(room + 1 - less);
      const variables = { ...machine, t: { ...target, description }, next: 0 };
      const told = await expressionAt('Write', 'Arguments', 'Description')(variables);
      expect(told).toBe(withMark(description, mark) ?? description);
      // What others are to go on with must have its mark.
      const held = { ...variables, act: 'hold', states: { input: variables.t } };
      expect(await wayOf('Take', held)).toBe(less === 0 ? 'No room' : 'Write');
      const heldTold = await expressionAt('Write', 'Arguments', 'Description')(held);
      if (less > 0) expect(heldTold).toBe(withMark(description, { ...mark, held: true }));
    },
  );

  it(
    'what is its own to revert, as the runner does',
    async () => {
      const seen = new Set<string>();
      await fc.assert(
        fc.asyncProperty(
          fc.record({
            routing,
            mark,
            begun: fc.subarray([10, 50, 100], { minLength: 1 }),
            // A mark of the part that this one goes on with is its own as well.
            before: fc.constantFrom('', 'bb'),
          }),
          async ({ routing: present, mark: marked, begun, before }) => {
            const description = described('', marked);
            const shown = { routing: present, description };
            const nonces = before === '' ? ['aa'] : ['aa', before];
            const claim: Claim = { versions, nonces, begun: new Set(begun) };
            const found = readMark(description).mark;
            const isOurMark = found !== undefined && nonces.includes(found.nonce);
            // By its mark alone, the part before tells what it wrote to the runner only.
            if (found?.nonce === 'bb' && before !== '' && !begun.includes(found.weight)) return;
            const expected = sameRouting(present, routingAt(0, versions))
              ? isOurMark
                ? 'May it be tried'
                : 'Back for good'
              : isOnTheWayBack(shown, claim)
                ? 'Ask about the way back'
                : isOursToRevert(shown, claim)
                  ? 'May it be tried'
                  : 'Left alone';
            const way = await wayOf('Whose is it', {
              ...machine,
              t: {
                ...target,
                begun,
                past: ['r0'],
                before: before === '' ? '' : beginningOf(must(theirs[0])),
              },
              a: wire(present, description),
            });
            expect(way).toBe(expected);
            seen.add(way);
          },
        ),
        RUNS,
      );
      expect([...seen].sort()).toEqual([
        'Ask about the way back',
        'Back for good',
        'Left alone',
        'May it be tried',
      ]);
    },
    PATIENCE_MS,
  );

  it.each([1, 2, 3, 8, 10, 25])(
    'that Lambda is given its time to move the provisioned concurrency of %s targets back',
    async (count) => {
      const everyone = Array.from({ length: count }, () => target);
      const pauseS = (await expressionAt('Wait for Lambda', 'Seconds')({ everyone })) as number;
      let tries = 0;
      const isReadAgain = async () =>
        (await wayOf('May it be read', { everyone, t: { ...target, tries } })) ===
        'See whose it is';
      while (await isReadAgain()) tries += 1;
      // The first look is before any pause, and the last one before the pause after which it is given up.
      expect((tries - 1) * pauseS * 1_000).toBeGreaterThanOrEqual(MOVE_PATIENCE_MS);
    },
  );

  it('nothing by a reading from before a write of its own', async () => {
    const way = await wayOf('Whose is it', {
      ...machine,
      t: { ...target, begun: [10], past: ['r0', 'r1'], put: true, revision: 'r2' },
      a: wire(routingAt(0, versions), '', 'r0'),
    });
    expect(way).toBe('Pause');
  });

  it('that a repair puts back only what carries the mark, however familiar its weights are', async () => {
    const found = (text: string) =>
      wayOf('Whose is it', {
        ...machine,
        repairs: true,
        t: { ...target, begun: [-1, 10] },
        a: wire(routingAt(10, versions), text),
      });
    expect(await found('')).toBe('Left alone');
    expect(await found(described('', marks[0]))).toBe('May it be tried');
    expect(await found(described('', theirs[0]))).toBe('Left alone');
  });

  describe('that the next part of the rollout carries it on', () => {
    const a = wire(routingAt(10, versions), described('the shop', later[0]));
    const t = { ...target, begun: [10], serves: 10, description: 'the shop' };

    it.each([
      ['What became of it', 'Moved by the next part'],
      ['Does it serve the canary', 'Taken by the next part'],
      ['Is it promoted', 'Confirmed by the next part'],
      ['Whose is it', 'Left to the next part'],
      ['What did it leave', 'In other hands'],
    ])('at %s', async (state, way) => {
      expect(await wayOf(state, { ...machine, t, a, next: 1 })).toBe(way);
      const held = wire(
        routingAt(10, versions),
        described('', later[0] && { ...later[0], carriedBy: 'aws', held: true }),
      );
      expect(await wayOf(state, { ...machine, t, a: held, next: 1 })).toBe(way);
    });

    it('by a look between', async () => {
      const looked = (result: object) =>
        expressionAt(
          'Look at an alias',
          'Assign',
          'moved',
        )({
          ...machine,
          targets: [t],
          turn: 3,
          states: { result },
        });
      expect(await looked(a)).toBe('taken');
      expect(await looked(wire(routingAt(10, versions), described('', theirs[0])))).toBe('foreign');
      expect(await looked(wire(routingAt(50, versions), described('', marks[0])))).toBe('foreign');
      expect(await looked(wire(routingAt(10, versions), described('anew', marks[0])))).toBe('no');
      expect(await looked(wire(routingAt(10, versions), ''))).toBe('no');
    });

    it('and not by the mark of another rollout that began at another time', async () => {
      const other = later.map((each) => ({ ...each, begunAt: each.begunAt + 60_000 }));
      const shown = wire(routingAt(10, versions), described('', other[0]));
      expect(await wayOf('Whose is it', { ...machine, t, a: shown, next: 1 })).toBe('Left alone');
    });
  });
});
