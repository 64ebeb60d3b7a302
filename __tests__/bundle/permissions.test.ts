import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { USUAL } from '../../scripts/permissions-section.ts';
import { updateFunction } from '../../simulator/lambda/functions.ts';
import { denied } from '../../simulator/wire/faults.ts';
import { PERMISSIONS, type Wishes } from '../../src/core/permissions.ts';
import type { Policy } from '../../src/core/policy.ts';
import { createWorld, type Inputs, type World } from '../fixtures/bundle-world.ts';

let world: World;
beforeEach(async () => {
  world = await createWorld();
});
afterEach(() => world.close());

/** AWS refuses whatever is not among the permissions that the inputs need. */
function allowOnly(wishes: Partial<Wishes>): void {
  const allowed = Object.entries(PERMISSIONS)
    .filter(([, { isNeeded }]) => isNeeded({ ...USUAL, ...wishes }))
    .map(([action]) => action.replace(/^\w+:/, '').replace('InvokeFunction', 'Invoke'));
  world.simulator.faults.add(({ operation }) =>
    allowed.includes(operation) ? undefined : denied(operation, '*'),
  );
}

const refusals = () => world.simulator.requests.filter(({ error }) => error.includes('Denied'));

describe('the permissions that the inputs need', () => {
  it.each<[string, Inputs, Partial<Wishes>, string]>([
    ['a rollout', { analysis: 'on' }, {}, 'promoted'],
    [
      'a rollout of a version that is there',
      { version: '1' },
      { requests: [{ version: '1', code: undefined }], analysis: { mode: 'off' } },
      'unchanged',
    ],
    [
      'a rollout with a smoke test and without alarms',
      { alarms: '', 'smoke-test-payload': '{}' },
      { alarms: [], analysis: { mode: 'off' }, smokeTests: new Map([['checkout', []]]) },
      'promoted',
    ],
    ['a dry run', { 'dry-run': 'true' }, { dryRun: true, analysis: { mode: 'off' } }, 'planned'],
    [
      'functions that are found by their names',
      { 'function-name': 'check*' },
      { searches: [{ type: 'pattern' }], analysis: { mode: 'off' } },
      'promoted',
    ],
    ['a look', { mode: 'status' }, { mode: 'status' }, 'status'],
  ])('are enough for %s', async (_, inputs, wishes, outcome) => {
    allowOnly(wishes);
    const result = await world.run(inputs);
    expect(result.outputs['outcome']).toBe(outcome);
    expect(refusals()).toEqual([]);
  });

  it('are enough for a revert, and for what it then reads of the logs', async () => {
    allowOnly({ analysis: { mode: 'off' } });
    const run = world.start();
    await world.requested('UpdateAlias', 0);
    world.setAlarm('ALARM');
    expect((await run.done).outputs['outcome']).toBe('reverted');
    expect(refusals()).toEqual([]);
  });
});

describe('the policy that a dry run prints', () => {
  const policyIn = ({ outputs }: { readonly outputs: Readonly<Record<string, string>> }): Policy =>
    (JSON.parse(outputs['report'] ?? '{}') as { readonly policy: Policy }).policy;

  it('is enough for the run itself, and stands in log and summary', async () => {
    const inputs: Inputs = { analysis: 'on', 'smoke-test-payload': '{}' };
    const planned = await world.run({ ...inputs, 'dry-run': 'true' });
    const policy = policyIn(planned);
    expect(planned.outputs['outcome']).toBe('planned');
    expect(planned.log).toContain('"lambda:UpdateAlias"');
    expect(planned.summary).toMatch(
      /<details><summary>The least IAM policy for these inputs.*lambda:UpdateAlias/s,
    );
    expect(policy.Statement[0]?.Resource).toBe(
      'arn:aws:lambda:eu-west-1:123456789012:function:checkout',
    );
    const actions = policy.Statement.flatMap(({ Action: each }) => each);
    const operations = actions.map((action) =>
      action.replace(/^\w+:/, '').replace('InvokeFunction', 'Invoke'),
    );
    world.simulator.faults.add(({ operation }) =>
      operations.includes(operation) ? undefined : denied(operation, '*'),
    );
    const result = await world.run(inputs);
    expect(result.outputs['outcome']).toBe('promoted');
    expect(refusals()).toEqual([]);
    expect(result.log).not.toContain('least IAM policy');
  });

  it('names the log group that the function has', async () => {
    const LoggingConfig = { LogGroup: '/shop/checkout', LogFormat: 'Text' };
    updateFunction(world.simulator.lambda, 'checkout', { settings: { LoggingConfig } });
    const { Statement: statements } = policyIn(await world.run({ 'dry-run': 'true' }));
    expect(statements.at(-1)?.Resource).toContain(':log-group:/shop/checkout:*');
  });

  it.each<[string, Inputs]>([
    ['a rollout', {}],
    ['a rollback', { mode: 'rollback' }],
  ])('is printed for %s also where nothing is allowed yet', async (_, inputs) => {
    world.simulator.faults.add(({ operation }) => denied(operation, '*'));
    const result = await world.run({ ...inputs, 'dry-run': 'true' });
    expect(result.outputs['outcome']).toBe('failed');
    expect(result.log).toContain('"lambda:UpdateAlias"');
    expect(policyIn(result).Statement[0]?.Resource).toBe(
      'arn:aws:lambda:eu-west-1:*:function:checkout',
    );
  });
});
