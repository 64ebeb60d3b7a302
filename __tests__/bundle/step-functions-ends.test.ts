import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { createAlias, getAlias } from '../../simulator/lambda/aliases.ts';
import { denied } from '../../simulator/wire/faults.ts';
import { addFunction, type Inputs, type World } from '../fixtures/bundle-world.ts';
import {
  createWorldWithMachine,
  executionsIn,
  LONG,
  NO_SUCH_EXECUTION,
  ON_AWS,
  onlyExecutionIn,
} from '../fixtures/carried-by-aws.ts';
import { itWithSignals } from '../fixtures/signals.ts';

const HELD: Inputs = { ...ON_AWS, steps: '10% 1m, 50% 1m', mode: 'start' };

describe('what is said of a rollout that AWS carries, where its end is hard to tell', () => {
  let world: World;
  beforeEach(async () => {
    world = await createWorldWithMachine();
  });
  afterEach(() => world.close());

  const executions = () => executionsIn(world);
  const execution = () => onlyExecutionIn(world);
  const LATER = { environment: { GITHUB_RUN_ID: '43' } };
  const seenOn = (operation: string, error = '') =>
    world.simulator.requests.filter((each) => each.operation === operation && each.error === error);

  itWithSignals('stops no execution whose alias could not be put back', async () => {
    const action = world.start(LONG);
    await action.seen('10 % shifted');
    // The role of the job may not write the alias, which only the machine has to.
    world.simulator.faults.add(({ operation }) =>
      operation === 'UpdateAlias' ? denied('lambda:UpdateAlias', 'arn') : undefined,
    );
    action.process.kill('SIGINT');
    const result = await action.done;
    expect(result.outputs['outcome']).toBe('revert-failed');
    expect(result.outputs['reason']).toMatch(
      /The execution was not stopped, so that it may see to it: https:/,
    );
    expect(result.log).toContain('aws lambda update-alias');
    expect(seenOn('StopExecution')).toEqual([]);
    expect(execution().status).toBe('RUNNING');
  });

  itWithSignals('says that nothing was begun when it is cancelled before AWS began', async () => {
    world.simulator.faults.add(({ operation }) =>
      operation === 'StartExecution' ? { type: 'hang' } : undefined,
    );
    const asked = world.requested('StartExecution', 0);
    const action = world.start({ ...LONG, 'on-cancel': 'hold' });
    await asked;
    action.process.kill('SIGINT');
    const result = await action.done;
    expect(executions().map(({ name }) => name)).toEqual([]);
    expect(result.outputs['outcome']).toBe('failed');
    expect(result.outputs['reason']).toContain('No traffic had been moved');
    expect(result.exitCode).toBe(1);
  });

  itWithSignals('keeps out a start that reaches AWS after the cancellation', async () => {
    let arrive: () => void = () => undefined;
    const until = new Promise<void>((resolve) => {
      arrive = resolve;
    });
    world.simulator.faults.add(({ operation, count }) =>
      operation === 'StartExecution' && count === 0 ? { type: 'late', until } : undefined,
    );
    const asked = world.requested('StartExecution', 0);
    const action = world.start(LONG);
    await asked;
    action.process.kill('SIGINT');
    const result = await action.done;
    expect(result.outputs['reason']).toContain('No traffic had been moved');
    arrive();
    await world.requested('StartExecution', 2);
    expect(
      world.simulator.requests.findLast(({ operation }) => operation === 'StartExecution'),
    ).toMatchObject({
      error: 'ExecutionAlreadyExists',
    });
    // What took the name found nothing to put back.
    expect(execution()).toMatchObject({ status: 'FAILED', error: 'LambdaCanary.Failed' });
    expect(world.routings()).toEqual(['1']);
  });

  itWithSignals('is not begun after a cancellation by what could not be stopped', async () => {
    world.simulator.faults.add(({ operation }) =>
      operation === 'StopExecution' ? denied('states:StopExecution', 'arn') : undefined,
    );
    const asked = world.requested('GetExecutionHistory', 0);
    const action = world.start(LONG);
    await asked;
    action.process.kill('SIGINT');
    const result = await action.done;
    await world.time.passUntil(execution().ended);
    expect(result.outputs['reason']).toContain('No traffic had been moved');
    expect(execution()).toMatchObject({ status: 'FAILED', error: 'LambdaCanary.Failed' });
    expect(world.routings()).toEqual(['1']);
  });

  it('is not held once somebody has stopped it between two looks', async () => {
    let stopped = false;
    const action = world.start(HELD);
    await action.seen('10 % shifted');
    const { arn } = execution();
    world.simulator.faults.add(({ operation }) => {
      const { description } = getAlias(world.simulator.lambda, 'checkout', 'live');
      if (operation === 'GetExecutionHistory' && !stopped && description.includes(' held}')) {
        stopped = true;
        world.simulator.executions.stop(arn);
      }
      return undefined;
    });
    const result = await action.done;
    expect(stopped).toBe(true);
    expect(execution().status).toBe('ABORTED');
    expect(result.outputs['outcome']).toBe('reverted');
    expect(world.alias()).toBe('1');
  });

  itWithSignals('says that the weight of the part before was put back', async () => {
    await world.run(HELD);
    world.simulator.faults.add(({ operation, count }) =>
      operation === 'StartExecution' && count === 1 ? { type: 'hang' } : undefined,
    );
    const asked = world.requested('StartExecution', 1);
    const action = world.start({ ...HELD, mode: 'step' }, LATER);
    await asked;
    action.process.kill('SIGINT');
    const result = await action.done;
    expect(world.routings()).toEqual(['1', '1+2@0.1', '1']);
    expect(result.outputs['outcome']).toBe('reverted');
  });

  itWithSignals(
    'puts back at once when it is cancelled while it stops the part before',
    async () => {
      await world.run(HELD);
      world.simulator.faults.add(({ operation }) =>
        operation === 'StopExecution' ? { type: 'hang' } : undefined,
      );
      const asked = world.requested('StopExecution', 0);
      const action = world.start({ ...HELD, mode: 'step' }, LATER);
      await asked;
      const at = world.time.clock.now();
      action.process.kill('SIGINT');
      await world.requested('UpdateAlias', seenOn('UpdateAlias').length);
      expect(world.time.clock.now() - at).toBeLessThan(1_000);
      const result = await action.done;
      expect(result.outputs['outcome']).toBe('reverted');
    },
  );

  it('follows an execution that AWS does not show at once', async () => {
    world.simulator.faults.add(({ operation, count }) =>
      operation === 'GetExecutionHistory' && count === 0 ? NO_SUCH_EXECUTION : undefined,
    );
    const result = await world.run(ON_AWS);
    expect(result.outputs['outcome']).toBe('promoted');
  });

  it('tells after a kill what AWS ended it as, and not that AWS goes on', async () => {
    const action = world.start(LONG);
    await action.seen('10 % shifted');
    action.process.kill('SIGKILL');
    const { state } = await action.done;
    world.setAlarm('ALARM', 'too many');
    await world.time.passUntil(execution().ended);
    const post = await world.run(LONG, { state });
    expect(post.log).not.toContain('AWS watches the rollout and ends it');
    expect(post.log).toMatch(/::warning::Reverted checkout:live to version 1 at 10 .*too many/);
  });

  it('puts back after a kill what AWS could not', async () => {
    const action = world.start(LONG);
    await action.seen('10 % shifted');
    action.process.kill('SIGKILL');
    const { state } = await action.done;
    const allow = world.simulator.faults.add(({ operation }) =>
      operation === 'UpdateAlias' ? denied('lambda:UpdateAlias', 'arn') : undefined,
    );
    world.setAlarm('ALARM', 'too many');
    await world.time.passUntil(execution().ended);
    allow();
    expect(execution()).toMatchObject({ error: 'LambdaCanary.RevertFailed' });
    expect(world.alias()).toBe('1+2@0.1');
    const post = await world.run(LONG, { state });
    expect(post.log).toContain('::warning::Reverted checkout:live to version 1');
    expect(world.alias()).toBe('1');
  });

  it('tells after a kill that AWS has promoted', async () => {
    const action = world.start(ON_AWS);
    await action.seen('10 % shifted');
    action.process.kill('SIGKILL');
    const { state } = await action.done;
    await world.time.passUntil(execution().ended);
    const post = await world.run(ON_AWS, { state });
    expect(post.log).toContain('::warning::Promoted: checkout:live serves version 2');
  });

  it('puts back what AWS does not know any more, as nobody watches it', async () => {
    world.simulator.faults.add(({ operation, count }) =>
      operation === 'GetExecutionHistory' && count > 2 ? NO_SUCH_EXECUTION : undefined,
    );
    const result = await world.run(LONG);
    expect(result.outputs['reason']).toContain('AWS knows of no such execution');
    expect(world.alias()).toBe('1');
  });

  it('does not say after a kill that AWS watches what it was not allowed to look at', async () => {
    const action = world.start(LONG);
    await action.seen('10 % shifted');
    action.process.kill('SIGKILL');
    const { state } = await action.done;
    world.simulator.faults.add(({ operation }) =>
      operation === 'DescribeExecution' ? denied('states:DescribeExecution', 'arn') : undefined,
    );
    const post = await world.run(LONG, { state });
    expect(post.log).toContain('Add the action "states:DescribeExecution"');
    expect(post.log).not.toContain('AWS watches the rollout and ends it');
  });

  it('begins nothing where one of several aliases has no room for the mark', async () => {
    addFunction(world.simulator, 'billing');
    const { lambda } = world.simulator;
    createAlias(lambda, 'billing', 'other', { version: '1', description: 'x'.repeat(256) });
    addFunction(world.simulator, 'shipping');
    createAlias(lambda, 'shipping', 'other', { version: '1' });
    const names = { 'function-name': 'shipping, billing', alias: 'other' };
    const result = await world.run({ ...ON_AWS, ...names });
    expect(executions().map(({ name }) => name)).toEqual([]);
    expect(result.outputs['outcome']).toBe('failed');
    expect(result.outputs['reason']).toContain('billing:other');
  });
});
