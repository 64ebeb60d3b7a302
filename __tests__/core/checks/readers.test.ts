import { describe, expect, it } from '@jest/globals';

import {
  comparisonReaders,
  durationReaders,
  thresholdReader,
  type Moment,
  type Timed,
} from '../../../src/core/checks/readers.ts';
import { STANDARD_RULE } from '../../../src/core/statistics/evidence.ts';
import type { MetricCheck } from '../../../src/core/checks/thresholds.ts';
import { lambdaMetric, type Series } from '../../../src/core/checks/metric-source.ts';

const MINUTE = 60_000;
const timed = (functionName: string): Timed => ({
  target: { functionId: functionName, functionName, alias: 'live' },
  versions: { stable: '7', canary: '8' },
  yardstick: { p90: 60, p99: 120 },
});
const moment: Moment = {
  at: 20 * MINUTE,
  bake: { weight: 10, bakeMs: 5 * MINUTE, since: 0, promotionNext: false },
  from: 0,
  to: 9 * MINUTE,
  mixed: new Set(),
};
const policy = {
  mode: 'on',
  rule: STANDARD_RULE,
  minInvocations: 50,
  maxExtension: 3,
  onInconclusive: 'promote',
  metricDelayMs: 90_000,
} as const;
const always = (value: number): Series =>
  new Map(Array.from({ length: 10 }, (_, index) => [index * MINUTE, value]));

describe('what is read of metrics', () => {
  it('is the alias’s traffic, of each version', () => {
    const [reader] = comparisonReaders([timed('checkout')], [], policy);
    expect(reader?.sources.map(({ name, dimensions }) => [name, dimensions])).toEqual(
      [
        ['Invocations', '7'],
        ['Errors', '7'],
        ['Invocations', '8'],
        ['Errors', '8'],
      ].map(([name, ExecutedVersion]) => [
        name,
        { FunctionName: 'checkout', Resource: 'checkout:live', ExecutedVersion },
      ]),
    );
  });

  it('shares alpha out over targets and comparisons', () => {
    const compared = [
      { name: 'http', bad: lambdaMetric('Bad', 'Sum'), total: lambdaMetric('All', 'Sum') },
    ];
    const readers = comparisonReaders([timed('a'), timed('b'), timed('c')], compared, policy);
    const needed = readers.map(({ judge }) => judge([], moment).comparison?.needed);
    expect(readers).toHaveLength(6);
    for (const each of needed) expect(each).toBeCloseTo(600, 9);
  });

  it('shares the alpha of durations out over targets, and over the two bounds', () => {
    const readers = durationReaders([timed('a'), timed('b')], true);
    const needed = readers.flatMap(({ judge }) =>
      (judge([], moment).duration?.tests ?? []).map((test) => test.needed),
    );
    expect(needed).toEqual([400, 400, 400, 400]);
  });

  it.each([
    [true, 'fail'],
    [false, 'pass'],
  ])('fails for a slow canary only if durations revert: %s', (reverts, verdict) => {
    const [reader] = durationReaders([timed('a')], reverts);
    const old = [900, 40, 60, 120, 90, 9].map(always);
    const slow = [100, 400, 600, 900, 90, 80].map(always);
    const judged = reader?.judge([...old, ...slow], moment);
    expect(judged?.verdict.kind).toBe(verdict);
    expect(judged?.duration?.canary).toEqual({ p50: 400, p90: 600, p99: 900 });
  });

  it('warns of a metric check without data once its step is over', () => {
    const check: MetricCheck = {
      name: 'slow',
      measured: 'p99 Duration',
      order: '<',
      threshold: 800,
      unit: 'ms',
      failing: 1,
      of: 1,
      expression: { kind: 'source', index: 0 },
      sources: [lambdaMetric('Duration', 'p99')],
    };
    const { judge } = thresholdReader(check, timed('checkout'));
    expect(judge([new Map()], { ...moment, at: MINUTE }).warnings).toEqual([]);
    expect(judge([new Map()], moment).warnings).toEqual([
      'metric-checks: slow of checkout:live had no data: it was not checked (p99 Duration < 800 ms).',
    ]);
    expect(judge([always(900)], moment).verdict).toMatchObject({ kind: 'fail' });
  });
});
