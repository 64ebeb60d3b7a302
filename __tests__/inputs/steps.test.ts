import { describe, expect, it } from '@jest/globals';

import { parseSteps } from '../../src/inputs/steps.ts';

const MINUTE = 60_000;
const steps = (text: string) => {
  const parsed = parseSteps(text);
  if (!('steps' in parsed)) throw new Error(parsed.problems.join('; '));
  return parsed.steps.map(({ weight, bakeMs }) => [weight, bakeMs / MINUTE]);
};
const problems = (text: string) => {
  const parsed = parseSteps(text);
  return 'problems' in parsed ? parsed.problems : [];
};

describe('steps', () => {
  it('are read from one line', () => {
    expect(steps('5% 5m, 25% 10m, 50% 1h30m')).toEqual([
      [5, 5],
      [25, 10],
      [50, 90],
    ]);
  });

  it('are read from one per line, with fractions and seconds', () => {
    expect(steps('\n0.5% 90s\n 12.5 % 2 m\n')).toEqual([
      [0.5, 1.5],
      [12.5, 2],
    ]);
  });

  it.each([
    ['Canary10Percent5Minutes', [[10, 5]]],
    ['CodeDeployDefault.LambdaCanary10Percent30Minutes', [[10, 30]]],
    [
      'Linear30PercentEvery1Minute',
      [
        [30, 1],
        [60, 1],
        [90, 1],
      ],
    ],
    ['Linear50PercentEvery2Minutes', [[50, 2]]],
    ['AllAtOnce', []],
    ['CodeDeployDefault.LambdaAllAtOnce', []],
  ])('know the CodeDeploy configuration %s', (name, expected) => {
    expect(steps(name)).toEqual(expected);
  });

  it('of Linear10PercentEvery1Minute are the nine before the promotion', () => {
    expect(steps('Linear10PercentEvery1Minute').map(([weight]) => weight)).toEqual([
      10, 20, 30, 40, 50, 60, 70, 80, 90,
    ]);
  });

  it.each([
    ['10% 5', '"5" is not a duration'],
    ['10% 5 parsecs', '"5 parsecs" is not a duration'],
    ['10 5m', 'step 1 "10 5m" is not a weight and a bake time'],
    ['10%', 'step 1 "10%" is not a weight and a bake time'],
    ['0% 5m', 'above 0% and below 100%'],
    ['100% 5m', 'above 0% and below 100%'],
    ['NaN% 5m', 'is not a weight'],
    ['-5% 5m', 'is not a weight'],
    ['0.004% 5m', 'at most two decimals'],
    ['10% 0s', 'bakes for 1s or longer'],
    ['50% 5m, 25% 5m', 'step 2 (25%) must be above step 1 (50%)'],
    ['10% 5m, 10% 5m', 'step 2 (10%) must be above step 1 (10%)'],
    [' ', 'there is no step'],
    ['Canary0Percent5Minutes', 'needs a percentage'],
    ['Canary100Percent5Minutes', 'needs a percentage'],
    ['Linear10PercentEvery0Minutes', 'at least 1 minute'],
  ])('refuse %j', (text, problem) => {
    expect(problems(text).join('; ')).toContain(problem);
  });

  it('report every step that is wrong, not only the first', () => {
    expect(problems('5 5m, 10% x')).toHaveLength(2);
  });
});
