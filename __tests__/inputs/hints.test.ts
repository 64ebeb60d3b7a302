import { describe, expect, it } from '@jest/globals';

import type { InputName } from '../../src/inputs/defaults.ts';
import { InputRefusal, readInputs } from '../../src/inputs/inputs.ts';
import { unknownInputs } from '../../src/inputs/unknown.ts';

type Inputs = Partial<Record<InputName, string>>;

const MINIMAL: Inputs = { 'function-name': 'checkout', alias: 'live' };
const read = (inputs: Inputs, region: string | undefined = 'eu-west-1') =>
  readInputs((name) => ({ ...MINIMAL, ...inputs })[name] ?? '', {
    description: '',
    region,
    roleSessionName: '',
    readFile: () => {
      throw new Error("ENOENT: no such file or directory, open 'ping.json'");
    },
  });

function refusal(inputs: Inputs, region?: string): InputRefusal {
  try {
    read(inputs, region);
  } catch (error) {
    if (error instanceof InputRefusal) return error;
    throw error;
  }
  throw new Error('nothing was wrong');
}

describe('what was probably meant', () => {
  it.each<[InputName, string, string]>([
    ['steps', '2,5% 5m', '"2,5%" has a comma, which separates steps; did you mean 2.5%?'],
    ['steps', '10% 5m; 50% 5m', 'has a semicolon; separate the entries with commas or lines'],
    ['steps', '["10% 5m", "50% 5m"]', 'is a list in JSON; write the entries one per line, or'],
    ['steps', '- 10% 5m\n- 50% 5m', 'is a list with dashes; write the entries one per line, or'],
    ['steps', 'Canary10Percent5Mins', 'did you mean Canary10Percent5Minutes?'],
    ['steps', 'CodeDeployDefault.Canary10Percent5Minutes', 'did you mean Canary10Percent5Minutes?'],
    ['steps', 'linear10PercentEvery1Minutes', 'did you mean Linear10PercentEvery1Minute?'],
    ['steps', 'allatonce', 'did you mean AllAtOnce?'],
    ['steps', 'slowly', 'or the name of a preset, like AllAtOnce or Canary10Percent5Minutes'],
    ['alarms', '["errors", "slow"]', 'alarms: is a list in JSON'],
    ['alarms', '- errors\n- slow', 'or with commas between them: "errors, slow"'],
    ['function-name', '["checkout"]', 'function-name: is a list in JSON'],
    ['function-name', '[checkout, cart]', 'or with commas between them: "checkout, cart"'],
    ['function-name', 'a; b', 'function-name: has a semicolon'],
    ['function-name', '123456789012:checkout', 'did you mean 123456789012:function:checkout?'],
    ['version', '["7"]', 'version: is a list in JSON'],
    ['alias', 'checkout:live', 'write live alone, and checkout in the input function-name'],
    ['mode', 'Rollout', 'did you mean rollout?'],
    ['analysis', 'observ', 'did you mean observe?'],
    ['tolerated-margin', '0,5%', 'did you mean 0.5%? Decimals have a point'],
    ['smoke-test-payload', 'ping.json', 'does actions/checkout run before this step?'],
  ])('is said of %s: %s', (name, given, said) => {
    expect(refusal({ [name]: given }).message).toContain(said);
  });

  it.each<[string, number]>([
    ['1%', 0.01],
    ['0.01', 0.01],
    ['0.1%', 0.001],
  ])('is known of a share in either form: %s', (given, share) => {
    const { policy } = read({
      'analysis-alpha': given,
      'analysis-floor': given,
      'tolerated-margin': given,
    }).analysis;
    expect(policy.rule.alpha).toBeCloseTo(share, 10);
    expect(policy.rule.floor).toBeCloseTo(share, 10);
    expect(policy.rule.margin).toBeCloseTo(share, 10);
  });

  it('leaves an alarm its strange name', () => {
    expect(read({ alarms: 'a; b' }).alarms[0]?.name).toBe('a; b');
    expect(read({ alarms: '[prod] errors' }).alarms[0]?.name).toBe('[prod] errors');
  });

  it('is said of an input that there is not, and of nothing else', () => {
    const others = ['INPUT_ALARMS', 'INPUT_FUNCTION-NAME', 'PATH', 'INPUT_XYZZY_PLUGH_FOO'];
    expect(unknownInputs([...others, 'INPUT_ALARM-NAMES', 'INPUT_FUNCTION_NAME'])).toEqual([
      'There is no input alarm-names: it was passed over. Did you mean alarms?',
      'There is no input function_name: it was passed over. Did you mean function-name?',
    ]);
  });
});

describe('everything that is wrong', () => {
  it('is told at once, what does not fit together included', () => {
    const { problems } = refusal({
      steps: '10% 5',
      alarms: 'arn:aws:cloudwatch:eu-west-2:123456789012:alarm:errors',
      version: '1, 2',
      environment: 'production',
    });
    expect(problems.map((problem) => problem.split(':')[0])).toEqual([
      'steps',
      'version',
      'alarms',
      'github-token',
    ]);
  });

  it('leaves what AWS can be asked, as far as it is known whom and what', () => {
    expect(refusal({ steps: '10% 5', alarms: 'erors' }).askable?.alarms[0]?.name).toBe('erors');
    expect(refusal({ steps: '10% 5', mode: 'x' }).askable).toBeUndefined();
    expect(refusal({ steps: '10% 5', region: 'Ireland' }).askable).toBeUndefined();
  });
});
