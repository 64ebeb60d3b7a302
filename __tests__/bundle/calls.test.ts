import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { putProvisioned } from '../../simulator/lambda/aliases.ts';
import { isControlPlane } from '../../simulator/wire/quota.ts';
import { createWorld, type World } from '../fixtures/bundle-world.ts';

/** So rarely that the alias is not looked at in between. */
const TWO_STEPS = { steps: '10% 2m', 'bake-time': '2m', 'poll-interval': '10m' };

describe('of Lambda’s control plane, for a rollout of two steps the bundle', () => {
  let world: World;
  beforeEach(async () => {
    world = await createWorld();
  });
  afterEach(() => world.close());

  async function calls(): Promise<readonly string[]> {
    const result = await world.run(TWO_STEPS);
    expect(result.outputs['outcome']).toBe('promoted');
    return world.simulator.requests.filter(isControlPlane).map(({ operation }) => operation);
  }

  it('makes seven calls for each function', async () => {
    expect(await calls()).toEqual([
      'GetAlias',
      'GetProvisionedConcurrencyConfig',
      'PublishVersion',
      'UpdateAlias',
      'UpdateAlias',
      'UpdateAlias',
      'GetAlias',
    ]);
  });

  it('reads the promotion back before its bake where the alias has provisioned concurrency', async () => {
    putProvisioned(world.simulator.lambda, 'checkout', 'live', 5);
    const made = (await calls()).join(' ');
    expect(made).toContain('UpdateAlias UpdateAlias GetAlias');
  });
});
