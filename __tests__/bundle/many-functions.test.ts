import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { updateAlias } from '../../simulator/lambda/aliases.ts';
import { publishVersion } from '../../simulator/lambda/functions.ts';
import { controlPlaneQuota, functionQuota } from '../../simulator/wire/quota.ts';
import { addFunction, createWorld, type World } from '../fixtures/bundle-world.ts';

const FUNCTIONS = 500;
const QUOTA = 15;
/** What the quota needs for one write each. */
const ONE_WRITE_EACH_MS = (1_000 * FUNCTIONS) / QUOTA;

describe('with 500 functions, the bundle', () => {
  let world: World;
  const names = Array.from({ length: FUNCTIONS }, (_, index) => `function-${index + 1}`);
  const inputs = { 'function-name': names.join('\n') };
  beforeEach(async () => {
    world = await createWorld();
    const { simulator, time } = world;
    for (const name of names) addFunction(simulator, name);
    simulator.faults.add(controlPlaneQuota(QUOTA, time.clock));
    simulator.faults.add(functionQuota(100, time.clock));
  });
  afterEach(() => world.close());

  const writtenAt = () =>
    world.simulator.requests
      .filter(({ operation }) => operation === 'UpdateAlias')
      .map(({ at }) => at);

  it('puts all back as fast as AWS takes it, with no call refused, and says so in what GitHub takes', async () => {
    for (const name of names) {
      publishVersion(world.simulator.lambda, name);
      updateAlias(world.simulator.lambda, name, 'live', { weights: { '2': 0.1 } });
    }
    const result = await world.run({ ...inputs, mode: 'revert' });
    expect(result.outputs['outcome']).toBe('reverted');
    expect(new Set(names.map((name) => world.alias(name)))).toEqual(new Set(['1']));
    expect(world.simulator.requests.filter(({ status }) => status === 429)).toEqual([]);
    const at = writtenAt();
    expect(at).toHaveLength(FUNCTIONS);
    expect(Math.max(...at) - Math.min(...at)).toBeLessThanOrEqual(1.15 * ONE_WRITE_EACH_MS);
    expect(Buffer.byteLength(result.summary)).toBeLessThanOrEqual(1024 ** 2);
    expect(Buffer.byteLength(JSON.stringify(result.outputs))).toBeLessThanOrEqual(1024 ** 2);
    expect(Buffer.byteLength(JSON.stringify(result.state))).toBeLessThanOrEqual(32_000);
  });

  it('refuses one more', async () => {
    const result = await world.run({ 'function-name': `${inputs['function-name']}\ncheckout` });
    expect(result.outputs['reason']).toContain('501 functions are given; at most 500 can be');
    expect(world.writes()).toEqual([]);
  });
});
