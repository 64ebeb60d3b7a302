import { describe, expect, it } from '@jest/globals';

import { marksOf, readMark, withMark, type RolloutId } from '../../../src/core/alias/mark.ts';
import { routingAt } from '../../../src/core/alias/routing.ts';
import { shiftingOf, unmarkable, type Candidate } from '../../../src/core/alias/shifting.ts';
import { planOf } from '../../../src/core/rollout/plan.ts';

const MINUTE = 60_000;
/** In the middle of a minute; marks know hundredths of one. */
const NOW = Date.UTC(2026, 10, 24, 9, 0, 30);
const plan = planOf([{ weight: 10, bakeMs: MINUTE }], MINUTE);
const versions = { stable: '7', canary: '8' };
const id: RolloutId = {
  repository: 'acme/shop',
  runId: '42',
  attempt: '1',
  nonce: '00000042',
  plan: 'f00d',
  workflow: 'c0ffee',
};

function candidate({ description = 'live', shifts = true } = {}): Candidate {
  return {
    target: { functionId: 'f', functionName: 'f', alias: 'live' },
    alias: { routing: routingAt(0, versions), description, arn: 'arn', revisionId: 'r1' },
    disposition: shifts ? { type: 'shift', ...versions } : { type: 'unchanged', version: '7' },
    logGroup: '/aws/lambda/f',
    isProvisioned: false,
  };
}
const options = {
  plan,
  id,
  carriedBy: 'runner',
  continued: [],
  now: NOW,
  comparable: false,
  targets: undefined,
} as const;

describe('what is shifted of a target', () => {
  it('is nothing where the alias serves the version already', () => {
    expect(shiftingOf(candidate({ shifts: false }), options)).toEqual([]);
  });

  it('has begun now when it is not compared, and never in the future', () => {
    const [shifting] = shiftingOf(candidate(), options);
    expect(shifting?.marks.map(({ begunAt }) => begunAt)).toEqual([NOW, NOW]);
  });

  it('begins with the minute that its first weight waits for when it is compared', () => {
    const [shifting] = shiftingOf(candidate(), { ...options, comparable: true });
    expect(shifting?.marks[0]?.begunAt).toBe(Date.UTC(2026, 10, 24, 9, 1));
  });

  it('goes on with the beginning, the starter and the weight of what it continues', () => {
    const before = { ...id, runId: '41', nonce: '00000041' };
    const begunAt = NOW - 90 * MINUTE;
    const [mark] = marksOf(plan, before, {
      ...versions,
      begunAt,
      startedBy: '41',
      targets: undefined,
    });
    if (mark === undefined) throw new Error('A plan has a mark for each step');
    const { target } = candidate();
    const [shifting] = shiftingOf(candidate(), { ...options, continued: [{ target, mark }] });
    expect(shifting).toMatchObject({ nonces: ['00000042', '00000041'], begun: [10] });
    expect(shifting?.marks[0]).toMatchObject({ begunAt, startedBy: '41', runId: '42' });
  });

  it('has no marks where the description has no room for each of them, and that is said', () => {
    const [short, long] = [candidate(), candidate({ description: 'x'.repeat(250) })].map(
      (each) => shiftingOf(each, options)[0],
    );
    if (short === undefined || long === undefined) throw new Error('Both are shifted');
    expect(short.marks).toHaveLength(2);
    expect(unmarkable(short)).toEqual([]);
    expect(long.marks).toEqual([]);
    expect(unmarkable(long)).toEqual([expect.stringContaining('f:live: the alias')]);
  });

  it('does not count a mark that an earlier rollout left as words of the description', () => {
    const [mark] = marksOf(plan, id, {
      ...versions,
      begunAt: NOW,
      startedBy: '42',
      targets: undefined,
    });
    const marked = mark && withMark('x'.repeat(100), mark);
    const [shifting] = shiftingOf(candidate({ description: marked ?? '' }), options);
    expect(readMark(marked ?? '').mark).toBeDefined();
    expect(shifting?.marks).toHaveLength(2);
  });
});
