import { describe, expect, it } from '@jest/globals';

import { comparisonReaders } from '../../../src/core/checks/comparison-reader.ts';
import { keyOf, ofKind } from '../../../src/core/checks/finding.ts';
import { lambdaMetric } from '../../../src/core/metric-source.ts';
import { ANALYSIS_POLICY } from '../../fixtures/analysis-policy.ts';
import { judgedBy, nothing, scope, timed } from '../../fixtures/readers.ts';

describe('what is compared of a target', () => {
  it('is the alias’s traffic, of each version', () => {
    const [reader] = comparisonReaders([timed('checkout')], [], ANALYSIS_POLICY);
    expect(
      reader?.sources('side by side').map(({ name, dimensions }) => [name, dimensions]),
    ).toEqual(
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
    const readers = comparisonReaders(
      [timed('a'), timed('b'), timed('c')],
      compared,
      ANALYSIS_POLICY,
    );
    const found = readers.map((reader) => judgedBy(reader, nothing, scope).finding);
    expect(found).toHaveLength(6);
    for (const { needed } of ofKind(found, 'comparison'))
      expect(needed).toBeCloseTo(600 / 0.999, 9);
    expect(ofKind(found, 'comparison').map(keyOf)).toContain('comparison:http of b:live');
  });
});
