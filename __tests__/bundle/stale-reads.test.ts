import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { after, createWorld, type World } from '../fixtures/bundle-world.ts';

const STALE_MS = 1_500;

describe('when a reading of the alias shows it as it was before the write, the bundle', () => {
  let world: World;
  beforeEach(async () => {
    world = await createWorld();
    let staleUntil = 0;
    world.simulator.faults.after(({ operation }) => {
      if (operation === 'UpdateAlias') staleUntil = world.time.clock.now() + STALE_MS;
    });
    world.simulator.faults.add(({ operation }) =>
      operation === 'GetAlias' && world.time.clock.now() < staleUntil
        ? { type: 'stale' }
        : undefined,
    );
  });
  afterEach(() => world.close());

  it.each([0, 1, 2])('says reverted only of what is so, after write %i', async (write) => {
    after(world.simulator, 'UpdateAlias', write, () => {
      world.setAlarm('ALARM');
    });
    const result = await world.run();
    expect(result.outputs['outcome']).toBe('reverted');
    expect(world.alias()).toBe('1');
  });

  it('says reverted only of what is so, though the reply to the only write got lost', async () => {
    world.simulator.faults.add(({ operation, count }) =>
      operation === 'UpdateAlias' && count === 0 ? { type: 'lost-reply' } : undefined,
    );
    after(world.simulator, 'UpdateAlias', 0, () => {
      world.setAlarm('ALARM');
    });
    const result = await world.run();
    expect(result.outputs['outcome']).toBe('reverted');
    expect(world.alias()).toBe('1');
  });

  it('does not take its own promotion without a bake for the work of somebody else', async () => {
    const result = await world.run({ steps: '10% 1m', 'bake-time': '0s' });
    expect(result.outputs['outcome']).toBe('promoted');
    expect(world.routings()).toEqual(['1', '1+2@0.1', '2']);
  });
});
