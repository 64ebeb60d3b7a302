import { beforeEach, describe, expect, it } from '@jest/globals';

import { createAlias, getAlias } from '../../../simulator/lambda/aliases.ts';
import { createFunction, publishVersion } from '../../../simulator/lambda/functions.ts';
import { addRepairRule } from '../../../simulator/states/repair-rule.ts';
import { stopAfter } from '../../../simulator/states/stop-after.ts';
import { createStatesWorld, typesOf, type StatesWorld } from '../../fixtures/states-world.ts';

let world: StatesWorld;
beforeEach(() => {
  world = createStatesWorld();
  const { lambda } = world.simulator;
  createFunction(lambda, { functionName: 'f' });
  publishVersion(lambda, 'f');
  createAlias(lambda, 'f', 'live', { version: '1' });
});

const STATES = {
  Each: {
    Type: 'Map',
    Items: ['f'],
    ItemProcessor: {
      StartAt: 'Write',
      States: {
        Write: {
          Type: 'Task',
          Resource: 'arn:aws:states:::aws-sdk:lambda:updateAlias',
          Arguments: { FunctionName: '{% $states.input %}', Name: 'live', Description: 'written' },
          End: true,
        },
      },
    },
    Next: 'Wait',
  },
  Wait: { Type: 'Wait', Seconds: 60, End: true },
};
const written = () => getAlias(world.simulator.lambda, 'f', 'live').description === 'written';
const later = (ms: number) => world.time.passUntil(world.time.clock.now() + ms);

describe('an execution that is stopped', () => {
  it('after each of its events has that event, the end, and nothing else', async () => {
    const whole = await world.run(STATES);
    for (let event = 1; event < whole.events.length; event++) {
      const leave = stopAfter(world.simulator.executions, event, { error: 'Mine', cause: 'no' });
      const execution = await world.run(STATES);
      leave();
      expect(execution).toMatchObject({ status: 'ABORTED', error: 'Mine', cause: 'no' });
      await later(120_000);
      expect(typesOf(execution)).toEqual([...typesOf(whole).slice(0, event), 'ExecutionAborted']);
    }
  });

  it.each([
    ['TaskScheduled', false],
    ['TaskStarted', true],
  ])('after %s has written: %s', async (type, expected) => {
    const types = [
      'ExecutionStarted',
      'MapStateEntered',
      'MapStateStarted',
      'MapIterationStarted',
      'TaskStateEntered',
      'TaskScheduled',
      'TaskStarted',
    ];
    stopAfter(world.simulator.executions, types.indexOf(type) + 1);
    const execution = await world.run(STATES);
    expect(execution.events.at(-2)?.type).toBe(type);
    await later(1_000);
    expect(written()).toBe(expected);
  });

  it('is so in all of its branches', async () => {
    const wait = (name: string) => ({
      StartAt: name,
      States: { [name]: { Type: 'Wait', Seconds: 60, End: true } },
    });
    const execution = world.start({
      Both: { Type: 'Parallel', Branches: [wait('one'), wait('two')], End: true },
    });
    await later(30_000);
    world.simulator.executions.stop(execution.arn);
    await later(60_000);
    expect(typesOf(execution).slice(-3)).toEqual([
      'WaitStateEntered',
      'WaitStateEntered',
      'ExecutionAborted',
    ]);
  });

  it('by its name leaves others alone', async () => {
    const { executions } = world.simulator;
    stopAfter(executions, 2, { isMeant: (name) => name === 'mine' });
    const { arn } = executions.createStateMachine({
      name: 'machine',
      definition: { QueryLanguage: 'JSONata', StartAt: 'Each', States: STATES },
    });
    const [mine, other] = ['mine', 'other'].map((name) => executions.start(arn, { name }));
    await later(60_000);
    expect([mine?.status, other?.status]).toEqual(['ABORTED', 'SUCCEEDED']);
  });
});

describe('the rule that repairs', () => {
  const fail = (error: string) => ({ Fail: { Type: 'Fail', Error: error } });
  const inputs = () =>
    [...world.simulator.executions.all.values()].map(({ input }) => JSON.parse(input) as unknown);
  /** Fails, unless it repairs. */
  const broken = (error: string) => ({
    Which: {
      Type: 'Choice',
      Choices: [{ Condition: '{% $exists($states.input.detail) %}', Next: 'Repaired' }],
      Default: 'Fail',
    },
    Repaired: { Type: 'Succeed' },
    ...fail(error),
  });
  beforeEach(() => {
    const { simulator, time } = world;
    addRepairRule(simulator.executions, { time, clock: time.clock });
  });

  it('starts the same machine with the event of an end that was not meant, a second after it', async () => {
    await world.run(broken('States.Runtime'), { a: 1 });
    expect(inputs()).toEqual([{ a: 1 }]);
    await later(1_000);
    expect(inputs()[1]).toMatchObject({
      source: 'aws.states',
      detail: { status: 'FAILED', error: 'States.Runtime', input: '{"a":1}' },
    });
    await later(60_000);
    expect(inputs()).toHaveLength(2);
  });

  it('does not repair a repair', async () => {
    await world.run(fail('States.Runtime'));
    await later(60_000);
    expect(inputs()).toHaveLength(2);
  });

  it('does so after a stop that does not say that it was ours', async () => {
    const execution = world.start(STATES);
    await later(10_000);
    world.simulator.executions.stop(execution.arn);
    await later(1_000);
    expect(inputs()[1]).toMatchObject({ detail: { status: 'ABORTED', error: null, input: '{}' } });
  });

  it.each([
    ['an end that the machine tells of', fail('LambdaCanary.Reverted')],
    ['a success', { Done: { Type: 'Succeed' } }],
  ])('leaves alone %s', async (_, states) => {
    await world.run(states);
    await later(60_000);
    expect(inputs()).toHaveLength(1);
  });

  it('leaves alone a stop of ours', async () => {
    const execution = world.start(STATES);
    world.simulator.executions.stop(execution.arn, { error: 'LambdaCanary.TakenOver' });
    await later(60_000);
    expect(inputs()).toHaveLength(1);
  });
});
