import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { getAlias, updateAlias } from '../../simulator/lambda/aliases.ts';
import { updateFunction } from '../../simulator/lambda/functions.ts';
import { denied } from '../../simulator/wire/faults.ts';
import { stateMachine } from '../../src/core/state-machine/definition.ts';
import { after, INPUTS, type Inputs, type World } from '../fixtures/bundle-world.ts';
import {
  createWorldWithMachine,
  executionsIn,
  LONG,
  ON_AWS,
  onlyExecutionIn,
} from '../fixtures/carried-by-aws.ts';
import { itWithSignals } from '../fixtures/signals.ts';

describe('with engine: step-functions, the bundle', () => {
  let world: World;
  beforeEach(async () => {
    world = await createWorldWithMachine();
  });
  afterEach(() => world.close());

  const executions = () => executionsIn(world);
  const execution = () => onlyExecutionIn(world);
  /** Who comes later: another run of the same workflow. */
  const later = (inputs: Inputs = {}, run = '43') =>
    world.run({ ...ON_AWS, ...inputs }, { environment: { GITHUB_RUN_ID: run } });

  describe('that waits', () => {
    it('promotes, and tells of it as a runner would', async () => {
      const result = await world.run(ON_AWS);
      expect(result.outputs).toMatchObject({ outcome: 'promoted', version: '2', weight: '100' });
      expect(result.exitCode).toBe(0);
      expect(world.routings()).toEqual(['1', '1+2@0.1', '1+2@0.5', '2']);
      expect(getAlias(world.simulator.lambda, 'checkout', 'live').description).toBe('');
      expect(result.log).toContain('10 % shifted (step 1 of 3)');
      expect(result.log).toMatch(/AWS carries the rollout: https:.*states\/home/);
      expect(result.summary).toContain('Promoted');
      expect(result.summary).toContain('**Carried by AWS:** [its execution](https:');
      expect(execution().name).toMatch(/^acme-shop-42-1-[0-9a-f]+$/);
      expect(world.writes()).toEqual([
        'PublishVersion',
        'UpdateAlias',
        'UpdateAlias',
        'UpdateAlias',
        'UpdateAlias',
      ]);
    });

    it('is reverted by an alarm, with its reason', async () => {
      after(world.simulator, 'UpdateAlias', 0, () => {
        world.setAlarm('ALARM', 'too many');
      });
      const result = await world.run(ON_AWS);
      expect(result.outputs['outcome']).toBe('reverted');
      expect(result.outputs['reason']).toMatch(
        /^at 10 % \(step 1 of 3\).*alarm errors went into ALARM: too many/,
      );
      expect(result.exitCode).toBe(1);
      expect(world.routings()).toEqual(['1', '1+2@0.1', '1']);
      expect(result.summary).toContain('Reverted');
    });

    it('is reverted by metrics without any alarm, in the words of the report', async () => {
      updateFunction(world.simulator.lambda, 'checkout', {
        code: 'the next',
        behaviour: { errorRate: 0.4, durationMs: 40 },
      });
      world.simulator.traffic.set('checkout', 'live', 10);
      const result = await world.run({
        ...ON_AWS,
        alarms: '',
        analysis: 'on',
        steps: '10% 15m',
      });
      expect(result.outputs['outcome']).toBe('reverted');
      expect(result.outputs['reason']).toMatch(
        /errors of checkout:live: canary .* requests, .* failed \(/,
      );
      expect(world.alias()).toBe('1');
    });

    it('puts the old version back itself when somebody stops the execution', async () => {
      const action = world.start(LONG);
      await action.seen('10 % shifted');
      world.simulator.executions.stop(execution().arn);
      const result = await action.done;
      expect(result.outputs['outcome']).toBe('reverted');
      expect(result.outputs['reason']).toContain('the execution was stopped');
      expect(world.alias()).toBe('1');
    });

    it('says so when somebody else moves the alias', async () => {
      const action = world.start(LONG);
      await action.seen('10 % shifted');
      const before = getAlias(world.simulator.lambda, 'checkout', 'live');
      expect(before.description).toContain(' aws}');
      updateAlias(world.simulator.lambda, 'checkout', 'live', { version: '2', weights: {} });
      const result = await action.done;
      expect(result.outputs['outcome']).toBe('failed');
      expect(result.outputs['reason']).toContain('was moved by somebody else');
      expect(world.alias()).toBe('2');
    });

    itWithSignals(
      'puts the alias back first and stops the execution second when it is cancelled',
      async () => {
        const action = world.start(LONG);
        await action.seen('10 % shifted');
        action.process.kill('SIGINT');
        const result = await action.done;
        expect(result.outputs['outcome']).toBe('reverted');
        expect(result.outputs['reason']).toContain('cancelled (SIGINT)');
        expect(world.routings()).toEqual(['1', '1+2@0.1', '1']);
        expect(execution()).toMatchObject({ status: 'ABORTED', error: 'LambdaCanary.Reverted' });
        const order = world.simulator.requests
          .map(({ operation }) => operation)
          .filter((operation) => ['UpdateAlias', 'StopExecution'].includes(operation));
        expect(order).toEqual(['UpdateAlias', 'UpdateAlias', 'StopExecution']);
      },
    );

    itWithSignals('lets AWS go on with on-cancel: hold', async () => {
      const action = world.start({ ...LONG, 'on-cancel': 'hold' });
      await action.seen('10 % shifted');
      action.process.kill('SIGINT');
      const result = await action.done;
      expect(result.outputs['outcome']).toBe('started');
      expect(result.exitCode).toBe(0);
      await world.time.passUntil(execution().ended);
      expect(world.alias()).toBe('2');
    });

    it('changes nothing when it is killed: the post step says where it goes on', async () => {
      const action = world.start(LONG);
      await action.seen('10 % shifted');
      action.process.kill('SIGKILL');
      const { state } = await action.done;
      const post = await world.run(LONG, { state });
      expect(post.log).toContain('AWS watches the rollout and ends it');
      expect(world.alias()).toBe('1+2@0.1');
      await world.time.passUntil(execution().ended);
      expect(world.alias()).toBe('2');
    });

    it.each([
      ['StartExecution', 0],
      ['GetExecutionHistory', 0],
      ['GetExecutionHistory', 3],
      ['GetExecutionHistory', 7],
    ])('changes nothing when it is killed at %s %i', async (operation, count) => {
      const asked = world.requested(operation, count);
      const action = world.start(ON_AWS);
      await asked;
      action.process.kill('SIGKILL');
      const { state } = await action.done;
      const post = await world.run(ON_AWS, { state });
      expect(post.log).toContain('AWS watches the rollout and ends it');
      if (execution().status === 'RUNNING') await world.time.passUntil(execution().ended);
      expect(world.routings()).toEqual(['1', '1+2@0.1', '1+2@0.5', '2']);
    });

    it('has moved nothing when it is killed before AWS has begun', async () => {
      world.simulator.faults.add(({ operation }) =>
        operation === 'StartExecution' ? { type: 'hang' } : undefined,
      );
      const asked = world.requested('StartExecution', 0);
      const action = world.start(ON_AWS);
      await asked;
      action.process.kill('SIGKILL');
      const { state } = await action.done;
      const post = await world.run(ON_AWS, { state });
      expect(post.log).toContain('the action was killed before AWS began');
      expect(executions()).toEqual([]);
      expect(world.alias()).toBe('1');
    });

    it('finds its own start again when the reply to it is lost', async () => {
      world.simulator.faults.add(({ operation, count }) =>
        operation === 'StartExecution' && count === 0 ? { type: 'lost-reply' } : undefined,
      );
      const result = await world.run(ON_AWS);
      expect(result.outputs['outcome']).toBe('promoted');
      expect(executions()).toHaveLength(1);
    });
  });

  describe('that does not wait', () => {
    it('ends once AWS has begun, and AWS promotes', async () => {
      const result = await world.run({ ...LONG, wait: 'false' });
      expect(result.outputs).toMatchObject({ outcome: 'started', version: '2' });
      expect(result.exitCode).toBe(0);
      expect(result.outputs['reason']).toMatch(/https:.*executions/);
      expect(result.summary).toContain('Started');
      await world.time.passUntil(execution().ended);
      expect(world.alias()).toBe('2');
      expect((await world.run({}, { state: result.state })).log).toContain('Nothing to clean up');
    });

    /** A rollout at 10 %, which nobody follows. */
    async function left() {
      await world.run({ ...LONG, wait: 'false' });
      await world.time.passUntil(
        new Promise<void>((resolve) => {
          world.simulator.onRequest(({ operation }) => {
            if (operation === 'UpdateAlias') resolve();
          });
        }),
      );
    }

    it('leaves a rollout that any job can tell of', async () => {
      await left();
      const result = await later({ mode: 'status', engine: 'runner' });
      expect(result.outputs).toMatchObject({ outcome: 'status', weight: '10', step: '1' });
      expect(result.log).toContain('AWS goes on: it bakes at 10 % (step 1 of 2) until');
      expect(result.summary).toContain('**Carried by AWS:** [its execution](https:');
      expect(world.alias()).toBe('1+2@0.1');
    });

    it('says how it is ended before its first weight, when nothing of it shows on the alias', async () => {
      const begun = await world.run({ ...LONG, wait: 'false' });
      expect(begun.summary).toContain('Before its first weight, stop its execution');
      const result = await later({ mode: 'revert', engine: 'runner' });
      expect(result.outputs['reason']).not.toContain('no rollout is under way');
      expect(result.outputs['reason']).toContain('until then, stop its execution');
      world.simulator.executions.stop(execution().arn);
      expect(world.routings()).toEqual(['1']);
    });

    it('leaves a rollout that any job can put back', async () => {
      await left();
      const result = await later({ mode: 'revert', engine: 'runner' });
      expect(result.outputs['outcome']).toBe('reverted');
      expect(world.alias()).toBe('1');
      expect(execution()).toMatchObject({ status: 'ABORTED', error: 'LambdaCanary.Reverted' });
    });

    it('lets no second rollout begin while it goes on, and asks AWS and not GitHub', async () => {
      await left();
      const result = await later();
      expect(result.outputs['outcome']).toBe('failed');
      expect(result.outputs['reason']).toMatch(/is being moved by AWS: .* goes on, https:/);
      expect(world.alias()).toBe('1+2@0.1');
      expect(executions()).toHaveLength(1);
    });

    it('leaves what was stopped to the next run, which puts it back and begins', async () => {
      await left();
      world.simulator.executions.stop(execution().arn);
      const result = await later({ steps: '50% 1m' });
      expect(result.outputs['outcome']).toBe('promoted');
      expect(world.routings()).toEqual(['1', '1+2@0.1', '1', '1+2@0.5', '2']);
    });
  });

  describe('whose rollout is held', () => {
    const STEPS: Inputs = { steps: '10% 1m, 50% 1m' };
    const begun = () => world.run({ ...ON_AWS, ...STEPS, mode: 'start' });

    it('ends with its first step, while AWS goes on watching', async () => {
      const result = await begun();
      expect(result.outputs).toMatchObject({ outcome: 'held', weight: '10', step: '1' });
      expect(result.exitCode).toBe(0);
      expect(getAlias(world.simulator.lambda, 'checkout', 'live').description).toContain(
        ' aws held}',
      );
      expect(execution().status).toBe('RUNNING');
    });

    it('is reverted by AWS when nobody has gone on with it within hold-for', async () => {
      await world.run({ ...ON_AWS, ...STEPS, mode: 'start', 'hold-for': '10m' });
      await world.time.passUntil(execution().ended);
      expect(execution()).toMatchObject({ status: 'FAILED', error: 'LambdaCanary.Reverted' });
      expect(world.alias()).toBe('1');
    });

    it('is gone on with by the next job, whose execution takes over', async () => {
      await begun();
      const step = await later({ ...STEPS, mode: 'step', engine: 'runner' });
      expect(step.outputs).toMatchObject({ outcome: 'held', weight: '50', step: '2' });
      const [first, second] = executions();
      expect(first).toMatchObject({ status: 'ABORTED', error: 'LambdaCanary.TakenOver' });
      expect(second?.status).toBe('RUNNING');
      const promoted = await later({ ...STEPS, mode: 'promote', engine: 'runner' }, '44');
      expect(promoted.outputs['outcome']).toBe('promoted');
      expect(world.routings()).toEqual(['1', '1+2@0.1', '1+2@0.5', '2']);
    });

    it('stays with AWS where the next job cannot go on with it', async () => {
      await begun();
      const other = await later({ steps: '20% 1m', mode: 'step', engine: 'runner' });
      expect(other.outputs['outcome']).toBe('failed');
      expect(other.outputs['reason']).toContain('is held in another plan than this one');
      expect(execution().status).toBe('RUNNING');
      expect(world.alias()).toBe('1+2@0.1');
    });
  });

  describe('begins nothing', () => {
    const refused = async (inputs: Inputs = {}) => {
      const { outputs } = await world.run({ ...ON_AWS, ...inputs });
      expect(outputs['outcome']).toBe('failed');
      expect(world.writes().filter((write) => /^(Publish|Update)/.test(write))).toEqual([]);
      expect(executions()).toEqual([]);
      return outputs['reason'];
    };

    it('with a state machine of another release', async () => {
      const definition = { ...stateMachine(), Comment: 'Lambda Canary, state machine 0' };
      world.simulator.executions.createStateMachine({ name: 'older', definition });
      expect(await refused({ 'state-machine': 'older' })).toMatch(
        /is not the one of this release \(".*" is needed, and it says "Lambda Canary, state machine 0"\)/,
      );
    });

    it('without a state machine', async () => {
      expect(await refused({ 'state-machine': 'none' })).toMatch(
        /there is no arn:aws:states:.*:stateMachine:none; create it/,
      );
    });

    it('without the permission to look at it', async () => {
      const arn = 'arn:aws:states:eu-west-1:123456789012:stateMachine:lambda-canary';
      world.simulator.faults.add(({ operation }) =>
        operation === 'DescribeStateMachine'
          ? denied('states:DescribeStateMachine', arn)
          : undefined,
      );
      expect(await refused()).toContain('Add the action "states:DescribeStateMachine"');
    });

    it('with what a state machine cannot do, and tells of all of it at once', async () => {
      const reason = await refused({
        'analysis-logs': 'on',
        analysis: 'on',
        'compare-duration': 'on',
        'state-machine': 'none',
      });
      for (const input of ['analysis-logs', 'compare-duration', 'state-machine']) {
        expect(reason).toContain(`${input}: `);
      }
    });

    it('when it may not be started', async () => {
      world.simulator.faults.add(({ operation }) =>
        operation === 'StartExecution' ? denied('states:StartExecution', 'arn') : undefined,
      );
      const result = await world.run(ON_AWS);
      expect(result.outputs['outcome']).toBe('failed');
      expect(result.outputs['reason']).toContain('Add the action "states:StartExecution"');
      expect(world.alias()).toBe('1');
    });
  });

  it('needs nothing of what a runner that carries a rollout needs of its own time', async () => {
    const inputs = { ...ON_AWS, steps: '10% 20d', wait: 'false', 'job-timeout': '10m' };
    const result = await world.run({ ...INPUTS, ...inputs });
    expect(result.outputs['outcome']).toBe('started');
  });
});
