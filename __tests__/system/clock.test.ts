import { afterEach, describe, expect, it, jest } from '@jest/globals';

import { createVirtualTime } from '../../promises/virtual-time.ts';
import { systemClock } from '../../src/system/clock.ts';

const MINUTE = 60_000;

describe('the clock of the process', () => {
  afterEach(() => {
    jest.restoreAllMocks();
  });

  it('counts on, and tells the new time of day, when that is set forward or back', () => {
    jest.spyOn(performance, 'now').mockReturnValue(5_000);
    for (const timeOfDay of [0, 2e12]) {
      jest.spyOn(Date, 'now').mockReturnValue(timeOfDay);
      expect(systemClock.timeOfDay()).toBe(timeOfDay);
      expect(systemClock.now()).toBe(performance.timeOrigin + 5_000);
    }
  });
});

describe('virtual time', () => {
  it('has one time until the machine sleeps, which shortens no wait and nobody else sleeps through', async () => {
    const time = createVirtualTime(0, 1);
    const { clock } = time;
    await time.run(() => clock.sleep(MINUTE));
    expect([clock.now(), clock.timeOfDay()]).toEqual([MINUTE, MINUTE]);
    time.at(1.5 * MINUTE, () => {
      time.suspend(MINUTE);
    });
    await time.run(() => clock.sleep(MINUTE));
    expect([clock.now(), clock.timeOfDay()]).toEqual([2 * MINUTE, 3 * MINUTE]);
  });
});
