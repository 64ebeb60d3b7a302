import { beforeEach, describe, expect, it } from '@jest/globals';

import { createAlias, getAlias } from '../../../simulator/lambda/aliases.ts';
import { createFunction, publishVersion } from '../../../simulator/lambda/functions.ts';
import { denied, THROTTLED, type Fault } from '../../../simulator/wire/faults.ts';
import {
  createStatesWorld,
  detailsOf,
  outputOf,
  typesOf,
  type StatesWorld,
} from '../../fixtures/states-world.ts';

let world: StatesWorld;
beforeEach(() => {
  world = createStatesWorld();
  const { lambda, alarms } = world.simulator;
  createFunction(lambda, { functionName: 'f' });
  publishVersion(lambda, 'f');
  createAlias(lambda, 'f', 'live', { version: '1' });
  alarms.putLogAlarm('errors');
});

const lambda = (action: string, args: object, more: object = {}) => ({
  Type: 'Task',
  Resource: `arn:aws:states:::aws-sdk:lambda:${action}`,
  Arguments: { FunctionName: 'f', Name: 'live', ...args },
  End: true,
  ...more,
});
const cloudwatch = (action: string, args: object, more: object = {}) => ({
  Type: 'Task',
  Resource: `arn:aws:states:::aws-sdk:cloudwatch:${action}`,
  Arguments: args,
  End: true,
  ...more,
});
const write = (more: object = {}) => lambda('updateAlias', { Description: 'written' }, more);
const description = () => getAlias(world.simulator.lambda, 'f', 'live').description;
/** The first request of an execution goes wrong so, the others do not. */
const once = (fault: Fault) =>
  world.simulator.faults.add(({ count }) => (count === 0 ? fault : undefined));

describe('a task', () => {
  it('writes by the route that requests over HTTP take, and hands on the reply', async () => {
    const execution = await world.run({ Write: write() });
    const alias = getAlias(world.simulator.lambda, 'f', 'live');
    expect(outputOf(execution)).toEqual({
      AliasArn: 'arn:aws:lambda:eu-west-1:123456789012:function:f:live',
      Name: 'live',
      FunctionVersion: '1',
      Description: 'written',
      RevisionId: alias.revisionId,
    });
    expect(world.simulator.requests).toMatchObject([
      { service: 'lambda', operation: 'UpdateAlias', execution: execution.name, error: '' },
    ]);
  });

  it('is told by the history with its arguments and its result', async () => {
    const execution = await world.run({ Write: write({ TimeoutSeconds: 20 }) });
    expect(typesOf(execution)).toEqual([
      'ExecutionStarted',
      'TaskStateEntered',
      'TaskScheduled',
      'TaskStarted',
      'TaskSucceeded',
      'TaskStateExited',
      'ExecutionSucceeded',
    ]);
    expect(detailsOf(execution, 'TaskScheduled')).toEqual([
      {
        resource: 'updateAlias',
        resourceType: 'aws-sdk:lambda',
        region: 'eu-west-1',
        parameters: '{"FunctionName":"f","Name":"live","Description":"written"}',
        timeoutInSeconds: 20,
      },
    ]);
  });

  it('has times as texts, in what it sends and in what it gets', async () => {
    const { alarms } = world.simulator;
    alarms.setState('errors', 'OK', 'too early to be asked for');
    await world.time.passUntil(world.time.clock.now() + 1_500);
    alarms.setState('errors', 'ALARM', 'red');
    const execution = await world.run({
      History: cloudwatch('describeAlarmHistory', {
        AlarmName: 'errors',
        AlarmTypes: ['LogAlarm'],
        StartDate: '{% $fromMillis($millis() - 1000) %}',
        EndDate: '{% $now() %}',
        HistoryItemType: 'StateUpdate',
      }),
    });
    expect(outputOf(execution)).toMatchObject({
      AlarmHistoryItems: [{ AlarmName: 'errors', Timestamp: '2026-11-23T14:00:01.500Z' }],
    });
  });

  it.each([
    [
      'a refusal',
      THROTTLED,
      'Lambda.TooManyRequestsException',
      'Rate exceeded (Service: Lambda, Status Code: 429, Request ID: none)',
      '',
    ],
    [
      'a denial',
      denied('lambda:UpdateAlias', 'f'),
      'Lambda.AccessDeniedException',
      /is not authorized to perform: lambda:UpdateAlias/,
      '',
    ],
    [
      'a connection that breaks before',
      { type: 'reset' },
      'Lambda.SdkClientException',
      /without a reply/,
      '',
    ],
    [
      'a reply that is lost',
      { type: 'lost-reply' },
      'Lambda.SdkClientException',
      /without a reply/,
      'written',
    ],
    [
      'a reply that is no JSON',
      { type: 'malformed' },
      'Lambda.SdkClientException',
      /unmarshall/,
      'written',
    ],
  ] as const)('fails of %s by its name', async (_, fault, error, cause, left) => {
    once(fault);
    const execution = await world.run({ Write: write() });
    expect(execution).toMatchObject({ status: 'FAILED', error });
    expect(execution.cause).toMatch(cause);
    expect(detailsOf(execution, 'TaskFailed')).toMatchObject([
      { error, resourceType: 'aws-sdk:lambda' },
    ]);
    expect(description()).toBe(left);
  });

  it('fails of what CloudWatch refuses by the name of CloudWatch', async () => {
    const execution = await world.run({
      Alarms: cloudwatch('describeAlarms', { MaxRecords: 101 }),
    });
    expect(execution).toMatchObject({ error: 'CloudWatch.ValidationErrorException' });
  });

  it('fails of another revision as of any refusal', async () => {
    const execution = await world.run({ Write: lambda('updateAlias', { RevisionId: 'another' }) });
    expect(execution).toMatchObject({ error: 'Lambda.PreconditionFailedException' });
  });

  it('that hangs fails of time, and nothing comes of it', async () => {
    once({ type: 'hang' });
    const execution = await world.run({ Write: write({ TimeoutSeconds: 20 }) });
    expect(execution).toMatchObject({ error: 'States.Timeout' });
    expect([world.passed(), description()]).toEqual([20_000, '']);
    expect(typesOf(execution)).toContain('TaskTimedOut');
  });

  it('whose request is late fails of time, and takes effect when nobody waits for it any more', async () => {
    const { time } = world;
    const until = new Promise<void>((resolve) => time.at(time.clock.now() + 30_000, resolve));
    once({ type: 'late', until });
    const execution = await world.run({ Write: write({ TimeoutSeconds: 20 }) });
    expect([execution.error, description()]).toEqual(['States.Timeout', '']);
    await time.passUntil(time.clock.now() + 10_000);
    expect(description()).toBe('written');
  });

  it('waits for a delayed reply', async () => {
    once({ type: 'delay', ms: 5_000 });
    const execution = await world.run({ Write: write({ TimeoutSeconds: 20 }) });
    expect([execution.status, world.passed()]).toEqual(['SUCCEEDED', 5_000]);
  });

  it('is not begun with a member that the action does not have', async () => {
    const execution = await world.run({
      Write: { ...write(), Arguments: '{% { "FunctionName": "f", "Alias": "live" } %}' },
    });
    expect(execution).toMatchObject({ error: 'States.Runtime' });
    expect(execution.cause).toContain('The field "Alias" is not supported by Step Functions');
    expect(world.simulator.requests).toEqual([]);
  });

  it('whose result is too large fails of that, and nothing catches it', async () => {
    for (let count = 0; count < 100; count++) {
      world.simulator.alarms.putLogAlarm(`${'x'.repeat(100)}${count}`);
      world.simulator.alarms.setState(`${'x'.repeat(100)}${count}`, 'OK', 'y'.repeat(3_000));
    }
    const execution = await world.run({
      Alarms: cloudwatch(
        'describeAlarms',
        { AlarmTypes: ['LogAlarm'], MaxRecords: 100 },
        { Output: {}, Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Caught' }] },
      ),
      Caught: { Type: 'Pass', End: true },
    });
    expect(execution).toMatchObject({ status: 'FAILED', error: 'States.DataLimitExceeded' });
    expect(execution.cause).toContain("'aws-sdk:cloudwatch' returned a result");
    expect(typesOf(execution)).toContain('TaskFailed');
  });
});

describe('a task that is tried again', () => {
  const Retry = [
    { ErrorEquals: ['States.Timeout', 'Lambda.PreconditionFailedException'], MaxAttempts: 0 },
    { ErrorEquals: ['States.ALL'], IntervalSeconds: 1, BackoffRate: 2, MaxAttempts: 3 },
  ];

  it('is so after pauses that grow, as often as it may be', async () => {
    world.simulator.faults.add(() => THROTTLED);
    const execution = await world.run({ Write: write({ Retry }) });
    const moments = world.simulator.requests.map(({ at }) => at - execution.startedAt);
    expect(moments).toEqual([0, 1_000, 3_000, 7_000]);
    expect(typesOf(execution).filter((type) => type === 'TaskStateEntered')).toHaveLength(1);
    expect(execution.error).toBe('Lambda.TooManyRequestsException');
  });

  it('succeeds when the next try does', async () => {
    once({ type: 'reset' });
    const execution = await world.run({ Write: write({ Retry }) });
    expect([execution.status, world.passed(), description()]).toEqual([
      'SUCCEEDED',
      1_000,
      'written',
    ]);
  });

  it('is not when the first retrier with its name says so', async () => {
    once({ type: 'hang' });
    const execution = await world.run({ Write: write({ Retry, TimeoutSeconds: 5 }) });
    expect([execution.error, world.passed()]).toEqual(['States.Timeout', 5_000]);
  });

  it('is not where what it sends would be wrong again', async () => {
    const execution = await world.run({ Write: { ...write({ Retry }), Arguments: '{% {} %}' } });
    expect([execution.error, world.passed()]).toEqual(['States.Runtime', 0]);
  });
});
