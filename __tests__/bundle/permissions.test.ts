import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { USUAL } from '../../scripts/permissions.ts';
import { denied } from '../../simulator/wire/faults.ts';
import { PERMISSIONS, type Wishes } from '../../src/core/permissions.ts';
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
      { requests: [{ version: '1' }], analysis: { mode: 'off' } },
      'unchanged',
    ],
    [
      'a rollout with a smoke test and without alarms',
      { alarms: '', 'smoke-test-payload': '{}' },
      { alarms: [], analysis: { mode: 'off' }, smokeTests: new Map([['checkout', []]]) },
      'promoted',
    ],
    ['a dry run', { 'dry-run': 'true' }, { dryRun: true, analysis: { mode: 'off' } }, 'planned'],
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
