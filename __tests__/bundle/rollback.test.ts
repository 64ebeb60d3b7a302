import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import { updateAlias } from '../../simulator/lambda/aliases.ts';
import { publishVersion, updateFunction } from '../../simulator/lambda/functions.ts';
import { denied } from '../../simulator/wire/faults.ts';
import { createWorld, type Inputs, type World } from '../fixtures/bundle-world.ts';
import { leave, leftBy, type Left } from '../fixtures/left-behind.ts';

/** As in a workflow that is started by hand, with what it must name and no more. */
const ROLLBACK: Inputs = { mode: 'rollback', steps: '', 'bake-time': '', analysis: '' };

describe('going back to the version that was live before, the bundle', () => {
  const create = async () => {
    const created = await createWorld();
    created.simulator.traffic.set('checkout', 'live', 10);
    return created;
  };
  let world: World;
  let inSteps: Left;
  let atOnce: Left;
  beforeAll(async () => {
    inSteps = await leftBy((other) => other.run(), create);
    atOnce = await leftBy((other) => other.run({ steps: 'AllAtOnce' }), create);
  });
  beforeEach(async () => {
    world = await create();
  });
  afterEach(() => world.close());

  function deploy(code: string): void {
    updateFunction(world.simulator.lambda, 'checkout', { code });
  }

  it('goes back at once and with a red alarm, after a promotion of another run', async () => {
    expect((await world.run()).outputs['outcome']).toBe('promoted');
    world.setAlarm('ALARM');
    const began = world.time.clock.now();
    const result = await world.run(ROLLBACK);
    expect(world.time.clock.now() - began).toBeLessThan(10_000);
    expect(result).toMatchObject({ exitCode: 0, outputs: { outcome: 'promoted' } });
    expect(world.routings()).toEqual(['1', '1+2@0.1', '1+2@0.5', '2', '1']);
    expect(result.log).toContain('going back from version 2 to version 1, which served beside');
    expect(result.log).toContain('Rolled back: checkout:live serves version 1');
    expect(result.summary).toContain('Rolled back: checkout:live serves version 1');
  });

  it('goes back over a change of the execution role, which no split could cross', async () => {
    updateFunction(world.simulator.lambda, 'checkout', {
      code: 'the next one',
      role: 'arn:aws:iam::123456789012:role/next',
    });
    const changed = await world.run({ steps: 'AllAtOnce', 'bake-time': '1m' });
    expect(changed.outputs['outcome']).toBe('promoted');
    const result = await world.run(ROLLBACK);
    expect(result.outputs['outcome']).toBe('promoted');
    expect(world.routings()).toEqual(['1', '2', '1']);
  });

  it('does not go back to a version that was reverted before the live one was promoted', async () => {
    const running = world.start();
    await world.requested('UpdateAlias', 0);
    world.setAlarm('ALARM');
    await running.done;
    world.setAlarm('OK');
    expect(world.alias()).toBe('1');
    deploy('the repaired');
    await world.run();
    expect(world.alias()).toBe('3');
    await world.run(ROLLBACK);
    expect(world.alias()).toBe('1');
  });

  it('goes back by the numbers where no version served beside the live one', async () => {
    await leave(world, atOnce);
    const result = await world.run(ROLLBACK);
    expect(world.alias()).toBe('1');
    expect(result.log).toContain('the next lower number');
  });

  it('goes back by the numbers where the metrics may not be read', async () => {
    await leave(world, inSteps);
    world.simulator.faults.add(({ operation }) =>
      operation === 'GetMetricData' ? denied('cloudwatch:GetMetricData', '*') : undefined,
    );
    const result = await world.run(ROLLBACK);
    expect(world.alias()).toBe('1');
    expect(result.log).toContain('the metrics could not be asked');
  });

  it('goes to the version that is given', async () => {
    publishVersion(world.simulator.lambda, 'checkout', {});
    deploy('the next');
    await world.run();
    expect(world.alias()).toBe('3');
    await world.run({ ...ROLLBACK, version: '2' });
    expect(world.alias()).toBe('2');
  });

  it('goes back in steps where steps are given', async () => {
    await leave(world, atOnce);
    await world.run({ ...ROLLBACK, steps: '50% 1m' });
    expect(world.routings()).toEqual(['1', '2', '2+1@0.5', '1']);
  });

  it('goes back at once also where no alarm watches it', async () => {
    await leave(world, atOnce);
    const result = await world.run({ ...ROLLBACK, alarms: '' });
    expect(result.outputs['outcome']).toBe('promoted');
    expect(world.alias()).toBe('1');
  });

  it('leaves a rollout that is under way to mode: revert', async () => {
    publishVersion(world.simulator.lambda, 'checkout', {});
    updateAlias(world.simulator.lambda, 'checkout', 'live', { weights: { '2': 0.1 } });
    const before = world.routings();
    const result = await world.run(ROLLBACK);
    expect(result).toMatchObject({ exitCode: 1, outputs: { outcome: 'failed' } });
    expect(result.log).toContain('mode: revert');
    expect(world.routings()).toEqual(before);
  });

  it('says that no older version is known', async () => {
    const result = await world.run(ROLLBACK);
    expect(result.exitCode).toBe(1);
    expect(result.log).toContain('no older version of it was found');
    expect(world.writes()).toEqual([]);
  });

  it('is what mode: revert points to after a promotion, with the version', async () => {
    await leave(world, inSteps);
    const result = await world.run({ mode: 'revert' });
    expect(result.log).toContain('To go back to version 1, which was live before, set mode');
  });
});
