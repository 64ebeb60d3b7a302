import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { putProvisioned, updateAlias } from '../../simulator/lambda/aliases.ts';
import { after, createWorld, type World } from '../fixtures/bundle-world.ts';

describe('when somebody else writes to the alias, the bundle', () => {
  let world: World;
  beforeEach(async () => {
    world = await createWorld();
  });
  afterEach(() => world.close());

  const move = (change: Parameters<typeof updateAlias>[3]) => () => {
    updateAlias(world.simulator.lambda, 'checkout', 'live', change);
  };

  it('stops and leaves the alias to whoever wiped the weights', async () => {
    after(world.simulator, 'UpdateAlias', 0, move({ weights: {} }));
    const result = await world.run();
    expect(result.outputs['reason']).toContain('somebody else moved the alias checkout:live');
    expect(world.routings()).toEqual(['1', '1+2@0.1', '1']);
    expect(result.exitCode).toBe(1);
  });

  it('stops, and says that the canary still gets traffic and what to run', async () => {
    after(world.simulator, 'UpdateAlias', 0, move({ version: '2', weights: {} }));
    const result = await world.run();
    expect(result.outputs['outcome']).toBe('failed');
    expect(result.outputs['reason']).toContain('The canary, version 2, still gets traffic');
    expect(result.outputs['reason']).toContain('aws lambda update-alias');
    expect(world.routings()).toEqual(['1', '1+2@0.1', '2']);
  });

  it('never overwrites what was written between preflight and the first step', async () => {
    world.simulator.faults.before(({ operation, count }) => {
      if (operation === 'UpdateAlias' && count === 0) move({ version: '2', weights: {} })();
    });
    const result = await world.run();
    expect(result.outputs['outcome']).toBe('failed');
    expect(world.routings()).toEqual(['1', '2']);
  });

  it('does not take a rollout with the same versions and weights for its own', async () => {
    world.simulator.faults.before(({ operation, count }) => {
      if (operation === 'UpdateAlias' && count === 0) move({ weights: { '2': 0.1 } })();
    });
    const result = await world.run();
    expect(result.outputs['outcome']).toBe('failed');
    expect(world.routings()).toEqual(['1', '1+2@0.1']);
  });

  it('wins or loses cleanly when two rollouts of one alias start together', async () => {
    const both = await Promise.all([world.run(), world.run()]);
    const outcomes = both.map(({ outputs }) => outputs['outcome']);
    expect(outcomes.toSorted()).toEqual(['failed', 'promoted']);
    expect(world.routings()).toEqual(['1', '1+2@0.1', '1+2@0.5', '2']);
  });

  it('goes on when only the description was changed', async () => {
    after(world.simulator, 'UpdateAlias', 0, move({ description: 'edited by hand' }));
    const result = await world.run();
    expect(result.outputs['outcome']).toBe('promoted');
    expect(world.alias()).toBe('2');
  });

  it('does not say promoted when the alias is elsewhere at the end', async () => {
    after(world.simulator, 'UpdateAlias', 2, move({ version: '1' }));
    const result = await world.run();
    // Stable alone again, though by somebody else's hand.
    expect(result.outputs['outcome']).toBe('reverted');
    expect(result.exitCode).toBe(1);
  });

  it('waits until Lambda has moved provisioned concurrency before it says promoted', async () => {
    putProvisioned(world.simulator.lambda, 'checkout', 'live', 5);
    const result = await world.run();
    expect(result.outputs['outcome']).toBe('promoted');
    expect(result.log).toContain("Lambda is moving the alias's provisioned concurrency");
    expect(world.routings()).toEqual(['1', '1+2@0.1', '1+2@0.5', '2+1@1', '2']);
  });

  it('reverts a promotion while Lambda still moves provisioned concurrency', async () => {
    putProvisioned(world.simulator.lambda, 'checkout', 'live', 5);
    after(world.simulator, 'UpdateAlias', 2, () => {
      world.setAlarm('ALARM');
    });
    const result = await world.run();
    expect(result.outputs['outcome']).toBe('reverted');
    expect(world.alias()).toBe('1');
  });
});
