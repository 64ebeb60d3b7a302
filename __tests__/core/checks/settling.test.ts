import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { scopeOf } from '../../../src/core/checks/scope.ts';
import {
  awaitedMinute,
  hasSettled,
  isWorthALook,
  looked,
  type Look,
} from '../../../src/core/checks/settling.ts';
import { latestSettledMs } from '../../../src/core/minute.ts';
import type { Bake } from '../../../src/core/rollout/plan.ts';
import { moment, momentAhead } from '../../fixtures/moments.ts';
import { scope } from '../../fixtures/readers.ts';

const MINUTE = 60_000;
const SECOND = 1_000;
const metricDelayMs = 90 * SECOND;
/** Five minutes, of which the last one begins at 4:00. */
const last: Bake = { ...scope.bake, promotionNext: true };
const AWAITED = 4 * MINUTE;
const END = 5 * MINUTE;

/** What is seen of the awaited minute at moments after its end, in seconds; nothing where there is no datapoint. */
function after(...seen: readonly (readonly [number, ...(number | undefined)[]])[]): {
  readonly look: Look | undefined;
  readonly settled: boolean;
} {
  let look: Look | undefined;
  let now = 0;
  for (const [seconds, ...values] of seen) {
    now = seconds;
    const at = moment(END + now * SECOND);
    const series = values.map(
      (value) => new Map(value === undefined ? [] : [[AWAITED, value] as const]),
    );
    look = looked(look, { minute: AWAITED, at, series });
  }
  const at = moment(END + now * SECOND);
  return { look, settled: hasSettled(AWAITED, look, { at, metricDelayMs }) };
}

describe('a minute that is waited for', () => {
  it('is the last one before the promotion, once the bake is over', () => {
    expect(awaitedMinute(last, moment(END - 1))).toBeUndefined();
    expect(awaitedMinute(last, moment(END))).toBe(AWAITED);
    expect(awaitedMinute({ ...last, promotionNext: false }, moment(END))).toBeUndefined();
    const promoted = { ...last, weight: 100, shiftedAt: moment(END), since: moment(END) };
    expect(awaitedMinute(promoted, moment(2 * END))).toBe(AWAITED);
  });

  it('has settled when it does not change any more, a minute after its end at the earliest', () => {
    expect(after([61, 540, 60], [75, 540, 60]).settled).toBe(true);
    expect(after([61, 540, 60], [70, 540, 60]).settled).toBe(false);
    expect(after([61, 540, 40], [75, 540, 60]).settled).toBe(false);
    expect(after([61, 540, 40], [75, 540, 60], [90, 540, 60]).settled).toBe(true);
    const when = { at: moment(END + 59 * SECOND), metricDelayMs };
    expect(isWorthALook(AWAITED, when)).toBe(false);
  });

  it('is waited for beyond the delay while it changes, until two minutes after its end', () => {
    const changing = [61, 76, 91, 106].map((at) => [at, at, at] as const);
    expect(after(...changing).settled).toBe(false);
    expect(after(...changing, [119, 119, 119]).settled).toBe(false);
    expect(after(...changing, [120, 120, 120]).settled).toBe(true);
  });

  it('may still come, where a metric has no datapoint: then the delay counts', () => {
    expect(after([61, 540, undefined], [76, 540, undefined]).settled).toBe(false);
    expect(after([76, 540, undefined], [91, 540, undefined]).settled).toBe(true);
  });

  it('has settled two minutes after its end or at its own delay, whatever was seen, and never before a minute', () => {
    const looks = fc.array(
      fc.tuple(fc.integer({ min: 1, max: 40 }), fc.option(fc.nat({ max: 3 }), { nil: undefined })),
      { minLength: 1, maxLength: 30 },
    );
    fc.assert(
      fc.property(looks, fc.integer({ min: 60, max: 300 }), (given, delay) => {
        const when = { metricDelayMs: delay * SECOND };
        let look: Look | undefined;
        let now = 0;
        let settledBefore = false;
        for (const [pause, value] of given) {
          now += pause;
          const at = moment(END + now * SECOND);
          // Whoever looks ends to look once it has settled.
          if (!settledBefore && isWorthALook(AWAITED, { ...when, at })) {
            const series = [new Map(value === undefined ? [] : [[AWAITED, value] as const])];
            look = looked(look, { minute: AWAITED, at, series });
          }
          const settled = hasSettled(AWAITED, look, { ...when, at });
          if (now * SECOND >= latestSettledMs(when.metricDelayMs)) expect(settled).toBe(true);
          if (now < 60) expect(settled).toBe(false);
          if (settledBefore) expect(settled).toBe(true);
          settledBefore = settled;
        }
      }),
    );
  });

  it('counts as soon as it has settled, goes on to count, and is not settled while it changes', () => {
    const changes = [{ at: moment(0), weight: 10 }];
    const { look } = after([61, 540, 60], [75, 540, 60]);
    const when = { changes, begunAt: undefined, metricDelayMs };
    const at = moment(END + 75 * SECOND);
    expect(scopeOf({ ...when, at, bake: last, look })).toMatchObject({
      to: AWAITED,
      settledTo: AWAITED,
    });
    expect(scopeOf({ ...when, at, bake: last })).toMatchObject({
      to: AWAITED - MINUTE,
      settledTo: AWAITED - MINUTE,
    });
    const promoted = { ...last, weight: 100, shiftedAt: at, since: at };
    const then = moment(END + 76 * SECOND);
    expect(scopeOf({ ...when, at: then, bake: promoted, look })).toMatchObject({ to: AWAITED });
    const changing = after([76, 540, 50], [91, 540, 60]).look;
    const late = moment(END + 91 * SECOND);
    expect(scopeOf({ ...when, at: late, bake: last, look: changing })).toMatchObject({
      to: AWAITED,
      settledTo: AWAITED - MINUTE,
    });
    // By a clock that was set back, it is not over yet.
    const back = momentAhead(END + 80 * SECOND, -10 * MINUTE);
    expect(scopeOf({ ...when, at: back, bake: last, look }).to).toBeLessThan(0);
  });
});
