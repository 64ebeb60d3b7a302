import { SFN, type HistoryEvent } from '@aws-sdk/client-sfn';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { startServer, type RunningServer } from '../../../simulator/server.ts';
import { denied } from '../../../simulator/wire/faults.ts';
import { createStatesWorld, START, type StatesWorld } from '../../fixtures/states-world.ts';

let world: StatesWorld;
let server: RunningServer;
let sfn: SFN;
let stateMachineArn: string;
beforeEach(async () => {
  world = createStatesWorld();
  server = await startServer(world.simulator);
  sfn = new SFN({
    endpoint: server.url,
    region: 'eu-west-1',
    maxAttempts: 1,
    credentials: { accessKeyId: 'x', secretAccessKey: 'x' },
  });
  ({ arn: stateMachineArn } = world.simulator.executions.createStateMachine({
    name: 'rollout',
    definition: DEFINITION,
  }));
});
afterEach(async () => {
  sfn.destroy();
  await server.close();
});

const DEFINITION = {
  Comment: 'a machine',
  QueryLanguage: 'JSONata',
  StartAt: 'Wait',
  States: {
    Wait: { Type: 'Wait', Seconds: 60, Assign: { a: 1 }, Next: 'Tell' },
    Tell: { Type: 'Pass', Output: '{% $states.input.word %}', End: true },
  },
};

const later = (ms: number) => world.time.passUntil(world.time.clock.now() + ms);
const start = (name: string, input = '{"word":"done"}') =>
  sfn.startExecution({ stateMachineArn, name, input });

describe('StartExecution', () => {
  it('answers with the execution, which then goes on by itself', async () => {
    const { executionArn = '', startDate } = await start('one');
    expect(executionArn).toBe('arn:aws:states:eu-west-1:123456789012:execution:rollout:one');
    expect(startDate).toEqual(new Date(START));
    const running = await sfn.describeExecution({ executionArn });
    expect(running).toMatchObject({
      status: 'RUNNING',
      name: 'one',
      input: '{"word":"done"}',
      stateMachineArn,
    });
    expect(running.stopDate).toBeUndefined();
    await later(60_000);
    expect(await sfn.describeExecution({ executionArn })).toMatchObject({
      status: 'SUCCEEDED',
      output: '"done"',
      stopDate: new Date(START + 60_000),
    });
  });

  it('is the same execution when it is sent again with the same name and input, as long as that runs', async () => {
    const { executionArn } = await start('one');
    await later(1_000);
    expect(await start('one')).toMatchObject({ executionArn, startDate: new Date(START) });
    expect(world.simulator.executions.all.size).toBe(1);
  });

  it('is refused with the name of another input, and with the name of one that is over', async () => {
    await start('one');
    await expect(start('one', '{}')).rejects.toMatchObject({ name: 'ExecutionAlreadyExists' });
    await later(60_000);
    await expect(start('one')).rejects.toMatchObject({
      name: 'ExecutionAlreadyExists',
      message:
        "Execution Already Exists: 'arn:aws:states:eu-west-1:123456789012:execution:rollout:one'",
    });
  });

  it('names what has no name', async () => {
    const { executionArn } = await sfn.startExecution({ stateMachineArn });
    expect(executionArn).toMatch(/:execution:rollout:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  });

  it.each([
    ['a name with a colon', { name: 'a:b' }, 'InvalidName'],
    ['a name that is too long', { name: 'a'.repeat(81) }, 'ValidationException'],
    ['an input that is no JSON', { input: '{' }, 'InvalidExecutionInput'],
    ['an input that is too large', { input: `"${'x'.repeat(262_144)}"` }, 'ValidationException'],
    [
      'a machine that does not exist',
      { stateMachineArn: 'arn:aws:states:eu-west-1:123456789012:stateMachine:other' },
      'StateMachineDoesNotExist',
    ],
    ['what is no ARN', { stateMachineArn: 'rollout' }, 'InvalidArn'],
  ])('refuses %s', async (_, given, name) => {
    await expect(sfn.startExecution({ stateMachineArn, ...given })).rejects.toMatchObject({
      name,
      $metadata: { httpStatusCode: 400 },
    });
  });
});

describe('GetExecutionHistory', () => {
  const types = ({ events = [] }: { readonly events?: readonly HistoryEvent[] | undefined }) =>
    events.map(({ id, type }) => `${id} ${type}`);
  const ALL = [
    '1 ExecutionStarted',
    '2 WaitStateEntered',
    '3 WaitStateExited',
    '4 PassStateEntered',
    '5 PassStateExited',
    '6 ExecutionSucceeded',
  ];
  let executionArn: string;
  beforeEach(async () => {
    ({ executionArn = '' } = await start('one'));
    await later(60_000);
  });

  it('tells the events in order, and the other way round', async () => {
    expect(types(await sfn.getExecutionHistory({ executionArn }))).toEqual(ALL);
    const reverse = await sfn.getExecutionHistory({ executionArn, reverseOrder: true });
    expect(types(reverse)).toEqual(ALL.toReversed());
  });

  it('gives them in pages', async () => {
    const first = await sfn.getExecutionHistory({ executionArn, maxResults: 4 });
    const second = await sfn.getExecutionHistory({
      executionArn,
      maxResults: 4,
      nextToken: first.nextToken,
    });
    expect([types(first), types(second), second.nextToken]).toEqual([
      ALL.slice(0, 4),
      ALL.slice(4),
      undefined,
    ]);
  });

  it('says what was assigned, when, and after which event', async () => {
    const { events = [] } = await sfn.getExecutionHistory({ executionArn });
    expect(events[2]).toEqual({
      id: 3,
      previousEventId: 2,
      timestamp: new Date(START + 60_000),
      type: 'WaitStateExited',
      stateExitedEventDetails: {
        name: 'Wait',
        output: '{"word":"done"}',
        outputDetails: { truncated: false },
        assignedVariables: { a: '1' },
        assignedVariablesDetails: { truncated: false },
      },
    });
  });

  it('leaves out the data where they are not wanted', async () => {
    const { events = [] } = await sfn.getExecutionHistory({
      executionArn,
      includeExecutionData: false,
    });
    expect(events[2]?.stateExitedEventDetails).toEqual({ name: 'Wait' });
  });

  it('refuses a token that it did not give, and an execution that it does not know', async () => {
    await expect(
      sfn.getExecutionHistory({ executionArn, nextToken: 'mine' }),
    ).rejects.toMatchObject({ name: 'InvalidToken' });
    await expect(
      sfn.getExecutionHistory({ executionArn: `${executionArn}x` }),
    ).rejects.toMatchObject({ name: 'ExecutionDoesNotExist' });
  });
});

describe('StopExecution', () => {
  it('halts the execution where it stands, with what is said of it', async () => {
    const { executionArn = '' } = await start('one');
    await later(10_000);
    const { stopDate } = await sfn.stopExecution({ executionArn, error: 'Mine', cause: 'because' });
    expect(stopDate).toEqual(new Date(START + 10_000));
    await later(600_000);
    expect(await sfn.describeExecution({ executionArn })).toMatchObject({
      status: 'ABORTED',
      error: 'Mine',
      cause: 'because',
    });
    const { events = [] } = await sfn.getExecutionHistory({ executionArn });
    expect(events.at(-1)).toMatchObject({
      id: 3,
      type: 'ExecutionAborted',
      executionAbortedEventDetails: { error: 'Mine', cause: 'because' },
    });
  });

  it('changes nothing about one that is over', async () => {
    const { executionArn = '' } = await start('one');
    await later(60_000);
    const { stopDate } = await sfn.stopExecution({ executionArn, error: 'Mine' });
    expect(stopDate).toEqual(new Date(START + 60_000));
    expect(await sfn.describeExecution({ executionArn })).toMatchObject({ status: 'SUCCEEDED' });
  });

  it('refuses an execution that does not exist', async () => {
    const executionArn = 'arn:aws:states:eu-west-1:123456789012:execution:rollout:none';
    await expect(sfn.stopExecution({ executionArn })).rejects.toMatchObject({
      name: 'ExecutionDoesNotExist',
    });
  });
});

describe('DescribeStateMachine', () => {
  it('gives the definition as it was given', async () => {
    const { definition, ...machine } = await sfn.describeStateMachine({ stateMachineArn });
    expect(definition).toBe(JSON.stringify(DEFINITION));
    expect(machine).toMatchObject({ name: 'rollout', type: 'STANDARD', status: 'ACTIVE' });
  });
});

describe('ListExecutions', () => {
  it('lists the latest first, of a status, in pages', async () => {
    await start('one');
    await later(60_000);
    await start('two');
    await start('three');
    const names = async (given: object = {}) => {
      const { executions = [], nextToken } = await sfn.listExecutions({
        stateMachineArn,
        ...given,
      });
      return [executions.map(({ name }) => name), nextToken];
    };
    expect(await names()).toEqual([['three', 'two', 'one'], undefined]);
    expect(await names({ statusFilter: 'SUCCEEDED' })).toEqual([['one'], undefined]);
    expect(await names({ maxResults: 2 })).toEqual([['three', 'two'], '2']);
    expect(await names({ maxResults: 2, nextToken: '2' })).toEqual([['one'], undefined]);
  });
});

describe('a request to Step Functions', () => {
  it('is recorded, and may be denied, like one to any other service', async () => {
    world.simulator.faults.add(({ service, operation }) =>
      service === 'states' && operation === 'StopExecution'
        ? denied('states:StopExecution', stateMachineArn)
        : undefined,
    );
    const { executionArn = '' } = await start('one');
    await expect(sfn.stopExecution({ executionArn })).rejects.toMatchObject({
      name: 'AccessDeniedException',
    });
    expect(world.simulator.requests).toMatchObject([
      { service: 'states', operation: 'StartExecution', error: '' },
      { service: 'states', operation: 'StopExecution', error: 'AccessDeniedException' },
    ]);
  });

  it('may lose its reply, and has its effect', async () => {
    world.simulator.faults.add(({ operation }) =>
      operation === 'StartExecution' ? { type: 'lost-reply' } : undefined,
    );
    await expect(start('one')).rejects.toThrow();
    expect([...world.simulator.executions.all.values()].map(({ name }) => name)).toEqual(['one']);
  });

  it('that nobody simulated is said to be so', async () => {
    await expect(sfn.listActivities({})).rejects.toMatchObject({ name: 'NotSimulated' });
  });
});
