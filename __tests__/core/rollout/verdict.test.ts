import { describe, expect, it } from '@jest/globals';

import { PASS, worst, type VerdictKind } from '../../../src/core/rollout/verdict.ts';

const of = (kind: VerdictKind, reason = '') => ({ kind, reason });

describe('of several verdicts', () => {
  it.each<[VerdictKind, VerdictKind]>([
    ['fail', 'error'],
    ['error', 'inconclusive'],
    ['error', 'hold'],
    ['inconclusive', 'hold'],
    ['hold', 'extend'],
    ['extend', 'pass'],
  ])('%s outranks %s, whichever comes first', (graver, lesser) => {
    expect(worst([of(graver), of(lesser)]).kind).toBe(graver);
    expect(worst([of(lesser), of(graver)]).kind).toBe(graver);
  });

  it('the first of equals counts', () => {
    expect(worst([of('fail', 'one'), of('fail', 'two')]).reason).toBe('one');
  });

  it('there is nothing to hold against nothing', () => {
    expect(worst([])).toEqual(PASS);
  });
});
