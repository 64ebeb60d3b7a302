import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { marksOf, readMark, withMark, type Mark } from '../../../src/core/alias/mark.ts';
import { planOf } from '../../../src/core/rollout/plan.ts';

const id = {
  repository: 'acme/shop',
  runId: '17042',
  attempt: '2',
  nonce: '9f86d081',
  plan: '5a1b2c3d',
  workflow: 'c0ffee00',
};
const begunAt = Date.UTC(2026, 10, 24);
const plan = planOf([{ weight: 12.5, bakeMs: 1 }], 1);
const [mark] = marksOf(plan, id, {
  stable: '7',
  canary: '8',
  begunAt,
  startedBy: '17040',
  targets: undefined,
}) as [Mark];

describe('the mark of a rollout in the description of an alias', () => {
  it('names run, attempt, versions, step and weight so that a person can read it', () => {
    expect(withMark('live traffic', mark)).toBe(
      'live traffic lambda-canary{run=acme/shop/17042/2 id=9f86d081 stable=7 canary=8 step=1 ' +
        'weight=12.5 plan=5a1b2c3d by=17040@c0ffee00 since=29924640}',
    );
  });

  it('is read back, and leaves the description as it was', () => {
    const anyMark = fc.record({
      repository: fc.constantFrom('a/b', 'an-org/with.dots_and-more'),
      runId: fc.nat().map(String),
      attempt: fc.nat({ max: 99 }).map(String),
      nonce: fc.constantFrom('00000000', 'deadbeef'),
      plan: fc.constantFrom('0', 'ffffffff'),
      stable: fc.nat().map(String),
      canary: fc.nat().map(String),
      step: fc.nat({ max: 100 }),
      workflow: fc.constantFrom('0a', 'ffffffff'),
      startedBy: fc.nat().map(String),
      begunAt: fc.nat({ max: 1e8 }).map((minutes) => minutes * 60_000),
      targets: fc.option(fc.integer({ min: 1, max: 500 }), { nil: undefined }),
      carriedBy: fc.constantFrom('runner' as const, 'aws' as const),
      held: fc.boolean(),
      weight: fc.nat({ max: 10_000 }).map((hundredths) => hundredths / 100),
    });
    const text = fc.string({ maxLength: 60, unit: 'grapheme' });
    fc.assert(
      fc.property(text, anyMark, (description, written) => {
        const marked = withMark(description, written);
        expect(readMark(marked ?? '')).toEqual({ description, mark: written });
      }),
    );
  });

  it('begins no later than the rollout, by less than a second, and reads back as it was written', () => {
    const anyTime = fc.integer({ min: 0, max: 1e13 }).map((tenths) => tenths / 10);
    fc.assert(
      fc.property(anyTime, (at) => {
        const [written] = marksOf(plan, id, { ...mark, begunAt: at });
        if (written === undefined) throw new Error('A plan without steps');
        expect(written.begunAt).toBeLessThanOrEqual(at);
        expect(written.begunAt).toBeGreaterThan(at - 1_000);
        expect(readMark(withMark('', written) ?? '').mark).toEqual(written);
      }),
    );
  });

  it('is found again when somebody wrote around it, and only it is taken away', () => {
    const edited = `before ${withMark('', mark) ?? ''} after`;
    expect(readMark(edited)).toEqual({ description: 'before after', mark });
  });

  it.each([
    '',
    'lambda-canary',
    'lambda-canary{}',
    'lambda-canary{run=acme/shop/x/1 id=9f stable=7 canary=8 step=1 weight=10 plan=5a by=1@c0 since=1}',
    'lambda-canary{run=acme/shop/1/1 id=9f stable=$LATEST canary=8 step=1 weight=10 plan=5a by=1@c0 since=1}',
  ])('is not seen in "%s"', (description) => {
    expect(readMark(description)).toEqual({ description });
  });

  it('is not written when Lambda would refuse the description for its length', () => {
    const length = withMark('', { ...mark, held: true })?.length ?? 0;
    const longest = 'x'.repeat(256 - length - 1);
    expect(withMark(longest, { ...mark, held: true })).toHaveLength(256);
    expect(withMark(`${longest}x`, mark)).toBeUndefined();
  });

  it('says that AWS carries the rollout, which leaves four characters less for the description', () => {
    const byAws = { ...mark, carriedBy: 'aws' as const };
    expect(withMark('', byAws)).toBe(`${(withMark('', mark) ?? '').slice(0, -1)} aws}`);
    expect(withMark('', { ...byAws, held: true })).toMatch(/ aws held}$/);
    const room = (written: Mark) => {
      const lengths = Array.from({ length: 257 }, (_, length) => length);
      return lengths.findLast((length) => withMark('x'.repeat(length), written) !== undefined) ?? 0;
    };
    expect(room(mark) - room(byAws)).toBe(4);
  });
});
