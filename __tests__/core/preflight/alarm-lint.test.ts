import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import type { AlarmDefinition, AlarmMetric } from '../../../src/core/preflight/alarm-definition.ts';
import { lintAlarms, type LintedRollout } from '../../../src/core/preflight/alarm-lint.ts';
import { planOf } from '../../../src/core/rollout/plan.ts';

const MINUTE_MS = 60_000;
type WeightAndMinutes = readonly [weight: number, minutes: number];
const stepsOf = (...steps: readonly WeightAndMinutes[]) =>
  steps.map(([weight, minutes]) => ({ weight, bakeMs: minutes * MINUTE_MS }));

const rollout: LintedRollout = {
  targets: [{ functionName: 'checkout', alias: 'live', stable: '7' }],
  plan: planOf(stepsOf([5, 10], [50, 10]), 0),
};
const withSteps = (...steps: readonly WeightAndMinutes[]): LintedRollout => ({
  ...rollout,
  plan: planOf(stepsOf(...steps), 0),
});
const withCanary = (canary: string): LintedRollout => ({
  ...rollout,
  targets: [{ functionName: 'checkout', alias: 'live', stable: '7', canary }],
});

const LIVE = { FunctionName: 'checkout', Resource: 'checkout:live' };
const metric = (change: Partial<AlarmMetric> = {}): AlarmMetric => ({
  id: '',
  namespace: 'AWS/Lambda',
  name: 'Errors',
  dimensions: LIVE,
  statistic: 'Sum',
  periodSeconds: 60,
  ...change,
});
const definition = (change: Partial<AlarmDefinition> = {}): AlarmDefinition => ({
  periodSeconds: 60,
  evaluationPeriods: 1,
  datapointsToAlarm: 1,
  threshold: 5,
  comparison: 'GreaterThanThreshold',
  metrics: [metric()],
  expression: undefined,
  ...change,
});
const lint = (change: Partial<AlarmDefinition>, within = rollout) =>
  lintAlarms([{ name: 'errors', definition: definition(change) }], within);
const watching = (...dimensions: readonly AlarmMetric['dimensions'][]) => ({
  metrics: dimensions.map((each) => metric({ dimensions: each })),
});

describe('an alarm', () => {
  it('on the number of errors of the alias is as it should be', () => {
    expect(lint({})).toEqual([]);
  });

  it('of which nothing is known is not judged', () => {
    expect(lintAlarms([{ name: 'composite', definition: undefined }], rollout)).toEqual([]);
  });

  it('is warned about for each fault, and so is each alarm', () => {
    const slow = { periodSeconds: 600, ...watching({ FunctionName: 'shipping' }) };
    const alarms = ['first', 'second'].map((name) => ({ name, definition: definition(slow) }));
    expect(lintAlarms(alarms, rollout)).toEqual([
      expect.stringContaining('Alarm first needs'),
      expect.stringContaining('Alarm first watches shipping'),
      expect.stringContaining('Alarm second needs'),
      expect.stringContaining('Alarm second watches shipping'),
    ]);
  });
});

describe('an alarm that is slower than a step', () => {
  const three = { evaluationPeriods: 3, datapointsToAlarm: 3 };

  it('is named with what it needs and what the step gives', () => {
    expect(lint(three, withSteps([10, 1], [50, 10]))).toEqual([
      'Alarm errors needs about 5 min to go into ALARM (3 datapoints of 60 s, and about 2 min until ' +
        'the metrics are there), but step 1 (10 %) bakes for 1 min only. ' +
        'Lengthen the step or shorten the alarm.',
    ]);
  });

  it('is named once for all such steps, with the shortest bake', () => {
    const plan = withSteps([1, 4], [2, 10], [5, 1], [10, 2], [20, 3], [30, 10], [40, 4], [50, 4]);
    expect(lint(three, plan)).toEqual([
      expect.stringContaining(
        'but step 1 (1 %), steps 3 to 5 (5 % to 20 %) and steps 7 and 8 (40 % and 50 %) ' +
          'bake for less, the shortest for 1 min. Lengthen the steps or shorten the alarm.',
      ),
    ]);
    expect(lint(three, withSteps([10, 1], [50, 1]))).toEqual([
      expect.stringContaining('steps 1 and 2 (10 % and 50 %) bake for 1 min only.'),
    ]);
  });

  it('is one whose datapoints and the delay of the metrics take longer than the bake', () => {
    expect(lint(three, withSteps([10, 5]))).toEqual([]);
    expect(lint(three, withSteps([10, 4.99]))).toHaveLength(1);
    expect(lint({ periodSeconds: 300 }, withSteps([10, 7]))).toEqual([]);
    expect(lint({ periodSeconds: 300 }, withSteps([10, 6]))).toHaveLength(1);
  });

  it('needs only as many bad datapoints as it asks for', () => {
    const some = { evaluationPeriods: 5, datapointsToAlarm: 1 };
    expect(lint(some, withSteps([10, 3]))).toEqual([]);
    expect(lint(some, withSteps([10, 2]))).toEqual([
      expect.stringContaining('1 of 5 datapoints of 60 s'),
    ]);
  });

  it('is not to be shortened when it is as short as can be', () => {
    expect(lint({}, withSteps([10, 1]))).toEqual([
      expect.stringMatching(/needs about 3 min .*\(1 datapoint of 60 s,.* Lengthen the step\.$/),
    ]);
    expect(lint({ periodSeconds: 10 }, withSteps([10, 1]))).toEqual([
      expect.stringContaining('needs about 2 min 10 s'),
    ]);
  });

  it('is not told of one without a sensible period', () => {
    for (const periodSeconds of [0, -60, NaN, Infinity]) {
      expect(lint({ periodSeconds }, withSteps([10, 1]))).toEqual([]);
    }
  });

  it('is not blamed for a promotion that does not bake, but for one that bakes too short', () => {
    const short = { ...rollout, plan: planOf(stepsOf([10, 10]), MINUTE_MS) };
    expect(lint({}, short)).toEqual([
      expect.stringContaining('but step 2 (100 %) bakes for 1 min only'),
    ]);
  });
});

describe('an alarm on something else', () => {
  it('is named when it watches other functions only', () => {
    expect(lint(watching({ FunctionName: 'shipping' }, { FunctionName: 'mail' }))).toEqual([
      'Alarm errors watches shipping and mail only, but the rollout shifts checkout:live. Unless ' +
        'that is meant, use FunctionName = checkout and Resource = checkout:live.',
    ]);
    const targets = [...rollout.targets, { functionName: 'payment', alias: 'live' }];
    expect(lint(watching({ FunctionName: 'mail' }), { ...rollout, targets })).toEqual([
      expect.stringContaining(
        'but the rollout shifts checkout:live and payment:live. Unless that is meant, use the ' +
          'dimensions of one of these, as FunctionName = checkout and Resource = checkout:live.',
      ),
    ]);
  });

  it('is named when it watches another alias of the function', () => {
    expect(lint(watching({ FunctionName: 'checkout', Resource: 'checkout:beta' }))).toEqual([
      expect.stringContaining('watches checkout:beta only, but the rollout shifts checkout:live'),
    ]);
    expect(lint(watching({ FunctionName: 'checkout', Resource: 'shopping:7' }))).toEqual([
      expect.stringContaining('watches shopping:7 only'),
    ]);
  });

  it('is not named when it watches a target as well', () => {
    expect(lint(watching({ FunctionName: 'shipping' }, { FunctionName: 'checkout' }))).toEqual([]);
    expect(lint(watching({ FunctionName: 'shipping' }, LIVE))).toEqual([]);
  });

  it('is not judged when a metric is not of Lambda, or of the whole account', () => {
    expect(lint(watching({ FunctionName: 'shipping' }, {}))).toEqual([]);
    const orders = metric({ namespace: 'Shop', dimensions: { FunctionName: 'shipping' } });
    expect(lint({ metrics: [orders] })).toEqual([]);
    expect(lint({ metrics: [], expression: 'SELECT SUM(Errors) FROM "AWS/Lambda"' })).toEqual([]);
  });

  it('is not judged when there are no targets', () => {
    expect(lint(watching({ FunctionName: 'mail' }), { ...rollout, targets: [] })).toEqual([]);
  });
});

describe('an alarm with dimensions that miss the canary', () => {
  it('is named when it watches calls of a version', () => {
    expect(lint(watching({ FunctionName: 'checkout', Resource: 'checkout:7' }))).toEqual([
      'Alarm errors sees nothing of checkout:live: Resource = checkout:7 covers only calls that ' +
        'name version 7 themselves. Use Resource = checkout:live.',
    ]);
    expect(lint(watching({ FunctionName: 'checkout', Resource: 'checkout:$LATEST' }))).toEqual([
      expect.stringContaining('covers only calls that name $LATEST themselves'),
    ]);
  });

  it('is named when its resource is an ARN', () => {
    const arn = 'arn:aws:lambda:eu-west-1:123456789012:function:checkout:live';
    expect(lint(watching({ FunctionName: 'checkout', Resource: arn }))).toEqual([
      `Alarm errors sees nothing of checkout:live: Resource = ${arn} is an ARN, and Lambda has no ` +
        'metrics under an ARN. Use Resource = checkout:live.',
    ]);
  });

  it('is named when it watches the stable version behind the alias', () => {
    expect(lint(watching({ ...LIVE, ExecutedVersion: '7' }))).toEqual([
      'Alarm errors never sees the canary of checkout:live: ExecutedVersion = 7 covers the stable ' +
        'version only. Use Resource = checkout:live without ExecutedVersion.',
    ]);
  });

  it('is named when it watches a version that is not the canary, once that is known', () => {
    const old = watching({ ...LIVE, ExecutedVersion: '6' });
    expect(lint(old)).toEqual([]);
    expect(lint(old, withCanary('8'))).toEqual([
      'Alarm errors never sees the canary of checkout:live: ExecutedVersion = 6 covers version 6 ' +
        'only, and the canary is version 8. Use Resource = checkout:live without ExecutedVersion.',
    ]);
    expect(lint(watching({ ...LIVE, ExecutedVersion: '8' }), withCanary('8'))).toEqual([]);
  });

  it('is not named when it compares that with the canary', () => {
    const both = watching({ ...LIVE, ExecutedVersion: '8' }, { ...LIVE, ExecutedVersion: '7' });
    expect(lint({ ...both, expression: 'a - b' }, withCanary('8'))).toEqual([]);
  });

  it('is not told of an alias whose name begins with a number', () => {
    const targets = [{ functionName: 'checkout', alias: '7up' }];
    const dimensions = { FunctionName: 'checkout', Resource: 'checkout:7up' };
    expect(lint(watching(dimensions), { ...rollout, targets })).toEqual([]);
  });
});

describe('an alarm on a rate of old and new together', () => {
  const average = { threshold: 0.1, metrics: [metric({ statistic: 'Average' })] };
  const ratio = (expression: string, dimensions: AlarmMetric['dimensions'] = LIVE) => ({
    threshold: 0.1,
    expression,
    metrics: [
      metric({ id: 'e', dimensions }),
      metric({ id: 'i', name: 'Invocations', dimensions }),
    ],
  });

  it('is named when no canary at the weight of a step can raise it enough', () => {
    expect(lint(average)).toEqual([
      'Alarm errors would miss even a canary that fails every time in step 1 (5 %): it watches the ' +
        'error rate of old and new together, which is 5 % only then, and goes into ALARM above 10 %. ' +
        'Watch the number of errors (Sum) instead, or lower the threshold.',
    ]);
    expect(lint(average, withSteps([1, 10], [5, 10], [9.5, 10], [50, 10]))).toEqual([
      expect.stringContaining('in steps 1 to 3 (1 % to 9.5 %)'),
    ]);
    expect(lint(average, withSteps([1, 10], [9.5, 10]))).toEqual([
      expect.stringContaining('which is 9.5 % at most then'),
    ]);
  });

  it('is fine when every step can raise it enough', () => {
    expect(lint({ ...average, threshold: 0.049 })).toEqual([]);
    expect(lint({ ...average, threshold: 0 })).toEqual([]);
  });

  it('must be exceeded or only reached, as the comparison says', () => {
    // In doubles 7 / 100 * 100 is above 7, and 57 / 100 * 100 below 57.
    for (const weight of [5, 7, 33.3, 57]) {
      const share = { ...average, threshold: weight / 100 };
      const percent = { ...ratio('100*e/i'), threshold: weight };
      for (const above of [share, percent]) {
        const from = { ...above, comparison: 'GreaterThanOrEqualToThreshold' };
        expect(lint(above, withSteps([weight, 10]))).toHaveLength(1);
        expect(lint(from, withSteps([weight, 10]))).toEqual([]);
      }
    }
    expect(lint({ ...average, comparison: 'GreaterThanOrEqualToThreshold' })).toEqual([
      expect.stringContaining('goes into ALARM from 10 % on'),
    ]);
  });

  it('is not judged at the promotion, where there is one version only', () => {
    expect(lint({ ...average, threshold: 5 }, { ...rollout, plan: planOf([], 600_000) })).toEqual(
      [],
    );
    expect(lint({ ...average, threshold: 5 })).toEqual([
      expect.stringMatching(/in steps 1 and 2 \(5 % and 50 %\).* above 500 %/),
    ]);
  });

  it.each(['e/i', ' e / i ', '(e/i)', 'FILL(e, 0)/i'])('is recognised in %s', (expression) => {
    expect(lint(ratio(expression))).toEqual([
      expect.stringMatching(/which is 5 % only then.* above 10 %/),
    ]);
    expect(lint(ratio(expression, { FunctionName: 'checkout' }))).toHaveLength(1);
    expect(lint({ ...ratio(expression), threshold: 0.01 })).toEqual([]);
  });

  it.each([
    '100*e/i',
    'e/i*100',
    '100 * (e / i)',
    '(e/i)*100',
    'e*100/i',
    '(100*e)/i',
    '((e*100)/i)',
    '(FILL(e,0) / i) * 100',
    '100*(FILL(e, 0))/i',
  ])('is recognised in %s, in percent', (expression) => {
    expect(lint({ ...ratio(expression), threshold: 10 })).toEqual([
      expect.stringMatching(/which is 5 % only then.* above 10 %/),
    ]);
    expect(lint({ ...ratio(expression), threshold: 4 })).toEqual([]);
  });

  it.each(['i/e', 'e', 'e+i', '1-e/i', 'e/i/100', '100-100*e/i', 'e/(i*100)', '(e/i', 'E/I', ''])(
    'is not seen in %s',
    (expression) => {
      expect(lint(ratio(expression))).toEqual([]);
    },
  );

  it('is not seen where something else is compared', () => {
    const canary = { ...LIVE, ExecutedVersion: '8' };
    const others: readonly Partial<AlarmDefinition>[] = [
      { ...average, comparison: 'LessThanThreshold' },
      { ...average, comparison: 'GreaterThanUpperThreshold' },
      { ...average, metrics: [metric({ statistic: 'Maximum' })] },
      { ...average, metrics: [metric({ name: 'Duration', statistic: 'Average' })] },
      { ...average, metrics: [metric({ statistic: 'Average', namespace: 'Shop' })] },
      { ...average, metrics: [metric({ statistic: 'Average', dimensions: canary })] },
      { ...average, metrics: [metric({ statistic: 'Average', dimensions: {} })] },
      ratio('e/i', canary),
      { ...ratio('e/i'), metrics: [metric({ id: 'e' }), metric({ id: 'i', name: 'Throttles' })] },
      {
        ...ratio('e/i'),
        metrics: [
          metric({ id: 'e' }),
          metric({ id: 'i', name: 'Invocations', dimensions: { FunctionName: 'checkout' } }),
        ],
      },
    ];
    for (const other of others) expect(lint(other)).toEqual([]);
    expect(lint(average)).not.toEqual([]);
    expect(lint({ ...average, threshold: undefined })).toEqual([]);
  });

  it('is not named a second time when it does not see the canary at all', () => {
    for (const dimensions of [
      { FunctionName: 'shipping' },
      { FunctionName: 'checkout', Resource: 'checkout:7' },
    ]) {
      const metrics = [metric({ statistic: 'Average', dimensions })];
      expect(lint({ ...average, metrics })).toEqual([
        expect.not.stringContaining('fails every time'),
      ]);
    }
  });
});

describe('whatever AWS may answer', () => {
  const text = (...usual: readonly string[]) =>
    fc.oneof(fc.constantFrom('', ...usual), fc.string());
  const number = fc.oneof(
    fc.constantFrom(0, -1, 1, 60, NaN, Infinity, -Infinity, Number.MAX_VALUE),
    fc.double(),
  );
  const metrics = fc.array(
    fc.record({
      id: text('e', 'i', '$&', '('),
      namespace: text('AWS/Lambda'),
      name: text('Errors', 'Invocations'),
      dimensions: fc.dictionary(
        text('FunctionName', 'Resource', 'ExecutedVersion', '__proto__'),
        text('checkout', 'checkout:live', 'checkout:7', 'checkout:', 'arn:', '7'),
      ),
      statistic: text('Sum', 'Average'),
      periodSeconds: number,
    }),
    { maxLength: 10 },
  );
  const perhaps = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
  const definitions: fc.Arbitrary<AlarmDefinition> = fc.record({
    periodSeconds: number,
    evaluationPeriods: number,
    datapointsToAlarm: number,
    comparison: text('GreaterThanThreshold', 'GreaterThanOrEqualToThreshold'),
    metrics,
    threshold: perhaps(number),
    expression: perhaps(text('e/i', '100*(e/i)', '((((', 'FILL(e,0)/i', 'FILL(FILL(')),
  });

  it('there are at most two sentences of an alarm, and no number that is none', () => {
    fc.assert(
      fc.property(definitions, (each) => {
        const warnings = lint(each, withSteps([5, 1], [50, 10]));
        expect(warnings.length).toBeLessThanOrEqual(2);
        for (const warning of warnings) {
          expect(warning).toMatch(/^Alarm errors [^]+\.$/);
          expect(warning).not.toMatch(/undefined|about (NaN|Infinity)|-\d+ %/);
        }
      }),
      { numRuns: 1_000 },
    );
  });
});
