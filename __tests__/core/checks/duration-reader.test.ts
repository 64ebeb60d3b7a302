import { describe, expect, it } from '@jest/globals';

import { comparisonReaders } from '../../../src/core/checks/comparison-reader.ts';
import { durationReaders } from '../../../src/core/checks/duration-reader.ts';
import { ofKind } from '../../../src/core/checks/finding.ts';
import { lambdaMetric, type FindSeries } from '../../../src/core/metric-source.ts';
import { STANDARD_RULE } from '../../../src/core/statistics/evidence.ts';
import { ANALYSIS_POLICY } from '../../fixtures/analysis-policy.ts';
import { always, judgedBy, nothing, scope, timed } from '../../fixtures/readers.ts';

describe('what is compared of durations', () => {
  it('shares the alpha of durations out over targets, and over the two bounds', () => {
    const readers = durationReaders([timed('a'), timed('b')]);
    const found = readers.map((reader) => judgedBy(reader, nothing, scope).finding);
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
      ...comparisonReaders(targets, [own], ANALYSIS_POLICY, true),
      ...durationReaders(targets, { policy: ANALYSIS_POLICY, comparisons: 3 }),
    ];
    const alphas = readers.flatMap((reader) => {
      const { finding } = judgedBy(reader, nothing, scope);
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
      reverts ? { policy: ANALYSIS_POLICY, comparisons: 2 } : undefined,
    );
    const find: FindSeries = ({ dimensions, statistic }) =>
      always(values[dimensions['ExecutedVersion'] ?? '']?.[statistic] ?? NaN);
    const finding = reader?.enter(find, scope).judge(scope).finding;
    expect(finding?.verdict.kind).toBe(verdict);
    expect(finding).toMatchObject({ kind: 'duration', canary: { p50: 400, p90: 600, p99: 900 } });
  });
});
