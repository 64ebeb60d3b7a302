import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { createWorld, type World } from './world.ts';

describe('when the workflow is cancelled or the process is killed, the bundle', () => {
  let world: World;
  beforeEach(async () => {
    world = await createWorld();
  });
  afterEach(() => world.close());

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('reverts at once on %s', async (signal) => {
    const action = world.start();
    await action.seen('10 % shifted');
    action.process.kill(signal);
    const result = await action.done;
    expect(result.outputs['outcome']).toBe('reverted');
    expect(result.outputs['reason']).toMatch(/^at 10 % .*: cancelled \(SIG/);
    expect(result.exitCode).toBe(1);
    expect(world.routings()).toEqual(['1', '1+2@0.1', '1']);
    expect(world.writes()).toEqual(['PublishVersion', 'UpdateAlias', 'UpdateAlias']);
  });

  it('finishes the revert when further signals come', async () => {
    const action = world.start();
    await action.seen('10 % shifted');
    action.process.kill('SIGINT');
    action.process.kill('SIGTERM');
    action.process.kill('SIGHUP');
    expect((await action.done).outputs['outcome']).toBe('reverted');
    expect(world.alias()).toBe('1');
  });

  it('reverts when it is cancelled while a write hangs that took no effect', async () => {
    world.simulator.faults.add(({ operation, count }) =>
      operation === 'UpdateAlias' && count === 1 ? { type: 'hang' } : undefined,
    );
    const action = world.start();
    await action.seen('10 % (step 1 of 3) passed');
    const hanging = () =>
      world.simulator.requests.filter(({ operation }) => operation === 'UpdateAlias').length > 1;
    while (!hanging()) await new Promise((resolve) => setImmediate(resolve));
    action.process.kill('SIGINT');
    expect((await action.done).outputs['outcome']).toBe('reverted');
    expect(world.routings()).toEqual(['1', '1+2@0.1', '1']);
  });

  it('leaves the alias as it is with on-cancel: hold, and so does its post step', async () => {
    const action = world.start({ 'on-cancel': 'hold' });
    await action.seen('10 % shifted');
    action.process.kill('SIGINT');
    const result = await action.done;
    expect(result.outputs['outcome']).toBe('held');
    expect(result.exitCode).toBe(0);
    await world.run({}, result.state);
    expect(world.alias()).toBe('1+2@0.1');
  });

  it('moves nothing when it is cancelled before the first step', async () => {
    const timing = world.simulator.lambda.functions.get('checkout')?.timing;
    if (timing !== undefined) timing.activationMs = 600_000;
    const action = world.start();
    await action.seen('waiting for version 2');
    action.process.kill('SIGINT');
    const result = await action.done;
    expect(result.outputs).toMatchObject({ outcome: 'failed', reason: 'cancelled (SIGINT)' });
    expect(world.routings()).toEqual(['1']);
  });

  it('reverts by its post step what a killed process left', async () => {
    const action = world.start();
    await action.seen('50 % shifted');
    action.process.kill('SIGKILL');
    const { state, outputs } = await action.done;
    expect(outputs).toEqual({});
    expect(world.alias()).toBe('1+2@0.5');

    const post = await world.run({}, state);
    expect(post.exitCode).toBe(0);
    expect(post.log).toContain('::warning::Reverted checkout:live to version 1 after the action');
    expect(post.summary).toContain('Reverted checkout');
    expect(world.alias()).toBe('1');
  });

  it('has saved what post needs when it is killed in the middle of its very first write', async () => {
    const action = world.start();
    world.simulator.faults.before(({ operation }) => {
      if (operation === 'UpdateAlias') action.process.kill('SIGKILL');
    });
    const { state } = await action.done;
    expect(world.alias()).toBe('1+2@0.1');
    const post = world.start({}, state);
    expect((await post.done).exitCode).toBe(0);
    expect(world.alias()).toBe('1');
  });

  it('reverts by its post step also a promotion whose bake had not ended', async () => {
    const action = world.start();
    await action.seen('promoted (step 3 of 3)');
    action.process.kill('SIGKILL');
    await world.run({}, (await action.done).state);
    expect(world.alias()).toBe('1');
  });

  it('leaves alone in its post step what a finished rollout promoted', async () => {
    const { state } = await world.run();
    const post = await world.run({}, state);
    expect(post.log).toContain('Nothing to clean up');
    expect(world.alias()).toBe('2');
  });

  it('has nothing to clean up in its post step when the inputs were wrong', async () => {
    const { state } = await world.run({ alias: '7' });
    const post = await world.run({}, state);
    expect(post.exitCode).toBe(0);
    expect(post.log).toContain('Nothing to clean up');
  });
});
