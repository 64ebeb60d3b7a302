import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import type { Config } from '../../src/inputs/config.ts';
import { INPUT_DEFAULTS, type InputName } from '../../src/inputs/defaults.ts';
import { readInputs } from '../../src/inputs/inputs.ts';
import { Refusal } from '../../src/core/problems.ts';
import { anyText } from '../fixtures/any-text.ts';

type Inputs = Partial<Record<InputName, string>>;

const minimal: Inputs = { 'function-name': 'checkout', alias: 'live' };
const read = (inputs: Inputs = {}, region: string | undefined = 'eu-west-1'): Config =>
  readInputs((name) => ({ ...minimal, ...inputs })[name] ?? '', {
    description: 'commit and run',
    region,
    roleSessionName: 'canary-42',
    readFile: noFile,
  });

function problems(inputs: Inputs, region?: string): readonly string[] {
  try {
    read(inputs, region);
  } catch (error) {
    if (error instanceof Refusal) return error.problems;
    throw error;
  }
  return [];
}

const noFile = () => {
  throw new Error('there is none');
};

describe('inputs', () => {
  it('need only a function and an alias', () => {
    expect(read()).toEqual({
      mode: 'rollout',
      searches: [],
      found: [],
      requests: [
        {
          target: { functionId: 'checkout', functionName: 'checkout', alias: 'live' },
          foundBy: undefined,
          version: undefined,
          codeSha256: undefined,
          code: undefined,
          mayCreateAlias: false,
        },
      ],
      role: undefined,
      credentialsLastMs: undefined,
      jobLastsMs: 21_600_000,
      plan: {
        steps: [
          { weight: 10, bakeMs: 300_000 },
          { weight: 100, bakeMs: 300_000 },
        ],
      },
      alarms: [],
      description: 'commit and run',
      pollIntervalMs: 15_000,
      monitoringGraceMs: 120_000,
      onAlarmAtStart: 'fail',
      onRevertLatest: 'keep',
      onInsufficientData: 'continue',
      onCancel: 'revert',
      onUnfinished: { action: 'revert', given: false },
      onRevertedBefore: 'warn',
      fastTrackMs: undefined,
      githubToken: '',
      environment: '',
      comment: 'never',
      analysis: {
        mode: 'on',
        given: false,
        policy: {
          rule: { alpha: 0.01, ratio: 1, margin: 0, floor: 0.001, confirm: 10, burst: 1 },
          minInvocations: 50,
          maxExtension: 3,
          onInconclusive: 'promote',
          metricDelayMs: 90_000,
        },
      },
      compareDuration: { mode: 'observe', given: false },
      engine: 'runner',
      stateMachine: 'lambda-canary',
      waits: true,
      holdForMs: 24 * 3_600_000,
      afterPromotion: 'revert',
      analysisLogs: { mode: 'on', given: false, ownPattern: undefined, delayMs: 12_000 },
      compareMetrics: [],
      errorLogs: 'count',
      metricChecks: [],
      checkCommands: [],
      smokeTests: new Map(),
      dryRun: false,
      region: 'eu-west-1',
    });
  });

  it('fall back to their default when an expression left them empty', () => {
    expect(read({ steps: ' ', 'poll-interval': '' }).pollIntervalMs).toBe(15_000);
  });

  it('name functions by name, partial ARN or ARN, one per line or by comma', () => {
    const names = 'a, 123456789012:function:b\narn:aws:lambda:eu-west-1:123456789012:function:c';
    expect(read({ 'function-name': names }).requests.map(({ target }) => target)).toEqual([
      { functionId: 'a', functionName: 'a', alias: 'live' },
      { functionId: '123456789012:function:b', functionName: 'b', alias: 'live' },
      {
        functionId: 'arn:aws:lambda:eu-west-1:123456789012:function:c',
        functionName: 'c',
        alias: 'live',
      },
    ]);
  });

  it('take the region of the ARNs when nothing else names one', () => {
    const arn = 'arn:aws-us-gov:lambda:us-gov-west-1:123456789012:function:c';
    const defaults = {
      description: '',
      region: undefined,
      roleSessionName: 'canary-42',
      readFile: noFile,
    };
    const inputs: Inputs = { ...minimal, 'function-name': arn };
    expect(readInputs((name) => inputs[name] ?? '', defaults).region).toBe('us-gov-west-1');
  });

  it('split alarms at commas on one line, but keep the commas of names given one per line', () => {
    const names = (alarms: string) => read({ alarms }).alarms.map(({ name }) => name);
    expect(names('a, b')).toEqual(['a', 'b']);
    expect(names('errors, too many\nlatency\n')).toEqual(['errors, too many', 'latency']);
    expect(names('errors, too many\n')).toEqual(['errors, too many']);
  });

  it('split the ARN of an alarm at its sixth colon only', () => {
    const arn = 'arn:aws:cloudwatch:eu-west-1:123456789012:alarm:team: errors';
    expect(read({ alarms: arn }).alarms).toEqual([
      { name: 'team: errors', region: 'eu-west-1', account: '123456789012' },
    ]);
  });

  it('give each function its own version, in the order of the functions', () => {
    const { requests } = read({ 'function-name': 'a,b', version: '3,4' });
    expect(requests.map(({ version }) => version)).toEqual(['3', '4']);
  });

  it.each<[InputName, string, string]>([
    ['function-name', '', 'function-name: is required'],
    ['function-name', 'a b', 'function-name: "a b" is not a function name'],
    ['function-name', 'checkout:live', 'has a qualifier'],
    ['function-name', 'checkout:$LATEST', 'has a qualifier'],
    ['function-name', 'a,a', '"a" is named more than once'],
    ['function-name', 'a'.repeat(65), 'is not a function name'],
    ['alias', '', 'alias: is required'],
    ['alias', '2024', 'is not an alias name'],
    ['alias', 'a.b', 'is not an alias name'],
    ['alias', 'a'.repeat(129), 'is not an alias name'],
    ['version', '$LATEST', 'is not the number of a published version'],
    ['version', '$LATEST.PUBLISHED', 'is replaced with every version that is published'],
    ['version', '1,2', '2 given for 1 function(s)'],
    ['description', 'x'.repeat(257), 'has 257 characters; Lambda takes at most 256'],
    ['code-sha256', 'not a hash', 'is not a hash'],
    ['steps', '10% 5', 'steps: step 1'],
    ['bake-time', '5', '"5" is not a duration'],
    ['bake-time', '-5m', 'is not a duration'],
    ['poll-interval', '500ms', 'is not a duration'],
    ['poll-interval', '0.5s', 'is too short; it must be 1s or longer'],
    ['on-alarm-at-start', 'ignore', '"ignore" is not one of fail, ignore-until-ok'],
    ['on-insufficient-data', 'yes', 'is not one of continue, wait, revert'],
    ['monitoring-grace', 'forever', 'is not a duration'],
    ['on-cancel', 'Hold', 'is not one of revert, hold'],
    ['engine', 'lambda', '"lambda" is not one of runner, step-functions'],
    ['state-machine', 'my machine', 'is neither the name of a state machine nor its ARN'],
    ['wait', 'false', 'wait: false leaves the rollout to AWS; set engine: step-functions'],
    ['state-machine', 'canaries', 'state-machine: is for rollouts that AWS carries; set engine:'],
    ['hold-for', '2h', 'hold-for: is for rollouts that AWS carries; set engine: step-functions'],
    ['hold-for', '30s', 'is too short; it must be 1m or longer'],
    ['hold-for', '400d', 'no execution of Step Functions lasts longer than a year'],
    ['dry-run', 'maybe', '"maybe" is not true or false'],
    ['region', 'Ireland', 'is not an AWS region'],
    ['analysis', 'maybe', '"maybe" is not one of on, observe, off'],
    ['analysis-alpha', '0', 'is neither a number from 0.000001 to 0.5'],
    ['analysis-alpha', '51%', 'is neither a number from 0.000001 to 0.5, nor a percentage'],
    ['analysis-alpha', '0,01', 'did you mean 0.01? Decimals have a point'],
    ['tolerated-ratio', '0.9', 'is not a number from 1 to 100'],
    ['tolerated-margin', '1', '"1" is neither a percentage below 100%, like 0.1%, nor a number'],
    ['analysis-floor', '100%', 'is neither a percentage below 100%'],
    ['min-invocations', '1.5', 'is not a whole number from 0'],
    ['max-extension', '0.5', 'is not a number from 1 to 100'],
    ['on-inconclusive', 'pass', 'is not one of promote, hold, revert'],
    ['metric-delay', '90', 'is not a duration'],
    ['alarms', 'a'.repeat(256), 'longer than the 255 characters'],
    [
      'alarms',
      'arn:aws:cloudwatch:us-east-1:123456789012:alarm:errors',
      'errors is in us-east-1, but this rollout is in eu-west-1',
    ],
  ])('refuse %s %j', (name, value, problem) => {
    expect(problems({ [name]: value }).join('; ')).toContain(problem);
  });

  it('report everything that is wrong at once, naming the input', () => {
    const found = problems({ alias: '7', steps: '1 2', 'bake-time': 'x', 'on-cancel': 'y' });
    expect(found.map((problem) => problem.split(':')[0])).toEqual([
      'alias',
      'steps',
      'bake-time',
      'on-cancel',
    ]);
  });

  it('take steps of weeks where AWS carries them, and no longer than it can', () => {
    const steps = { steps: '1% 14d, 50% 30d', 'bake-time': '7d' };
    expect(problems(steps).join()).toContain('no job lasts longer than 5 days');
    const carried = read({ ...steps, engine: 'step-functions', wait: 'false' });
    expect(carried.plan.steps.map(({ bakeMs }) => bakeMs / 86_400_000)).toEqual([14, 30, 7]);
    const tooLong = { engine: 'step-functions', steps: '1% 366d', 'bake-time': '400d' };
    expect(problems(tooLong)).toEqual([
      expect.stringContaining('no execution of Step Functions lasts longer than a year'),
      expect.stringContaining('no execution of Step Functions lasts longer than a year'),
    ]);
  });

  it('turn off what AWS cannot do, and leave on what was asked for, to be refused with all else', () => {
    const carried = read({ engine: 'step-functions' });
    expect([carried.analysisLogs.mode, carried.compareDuration.mode]).toEqual(['off', 'off']);
    const asked = read({
      engine: 'step-functions',
      'analysis-logs': 'on',
      'compare-duration': 'observe',
    });
    expect([asked.analysisLogs.mode, asked.compareDuration.mode]).toEqual(['on', 'observe']);
  });

  it('say that no region is known', () => {
    const inputs: Inputs = minimal;
    const defaults = {
      description: '',
      region: undefined,
      roleSessionName: 'canary-42',
      readFile: noFile,
    };
    expect(() => readInputs((name) => inputs[name] ?? '', defaults)).toThrow(
      'region: none given, and neither AWS_REGION nor AWS_DEFAULT_REGION is set',
    );
  });

  it('never end in anything but a configuration or a list of problems', () => {
    const names = Object.keys(INPUT_DEFAULTS) as InputName[];
    fc.assert(
      fc.property(fc.constantFrom(...names), anyText, (name, value) => {
        expect(() => problems({ [name]: value })).not.toThrow();
      }),
      { numRuns: 2000 },
    );
  });
});
