import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { getAlias, updateAlias } from '../../simulator/lambda/aliases.ts';
import { updateFunction } from '../../simulator/lambda/functions.ts';
import { definitionText } from '../../src/core/state-machine/definition.ts';
import type { Inputs, World } from '../fixtures/bundle-world.ts';
import { createWorldWithMachine, executionsIn, ON_AWS } from '../fixtures/carried-by-aws.ts';

describe('with engine: step-functions, the bundle publishes nothing', () => {
  let world: World;
  beforeEach(async () => {
    world = await createWorldWithMachine();
  });
  afterEach(() => world.close());

  const refused = async (inputs: Inputs = {}) => {
    const { outputs } = await world.run({ ...ON_AWS, ...inputs });
    expect(outputs['outcome']).toBe('failed');
    expect(world.writes()).toEqual([]);
    expect(executionsIn(world)).toEqual([]);
    return outputs['reason'];
  };

  it('for a state machine of type EXPRESS', async () => {
    world.simulator.executions.createStateMachine({
      name: 'fast',
      definition: definitionText(),
      type: 'EXPRESS',
    });
    expect(await refused({ 'state-machine': 'fast' })).toMatch(
      /^state-machine: arn:\S+:fast is of type EXPRESS, .* create it anew as STANDARD/,
    );
  });

  it('for a state machine that is being deleted', async () => {
    const { executions } = world.simulator;
    const { arn } = executions.createStateMachine({ name: 'going', definition: definitionText() });
    executions.beginDeletion(arn);
    expect(await refused({ 'state-machine': 'going' })).toMatch(
      /^state-machine: arn:\S+:going is being deleted, .* create it anew/,
    );
  });

  const describeAlias = (characters: number) => {
    updateAlias(world.simulator.lambda, 'checkout', 'live', {
      description: 'd'.repeat(characters),
    });
  };

  it('for an alias whose description has no room for the mark, however long the number of the version gets', async () => {
    await world.run({ ...ON_AWS, mode: 'start' });
    const { description } = getAlias(world.simulator.lambda, 'checkout', 'live');
    expect(description).toContain(' canary=2 ');
    await world.run({ mode: 'revert' });
    updateFunction(world.simulator.lambda, 'checkout', { code: 'the next' });
    // Just enough for a version of one digit.
    const characters = 256 - ' '.length - description.length;
    describeAlias(characters);
    const before = world.writes();
    const { outputs: none } = await world.run(ON_AWS);
    expect(none['reason']).toMatch(
      /^checkout:live: engine: step-functions needs room for the mark of the rollout .*; shorten the description$/,
    );
    expect(world.writes()).toEqual(before);
    describeAlias(characters - '9999999.99'.length);
    const { outputs } = await world.run({ ...ON_AWS, wait: 'false' });
    expect(outputs['outcome']).toBe('started');
  });

  it('for a plan that may last longer than an execution', async () => {
    expect(await refused({ steps: '1% 200d, 10% 200d' })).toContain(
      'Step Functions ends an execution after a year',
    );
  });
});
