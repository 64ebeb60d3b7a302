import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { updateAlias } from '../../simulator/lambda/aliases.ts';
import { createWorld, type World } from '../fixtures/bundle-world.ts';
import { itWithSignals } from '../fixtures/signals.ts';

// Steps that bake for long, so that a slow machine does not leave them before the signal arrives.
const LONG = { steps: '10% 8h' };

describe('when the workflow is cancelled or the process is killed, the bundle', () => {
  let world: World;
  beforeEach(async () => {
    world = await createWorld();
  });
  afterEach(() => world.close());

  itWithSignals.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    'reverts at once on %s',
    async (signal) => {
      const action = world.start(LONG);
      await action.seen('10 % shifted');
      action.process.kill(signal);
      const result = await action.done;
      expect(result.outputs['outcome']).toBe('reverted');
      expect(result.outputs['reason']).toMatch(
        /^at 10 % .*: (the runner went away: )?cancelled \(SIG/,
      );
      expect(result.exitCode).toBe(1);
      expect(world.routings()).toEqual(['1', '1+2@0.1', '1']);
      expect(world.writes()).toEqual(['PublishVersion', 'UpdateAlias', 'UpdateAlias']);
    },
  );

  itWithSignals('finishes the revert when further signals come', async () => {
    const action = world.start(LONG);
    await action.seen('10 % shifted');
    action.process.kill('SIGINT');
    action.process.kill('SIGTERM');
    action.process.kill('SIGHUP');
    expect((await action.done).outputs['outcome']).toBe('reverted');
    expect(world.alias()).toBe('1');
  });

  itWithSignals(
    'reverts when it is cancelled while a write hangs that took no effect',
    async () => {
      world.simulator.faults.add(({ operation, count }) =>
        operation === 'UpdateAlias' && count === 1 ? { type: 'hang' } : undefined,
      );
      const hanging = world.requested('UpdateAlias', 1);
      const action = world.start();
      await hanging;
      action.process.kill('SIGINT');
      expect((await action.done).outputs['outcome']).toBe('reverted');
      expect(world.routings()).toEqual(['1', '1+2@0.1', '1']);
    },
  );

  describe('while its first write is still on its way to AWS', () => {
    /** Holds the first write up until it is let go. */
    function holdFirstWrite(): () => void {
      const { promise, resolve } = Promise.withResolvers<undefined>();
      world.simulator.faults.add(({ operation, count }) =>
        operation === 'UpdateAlias' && count === 0 ? { type: 'late', until: promise } : undefined,
      );
      return () => {
        resolve(undefined);
      };
    }

    itWithSignals('keeps that write out when it is cancelled', async () => {
      const letGo = holdFirstWrite();
      const [first, last] = [world.requested('UpdateAlias', 0), world.requested('UpdateAlias', 2)];
      const action = world.start();
      await first;
      action.process.kill('SIGINT');
      expect((await action.done).outputs['outcome']).toBe('reverted');
      letGo();
      expect((await last).error).toBe('PreconditionFailedException');
      expect(world.alias()).toBe('1');
    });

    it('keeps that write out by its post step when it is killed', async () => {
      const letGo = holdFirstWrite();
      const [first, last] = [world.requested('UpdateAlias', 0), world.requested('UpdateAlias', 2)];
      const action = world.start();
      await first;
      action.process.kill('SIGKILL');
      await world.run({}, { state: (await action.done).state });
      letGo();
      expect((await last).error).toBe('PreconditionFailedException');
      expect(world.alias()).toBe('1');
    });
  });

  itWithSignals(
    'leaves the alias as it is with on-cancel: hold, and so does its post step',
    async () => {
      const action = world.start({ ...LONG, 'on-cancel': 'hold' });
      await action.seen('10 % shifted');
      action.process.kill('SIGINT');
      const result = await action.done;
      expect(result.outputs['outcome']).toBe('held');
      expect(result.exitCode).toBe(0);
      await world.run({}, { state: result.state });
      expect(world.alias()).toBe('1+2@0.1');
    },
  );

  itWithSignals('moves nothing when it is cancelled before the first step', async () => {
    const timing = world.simulator.lambda.functions.get('checkout')?.timing;
    if (timing !== undefined) timing.activationMs = 8 * 3_600_000;
    const action = world.start();
    await action.seen('waiting for version 2');
    action.process.kill('SIGINT');
    const result = await action.done;
    expect(result.outputs).toMatchObject({ outcome: 'failed', reason: 'cancelled (SIGINT)' });
    expect(world.routings()).toEqual(['1']);
  });

  it('reverts by its post step what a killed process left', async () => {
    const action = world.start({ steps: '10% 1m, 50% 8h' });
    await action.seen('50 % shifted');
    action.process.kill('SIGKILL');
    const { state, outputs } = await action.done;
    expect(outputs).toEqual({});
    expect(world.alias()).toBe('1+2@0.5');

    const post = await world.run({}, { state });
    expect(post.exitCode).toBe(0);
    expect(post.log).toContain('::warning::Reverted checkout:live to version 1 after the action');
    expect(post.summary).toContain('Reverted: checkout');
    expect(world.alias()).toBe('1');
  });

  it('has saved what post needs when it is killed in the middle of its very first write', async () => {
    const action = world.start();
    world.simulator.faults.before(({ operation }) => {
      if (operation === 'UpdateAlias') action.process.kill('SIGKILL');
    });
    const { state } = await action.done;
    expect(world.alias()).toBe('1+2@0.1');
    const post = world.start({}, { state });
    expect((await post.done).exitCode).toBe(0);
    expect(world.alias()).toBe('1');
  });

  it('reverts by its post step also a promotion whose bake had not ended', async () => {
    const action = world.start({ 'bake-time': '8h' });
    await action.seen('promoted (step 3 of 3)');
    action.process.kill('SIGKILL');
    await world.run({}, { state: (await action.done).state });
    expect(world.alias()).toBe('1');
  });

  it('says in its post step that somebody else moved the alias and who gets traffic', async () => {
    const action = world.start(LONG);
    await action.seen('10 % shifted');
    action.process.kill('SIGKILL');
    const { state } = await action.done;
    updateAlias(world.simulator.lambda, 'checkout', 'live', { weights: { '2': 0.7 } });
    const post = await world.run({}, { state });
    expect(post.exitCode).toBe(1);
    expect(post.log).toContain('::error::Failed: after the action was killed');
    expect(post.log).toContain('The canary, version 2, still gets traffic');
    expect(world.alias()).toBe('1+2@0.7');
  });

  it('leaves alone in its post step what a finished rollout promoted', async () => {
    const { state } = await world.run();
    const post = await world.run({}, { state });
    expect(post.log).toContain('Nothing to clean up');
    expect(world.alias()).toBe('2');
  });

  it('has nothing to clean up in its post step when the inputs were wrong', async () => {
    const { state } = await world.run({ alias: '7' });
    const post = await world.run({}, { state });
    expect(post.exitCode).toBe(0);
    expect(post.log).toContain('Nothing to clean up');
  });
});
