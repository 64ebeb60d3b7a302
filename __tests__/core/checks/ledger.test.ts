import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { comparisonReaders } from '../../../src/core/checks/comparison-reader.ts';
import { durationReaders } from '../../../src/core/checks/duration-reader.ts';
import {
  believed,
  HORIZON_MS,
  isDue,
  judgedBy,
  ledgerOf,
  wantedBy,
  withReading,
  type Ledger,
} from '../../../src/core/checks/ledger.ts';
import { sourceKeyOf, lambdaMetric, type FindSeries } from '../../../src/core/metric-source.ts';
import { promotedReaders } from '../../../src/core/checks/promoted-reader.ts';
import { scopeOf, type Scope } from '../../../src/core/checks/scope.ts';
import { thresholdReader } from '../../../src/core/checks/threshold-reader.ts';
import { moment, momentAhead } from '../../fixtures/moments.ts';
import { ANALYSIS_POLICY } from '../../fixtures/analysis-policy.ts';
import { scope, timed } from '../../fixtures/readers.ts';
import { noise } from '../../fixtures/noise.ts';

const MINUTE = 60_000;
const TARGETS = [timed('checkout')];
const check = {
  name: 'slow',
  measured: 'p99 Duration',
  order: '<',
  threshold: 100,
  unit: 'ms',
  failing: 3,
  of: 5,
  expression: { kind: 'source', index: 0 },
  sources: [lambdaMetric('Duration', 'p99')],
} as const;
const readers = [
  ...comparisonReaders(TARGETS, [], ANALYSIS_POLICY, true),
  ...durationReaders(TARGETS, { policy: ANALYSIS_POLICY, comparisons: 2 }),
  ...promotedReaders(TARGETS, ANALYSIS_POLICY, 'revert'),
  ...TARGETS.map((target) => thresholdReader(check, target)),
];
/** Those that count requests, and those that measure. */
const COUNTS = ['Sum', 'SampleCount'];

/** What CloudWatch says of a minute of a metric, from so long after its end on. */
interface Revision {
  readonly afterMs: number;
  /** Of 0 to 99: how it differs from what is said at the end. */
  readonly off: number;
}
interface World {
  readonly seed: number;
  /** How bad the canary is, in percent. */
  readonly badness: number;
  readonly revisions: readonly Revision[];
  /** When a weight of 50 and one of 100 come into force, minutes. */
  readonly shifts: readonly [number, number];
}

const world: fc.Arbitrary<World> = fc.record({
  seed: fc.nat({ max: 1_000_000 }),
  badness: fc.constantFrom(0, 1, 3, 20),
  revisions: fc.array(
    fc.record({ afterMs: fc.nat({ max: HORIZON_MS }), off: fc.nat({ max: 99 }) }),
    { minLength: 1, maxLength: 4 },
  ),
  shifts: fc.tuple(fc.integer({ min: 5, max: 60 }), fc.integer({ min: 61, max: 120 })),
});

const KEYS = readers.flatMap((reader) => reader.sources('alone').map(sourceKeyOf));

/** As it can be read at a time: each minute by its newest revision; before the first there is nothing. */
function seenAt({ seed, badness, revisions }: World, now: number, from = 0): FindSeries {
  const ordered = revisions.toSorted((a, b) => a.afterMs - b.afterMs);
  return (source) => {
    const key = KEYS.indexOf(sourceKeyOf(source));
    const isCanary = source.dimensions['ExecutedVersion'] === '8';
    const series = new Map<number, number>();
    for (let at = from; at + MINUTE <= now; at += MINUTE) {
      const minute = at / MINUTE;
      const earlier = noise(seed, key, minute) * MINUTE;
      const revision = ordered.findLast(
        ({ afterMs }) => at + MINUTE + Math.max(0, afterMs - earlier) <= now,
      );
      if (revision === undefined || noise(seed, key, minute, 7) < 0.05) continue;
      const random = noise(seed, key, minute, revision.off);
      if (!COUNTS.includes(source.statistic) && !source.statistic.startsWith('TC')) {
        series.set(at, 100 * random + (isCanary ? badness : 0));
      } else if (source.name === 'Errors' || source.statistic.startsWith('TC')) {
        series.set(at, Math.floor(random * (isCanary ? 2 + badness : 3)));
      } else {
        series.set(at, Math.floor(20 + random * 200));
      }
    }
    return series;
  };
}

function scopeAt({ shifts: [second, third] }: World, now: number): Scope {
  const begins = [0, second * MINUTE, third * MINUTE];
  const weights = [10, 50, 100];
  const changes = begins.flatMap((begin, index) =>
    begin <= now ? [{ at: moment(begin), weight: weights[index] ?? 100 }] : [],
  );
  const { at: begun, weight } = changes.at(-1) ?? { at: moment(0), weight: 10 };
  const bake = { ...scope.bake, weight, bakeMs: 30 * MINUTE, shiftedAt: begun, since: begun };
  return scopeOf({ at: moment(now), bake, changes, begunAt: undefined, metricDelayMs: 90_000 });
}

/** What is found of what a ledger asked for: of no other metric, and of no minute before. */
function found(ledger: Ledger, given: World, at: Scope): FindSeries {
  const { sources, from } = wantedBy(ledger, at);
  const wanted = new Set(sources.map(sourceKeyOf));
  const all = seenAt(given, at.at.timeOfDay, from);
  return (source) => (wanted.has(sourceKeyOf(source)) ? all(source) : new Map());
}

describe('a ledger of minutes', () => {
  it('comes to exactly what all minutes at once do, however they arrive and whenever they are read', () => {
    fc.assert(
      fc.property(
        world,
        fc.array(fc.integer({ min: 5_000, max: 25 * MINUTE }), { minLength: 1, maxLength: 15 }),
        (given, pauses) => {
          let ledger = ledgerOf(readers, 1);
          let now = 30_000;
          for (const pause of pauses) {
            now += pause;
            const when = scopeAt(given, now);
            if (!isDue(ledger, when)) continue;
            ledger = withReading(ledger, found(ledger, given, when), when);
          }
          const last = scopeAt(given, now + MINUTE);
          ledger = withReading(ledger, found(ledger, given, last), last);
          const fresh = ledgerOf(readers, 1);
          const atOnce = withReading(fresh, found(fresh, given, last), last);
          const whole = readers.map((reader) =>
            reader.enter(seenAt(given, last.at.timeOfDay), last).judge(last),
          );
          expect(judgedBy(ledger, last)).toEqual(judgedBy(atOnce, last));
          expect(judgedBy(ledger, last)).toEqual(whole);
        },
      ),
      { numRuns: 30 },
    );
  });

  const calm: World = {
    seed: 1,
    badness: 0,
    revisions: [{ afterMs: 0, off: 0 }],
    shifts: [1e6, 2e6],
  };
  function readUntil(minutes: number, everyMinutes = 1) {
    let ledger = ledgerOf(readers, everyMinutes);
    const asked: { readonly at: number; readonly minutes: number }[] = [];
    for (let now = 0; now <= minutes * MINUTE; now += 15_000) {
      const when = scopeAt(calm, now);
      const longBake = { ...when, bake: { ...when.bake, bakeMs: Infinity } };
      if (!isDue(ledger, longBake)) continue;
      asked.push({ at: now, minutes: (when.to - wantedBy(ledger, when).from) / MINUTE + 1 });
      ledger = withReading(ledger, found(ledger, calm, when), longBake);
    }
    return { ledger, asked };
  }

  it('reads once for each new minute, or at its own pace, and of the old ones only those that may change', () => {
    const { asked } = readUntil(120);
    expect(asked.length).toBeLessThanOrEqual(121);
    expect(Math.max(...asked.map(({ minutes }) => minutes))).toBeLessThanOrEqual(19);
    expect(readUntil(120, 4).asked.length).toBeLessThanOrEqual(31);
  });

  it('reads again once a bake is over, and when another begins', () => {
    const { ledger } = readUntil(30);
    const when = scopeAt(calm, 30 * MINUTE + 1_000);
    const bake = { ...when.bake, bakeMs: Infinity };
    expect(isDue(ledger, { ...when, bake })).toBe(false);
    expect(isDue(ledger, { ...when, bake: { ...bake, bakeMs: 30 * MINUTE + 500 } })).toBe(true);
    expect(isDue(ledger, { ...when, bake: { ...bake, since: moment(30 * MINUTE) } })).toBe(true);
  });

  it('wants nothing more of the old version once the minutes before the promotion are closed', () => {
    const promoted = { ...calm, shifts: [10, 20] as const };
    let ledger = ledgerOf(comparisonReaders(TARGETS, [], ANALYSIS_POLICY), 1);
    for (const minute of [19, 21, 23]) {
      const when = scopeAt(promoted, minute * MINUTE);
      expect(wantedBy(ledger, when).sources).toHaveLength(4);
      ledger = withReading(ledger, found(ledger, promoted, when), when);
    }
    for (const minute of [45, 46]) {
      const when = scopeAt(promoted, minute * MINUTE);
      expect(wantedBy(ledger, when).sources).toHaveLength(minute === 45 ? 4 : 0);
      ledger = withReading(ledger, found(ledger, promoted, when), when);
    }
  });

  it('does not believe what it closed by a clock that was ahead', () => {
    const { ledger } = readUntil(60);
    const back = momentAhead(60 * MINUTE + 15_000, -20 * MINUTE);
    expect(believed(ledger, { at: back }).openFrom).toBeUndefined();
    expect(believed(ledger, { at: moment(61 * MINUTE) })).toBe(ledger);
    // A machine that stood still has only more to read.
    expect(believed(ledger, { at: momentAhead(61 * MINUTE, 60 * MINUTE) })).toBe(ledger);
  });
});
