import { describe, expect, it } from '@jest/globals';

import { entered, NOTHING_COUNTED, type Counted } from '../../../src/core/checks/counted.ts';
import { STANDARD_RULE } from '../../../src/core/statistics/evidence.ts';
import { moment } from '../../fixtures/moments.ts';

const MINUTE = 60_000;

/** A minute with ten requests to the baseline and one to the canary, entered in the step that began then. */
const counting = (counted: Counted, at: number, since: number) =>
  entered(counted, [{ at, baseline: { total: 10, bad: 0 }, canary: { total: 1, bad: 0 } }], {
    rule: STANDARD_RULE,
    at: moment(at + MINUTE),
    bake: { since: moment(since) },
    weights: [],
  });

describe('what is counted of a comparison', () => {
  it('holds the requests of a step over all readings of it, and none of the step before', () => {
    const first = counting(counting(NOTHING_COUNTED, MINUTE, 0), 2 * MINUTE, 0);
    expect(first.inStep).toEqual({ step: 0, baseline: 20, canary: 2 });
    const second = counting(first, 4 * MINUTE, 3 * MINUTE);
    expect(second.inStep).toEqual({ step: 3 * MINUTE, baseline: 10, canary: 1 });
  });

  it('holds nothing of a minute that is older than the step it is entered in', () => {
    const late = counting(NOTHING_COUNTED, MINUTE, 3 * MINUTE);
    expect(late.inStep).toEqual({ step: 3 * MINUTE, baseline: 0, canary: 0 });
    expect(late.canary.total).toBe(1);
  });
});
