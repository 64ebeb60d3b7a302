import {
  CloudWatchClient,
  PutMetricAlarmCommand,
  PutMetricDataCommand,
  SetAlarmStateCommand,
} from '@aws-sdk/client-cloudwatch';
import {
  CreateAliasCommand,
  CreateFunctionCommand,
  GetAliasCommand,
  LambdaClient,
  PublishVersionCommand,
  UpdateFunctionCodeCommand,
} from '@aws-sdk/client-lambda';
import { ResourceGroupsTaggingAPIClient } from '@aws-sdk/client-resource-groups-tagging-api';
import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import { runAction, startAction } from '../../simulator/runner.ts';
import { describeContract, PUBLISHED } from '../fixtures/contract.ts';
import { archive, createRole, endpoint, region, ROLE } from './server.ts';

// moto is somebody else's idea of AWS. It differs from AWS in that it does not validate weights, keeps
// an alias's RevisionId through writes and ignores it, and has no alarm history.

const environment = {
  AWS_ENDPOINT_URL: endpoint,
  AWS_REGION: region,
  AWS_ACCESS_KEY_ID: 'moto',
  AWS_SECRET_ACCESS_KEY: 'moto',
};
const client = {
  endpoint,
  region,
  credentials: { accessKeyId: 'moto', secretAccessKey: 'moto' },
};
const lambda = new LambdaClient(client);
const cloudwatch = new CloudWatchClient(client);
const tagging = new ResourceGroupsTaggingAPIClient(client);

async function createFunction(
  name: string,
  tags: Readonly<Record<string, string>> = {},
  there = lambda,
): Promise<void> {
  await there.send(
    new CreateFunctionCommand({
      FunctionName: name,
      Role: ROLE,
      Runtime: 'nodejs22.x',
      Handler: 'index.handler',
      Code: { ZipFile: archive('one') },
      Tags: tags,
    }),
  );
  await there.send(new PublishVersionCommand({ FunctionName: name }));
  await there.send(
    new CreateAliasCommand({ FunctionName: name, Name: 'live', FunctionVersion: '1' }),
  );
  await there.send(new UpdateFunctionCodeCommand({ FunctionName: name, ZipFile: archive('two') }));
}

async function aliasOf(name: string, there = lambda) {
  const alias = await there.send(new GetAliasCommand({ FunctionName: name, Name: 'live' }));
  return {
    version: alias.FunctionVersion,
    weights: alias.RoutingConfig?.AdditionalVersionWeights ?? {},
  };
}

const ALARM = {
  AlarmName: 'errors',
  Namespace: 'AWS/Lambda',
  MetricName: 'Errors',
  Statistic: 'Sum',
  Period: 60,
  EvaluationPeriods: 1,
  Threshold: 0,
  ComparisonOperator: 'GreaterThanThreshold',
} as const;

const setAlarm = (state: 'OK' | 'ALARM', reason: string) =>
  cloudwatch.send(
    new SetAlarmStateCommand({ AlarmName: 'errors', StateValue: state, StateReason: reason }),
  );

beforeAll(createRole);

describe('against moto, the adapters for AWS', () => {
  describeContract(
    () => ({ lambda, cloudwatch, tagging, region }),
    createFunction,
    async (value, at) => {
      const { namespace, name, dimensions } = PUBLISHED;
      const datum = {
        MetricName: name,
        Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
        Value: value,
        Timestamp: new Date(at),
      };
      await cloudwatch.send(
        new PutMetricDataCommand({ Namespace: namespace, MetricData: [datum] }),
      );
    },
  );
});

describe('against moto, the committed bundle', () => {
  beforeEach(async () => {
    await cloudwatch.send(new PutMetricAlarmCommand(ALARM));
    await setAlarm('OK', 'all is well');
  });

  const inputs = {
    alias: 'live',
    steps: '10% 2s, 50% 2s',
    'bake-time': '2s',
    'poll-interval': '1s',
    alarms: 'errors',
    analysis: 'off',
  };

  it('promotes a version whose alarm stays green', async () => {
    await createFunction('good');
    const result = await runAction({ environment, inputs: { ...inputs, 'function-name': 'good' } });
    expect(result.outputs).toMatchObject({
      outcome: 'promoted',
      version: '2',
      'previous-version': '1',
      'alias-arn': `arn:aws:lambda:${region}:123456789012:function:good:live`,
    });
    expect(result.exitCode).toBe(0);
    expect(await aliasOf('good')).toEqual({ version: '2', weights: {} });
  });

  it('reverts a version whose alarm goes red while it bakes', async () => {
    await createFunction('bad');
    const action = startAction({
      environment,
      inputs: { ...inputs, 'function-name': 'bad', steps: '10% 2s, 50% 10m' },
    });
    await action.seen('50 % shifted');
    expect(await aliasOf('bad')).toEqual({ version: '1', weights: { '2': 0.5 } });
    await setAlarm('ALARM', 'too many errors');
    const result = await action.done;
    expect(result.outputs['outcome']).toBe('reverted');
    expect(result.outputs['reason']).toContain('alarm errors went into ALARM: too many errors');
    expect(result.exitCode).toBe(1);
    expect(await aliasOf('bad')).toEqual({ version: '1', weights: {} });
  });

  it('reverts by its post step what a killed main step left behind', async () => {
    await createFunction('killed');
    const options = {
      environment,
      inputs: { ...inputs, 'function-name': 'killed', steps: '10% 10m' },
    };
    const action = startAction(options);
    await action.seen('10 % shifted');
    action.process.kill('SIGKILL');
    const { state } = await action.done;
    expect(await aliasOf('killed')).toEqual({ version: '1', weights: { '2': 0.1 } });
    const post = await runAction({ ...options, state });
    expect(post.exitCode).toBe(0);
    expect(await aliasOf('killed')).toEqual({ version: '1', weights: {} });
  });

  // moto has no alarm history, and each wave asks for half a minute whether it can be read.
  it('puts the region back that was promoted before another one failed', async () => {
    const elsewhere = 'us-west-2';
    const there = new LambdaClient({ ...client, region: elsewhere });
    const alarmsThere = new CloudWatchClient({ ...client, region: elsewhere });
    await alarmsThere.send(new PutMetricAlarmCommand(ALARM));
    const setAlarmThere = (state: 'OK' | 'ALARM') =>
      alarmsThere.send(
        new SetAlarmStateCommand({
          AlarmName: 'errors',
          StateValue: state,
          StateReason: 'because',
        }),
      );
    await setAlarmThere('OK');
    await createFunction('everywhere');
    await createFunction('everywhere', {}, there);
    const action = startAction({
      environment,
      inputs: {
        ...inputs,
        'function-name': 'everywhere',
        regions: `${region} | ${elsewhere}`,
        steps: '50% 2s',
        'bake-time': '2s',
      },
    });
    await action.seen(/us-west-2 .* 50 % shifted/);
    expect(await aliasOf('everywhere')).toEqual({ version: '2', weights: {} });
    await setAlarmThere('ALARM');
    const result = await action.done;
    expect(result.outputs['outcome']).toBe('reverted');
    expect(await aliasOf('everywhere')).toEqual({ version: '1', weights: {} });
    expect(await aliasOf('everywhere', there)).toEqual({ version: '1', weights: {} });
  }, 240_000);
});
