import { describe, expect, it } from '@jest/globals';

import {
  comparisonReaders,
  durationReaders,
  thresholdReader,
  type Timed,
} from '../../../src/core/checks/readers.ts';
import { scopeOf, type Scope } from '../../../src/core/checks/scope.ts';
import { STANDARD_RULE } from '../../../src/core/statistics/evidence.ts';
import type { MetricCheck } from '../../../src/core/checks/thresholds.ts';
import { keyOf, ofKind } from '../../../src/core/checks/finding.ts';
import { lambdaMetric, type Series } from '../../../src/core/checks/metric-source.ts';
import { moment, momentAhead } from '../../fixtures/moments.ts';

const MINUTE = 60_000;
const timed = (functionName: string): Timed => ({
  target: { functionId: functionName, functionName, alias: 'live' },
  versions: { stable: '7', canary: '8' },
  yardstick: { p90: 60, p99: 120 },
  pauseMs: undefined,
});
const scope: Scope = {
  at: moment(20 * MINUTE),
  bake: {
    weight: 10,
    bakeMs: 5 * MINUTE,
    shiftedAt: moment(0),
    since: moment(0),
    promotionNext: false,
    latest: Infinity,
  },
  from: 0,
  to: 9 * MINUTE,
  sideBySide: 9 * MINUTE,
  weights: [{ from: 0, weight: 10 }],
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

const nothing = (): Series => new Map();

describe('the minutes that are judged', () => {
  const { bake } = scope;
  const from = { bake, begunAt: undefined, metricDelayMs: 90_000 };

  it('are all since the first weight, those included in which the machine stood still', () => {
    const at = momentAhead(8 * MINUTE, 12 * MINUTE);
    const found = scopeOf({ ...from, at, changes: [{ at: moment(3 * MINUTE), weight: 10 }] });
    // At 00:20 of the day, the metrics of 00:17 are there.
    expect([found.from, found.to]).toEqual([3 * MINUTE, 17 * MINUTE]);
  });

  it('begin where an earlier job began, by whatever clock', () => {
    const at = moment(20 * MINUTE);
    const changes = [{ at: moment(9 * MINUTE), weight: 10 }];
    expect(scopeOf({ ...from, at, changes, begunAt: 4 * MINUTE }).from).toBe(4 * MINUTE);
    expect(scopeOf({ ...from, at, changes, begunAt: 40 * MINUTE }).from).toBe(9 * MINUTE);
  });

  it('leave out those in which a weight changed by the time of day', () => {
    const at = momentAhead(8 * MINUTE, 12.5 * MINUTE);
    const changes = [
      { at: moment(0), weight: 10 },
      { at: momentAhead(5 * MINUTE, 12.5 * MINUTE), weight: 50 },
    ];
    expect(scopeOf({ ...from, at, changes }).mixed).toEqual(new Set([17 * MINUTE]));
  });

  it('are told anew by a clock that was set back', () => {
    const changes = [{ at: momentAhead(3 * MINUTE, 60 * MINUTE), weight: 10 }];
    expect(scopeOf({ ...from, at: moment(8 * MINUTE), changes })).toMatchObject({
      from: 3 * MINUTE,
      to: 5 * MINUTE,
    });
  });
});

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
    const found = readers.map(({ judge }) => judge(nothing, scope).finding);
    expect(found).toHaveLength(6);
    for (const { needed } of ofKind(found, 'comparison'))
      expect(needed).toBeCloseTo(600 / 0.999, 9);
    expect(ofKind(found, 'comparison').map(keyOf)).toContain('comparison:http of b:live');
  });

  it('shares the alpha of durations out over targets, and over the two bounds', () => {
    const readers = durationReaders([timed('a'), timed('b')]);
    const found = readers.map(({ judge }) => judge(nothing, scope).finding);
    const needed = ofKind(found, 'duration').flatMap(({ tests }) =>
      tests.map((test) => test.needed),
    );
    expect(needed).toEqual([400, 400, 400, 400]);
  });

  it('bounds by alpha all comparisons together, the durations that revert among them', () => {
    const targets = [timed('a'), timed('b')];
    const own = {
      name: 'http',
      bad: lambdaMetric('Bad', 'Sum'),
      total: lambdaMetric('All', 'Sum'),
    };
    const readers = [
      ...comparisonReaders(targets, [own], policy, true),
      ...durationReaders(targets, { policy, comparisons: 3 }),
    ];
    const alphas = readers.flatMap(({ judge }) => {
      const { finding } = judge(nothing, scope);
      if (finding.kind === 'comparison') return [1 / finding.needed];
      return finding.kind === 'duration' ? finding.tests.map(({ needed }) => 1 / needed) : [];
    });
    expect(alphas).toHaveLength(8);
    const sum = alphas.reduce((all, each) => all + each, 0);
    // A thousandth goes to requests that are missing.
    expect(sum).toBeCloseTo(0.999 * STANDARD_RULE.alpha, 12);
  });

  it.each([
    [true, 'fail'],
    [false, 'pass'],
  ])('fails for a slow canary only if durations revert: %s', (reverts, verdict) => {
    const values: Readonly<Record<string, Readonly<Record<string, number>>>> = {
      7: { SampleCount: 900, p50: 40, p90: 60, p99: 120, 'TC(60.000:)': 90, 'TC(120.000:)': 9 },
      8: { SampleCount: 100, p50: 400, p90: 600, p99: 900, 'TC(72.000:)': 90, 'TC(144.000:)': 80 },
    };
    const [reader] = durationReaders(
      [timed('a')],
      reverts ? { policy, comparisons: 2 } : undefined,
    );
    const finding = reader?.judge(
      ({ dimensions, statistic }) =>
        always(values[dimensions['ExecutedVersion'] ?? '']?.[statistic] ?? NaN),
      scope,
    ).finding;
    expect(finding?.verdict.kind).toBe(verdict);
    expect(finding).toMatchObject({ kind: 'duration', canary: { p50: 400, p90: 600, p99: 900 } });
  });

  it('goes by the alias’s own series after the promotion, where Lambda names no version', () => {
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
    const promoted = {
      ...scope,
      bake: {
        ...scope.bake,
        weight: 100,
        shiftedAt: moment(5 * MINUTE),
        since: moment(5 * MINUTE),
      },
    };
    const seen = (isAlone: boolean, values: Series) =>
      thresholdReader(check, timed('checkout'), isAlone).judge(
        ({ dimensions }) => ('ExecutedVersion' in dimensions ? new Map() : values),
        promoted,
      ).finding;
    expect(seen(true, always(900)).verdict.kind).toBe('fail');
    expect(seen(false, always(900))).toMatchObject({ state: 'NO DATA' });
    // Before the promotion it is the old version's as well.
    expect(seen(true, new Map([[4 * MINUTE, 900]]))).toMatchObject({ state: 'NO DATA' });
  });

  it('says at once that a metric check has no data any more', () => {
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
    const until = (last: number) => new Map([[last * MINUTE, 700]]);
    expect(judge(() => until(7), scope).finding).toMatchObject({ state: 'OK' });
    expect(judge(() => until(6), scope).finding).toMatchObject({ state: 'NO DATA' });
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
    expect(judge(nothing, { ...scope, at: moment(MINUTE) }).warnings).toEqual([]);
    // No minute of the step has settled.
    expect(judge(nothing, { ...scope, to: -MINUTE }).warnings).toEqual([]);
    expect(judge(nothing, scope).warnings).toEqual([
      'metric-checks: slow of checkout:live had no data: it was not checked (p99 Duration < 800 ms).',
    ]);
    expect(judge(() => always(900), scope).finding.verdict).toMatchObject({ kind: 'fail' });
  });
});
