import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { updateAlias } from '../../simulator/lambda/aliases.ts';
import { denied, THROTTLED, UNAVAILABLE, type Fault } from '../../simulator/wire/faults.ts';
import { after, createWorld, type World } from '../fixtures/bundle-world.ts';

describe('when replies to writes are lost or refused, the bundle', () => {
  let world: World;
  beforeEach(async () => {
    world = await createWorld();
  });
  afterEach(() => world.close());

  /** Answers the requests for an operation with these numbers, counted from 0, with a fault. */
  function fail(operation: string, counts: readonly number[], fault: Fault): void {
    world.simulator.faults.add((request) =>
      request.operation === operation && counts.includes(request.count) ? fault : undefined,
    );
  }

  it.each<[string, Fault]>([
    ['the connection breaks before the write', { type: 'reset' }],
    ['the connection breaks after the write', { type: 'lost-reply' }],
    ['the reply to the write cannot be read', { type: 'malformed' }],
    ['Lambda throttles', THROTTLED],
    ['Lambda answers 500', UNAVAILABLE],
  ])('neither repeats nor skips a step when %s', async (_, fault) => {
    fail('UpdateAlias', [0, 2], fault);
    const result = await world.run();
    expect(result.outputs['outcome']).toBe('promoted');
    expect(world.routings()).toEqual(['1', '1+2@0.1', '1+2@0.5', '2']);
  });

  it('publishes one version when the reply to publishing gets lost', async () => {
    fail('PublishVersion', [0], { type: 'lost-reply' });
    const result = await world.run();
    expect(result.outputs).toMatchObject({ outcome: 'promoted', version: '2' });
    expect(world.simulator.lambda.functions.get('checkout')?.versions).toHaveLength(2);
  });

  it('reads a promotion back once more when the first reading fails', async () => {
    fail('GetAlias', [1], { type: 'malformed' });
    const result = await world.run();
    expect(result.outputs['outcome']).toBe('promoted');
    expect(world.alias()).toBe('2');
  });

  it('reverts when a write is refused in the middle of the plan', async () => {
    fail('UpdateAlias', [1], denied('lambda:UpdateAlias', 'arn:aws:lambda:::x'));
    const result = await world.run();
    expect(result.outputs['outcome']).toBe('reverted');
    expect(result.outputs['reason']).toContain(
      'on the way to 50 % (step 2 of 3): lambda:UpdateAlias is not allowed',
    );
    expect(world.routings()).toEqual(['1', '1+2@0.1', '1']);
  });

  it('says revert-failed with the command that repairs the alias, and lets post try again', async () => {
    after(world.simulator, 'UpdateAlias', 0, () => {
      world.setAlarm('ALARM');
    });
    const mend = world.simulator.faults.add(({ operation, count }) =>
      operation === 'UpdateAlias' && count > 0
        ? denied('lambda:UpdateAlias', 'arn:aws:lambda:::x')
        : undefined,
    );
    const result = await world.run();
    expect(result.outputs['outcome']).toBe('revert-failed');
    expect(result.exitCode).toBe(1);
    expect(result.log).toContain(
      'aws lambda update-alias --region eu-west-1 --function-name checkout --name live ' +
        "--function-version 1 --routing-config 'AdditionalVersionWeights={}'",
    );
    expect(world.alias()).toBe('1+2@0.1');

    mend();
    const post = await world.run({}, { state: result.state });
    expect(post.exitCode).toBe(0);
    expect(world.alias()).toBe('1');
  });

  describe('and the revert of a promotion fails, the post step', () => {
    const ALONE = { version: '2', weights: {} };
    async function revertFails() {
      after(world.simulator, 'UpdateAlias', 2, () => {
        world.setAlarm('ALARM');
      });
      const mend = world.simulator.faults.add(({ operation, count }) =>
        operation === 'UpdateAlias' && count > 2
          ? denied('lambda:UpdateAlias', 'arn:aws:lambda:::x')
          : undefined,
      );
      const { outputs, state } = await world.run();
      expect(outputs['outcome']).toBe('revert-failed');
      mend();
      return state;
    }

    it('reverts it', async () => {
      const state = await revertFails();
      await world.run({}, { state });
      expect(world.alias()).toBe('1');
    });

    it('leaves a promotion that somebody made by hand since', async () => {
      const state = await revertFails();
      updateAlias(world.simulator.lambda, 'checkout', 'live', ALONE);
      const post = await world.run({}, { state });
      expect(world.alias()).toBe('2');
      expect(post.log).toContain('was left as somebody else moved it');
    });
  });

  it('goes on trying in its post step for about as long as the runner lets it', async () => {
    const killed = world.start({ steps: '10% 8h' });
    await killed.seen('10 % shifted');
    killed.process.kill('SIGKILL');
    const { state } = await killed.done;
    const mend = world.simulator.faults.add(({ operation }) =>
      operation === 'UpdateAlias' ? THROTTLED : undefined,
    );
    world.time.at(world.time.clock.now() + 150_000, mend);
    const post = await world.run({}, { state });
    expect(post.exitCode).toBe(0);
    expect(world.alias()).toBe('1');
  });

  it('goes on trying when the revert is throttled at first', async () => {
    after(world.simulator, 'UpdateAlias', 0, () => {
      world.setAlarm('ALARM');
    });
    fail('UpdateAlias', [1, 2, 3], THROTTLED);
    const result = await world.run();
    expect(result.outputs['outcome']).toBe('reverted');
    expect(world.alias()).toBe('1');
  });

  it('reads the alias back before it says reverted, though the first revert got lost', async () => {
    after(world.simulator, 'UpdateAlias', 0, () => {
      world.setAlarm('ALARM');
    });
    fail('UpdateAlias', [1], { type: 'reset' });
    const result = await world.run();
    expect(result.outputs['outcome']).toBe('reverted');
    expect(world.routings()).toEqual(['1', '1+2@0.1', '1']);
    const ofAlias = world.simulator.requests.filter(({ operation }) => operation.endsWith('Alias'));
    expect(ofAlias.at(-1)?.operation).toBe('GetAlias');
  });
});
