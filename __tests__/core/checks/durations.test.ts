import { describe, expect, it } from '@jest/globals';

import { enteredDurations, NOTHING_TIMED } from '../../../src/core/checks/duration-account.ts';
import {
  describeDurations,
  gravestTest,
  isSlower,
  judgeDurations,
  type ComparedDurations,
} from '../../../src/core/checks/durations.ts';
import {
  baselineSources,
  canarySources,
  historyBefore,
  yardstickOf,
  type DurationSeries,
} from '../../../src/core/checks/yardstick.ts';
import { durationSection } from '../../../src/core/report/duration-section.ts';
import { listed, type Series } from '../../../src/core/metric-source.ts';

const MINUTE = 60_000;
const YARDSTICK = { p90: 60, p99: 120 };

/** What every minute says of a version: requests, p50, p90, p99, and the counts above the bounds. */
type Values = readonly (number | undefined)[];

const seriesOf = (values: Values, minutes: number): Readonly<Record<DurationSeries, Series>> => {
  const [requests, p50, p90, p99, aboveP90, aboveP99] = values;
  const always = (value: number | undefined): Series =>
    new Map(
      value === undefined
        ? []
        : Array.from({ length: minutes }, (_, index) => [index * MINUTE, value] as const),
    );
  return {
    requests: always(requests),
    p50: always(p50),
    p90: always(p90),
    p99: always(p99),
    aboveP90: always(aboveP90),
    aboveP99: always(aboveP99),
  };
};

function judged(
  { baseline, canary }: { readonly baseline: Values; readonly canary: Values },
  { minutes = 15, isKnown = true, mixed = [0] } = {},
): ComparedDurations {
  const account = enteredDurations(NOTHING_TIMED, {
    from: 0,
    to: (minutes - 1) * MINUTE,
    alpha: 0.01,
    mixed: new Set(mixed),
    baseline: seriesOf(baseline, minutes),
    canary: seriesOf(canary, minutes),
  });
  return judgeDurations({
    target: 'checkout:live',
    account,
    alpha: 0.01,
    yardstick: isKnown ? YARDSTICK : undefined,
  });
}

const OLD = [900, 40, 60, 120, 90, 9];

describe('the yardstick', () => {
  const series = (...values: readonly number[]): Series =>
    new Map(values.map((value, index) => [index, value]));

  it('is the median of the history of three hours, in whole periods that ended before', () => {
    const p90 = series(50, 60, 900);
    const p99 = series(100, 120, 2_000);
    expect(yardstickOf({ p90, p99, counted: series(9, 9, 9) })).toEqual(YARDSTICK);
    const { from, to, periodMs } = historyBefore(Date.UTC(2026, 0, 1, 12, 7, 9));
    expect([from, to + periodMs].map((at) => new Date(at).toISOString())).toEqual([
      '2026-01-01T09:05:00.000Z',
      '2026-01-01T12:05:00.000Z',
    ]);
  });

  it('is missing without a history, and where CloudWatch counts no values', () => {
    expect(yardstickOf({ p90: series(), p99: series(), counted: series() })).toBeUndefined();
    const known = { p90: series(60), p99: series(120) };
    expect(yardstickOf({ ...known, counted: series() })).toBeUndefined();
  });

  it('is a fifth longer for the canary', () => {
    const statistics = (sources: ReturnType<typeof canarySources>) =>
      listed(sources).map(({ statistic }) => statistic);
    expect(statistics(baselineSources(YARDSTICK)).slice(-2)).toEqual([
      'TC(60.000:)',
      'TC(120.000:)',
    ]);
    expect(statistics(canarySources(YARDSTICK)).slice(-2)).toEqual(['TC(72.000:)', 'TC(144.000:)']);
    expect(statistics(canarySources(undefined))).toEqual(['SampleCount', 'p50', 'p90', 'p99']);
  });
});

describe('the durations of two versions', () => {
  it('revert nothing when the same share of requests is slow', () => {
    const report = judged({ baseline: OLD, canary: [100, 40, 60, 120, 10, 1] });
    expect(isSlower(report)).toBe(false);
    expect(report.tests.map(({ needed }) => needed)).toEqual([200, 200]);
  });

  it('tell of a canary that is slower as a whole by the 90th percentile', () => {
    const report = judged({ baseline: OLD, canary: [100, 80, 120, 240, 40, 4] });
    expect(isSlower(report)).toBe(true);
    expect(gravestTest(report)?.counted).toBe(
      '560 of 1,400 requests took longer than 72 ms, and 1,260 of 12,600 of the old version longer than 60 ms',
    );
  });

  it('tell of a canary whose slowest are slower by the 99th percentile', () => {
    const report = judged({ baseline: OLD, canary: [100, 40, 60, 900, 12, 8] });
    expect(isSlower(report)).toBe(true);
    expect(gravestTest(report)?.counted).toContain('longer than 144 ms');
  });

  it('leave out minutes with two weights', () => {
    const slow = { baseline: OLD, canary: [100, 80, 120, 240, 40, 4] };
    const mixed = Array.from({ length: 15 }, (_, index) => index * MINUTE);
    expect(isSlower(judged(slow, { mixed }))).toBe(false);
  });

  it('are compared by their medians where nothing else is there', () => {
    const slower = judged(
      { baseline: [90, 40, 60, 120], canary: [10, 49, 60, 120] },
      { isKnown: false },
    );
    expect(isSlower(slower)).toBe(true);
    expect(gravestTest(slower)?.counted).toContain('in 14 of 14 minutes the median');
    const tolerated = judged(
      { baseline: [90, 40, 60, 120], canary: [10, 48, 60, 120] },
      { isKnown: false },
    );
    expect(isSlower(tolerated)).toBe(false);
  });

  it('prove nothing by the median of four requests', () => {
    const few = judged(
      { baseline: [90, 40, 60, 120], canary: [4, 400, 600, 1200] },
      { isKnown: false },
    );
    expect(gravestTest(few)?.counted).toContain('in 0 of 0 minutes');
  });

  it('are told with the percentiles of both versions and the evidence', () => {
    const report = judged({ baseline: OLD, canary: [100, 41, 62, 130, 10, 1] });
    expect(describeDurations(report)).toMatch(
      /^duration of checkout:live: canary p50 41 ms, p90 62 ms, p99 130 ms; baseline p50 40 ms, p90 60 ms, p99 120 ms; evidence less than 0\.1:1 of 200:1 needed$/,
    );
    expect(durationSection([report]).join('\n')).toContain(
      '41 ms, 62 ms, 130 ms | 40 ms, 60 ms, 120 ms',
    );
  });

  it('are not told of a canary that served nothing', () => {
    expect(durationSection([judged({ baseline: OLD, canary: [] })])).toEqual([]);
  });
});
