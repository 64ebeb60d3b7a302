import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import { createAlias, updateAlias } from '../../simulator/lambda/aliases.ts';
import {
  createFunction,
  functionNamed,
  publishVersion,
  updateFunction,
} from '../../simulator/lambda/functions.ts';
import type { ActionResult } from '../../simulator/runner.ts';
import { denied } from '../../simulator/wire/faults.ts';
import { after, createWorld, type World } from '../fixtures/bundle-world.ts';

describe('where the alarm stays green, the bundle', () => {
  let world: World;
  let result: ActionResult;
  beforeAll(async () => {
    world = await createWorld();
    result = await world.run();
  });
  afterAll(() => world.close());

  it('promotes a version step by step', () => {
    expect(result.log).toContain('Promoted: checkout:live serves version 2');
    expect(result.outputs).toMatchObject({
      outcome: 'promoted',
      version: '2',
      'previous-version': '1',
      'function-arn': 'arn:aws:lambda:eu-west-1:123456789012:function:checkout',
      'alias-arn': 'arn:aws:lambda:eu-west-1:123456789012:function:checkout:live',
      reason: '',
    });
    expect(result.exitCode).toBe(0);
    expect(world.routings()).toEqual(['1', '1+2@0.1', '1+2@0.5', '2']);
    expect(result.summary).toContain('## ✅');
  });

  it('bakes every step for its whole time', () => {
    const [, ...moves] = world.simulator.aliasHistory.map(({ at }) => at);
    // The last one takes the mark off the description.
    expect(moves).toHaveLength(4);
    moves.slice(1).forEach((at, index) => {
      expect(at - (moves[index] ?? 0)).toBeGreaterThanOrEqual(60_000);
    });
  });

  it('ends with a read of the alias, after the last reading of the alarms', () => {
    const operations = world.simulator.requests.map(({ operation }) => operation);
    expect(operations.slice(-3)).toEqual(['DescribeAlarms', 'UpdateAlias', 'GetAlias']);
  });

  it('gives the version the commit and the run as its description', () => {
    const published = world.simulator.lambda.functions.get('checkout')?.versions.at(-1);
    expect(published?.description).toBe(
      '0123456789abcdef0123456789abcdef01234567 https://github.com/acme/shop/actions/runs/42/attempts/1',
    );
  });
});

describe('when the alarm goes red in the second step, the bundle', () => {
  let world: World;
  let result: ActionResult;
  beforeAll(async () => {
    world = await createWorld();
    after(world.simulator, 'UpdateAlias', 1, () => {
      world.setAlarm('ALARM', 'Threshold Crossed: 7 errors');
    });
    result = await world.run();
  });
  afterAll(() => world.close());

  it('reverts, with the reason of AWS, and fails', () => {
    expect(result.outputs['outcome']).toBe('reverted');
    expect(result.outputs['reason']).toMatch(
      /^at 50 % \(step 2 of 3\), after \d+ s: alarm errors went into ALARM: Threshold Crossed: 7 errors$/,
    );
    expect(result.log).toContain('::error::Reverted checkout:live to version 1 at 50 %');
    expect(result.exitCode).toBe(1);
    expect(world.routings()).toEqual(['1', '1+2@0.1', '1+2@0.5', '1']);
    expect(result.summary).toContain('## ❌');
  });

  it('says in the report what every step and every alarm did', () => {
    expect(result.report).toMatchObject({
      outcome: 'reverted',
      targets: [{ functionName: 'checkout', alias: 'live', previousVersion: '1', version: '2' }],
      steps: [{ result: 'passed' }, { result: 'stopped' }, { result: 'not reached' }],
      weights: [{ weight: 10 }, { weight: 50 }, { weight: 0 }],
      measurements: [
        { check: 'errors', state: 'OK', verdict: 'pass' },
        { check: 'errors', state: 'ALARM', detail: 'Threshold Crossed: 7 errors', verdict: 'fail' },
      ],
    });
  });
});

describe('the bundle', () => {
  let world: World;
  beforeEach(async () => {
    world = await createWorld();
  });
  afterEach(() => world.close());

  it('reverts when the alarm goes red in the bake after the promotion', async () => {
    after(world.simulator, 'UpdateAlias', 2, () => {
      world.setAlarm('ALARM');
    });
    const result = await world.run();
    expect(result.outputs['outcome']).toBe('reverted');
    expect(world.routings()).toEqual(['1', '1+2@0.1', '1+2@0.5', '2', '1']);
  });

  it('is done at once when nothing changed since the version the alias serves', async () => {
    updateFunction(world.simulator.lambda, 'checkout', { code: 'x' });
    const { version } = publishVersion(world.simulator.lambda, 'checkout');
    updateAlias(world.simulator.lambda, 'checkout', 'live', { version });
    const result = await world.run();
    expect(result.outputs).toMatchObject({ outcome: 'unchanged', version, reason: '' });
    expect(result.exitCode).toBe(0);
    expect(world.writes()).toEqual(['PublishVersion']);
  });

  it('creates the alias of a function that has none', async () => {
    createFunction(world.simulator.lambda, { functionName: 'fresh' });
    const result = await world.run({ 'function-name': 'fresh' });
    expect(result.outputs).toMatchObject({ outcome: 'created', version: '1' });
    expect(result.exitCode).toBe(0);
    expect(world.alias('fresh')).toBe('1');
  });

  it('refuses an alias that a function with other aliases does not have, and names these', async () => {
    const { lambda } = world.simulator;
    createAlias(lambda, 'checkout', 'beta', { version: '1' });
    for (const inputs of [{ alias: 'Live' }, { alias: 'Live', 'dry-run': 'true' }]) {
      const result = await world.run(inputs);
      expect(result.exitCode).toBe(1);
      expect(result.outputs['reason']).toContain(
        'alias: checkout has no alias Live, but live, beta. Name one of these.',
      );
    }
    expect(world.writes()).toEqual([]);
  });

  it('creates an alias beside others where it is told to, and plans no steps for it', async () => {
    const inputs = { alias: 'next', 'create-alias': 'true' };
    const planned = await world.run({ ...inputs, 'dry-run': 'true' });
    expect(planned.log).toContain('checkout:next would be created at the new version');
    expect(planned.log).not.toContain('The plan');
    const result = await world.run(inputs);
    expect(result.outputs['outcome']).toBe('created');
  });

  it('does not create an alias where it may not look for others', async () => {
    world.simulator.faults.add(({ operation }) =>
      operation === 'ListAliases'
        ? denied('lambda:ListAliases', 'arn:aws:lambda:eu-west-1:123456789012:function:checkout')
        : undefined,
    );
    const result = await world.run({ alias: 'prd' });
    expect(result.outputs['reason']).toContain('lambda:ListAliases is not allowed');
    expect(result.outputs['reason']).toContain('set create-alias: true');
    expect(world.writes()).toEqual([]);
  });

  it('writes nothing in a dry run, and shows the plan', async () => {
    const result = await world.run({ 'dry-run': 'true' });
    expect(result.outputs).toMatchObject({ outcome: 'planned', 'previous-version': '1' });
    expect(result.exitCode).toBe(0);
    expect(world.writes()).toEqual([]);
    expect(result.summary).toContain('| 2 | 50 % | 1 min |');
  });

  it('rolls out a version that was published before, without publishing', async () => {
    publishVersion(world.simulator.lambda, 'checkout');
    const result = await world.run({ version: '2' });
    expect(result.outputs['outcome']).toBe('promoted');
    expect(world.writes()).not.toContain('PublishVersion');
  });

  it('goes to 100 % at once with AllAtOnce, and still watches', async () => {
    after(world.simulator, 'UpdateAlias', 0, () => {
      world.setAlarm('ALARM');
    });
    const result = await world.run({ steps: 'AllAtOnce' });
    expect(result.outputs['outcome']).toBe('reverted');
    expect(world.routings()).toEqual(['1', '2', '1']);
  });

  it('waits for a version to become Active before it gets traffic, and shows that it does', async () => {
    const found = functionNamed(world.simulator.lambda, 'checkout');
    found.timing.activationMs = Infinity;
    after(world.simulator, 'GetFunction', 5, () => {
      const [, second] = found.versions;
      if (second !== undefined) second.pending = { at: 0, state: 'Active' };
    });
    const result = await world.run();
    expect(result.outputs['outcome']).toBe('promoted');
    expect(result.log).toContain('checkout: waiting for version 2 to become Active');
  });

  it('fails with the reason of AWS when the version cannot be started, and moves nothing', async () => {
    const timing = world.simulator.lambda.functions.get('checkout')?.timing;
    if (timing !== undefined) {
      timing.activationMs = 30_000;
      timing.failure = 'the init code threw';
    }
    const result = await world.run();
    expect(result.outputs['outcome']).toBe('failed');
    expect(result.outputs['reason']).toContain('version 2 is Failed');
    expect(result.outputs['reason']).toContain('the init code threw');
    expect(world.routings()).toEqual(['1']);
  });

  it('waits for an update of the function that is in progress', async () => {
    const found = functionNamed(world.simulator.lambda, 'checkout');
    found.timing.updateMs = Infinity;
    updateFunction(world.simulator.lambda, 'checkout', { code: 'in the making' });
    after(world.simulator, 'GetFunction', 3, () => {
      found.latest.pending = { at: 0, lastUpdateStatus: 'Successful' };
    });
    const result = await world.run();
    expect(result.log).toContain('waiting for an update that is in progress');
    expect(result.outputs['outcome']).toBe('promoted');
  });
});
