import { describe, expect, it } from '@jest/globals';

import { lambdaMetric, type FindSeries, type Series } from '../../../src/core/metric-source.ts';
import { thresholdReader } from '../../../src/core/checks/threshold-reader.ts';
import type { Scope } from '../../../src/core/checks/scope.ts';
import type { MetricCheck } from '../../../src/core/checks/thresholds.ts';
import { moment } from '../../fixtures/moments.ts';
import { always, judgedBy, nothing, scope, timed } from '../../fixtures/readers.ts';

const MINUTE = 60_000;
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

describe('what is read for a metric check', () => {
  it('goes by the alias’s own series after the promotion, where Lambda names no version', () => {
    const promoted = {
      ...scope,
      bake: {
        ...scope.bake,
        weight: 100,
        shiftedAt: moment(5 * MINUTE),
        since: moment(5 * MINUTE),
      },
    };
    const seen = (when: Scope, values: Series) =>
      judgedBy(
        thresholdReader(check, timed('checkout')),
        ({ dimensions }) => ('ExecutedVersion' in dimensions ? new Map() : values),
        when,
      ).finding;
    expect(seen(promoted, always(900)).verdict.kind).toBe('fail');
    expect(seen(scope, always(900))).toMatchObject({ state: 'NO DATA' });
    // Before the promotion it is the old version's as well.
    expect(seen(promoted, new Map([[4 * MINUTE, 900]]))).toMatchObject({ state: 'NO DATA' });
  });

  it('says at once that a metric check has no data any more', () => {
    const judge = (find: FindSeries, when: Scope) =>
      judgedBy(thresholdReader(check, timed('checkout')), find, when);
    const until = (last: number) => new Map([[last * MINUTE, 700]]);
    expect(judge(() => until(7), scope).finding).toMatchObject({ state: 'OK' });
    expect(judge(() => until(6), scope).finding).toMatchObject({ state: 'NO DATA' });
  });

  it('warns of a metric check without data once its step is over', () => {
    const judge = (find: FindSeries, when: Scope) =>
      judgedBy(thresholdReader(check, timed('checkout')), find, when);
    expect(judge(nothing, { ...scope, at: moment(MINUTE) }).warnings).toEqual([]);
    // No minute of the step has settled.
    expect(judge(nothing, { ...scope, to: -MINUTE }).warnings).toEqual([]);
    expect(judge(nothing, scope).warnings).toEqual([
      'metric-checks: slow of checkout:live had no data: it was not checked (p99 Duration < 800 ms).',
    ]);
    expect(judge(() => always(900), scope).finding.verdict).toMatchObject({ kind: 'fail' });
  });
});
