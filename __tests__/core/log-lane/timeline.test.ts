import { describe, expect, it } from '@jest/globals';

import { grown, shifted, timelineOf } from '../../../src/core/log-lane/timeline.ts';

const MINUTE_MS = 60_000;
const moment = (ms: number, parted = 0) => ({ steady: ms, timeOfDay: ms + parted });
const seen = (ms: number, weight: number) => ({ weight, since: moment(ms) });
const now = moment(60 * MINUTE_MS);
const ofThisJob = { now, begunAt: undefined };

describe('the weights as they are believed', () => {
  it('count from two seconds before the first was in force', () => {
    expect(timelineOf([seen(100_000, 10)], ofThisJob)).toEqual([{ since: 98_000, weight: 0.1 }]);
  });

  it('count from before the write of each later one was sent', () => {
    const [, second] = timelineOf([seen(100_000, 10), seen(400_000, 25)], ofThisJob);
    expect(second).toEqual({ since: 378_000, weight: 0.25 });
  });

  it('that an earlier job wrote count from the beginning of its rollout, or a quarter of an hour', () => {
    const at = 30 * MINUTE_MS;
    const begin = (begunAt: number) => timelineOf([seen(at, 10)], { now, begunAt })[0]?.since;
    expect(begin(20 * MINUTE_MS)).toBe(20 * MINUTE_MS - 2_000);
    expect(begin(MINUTE_MS)).toBe(15 * MINUTE_MS - 2_000);
    expect(begin(at + MINUTE_MS)).toBe(at - 2_000);
  });

  it('begin no later when the clock of the machine was set back', () => {
    const setBack = moment(60 * MINUTE_MS, -5 * MINUTE_MS);
    const [first] = timelineOf([seen(100_000, 10)], { now: setBack, begunAt: undefined });
    expect(first?.since).toBe(98_000 - 5 * MINUTE_MS);
  });

  it('stay as they were believed when they were new', () => {
    const before = [{ since: 1_000, weight: 0.1 }];
    const [first, second] = [
      { since: 1_400, weight: 0.1 },
      { since: 9_000, weight: 0.5 },
    ];
    expect(grown(before, [first])).toEqual(before);
    expect(grown(before, [first, second])).toEqual([...before, second]);
  });

  it('can be told by a clock that is ahead', () => {
    expect(shifted([{ since: 1_000, weight: 0.1 }], 500)).toEqual([{ since: 1_500, weight: 0.1 }]);
  });
});
