import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { createAlias, updateAlias } from '../../simulator/lambda/aliases.ts';
import { denied } from '../../simulator/wire/faults.ts';
import { createFunction, publishVersion } from '../../simulator/lambda/functions.ts';
import { addFunction, after, createWorld, type World } from '../fixtures/bundle-world.ts';

describe('with several functions, the bundle', () => {
  let world: World;
  beforeEach(async () => {
    world = await createWorld();
  });
  afterEach(() => world.close());

  const both = { 'function-name': 'checkout, cart' };

  it('moves them in lock-step', async () => {
    addFunction(world.simulator, 'cart');
    const result = await world.run(both);
    expect(result.outputs['outcome']).toBe('promoted');
    expect(world.routings('cart')).toEqual(['1', '1+2@0.1', '1+2@0.5', '2']);
    expect(world.routings('checkout')).toEqual(['1', '1+2@0.1', '1+2@0.5', '2']);
  });

  it('reverts all of them when the alarm goes red', async () => {
    addFunction(world.simulator, 'cart');
    after(world.simulator, 'UpdateAlias', 2, () => {
      world.setAlarm('ALARM');
    });
    const result = await world.run(both);
    expect(result.outputs['outcome']).toBe('reverted');
    expect([world.alias('checkout'), world.alias('cart')]).toEqual(['1', '1']);
  });

  it('reverts all of them when the write to one of them fails', async () => {
    addFunction(world.simulator, 'cart');
    world.simulator.faults.add(({ operation, input }) =>
      operation === 'UpdateAlias' && /cart.*0\.5|0\.5.*cart/.test(JSON.stringify(input))
        ? denied('lambda:UpdateAlias', 'arn:aws:lambda:::x')
        : undefined,
    );
    const result = await world.run(both);
    expect(result.outputs['outcome']).toBe('reverted');
    expect([world.alias('checkout'), world.alias('cart')]).toEqual(['1', '1']);
  });

  it('leaves one that somebody else moved, and reverts the others', async () => {
    addFunction(world.simulator, 'cart');
    after(world.simulator, 'UpdateAlias', 1, () => {
      updateAlias(world.simulator.lambda, 'cart', 'live', { version: '2', weights: {} });
    });
    const result = await world.run(both);
    expect(result.outputs['outcome']).toBe('failed');
    expect([world.alias('checkout'), world.alias('cart')]).toEqual(['1', '2']);
  });

  it('is not held up by one that did not change, nor by one whose alias is new', async () => {
    const { lambda } = world.simulator;
    createFunction(lambda, { functionName: 'same' });
    publishVersion(lambda, 'same');
    createAlias(lambda, 'same', 'live', { version: '1' });
    createFunction(lambda, { functionName: 'fresh' });
    const { outputs, report } = await world.run({ 'function-name': 'same, fresh, checkout' });
    expect(outputs['outcome']).toBe('promoted');
    expect(report).toMatchObject({
      targets: [
        { functionName: 'same', disposition: 'unchanged' },
        { functionName: 'fresh', disposition: 'created' },
        { functionName: 'checkout', disposition: 'shift' },
      ],
    });
    expect(world.routings('same')).toEqual(['1']);
    expect(world.routings('checkout')).toEqual(['1', '1+2@0.1', '1+2@0.5', '2']);
  });

  it('gives the outputs of the first function', async () => {
    addFunction(world.simulator, 'cart');
    const { outputs } = await world.run({ 'function-name': 'cart, checkout', 'dry-run': 'true' });
    expect(outputs['alias-arn']).toBe('arn:aws:lambda:eu-west-1:123456789012:function:cart:live');
  });
});
