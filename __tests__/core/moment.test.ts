import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import {
  describeParting,
  latestTimeOfDay,
  parted,
  timeOfDayThen,
  type Moment,
} from '../../src/core/moment.ts';
import { moment, momentAhead } from '../fixtures/moments.ts';

const MINUTE = 60_000;
/** One moment, and one that is later by the steady clock, whatever became of the time of day. */
const anyTwo = fc
  .record({ steady: fc.nat(), later: fc.nat(), timeOfDay: fc.nat(), then: fc.nat() })
  .map(({ steady, later, timeOfDay, then }): readonly [Moment, Moment] => [
    { steady, timeOfDay },
    { steady: steady + later, timeOfDay: then },
  ]);

describe('the time of day of a past moment', () => {
  it('is what it was told to be, while the clocks agree and after the machine stood still', () => {
    expect(timeOfDayThen(moment(MINUTE), moment(9 * MINUTE))).toBe(MINUTE);
    expect(timeOfDayThen(moment(MINUTE), momentAhead(9 * MINUTE, 30 * MINUTE))).toBe(MINUTE);
  });

  it('is told anew by a clock that was set back since', () => {
    const wrong = momentAhead(MINUTE, 60 * MINUTE);
    expect(timeOfDayThen(wrong, moment(9 * MINUTE))).toBe(MINUTE);
  });

  it('is never later than the present', () => {
    fc.assert(
      fc.property(anyTwo, ([then, now]) => {
        expect(timeOfDayThen(then, now)).toBeLessThanOrEqual(now.timeOfDay);
      }),
    );
  });
});

describe('the latest that it can be', () => {
  it('goes on under a clock that is set back, and jumps with one that is set forward', () => {
    const begun = moment(0);
    expect(latestTimeOfDay(begun, momentAhead(9 * MINUTE, -60 * MINUTE))).toBe(9 * MINUTE);
    expect(latestTimeOfDay(begun, momentAhead(9 * MINUTE, 60 * MINUTE))).toBe(69 * MINUTE);
  });
});

describe('two clocks', () => {
  it('have parted when one ran ahead by more than a busy machine explains', () => {
    const before = momentAhead(0, MINUTE);
    expect(parted(before, momentAhead(15_000, MINUTE))).toBe(0);
    expect(parted(before, momentAhead(15_000, MINUTE + 5_000))).toBe(0);
    expect(parted(before, momentAhead(15_000, MINUTE + 5_001))).toBe(5_001);
    expect(parted(before, momentAhead(15_000, -MINUTE))).toBe(-2 * MINUTE);
  });

  it('are spoken of by how much they parted, and what that means', () => {
    expect(describeParting(12 * MINUTE)).toMatch(
      /^This machine stood still for about 12 min, .* judged now/,
    );
    expect(describeParting(-60 * MINUTE)).toMatch(/^The clock .* was set back by about 1 h\./);
  });
});
