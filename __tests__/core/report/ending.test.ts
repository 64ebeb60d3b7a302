import { describe, expect, it } from '@jest/globals';

import { ended, isSuccess } from '../../../src/core/report/ending.ts';

describe('the step of the workflow', () => {
  it.each([
    ['promoted', true],
    ['unchanged', true],
    ['created', true],
    ['planned', true],
    ['held', true],
    ['status', true],
    ['reverted', false],
    ['revert-failed', false],
    ['failed', false],
  ] as const)('when the outcome is %s, passes: %s', (outcome, passes) => {
    expect(isSuccess(ended(outcome, ''))).toBe(passes);
  });

  it('passes when it was asked for to put the old version back, and that was done', () => {
    expect(isSuccess({ ...ended('reverted', ''), askedFor: true })).toBe(true);
    expect(isSuccess({ ...ended('revert-failed', ''), askedFor: true })).toBe(false);
    expect(isSuccess({ ...ended('failed', ''), askedFor: true })).toBe(false);
  });
});
