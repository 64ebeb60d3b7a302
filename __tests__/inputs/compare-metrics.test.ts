import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { lambdaMetric } from '../../src/core/metric-source.ts';
import { parseCompareMetrics } from '../../src/inputs/compare-metrics.ts';
import { formatMetric } from '../../src/inputs/metric-grammar/metric.ts';
import { CONTROL } from '../fixtures/commands.ts';
import { hostileText } from '../fixtures/hostile-text.ts';

const parse = (text: string) => {
  const problems: string[] = [];
  return { pairs: parseCompareMetrics(text, problems), problems };
};
const pairs = (text: string) => {
  const { pairs: all, problems } = parse(text);
  expect(problems).toEqual([]);
  return all;
};
const metric = (namespace: string, name: string, dimensions: Record<string, string>) => ({
  namespace,
  name,
  statistic: 'Sum',
  dimensions,
});

describe('metrics to compare', () => {
  it('are a count of bad ones and a count of all, with what is given once for both', () => {
    const dimensions = { Function: '{function}', Version: '{version}' };
    expect(
      pairs(
        'http 5xx: Shop/Api:ServerErrors / Requests where Function={function}, Version={version}',
      ),
    ).toEqual([
      {
        name: 'http 5xx',
        bad: metric('Shop/Api', 'ServerErrors', dimensions),
        total: metric('Shop/Api', 'Requests', dimensions),
      },
    ]);
  });

  it('may each have their own namespace and dimensions', () => {
    expect(pairs('A:B where C={version} / D:E where F={version}')).toEqual([
      {
        name: 'B',
        bad: metric('A', 'B', { C: '{version}' }),
        total: metric('D', 'E', { F: '{version}' }),
      },
    ]);
  });

  it('may be of the requests that Lambda counts', () => {
    const [pair] = pairs('Shop/Api:ServerErrors where Version={version} / Invocations');
    expect(pair?.total).toEqual(lambdaMetric('Invocations', 'Sum'));
  });

  it('may have blanks and signs in double quotes, and paths without', () => {
    expect(
      pairs('"a: b": "Shop Api":"5xx, all" / Requests where R=/x/*, "V 1"="{version} = a"'),
    ).toEqual([
      {
        name: 'a: b',
        bad: metric('Shop Api', '5xx, all', { R: '/x/*', 'V 1': '{version} = a' }),
        total: metric('Shop Api', 'Requests', { R: '/x/*', 'V 1': '{version} = a' }),
      },
    ]);
  });

  it('stand one per line, and empty lines do not matter', () => {
    const all = pairs('\n  A:B / C where V={version}\r\n\n\tA:D / C WHERE V = {version}  \n');
    expect(all.map(({ name }) => name)).toEqual(['B', 'D']);
  });

  it.each([
    ['A:B / C', 'line 1, column 1: no dimension of "A:B" has {version} in its value'],
    ['A:B where V={version} / C:D where W=1', 'column 25: no dimension of "C:D" has {version}'],
    ['x: A B / C where V={version}', 'column 6: expected a colon between the namespace and the'],
    ['x: A B / C where V={version}', 'as in "A:B", found "B", after "x: A"'],
    ['A: B / C where V={version}', 'expected a metric with its namespace'],
    ['A:B/C where V={version}', 'expected / between blanks'],
    ['A:B', 'column 4: expected / between blanks and the metric that counts all'],
    [
      'A:B / C where V={Version}',
      '"{Version}" is not a placeholder; there are {function}, {alias}',
    ],
    ['A:B / C where V={version}}', '"}" is not a placeholder'],
    [
      'A:{version} / C where V={version}',
      'placeholders can stand in the values of dimensions only',
    ],
    ['A:B / C where V={version}, V=1', 'column 28: the dimension "V" is given twice'],
    ['A:B / C where V={version} W=1', 'column 27: expected a comma or the end, found "W"'],
    ['A:B / C where V', 'expected = and the value of the dimension "V", found the end of the line'],
    ['A:B / C where V=', 'expected the value of the dimension "V"'],
    ['A:B / C where V={version},', 'expected a dimension, like Version={version}, found the end'],
    ['A:B / C for V={version}', 'column 9: expected where and dimensions, found "for"'],
    ['A:"B / C', 'column 3: these quotes are not closed'],
    ["A:'B C' / D", 'quotes are double here'],
    ['A:B / C where V=“{version}”', 'column 17: write " instead of “'],
    ['A:Ü / C where V={version}', '"Ü" is not a character that CloudWatch has in names'],
    ['A:"b\tc" / C', 'a character in these quotes cannot be printed'],
    ['A: / C', 'expected a metric, like Duration or Shop/Api:ServerErrors, found "/"'],
    ['A:"" / C', 'a metric is written as its namespace, a colon and its name'],
    [': A:B / C where V={version}', 'there is no name before the colon'],
    ['a "b" c: A:B / C where V={version}', 'has quotes or characters that cannot be printed'],
    ['errors: A:B / C where V={version}', 'is that of the errors that Lambda counts'],
    ['A:B / B where V={version}', 'both metrics are the same'],
    ['Errors / Invocations', 'are compared anyway'],
    ['A:B where V={version} / Duration', 'Duration is a time'],
    ['A:B / Invocations where V={version}', "Invocations alone is Lambda's own"],
    [
      'A:B / AWS/Lambda:Invocations where V={version}',
      'has the dimension FunctionName, that and Resource',
    ],
    ['A:B where V={version} / AWS/Lambda:Throttles where V={version} x', 'expected a comma'],
    [
      'A:B / C where V={version}\n\nx: A:D / C where V={version}\nB: A:E / C where V={version}',
      'line 4, column 1: "B" is the name of line 1 already',
    ],
    [`${'n'.repeat(101)}: A:B / C where V={version}`, 'the name is longer than 100 characters'],
    [`A:${'b'.repeat(256)} / C where V={version}`, 'is longer than the 255 characters'],
    [`A:B / C where V=${'v'.repeat(1025)}`, 'is longer than the 1024 characters'],
    [`A:B / C where ${'v'.repeat(2_000)}`, 'this line is longer than 2000 characters'],
  ])('refuse %j', (text, problem) => {
    const { problems } = parse(text);
    expect(problems).toHaveLength(1);
    expect(problems.join()).toContain(problem);
  });

  it('report every line that is wrong', () => {
    expect(parse('A:B\nA:C / D where V={version}\nA').problems).toEqual([
      expect.stringContaining('line 1, column 4'),
      expect.stringContaining('line 3, column 2'),
    ]);
  });

  it('are at most 20', () => {
    const lines = (count: number) =>
      Array.from({ length: count }, (_, index) => `A:B${index} / C where V={version}`).join('\n');
    expect(pairs(lines(20))).toHaveLength(20);
    expect(parse(lines(21)).problems).toEqual([
      '21 metrics to compare are given; at most 20 can be',
    ]);
  });
});

/** Nearly right: made of what a line is made of. */
const nearlyRight = fc
  .array(
    fc.constantFrom(
      ...['A:B', 'Shop/Api:ServerErrors', ' / ', 'Requests', ' where ', 'V={version}', ', ', ' '],
      ...[
        'name: ',
        '"',
        '=',
        ':',
        '{function}:{alias}',
        '{',
        '}',
        "'",
        '\n',
        'Errors',
        '“',
        '\ud800',
      ],
    ),
  )
  .map((parts) => parts.join(''));

const printable = fc
  .string({
    unit: fc.constantFrom(...Array.from(" abWhere01:=,/+-*<>()%.'_")),
    minLength: 1,
    maxLength: 20,
  })
  .filter((text) => text.trim() !== '' && !text.startsWith(':'));
const dimensions = fc.dictionary(printable, printable, { maxKeys: 3, noNullPrototype: true });
const metricOfUser = fc
  .tuple(printable, printable, dimensions)
  .map(([namespace, name, others]) =>
    metric(namespace, name, { ...others, V: '{function}:{version}' }),
  );

describe('whatever is written', () => {
  it('is read, or refused with short lines that say why', () => {
    fc.assert(
      fc.property(fc.oneof(hostileText, nearlyRight), (text) => {
        const { problems, pairs: all } = parse(text);
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
    fc.assert(
      fc.property(metricOfUser, metricOfUser, (bad, total) => {
        fc.pre(formatMetric(bad) !== formatMetric(total));
        expect(pairs(`"a name": ${formatMetric(bad)} / ${formatMetric(total)}`)).toEqual([
          { name: 'a name', bad, total },
        ]);
      }),
    );
  });
});
