import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { createAgenda, type Agenda } from '../../../simulator/time/agenda.ts';
import { replaceTimers } from '../../../simulator/time/timers.ts';

const real = { setTimeout, clearTimeout };

let now: number;
let agenda: Agenda;
let fired: unknown[];
/** How many timers keep a process alive, each time that changed. */
let awake: number[];
let restore: () => void;
beforeEach(() => {
  now = 1_000;
  agenda = createAgenda();
  [fired, awake] = [[], []];
  const time = { now: () => now, at: (moment: number, act: () => void) => agenda.add(moment, act) };
  restore = replaceTimers(time, (timers) => awake.push(timers));
});
afterEach(() => {
  restore();
});

const pass = (ms: number) => {
  now += ms;
  agenda.runUntil(now);
};
const fire = (...values: unknown[]) => fired.push(...values);

describe('a timer of another time', () => {
  it('fires once, when its time has come, with the values that it was given', () => {
    setTimeout(fire, 100, 'one', 'other');
    pass(99);
    expect(fired).toEqual([]);
    pass(1);
    pass(1_000);
    expect(fired).toEqual(['one', 'other']);
  });

  it.each([undefined, 0, -5])('fires at once, but not before, with a delay of %s', (delay) => {
    setTimeout(fire, delay, 'now');
    expect(fired).toEqual([]);
    pass(0);
    expect(fired).toEqual(['now']);
  });

  it('does not fire when it was cleared, twice even, or closed', () => {
    const cleared = setTimeout(fire, 100, 'cleared');
    setTimeout(fire, 100, 'closed').close();
    clearTimeout(cleared);
    clearTimeout(cleared);
    clearTimeout(undefined);
    pass(100);
    expect(fired).toEqual([]);
  });

  it('begins anew when it is refreshed, even after it fired', () => {
    const timer = setTimeout(fire, 100, 'fired');
    pass(60);
    timer.refresh();
    pass(60);
    expect(fired).toEqual([]);
    pass(40);
    timer.refresh();
    pass(100);
    expect(fired).toEqual(['fired', 'fired']);
  });

  it('keeps its process alive until it fires or is cleared', () => {
    const timer = setTimeout(fire, 100);
    setTimeout(fire, 50);
    pass(50);
    clearTimeout(timer);
    expect(awake).toEqual([1, 2, 1, 0]);
  });

  it('keeps nobody alive while it is not to, and still fires', () => {
    const timer = setTimeout(fire, 100, 'fired').unref();
    expect(timer.hasRef()).toBe(false);
    timer.refresh();
    expect(awake).toEqual([1, 0]);
    timer.ref();
    expect(timer.hasRef()).toBe(true);
    pass(100);
    expect(awake).toEqual([1, 0, 1, 0]);
    timer.ref();
    expect(awake).toEqual([1, 0, 1, 0]);
    expect(fired).toEqual(['fired']);
  });

  it('leaves the real ones as they were in the end', () => {
    expect(setTimeout).not.toBe(real.setTimeout);
    restore();
    expect(setTimeout).toBe(real.setTimeout);
    expect(clearTimeout).toBe(real.clearTimeout);
  });
});
