import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import {
  conditionOf,
  evaluateCheck,
  measuredIn,
  formatValue,
  type Expression,
  type MetricCheck,
  type Operator,
} from '../../../src/core/checks/thresholds.ts';
import { lambdaMetric, type Series } from '../../../src/core/metric-source.ts';

const MINUTE = 60_000;
const TWO_PM = Date.UTC(2026, 2, 1, 14, 0);
const source = (index: number): Expression => ({ kind: 'source', index });
const operation = (left: Expression, operator: Operator, right: Expression): Expression => ({
  kind: 'operation',
  operator,
  left,
  right,
});

const SLOW: MetricCheck = {
  name: 'slow',
  measured: 'p99 Duration',
  expression: source(0),
  sources: [lambdaMetric('Duration', 'p99')],
  order: '<',
  threshold: 800,
  unit: 'ms',
  failing: 3,
  of: 5,
};

/** Values by their minute after two; undefined where there is none. */
const series = (...values: readonly (number | undefined)[]): Series =>
  new Map(
    values.flatMap((value, minute) =>
      value === undefined ? [] : [[TWO_PM + minute * MINUTE, value] as const],
    ),
  );
const minutes = (count: number) =>
  Array.from({ length: count }, (_, minute) => TWO_PM + minute * MINUTE);
const evaluate = (check: MetricCheck, ...all: readonly Series[]) =>
  judgedIn(check, all, minutes(60));
const judgedIn = (check: MetricCheck, all: readonly Series[], settled: readonly number[]) =>
  evaluateCheck(check, measuredIn(check, [], all, settled));

describe('a metric check', () => {
  it('fails when its condition did not hold in so many of the last minutes, and tells which', () => {
    const durations = series(100, 100, 100, 912.4, 100, 1204.3, 998);
    expect(evaluate(SLOW, durations)).toEqual({
      verdict: {
        kind: 'fail',
        reason:
          'slow: p99 Duration was 912.4 ms at 14:03, 1,204 ms at 14:05 and 998 ms at 14:06 UTC; ' +
          'it must be < 800 ms (3 of 5 min are too many)',
      },
      latest: { at: TWO_PM + 6 * MINUTE, value: 998 },
      breaches: 3,
    });
  });

  it('passes with fewer, and with breaches that are long past', () => {
    expect(evaluate(SLOW, series(900, 100, 900, 100, 100))).toMatchObject({
      verdict: { kind: 'pass', reason: '' },
      breaches: 2,
    });
    expect(evaluate(SLOW, series(900, 900, 100, 100, 100, 100, 900))).toMatchObject({
      verdict: { kind: 'pass' },
      breaches: 1,
    });
  });

  it('passes over minutes without data', () => {
    const durations = series(900, undefined, undefined, undefined, 900, undefined, undefined, 900);
    expect(evaluate(SLOW, durations)).toMatchObject({ verdict: { kind: 'fail' }, breaches: 3 });
  });

  it('passes without a value when there is no data at all', () => {
    const nothing = { verdict: { kind: 'pass', reason: '' }, latest: null, breaches: 0 };
    expect(evaluate(SLOW, series())).toEqual(nothing);
    expect(evaluate(SLOW)).toEqual(nothing);
    expect(judgedIn(SLOW, [series(900, 900, 900)], [])).toEqual(nothing);
  });

  it('does not look at minutes that are not settled', () => {
    const check = { ...SLOW, failing: 1, of: 1 };
    expect(judgedIn(check, [series(100, 900)], minutes(1))).toMatchObject({
      verdict: { kind: 'pass' },
      latest: { at: TWO_PM, value: 100 },
    });
  });

  it.each([
    ['<', [799], [800, 801]],
    ['<=', [799, 800], [801]],
    ['>', [801], [800, 799]],
    ['>=', [801, 800], [799]],
  ] as const)('knows %s', (order, good, bad) => {
    const kindOf = (value: number) =>
      evaluate({ ...SLOW, order, failing: 1, of: 1 }, series(value)).verdict.kind;
    expect(good.map(kindOf)).toEqual(good.map(() => 'pass'));
    expect(bad.map(kindOf)).toEqual(bad.map(() => 'fail'));
  });

  it('calculates minute by minute, and has no value where one is missing or nothing is divided', () => {
    const share: MetricCheck = {
      ...SLOW,
      expression: operation(
        operation({ kind: 'number', value: 100 }, '*', source(0)),
        '/',
        operation(source(1), '-', source(2)),
      ),
    };
    const result = evaluate(
      share,
      series(1, 2, undefined, 4, 0),
      series(10, 20, 30, 5, 4),
      series(0, 0, 0, 5, 4, 9),
    );
    expect(result.latest).toEqual({ at: TWO_PM + MINUTE, value: 10 });
  });

  it('adds', () => {
    const sum = { ...SLOW, expression: operation(source(0), '+', source(1)) };
    expect(evaluate(sum, series(1), series(2)).latest?.value).toBe(3);
  });

  it('without a name does not tell twice what it measures, nor of a window of one minute', () => {
    const check = { ...SLOW, name: conditionOf(SLOW), failing: 1, of: 1 };
    expect(evaluate(check, series(900)).verdict.reason).toBe(
      'p99 Duration was 900 ms at 14:00 UTC; it must be < 800 ms',
    );
  });

  it('tells the latest of many breaches', () => {
    const check = { ...SLOW, failing: 1, of: 60 };
    const { reason } = evaluate(check, series(...minutes(60).map(() => 900))).verdict;
    expect(reason).toContain('was 900 ms at 14:55, 900 ms at 14:56');
    expect(reason).toContain('and 900 ms at 14:59 UTC (the latest of 60);');
  });

  it('tells the time of day in UTC beyond midnight', () => {
    const at = Date.UTC(2026, 2, 2, 0, 5);
    const check = { ...SLOW, failing: 1, of: 1 };
    expect(judgedIn(check, [new Map([[at, 900]])], [at]).verdict.reason).toContain('at 00:05');
  });

  it('keeps the reason short and on one line, whatever it is called', () => {
    const check = { ...SLOW, failing: 1, name: 'a\n'.repeat(1_000), measured: 'b'.repeat(2_000) };
    const { reason } = evaluate(check, series(9e99, 1e-9, 900)).verdict;
    expect(reason).not.toContain('\n');
    expect(reason.length).toBeLessThan(600);
  });
});

describe('a value', () => {
  it.each([
    [912.4, '912.4 ms'],
    [1204.3, '1,204 ms'],
    [1234567.8, '1,234,568 ms'],
    [0, '0 ms'],
    [-3.14159, '-3.142 ms'],
    [0.000123456, '0.0001235 ms'],
    [1e-9, '1e-9 ms'],
    [1e21, '1e+21 ms'],
    [800.04, '800 ms'],
    [799.9999999, '799.9999999 ms'],
  ])('%d is shown as %s', (value, text) => {
    expect(formatValue(value, SLOW)).toBe(text);
  });

  it('is never rounded to the other side of the threshold', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.double({ noDefaultInfinity: true, noNaN: true }),
          fc.double({ min: -1e-9, max: 1e-9, noNaN: true }),
          fc.double({ min: -1, max: 1, noNaN: true }),
        ),
        fc.integer({ min: -1_000_000, max: 1_000_000 }),
        fc.constantFrom('<', '<=', '>', '>=' as const),
        (offset, thousandths, order) => {
          const threshold = thousandths / 1_000;
          const check = { ...SLOW, unit: '' as const, order, threshold, failing: 1, of: 1 };
          const value = threshold + offset;
          const shown = Number(formatValue(value, check).replaceAll(',', ''));
          const kindOf = (of: number) => evaluate(check, series(of)).verdict.kind;
          expect(kindOf(shown)).toBe(kindOf(value));
        },
      ),
    );
  });
});
