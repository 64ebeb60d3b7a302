import { describe, expect, it } from '@jest/globals';

import { scopeOf } from '../../../src/core/checks/scope.ts';
import { moment, momentAhead } from '../../fixtures/moments.ts';
import { scope } from '../../fixtures/readers.ts';

const MINUTE = 60_000;

describe('the minutes that are judged', () => {
  const { bake } = scope;
  const from = { bake, begunAt: undefined, metricDelayMs: 90_000 };

  it('are all since the first weight, those included in which the machine stood still', () => {
    const at = momentAhead(8 * MINUTE, 12 * MINUTE);
    const found = scopeOf({ ...from, at, changes: [{ at: moment(3 * MINUTE), weight: 10 }] });
    // At 00:20 of the day, the metrics of 00:17 are there.
    expect([found.from, found.to]).toEqual([3 * MINUTE, 17 * MINUTE]);
  });

  it('begin where an earlier job began, by whatever clock', () => {
    const at = moment(20 * MINUTE);
    const changes = [{ at: moment(9 * MINUTE), weight: 10 }];
    expect(scopeOf({ ...from, at, changes, begunAt: 4 * MINUTE }).from).toBe(4 * MINUTE);
    expect(scopeOf({ ...from, at, changes, begunAt: 40 * MINUTE }).from).toBe(9 * MINUTE);
  });

  it('leave out those in which a weight changed by the time of day', () => {
    const at = momentAhead(8 * MINUTE, 12.5 * MINUTE);
    const changes = [
      { at: moment(0), weight: 10 },
      { at: momentAhead(5 * MINUTE, 12.5 * MINUTE), weight: 50 },
    ];
    expect(scopeOf({ ...from, at, changes }).mixed).toEqual(new Set([17 * MINUTE]));
  });

  it('are told anew by a clock that was set back', () => {
    const changes = [{ at: momentAhead(3 * MINUTE, 60 * MINUTE), weight: 10 }];
    expect(scopeOf({ ...from, at: moment(8 * MINUTE), changes })).toMatchObject({
      from: 3 * MINUTE,
      to: 5 * MINUTE,
    });
  });
});
