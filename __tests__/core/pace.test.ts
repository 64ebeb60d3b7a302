import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import {
  afterLeaving,
  afterRefusal,
  BURST,
  mayLeaveAt,
  paceOf,
  rateAt,
  type Pace,
} from '../../src/core/pace.ts';

const quotas = fc.constantFrom(5, 9, 15, 20, 50, 100);

interface Call {
  /** After the one before was asked for. */
  readonly afterMs: number;
  readonly refused: boolean;
}

const calls = (refused: fc.Arbitrary<boolean>) =>
  fc.array(fc.record({ afterMs: fc.oneof(fc.constant(0), fc.nat(300), fc.nat(5_000)), refused }), {
    minLength: 1,
    maxLength: 200,
  });

/** When each call leaves, if each leaves as soon as it may. */
function departures(quota: number, wanted: readonly Call[]): readonly number[] {
  let pace = paceOf(quota);
  let askedAt = 0;
  return wanted.map(({ afterMs, refused }) => {
    askedAt += afterMs;
    const at = Math.max(askedAt, mayLeaveAt(pace));
    pace = afterLeaving(pace, at);
    if (refused) pace = afterRefusal(pace, at);
    askedAt = at;
    return at;
  });
}

/** After refusals a second apart, until the pace gives way no more. */
function slowest(quota: number): { readonly pace: Pace; readonly at: number } {
  let pace = paceOf(quota);
  let at = 0;
  for (; at < 20_000; at += 1_000) pace = afterRefusal(pace, at);
  return { pace, at: at - 1_000 };
}

describe('the pace of calls', () => {
  it('is never more than the quota and a small burst in any second', () => {
    fc.assert(
      fc.property(quotas, calls(fc.boolean()), (quota, wanted) => {
        const left = departures(quota, wanted);
        for (const from of left) {
          const inSecond = left.filter((at) => at >= from && at < from + 1_000).length;
          expect(inSecond).toBeLessThanOrEqual(quota + BURST);
        }
      }),
    );
  });

  it('uses nine tenths of the quota while there is something to send', () => {
    fc.assert(
      fc.property(quotas, fc.integer({ min: 50, max: 400 }), (quota, count) => {
        const wanted = Array.from({ length: count }, () => ({ afterMs: 0, refused: false }));
        expect(departures(quota, wanted).at(-1)).toBeLessThanOrEqual((count / quota) * 1_100);
      }),
    );
  });

  it('lets a few leave at once after a pause', () => {
    const wanted = Array.from({ length: BURST + 1 }, () => ({ afterMs: 0, refused: false }));
    const left = departures(15, wanted);
    expect(left.slice(0, BURST)).toEqual(left.slice(0, BURST).map(() => 0));
    expect(left[BURST]).toBeGreaterThan(0);
  });

  it('gives way to refusals, but keeps a wait well under a second under Lambda’s quota', () => {
    const { pace, at } = slowest(15);
    expect(rateAt(pace, at)).toBeLessThan(4);
    const next = mayLeaveAt(pace);
    expect(mayLeaveAt(afterLeaving(pace, next)) - next).toBeLessThan(500);
    expect(next - at).toBeLessThan(500);
  });

  it('takes refusals of the same moment for one', () => {
    const once = afterRefusal(paceOf(15), 0);
    expect(afterRefusal(afterRefusal(once, 1), 999)).toEqual(once);
  });

  it('is back at the whole quota some seconds after the last refusal', () => {
    const { pace, at } = slowest(15);
    expect(rateAt(pace, at + 3_000)).toBeLessThan(pace.most);
    expect(rateAt(pace, at + 10_000)).toBe(pace.most);
  });
});
