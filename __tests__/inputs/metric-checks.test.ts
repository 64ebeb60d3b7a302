import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { conditionOf, type MetricCheck } from '../../src/core/checks/thresholds.ts';
import { lambdaMetric } from '../../src/core/metric-source.ts';
import { parseMetricChecks } from '../../src/inputs/metric-checks.ts';
import { CONTROL } from '../fixtures/commands.ts';
import { hostileText } from '../fixtures/hostile-text.ts';

const parse = (text: string) => {
  const problems: string[] = [];
  return { checks: parseMetricChecks(text, problems), problems };
};
/** What is meant of all versions needs not tell them apart. */
const checks = (text: string) => {
  const { checks: all, problems } = parse(text.replaceAll(/$/gm, ' of all versions'));
  expect(problems).toEqual([]);
  return all;
};
const lineOf = (check: MetricCheck) =>
  `${conditionOf(check)} for ${check.failing} of ${check.of} min`;
const measured = (expression: string) => checks(`${expression} < 1`)[0]?.measured;
const condition = (text: string) => checks(text).map(conditionOf).join();

describe('metric checks', () => {
  it('must be of the new version, or say that they are of all', () => {
    const unnamed = 'average Shop:Age where Queue=orders < 60 s';
    const [problem] = parse(unnamed).problems;
    expect(problem).toContain('no dimension of "Shop:Age" has {version} in its value');
    expect(problem).toContain('write "of all versions" at the end of the line');
    expect(parse(`sum Errors - sum A:B where C=d < 5 for 3 of 5 min`).checks).toEqual([]);
    for (const asked of [' of all versions', ' for 3 of 5 min OF ALL VERSIONS']) {
      expect(parse(unnamed + asked)).toMatchObject({ problems: [], checks: [{ name: unnamed }] });
    }
    expect(parse('sum Shop:Sales where V={version} > 1').problems).toEqual([]);
    expect(parse(`${unnamed} of both`).problems[0]).toContain('expected "all versions"');
  });

  it('are conditions on what Lambda measures of the canary', () => {
    expect(checks('slow: p99 Duration < 800 ms for 3 of 5 min')).toEqual([
      {
        name: 'slow',
        measured: 'p99 Duration',
        expression: { kind: 'source', index: 0 },
        sources: [lambdaMetric('Duration', 'p99')],
        order: '<',
        threshold: 800,
        unit: 'ms',
        failing: 3,
        of: 5,
      },
    ]);
  });

  it('are called as their condition when they have no name', () => {
    expect(checks('P99 Duration<800ms\np99 Duration < 2 s').map(({ name }) => name)).toEqual([
      'p99 Duration < 800 ms',
      'p99 Duration < 2000 ms',
    ]);
  });

  it('may be arithmetic, with each metric read once', () => {
    const [check] = checks(
      '100 * sum Errors / (sum Errors + sum Invocations) < 2 % for 3 of 5 min',
    );
    expect(check?.sources).toEqual([
      lambdaMetric('Errors', 'Sum'),
      lambdaMetric('Invocations', 'Sum'),
    ]);
    expect(check?.expression).toEqual({
      kind: 'operation',
      operator: '/',
      left: {
        kind: 'operation',
        operator: '*',
        left: { kind: 'number', value: 100 },
        right: { kind: 'source', index: 0 },
      },
      right: {
        kind: 'operation',
        operator: '+',
        left: { kind: 'source', index: 0 },
        right: { kind: 'source', index: 1 },
      },
    });
  });

  it('may be of any other metric with its namespace and dimensions', () => {
    const [check] = checks('average Shop/Queue:Age where Queue=orders < 60 s for 3 of 3 min');
    expect(check).toMatchObject({ threshold: 60, unit: 's', failing: 3, of: 3 });
    expect(check?.sources).toEqual([
      {
        namespace: 'Shop/Queue',
        name: 'Age',
        statistic: 'Average',
        dimensions: { Queue: 'orders' },
      },
    ]);
  });

  it.each([
    ['sum', 'Sum'],
    ['Average', 'Average'],
    ['minimum', 'Minimum'],
    ['MAXIMUM', 'Maximum'],
    ['samples', 'SampleCount'],
    ['p50', 'p50'],
    ['P99.9', 'p99.9'],
    ['p100', 'p100'],
  ])('know the statistic %s', (word, statistic) => {
    expect(checks(`${word} A:B < 1`)[0]?.sources[0]?.statistic).toBe(statistic);
  });

  it.each([
    ['sum A:B - (sum A:C - sum A:D)', 'sum A:B - (sum A:C - sum A:D)'],
    ['(sum A:B - sum A:C) - sum A:D', 'sum A:B - sum A:C - sum A:D'],
    ['(sum A:B + 1) * -2', '(sum A:B + 1) * -2'],
    ['(sum A:B)/(sum A:C)', 'sum A:B / sum A:C'],
    ['2*sum A:B', '2 * sum A:B'],
    ['1 + 2 * sum A:B', '1 + 2 * sum A:B'],
    ['sum A:B-C', 'sum A:B-C'],
    ['sum "A b":"c" where d="e f"', 'sum "A b":c where d="e f"'],
    [
      'p99 AWS/Lambda:Throttles where FunctionName=x',
      'p99 AWS/Lambda:Throttles where FunctionName=x',
    ],
  ])('take %s for %s', (written, read) => {
    expect(measured(written)).toBe(read);
  });

  it.each([
    ['p99 Duration < 0.8 s', 'p99 Duration < 800 ms'],
    ['p99 Duration < 1.0005 s', 'p99 Duration < 1000.5 ms'],
    ['p99 Duration - p50 Duration < 1 s', 'p99 Duration - p50 Duration < 1000 ms'],
    ['sum Duration / sum Invocations < 1 s', 'sum Duration / sum Invocations < 1000 ms'],
    ['p99 Duration / p50 Duration < 3', 'p99 Duration / p50 Duration < 3'],
    ['samples Duration > 5', 'samples Duration > 5'],
    ['p99 Duration / 1000 < 0.8', 'p99 Duration / 1000 < 0.8'],
    ['average Shop:Age < 60 s', 'average Shop:Age < 60 s'],
    ['average Shop:Usage < 60 %', 'average Shop:Usage < 60 %'],
    ['sum Errors / sum Invocations < 0.02', 'sum Errors / sum Invocations < 0.02'],
    ['100 - 100 * average Errors >= 99.9 %', '100 - 100 * average Errors >= 99.9 %'],
    ['sum Shop:Balance > -5', 'sum Shop:Balance > -5'],
  ])('take %s for %s', (written, read) => {
    expect(condition(written)).toBe(read);
  });

  it.each([
    ['', 1, 1],
    ['for 3 of 5 min', 3, 5],
    ['FOR 3 OF 5m', 3, 5],
    ['for 60 of 60 minutes', 60, 60],
  ])('fail after %j: %d of %d minutes', (window, failing, of) => {
    expect(checks(`sum Errors < 5 ${window}`)).toMatchObject([{ failing, of }]);
  });

  it.each([
    ['p99 Duration < 800', 'column 19: a time needs its unit, like 800 ms or 0.8 s'],
    ['p99 Duration / 1000 < 0.8 s', 'column 27: what is measured here is not clearly a time'],
    ['p99 Duration + 5 < 80 ms', 'is not clearly a time'],
    ['sum Errors < 5 ms', 'is not clearly a time'],
    ['samples Duration < 5 ms', 'is not clearly a time'],
    ['p99 Duration < 5 %', 'is not clearly a percentage'],
    ['sum Errors / sum Invocations < 2 %', 'is not clearly a percentage; multiply a share by 100'],
    ['average Errors < 2 %', 'is not clearly a percentage'],
    ['sum A:B / sum A:C < 2 %', 'is not clearly a percentage'],
    ['\n 100 * Duration < 2', 'line 2, column 8: expected a statistic (sum, average, minimum'],
    ['\n 100 * Duration < 2', 'found "Duration", after "100 *"'],
    ['avg Duration < 1 s', 'expected a statistic'],
    ['p0 Duration < 1 s', 'expected a statistic'],
    ['p101 Duration < 1 s', 'expected a statistic'],
    ['"sum" Errors < 1', 'expected a statistic'],
    ['slow:', 'column 6: expected a statistic'],
    ['p99 < 800 ms', 'column 5: expected a metric, like Duration'],
    ['sum errors < 1', '"errors" is written Errors'],
    ['sum Throttles < 1', '"Throttles" is not among the metrics that Lambda has of each version'],
    [
      'sum Errors/sum Invocations < 1',
      '"Errors/sum" is one word; a sign of arithmetic has a blank',
    ],
    ['p99 Shop/Queue Age < 1', 'as in "Shop/Queue:Age"'],
    ['sum Errors where A=b < 1', "Errors alone is Lambda's own"],
    ['sum AWS/Lambda:Errors < 1', 'without dimensions is of all functions together'],
    ['p99 Duration', 'expected a comparison (< <= > >=)'],
    ['p99 Duration == 800 ms', 'column 14: expected a comparison (< <= > >=)'],
    ['p99 Duration != 800 ms', 'column 14: expected a comparison (< <= > >=)'],
    ['p99 Duration ≤ 800 ms', 'column 14: write <= instead of ≤'],
    ['p99 Duration < fast', 'expected a number, like 800 or 0.5, found "fast"'],
    ['p99 Duration < .5 s', 'expected a number'],
    ['p99 Duration < 123456789012 s', 'no function runs for as long'],
    ['p99 Duration < 1e3 ms', 'expected a number'],
    ['p99 Duration < 1,000 ms', 'expected a number without commas'],
    ['p99 Duration < 1234567890123 ms', 'at most 12 digits'],
    ['p99 Duration < 0.1234567 ms', 'at most 12 digits'],
    [
      'p99 Duration < 800 msec',
      'column 20: expected a unit (ms, s, %), "for 3 of 5 min" or the end',
    ],
    ['p99 Duration < 800 ms ms', 'column 23: expected "for 3 of 5 min" or the end'],
    ['800 > p99 Duration', 'no metric is compared here'],
    ['((sum Errors) < 1', 'expected ) or a sign of arithmetic'],
    [`${'('.repeat(900)}sum Errors`, 'parentheses go at most 20 deep'],
    ['sum Errors < 5 for 3 min', 'expected "of", as in "for 3 of 5 min"'],
    ['sum Errors < 5 for 3 of 5', 'expected "min"'],
    ['sum Errors < 5 for 6 of 5 min', 'column 20: 6 of 5 minutes can never be'],
    ['sum Errors < 5 for 0 of 5 min', 'a number of minutes from 1 to 60'],
    ['sum Errors < 5 for 1.5 of 5 min', 'a number of minutes from 1 to 60'],
    ['sum Errors < 5 for 5 of 61 min', 'a number of minutes from 1 to 60'],
    ['sum Errors < 5 for 3 of 5 min now', 'expected the end of the line, found "now"'],
    ['sum Errors < 5\nsum Errors < 5', '"sum Errors < 5" is the name of line 1 already'],
    [
      `${Array.from({ length: 11 }, (_, index) => `sum A:B${index}`).join(' + ')} < 1`,
      'a check has at most 10 metrics',
    ],
  ])('refuse %j', (text, problem) => {
    const { problems } = parse(text);
    expect(problems).toHaveLength(1);
    expect(problems.join()).toContain(problem);
  });

  it('are at most 20', () => {
    const lines = Array.from({ length: 10_000 }, () => 'x').join('\n');
    expect(parse(lines).problems).toEqual(['10000 metric checks are given; at most 20 can be']);
  });
});

/** Nearly right: made of what a line is made of. */
const nearlyRight = fc
  .array(
    fc.constantFrom(
      ...['sum ', 'p99 ', 'Errors', 'Duration', 'A:B', ' where ', 'C=d', ' < ', '800', ' ms', ' %'],
      ...[
        '5',
        ' for ',
        '3 of 5 min',
        'name: ',
        ' / ',
        ' - ',
        '100 * ',
        '(',
        ')',
        '"',
        ',',
        '\n',
        ' ',
      ],
      ...['sum Errors', 'sum Errors < 5', '“', '\ud800', '{version}'],
    ),
  )
  .map((parts) => parts.join(''));

const word = fc.constantFrom('A', 'Shop/Api', '"a b"', '"<(,=*:"', 'x-y', '"it\'s"', 'sum', 'for');
const dimension = fc
  .tuple(word, fc.constantFrom('b', '/x/*', '{function}:{alias}', '"c, d"', '5', '5=6'))
  .map((pair) => pair.join('='));
const metric = fc.oneof(
  fc.constantFrom('Errors', 'Invocations', 'Duration'),
  fc
    .tuple(
      word,
      word,
      fc.uniqueArray(dimension, { selector: (text) => text.split('=')[0], maxLength: 2 }),
    )
    .map(
      ([namespace, name, dimensions]) =>
        `${namespace}:${name}${dimensions.length > 0 ? ` where ${dimensions.join(', ')}` : ''}`,
    ),
);
const measurement = fc
  .tuple(fc.constantFrom('sum', 'p99.9', 'samples', 'average'), metric)
  .map((parts) => parts.join(' '));
const { expression } = fc.letrec<{ expression: string }>((tie) => ({
  expression: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    measurement,
    fc.constantFrom('100', '0.5', '-3', '0'),
    fc
      .tuple(tie('expression'), fc.constantFrom('+', '-', '*', '/'), tie('expression'))
      .map(([left, operator, right]) => `(${left}) ${operator} (${right})`),
  ),
}));
const line = fc
  .tuple(
    fc.constantFrom('', 'a name: ', '"a: b": '),
    expression,
    measurement,
    fc.constantFrom('<', '<=', '>', '>='),
    fc.constantFrom('0', '-1', '0.000001', '123456789012', '1.5'),
    fc.constantFrom('', ' ms', 's', '%'),
    fc.constantFrom('', ' for 3 of 5 min'),
    fc.constantFrom('', ' of all versions'),
  )
  .map(
    ([name, left, right, order, limit, unit, window, versions]) =>
      `${name}${left} - ${right} ${order} ${limit}${unit}${window}${versions}`,
  );

describe('whatever is written', () => {
  it('is read, or refused with short lines that say why', () => {
    fc.assert(
      fc.property(fc.oneof(hostileText, nearlyRight), (text) => {
        const { problems, checks: all } = parse(text);
        expect(problems.length > 0 || all.length > 0 || text.trim() === '').toBe(true);
        for (const problem of problems) {
          expect(problem.length).toBeLessThan(600);
          expect(problem).not.toMatch(CONTROL);
          expect(problem).not.toMatch(/[\n\u2028\u2029]/);
          expect(problem.isWellFormed()).toBe(true);
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it('prints as what is read as the same', () => {
    let read = 0;
    fc.assert(
      fc.property(fc.oneof(line, nearlyRight), (text) => {
        for (const check of parse(text).checks) {
          read += 1;
          expect(checks(`n: ${lineOf(check)}`)).toEqual([{ ...check, name: 'n' }]);
        }
      }),
      { numRuns: 500 },
    );
    expect(read).toBeGreaterThan(40);
  });
});
