import { describe, expect, it } from '@jest/globals';

import { together } from '../../../src/run/checks/together.ts';
import type { Bake } from '../../../src/core/rollout/plan.ts';
import type { VerdictKind } from '../../../src/core/rollout/verdict.ts';
import type { Assessment, Checks } from '../../../src/ports.ts';

const { signal } = new AbortController();
const bake: Bake = { weight: 10, bakeMs: 1, since: 0, promotionNext: false };

const assessment = (kind: VerdictKind, reason = ''): Assessment => ({
  verdict: { kind, reason },
  findings: [],
  warnings: [reason],
});
const check = (kind: VerdictKind, reason: string): Checks => ({
  assess: () => Promise.resolve(assessment(kind, reason)),
});

describe('several checks together', () => {
  it('have the gravest verdict of all, and everything that each has to say', async () => {
    const all = together([check('pass', 'a'), check('extend', 'b'), check('inconclusive', 'c')]);
    const { verdict, warnings } = await all.assess(0, bake, signal);
    expect(verdict).toEqual({ kind: 'inconclusive', reason: 'c' });
    expect(warnings).toEqual(['a', 'b', 'c']);
  });

  it('fail at once when one fails, and call off the others', async () => {
    let calledOff = false;
    const slow: Checks = {
      assess: (_at, _bake, until) =>
        new Promise((_, reject) => {
          until.addEventListener('abort', () => {
            calledOff = true;
            reject(new Error('aborted'));
          });
        }),
    };
    const { verdict } = await together([slow, check('fail', 'red')]).assess(0, bake, signal);
    expect(verdict).toEqual({ kind: 'fail', reason: 'red' });
    expect(calledOff).toBe(true);
  });

  it('throw what one of them throws', async () => {
    const broken: Checks = { assess: () => Promise.reject(new Error('a defect')) };
    await expect(together([check('pass', ''), broken]).assess(0, bake, signal)).rejects.toThrow(
      'a defect',
    );
  });

  it('pass when there are none', async () => {
    expect((await together([]).assess(0, bake, signal)).verdict.kind).toBe('pass');
  });
});
