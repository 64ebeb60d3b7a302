import { describe, expect, it } from '@jest/globals';

import { alarm, failureRateOfAlias, failuresOfAlias } from '../../proofs/detectors/alarm.ts';
import { drawMinute, WEIGHTS, type Detector } from '../../proofs/detectors/detector.ts';
import { fisherP, pooledFisher } from '../../proofs/detectors/fisher.ts';
import { flagger } from '../../proofs/detectors/flagger.ts';
import { kayenta, shiftOf } from '../../proofs/detectors/kayenta.ts';
import { oracle, waldSprt } from '../../proofs/detectors/sprt.ts';
import { tryAll } from '../../proofs/detectors/trials.ts';
import { DETECTORS } from '../../proofs/detectors/all.ts';
import { seeded } from '../../simulator/time/random.ts';
import type { Minute } from '../../src/core/statistics/evidence.ts';

const minute = (canaryBad: number, baselineBad = 0): Minute => ({
  canary: { total: 100, bad: canaryBad },
  baseline: { total: 900, bad: baselineBad },
});
const cell = { requestsPerSecond: 10, baseline: 0.001, canary: 0.01 };

function revertAt({ watch }: Detector, minutes: readonly Minute[]): number | null {
  const padded = Array.from(
    { length: WEIGHTS.length + 1 },
    (_, index) => minutes[index] ?? minute(0),
  );
  return watch({ cell, minutes: padded, random: seeded(1) }).revertAt;
}

describe('the detectors of the benchmark', () => {
  const errors = { name: '', breaches: (each: Minute) => failuresOfAlias(each) > 0 };

  it('have an alarm that goes off at the first minute with a failure of either version', () => {
    const once = alarm({ ...errors, datapoints: 1, periods: 1 });
    expect(revertAt(once, [minute(0), minute(0, 1)])).toBe(1);
    expect(revertAt(once, [])).toBeNull();
  });

  it('have an alarm of two minutes out of three, whichever two', () => {
    const some = alarm({ ...errors, datapoints: 2, periods: 3 });
    expect(revertAt(some, [minute(1), minute(0), minute(1)])).toBe(2);
    expect(revertAt(some, [minute(1), minute(0), minute(0), minute(1)])).toBeNull();
  });

  it('have a failure rate of both versions together', () => {
    expect(failureRateOfAlias(minute(5, 5))).toBeCloseTo(0.01, 12);
  });

  it('have a Flagger that holds the weight after a failed check and reverts at the fifth', () => {
    const bad = { ...cell, canary: 1 };
    const { minutes, revertAt: at } = flagger.watch({ cell: bad, minutes: [], random: seeded(1) });
    expect(at).toBe(4);
    // All of them at the first weight, with the one in which the fifth was acted on.
    expect(minutes).toHaveLength(6);
    for (const { canary } of minutes) expect(canary.total).toBeLessThan(100);
  });

  it('have a Flagger that goes through the plan when no check fails', () => {
    const good = { ...cell, canary: 0 };
    const { minutes, revertAt: at } = flagger.watch({ cell: good, minutes: [], random: seeded(1) });
    expect([minutes.length, at]).toEqual([15, null]);
  });

  it('have Fisher’s p-value, as added up by hand', () => {
    // 2 failures among 3 of the canary and 4 of the baseline: both the canary's in 3 of 21 cases.
    expect(fisherP({ total: 4, bad: 0 }, { total: 3, bad: 2 })).toBeCloseTo(3 / 21, 12);
    expect(fisherP({ total: 4, bad: 2 }, { total: 3, bad: 1 })).toBe(1);
    // P(X ≥ 4) of 5 failures, 10 of 100 requests: (C(10,4)·90 + C(10,5)) / C(100,5).
    expect(fisherP({ total: 90, bad: 1 }, { total: 10, bad: 4 })).toBeCloseTo(
      (210 * 90 + 252) / 75_287_520,
      12,
    );
  });

  it('have a Fisher’s test that needs more than one improbable failure', () => {
    expect(revertAt(pooledFisher, [minute(2)])).toBeNull();
    expect(revertAt(pooledFisher, [minute(2), minute(2)])).toBe(1);
  });

  it('have a sequential test that stops to look when it has accepted the canary', () => {
    const sprt = waldSprt(10);
    expect(revertAt(sprt, [minute(2), minute(2)])).toBe(1);
    expect(revertAt(sprt, [minute(0, 20), minute(50), minute(50)])).toBeNull();
  });

  it('have an oracle that takes two failures of the canary where the baseline never fails', () => {
    const known = { ...cell, baseline: 0 };
    const minutes = [minute(1), minute(1), ...WEIGHTS.slice(1).map(() => minute(0))];
    expect(oracle.watch({ cell: known, minutes, random: seeded(1) }).revertAt).toBe(1);
  });

  it('have Kayenta’s interval: five minutes above five others are just enough', () => {
    const { low, estimate } = shiftOf([6, 7, 8, 9, 10], [1, 2, 3, 4, 5]);
    expect(low).toBeCloseTo(1, 5);
    expect(estimate).toBeCloseTo(5, 5);
    expect(shiftOf([6, 7, 8, 9, 4.5], [1, 2, 3, 4, 5]).low).toBeLessThan(0);
  });

  it('have a Kayenta that is asked at the end of a step only', () => {
    const judge = kayenta('', 'step');
    const bad = [5, 6, 7, 8, 9].map((failures) => minute(failures, failures - 5));
    expect(revertAt(judge, bad)).toBe(4);
    expect(revertAt(judge, bad.slice(0, 4))).toBeNull();
    expect(revertAt(judge, [])).toBeNull();
  });

  it('all watch the same rollouts, and count what users felt until a minute after the decision', () => {
    const bad = { ...cell, canary: 1 };
    const tallies = tryAll(bad, { runs: 20, seed: 1 });
    const of = (name: string) => tallies[DETECTORS.findIndex((each) => each.name === name)];
    expect(of('no analysis')?.reverted).toBe(0);
    expect(of('Lambda Canary')?.reverted).toBe(20);
    expect(of('Lambda Canary')?.minutes).toEqual(Array.from({ length: 20 }, () => 2));
    // Two minutes of 60 requests.
    expect(of('Lambda Canary')?.failed).toBeGreaterThan(110);
    expect(of('Lambda Canary')?.failed).toBeLessThan(130);
  });

  it('see traffic of the rate and the weight that is asked for', () => {
    const random = seeded(3);
    const minutes = Array.from({ length: 500 }, () => drawMinute(random, cell, 0.25));
    const mean = minutes.reduce((sum, { canary }) => sum + canary.total, 0) / minutes.length;
    expect(mean / 150).toBeCloseTo(1, 1);
  });
});
