import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import { getAlias, putProvisioned, updateAlias } from '../../simulator/lambda/aliases.ts';
import { publishVersion } from '../../simulator/lambda/functions.ts';
import { denied } from '../../simulator/wire/faults.ts';
import { after, createWorld, type World } from '../fixtures/bundle-world.ts';
import { leave, leftBy, type Left } from '../fixtures/left-behind.ts';

const MINUTE_MS = 60_000;
const ADVICE = 'has provisioned concurrency';

/** How soon something is seen matters here. */
const OFTEN = { 'poll-interval': '10s' };

describe('with provisioned concurrency, the bundle', () => {
  let world: World;
  beforeEach(async () => {
    world = await createWorld({ inputs: OFTEN });
  });
  afterEach(() => world.close());

  const provision = (qualifier: string, { simulator } = world) =>
    putProvisioned(simulator.lambda, 'checkout', qualifier, 5);

  it('warns before the first weight what is refused meanwhile, and what the canary lacks', async () => {
    provision('live');
    const result = await world.run({ 'dry-run': 'true' });
    expect(result.log).toMatch(/::warning::.*checkout:live has provisioned concurrency/);
    expect(result.log).toContain('the canary has none of it before the promotion');
  });

  it('says nothing of it when there is none, or when it may not look', async () => {
    const without = await world.run({ 'dry-run': 'true' });
    expect(without.log).not.toContain(ADVICE);
    provision('live');
    world.simulator.faults.add(({ operation }) =>
      operation === 'GetProvisionedConcurrencyConfig'
        ? denied('lambda:GetProvisionedConcurrencyConfig', 'arn:aws:lambda:::x')
        : undefined,
    );
    const blind = await world.run({ 'dry-run': 'true' });
    expect(blind.outputs['outcome']).toBe('planned');
    expect(blind.log).not.toContain(ADVICE);
  });

  it('shifts weights between versions that have it themselves', async () => {
    publishVersion(world.simulator.lambda, 'checkout', {});
    provision('1');
    provision('2');
    const result = await world.run({ version: '2' });
    expect(result.outputs['outcome']).toBe('promoted');
    expect(result.log).not.toContain(ADVICE);
    expect(world.routings()).toEqual(['1', '1+2@0.1', '1+2@0.5', '2']);
  });

  it('reverts a promotion that Lambda could not give its environments, and says that', async () => {
    provision('live');
    world.simulator.lambda.provisioningFailure = 'FUNCTION_ERROR_INIT_FAILURE';
    const result = await world.run();
    expect(result.outputs['outcome']).toBe('reverted');
    expect(result.outputs['reason']).toContain('could not move the provisioned concurrency');
    expect(result.outputs['reason']).toContain('FUNCTION_ERROR_INIT_FAILURE');
    expect(result.outputs['reason']).not.toContain('somebody else');
    expect(world.alias()).toBe('1');
  });

  it('reverts a promotion whose environments take too long, and says that', async () => {
    provision('live');
    world.simulator.lambda.provisioningMs = 60 * MINUTE_MS;
    after(world.simulator, 'UpdateAlias', 2, () => {
      world.simulator.lambda.provisioningMs = 6 * MINUTE_MS;
    });
    const result = await world.run();
    expect(result.outputs['outcome']).toBe('reverted');
    expect(world.alias()).toBe('1');
    expect(result.outputs['reason']).toContain('has not moved the provisioned concurrency');
    expect(result.outputs['reason']).not.toContain('somebody else');
  });

  it('reverts at once when an alarm turns red while Lambda moves it', async () => {
    provision('live');
    let redAt = 0;
    world.simulator.onRequest(({ operation, count, at }) => {
      if (operation !== 'UpdateAlias' || count !== 2) return;
      redAt = at + 3 * MINUTE_MS;
      world.simulator.lambda.agenda.add(redAt, () => {
        world.setAlarm('ALARM');
      });
    });
    const result = await world.run();
    expect(result.outputs['outcome']).toBe('reverted');
    const written = world.simulator.requests.findLast(
      ({ operation, error }) => operation === 'UpdateAlias' && error === '',
    );
    expect(redAt).toBeGreaterThan(0);
    expect((written?.at ?? NaN) - redAt).toBeLessThanOrEqual(12_000);
    expect(world.alias()).toBe('1');
  });

  it('writes stable once more when the way back failed, and does not say that it was somebody', async () => {
    provision('live');
    after(world.simulator, 'UpdateAlias', 2, () => {
      // After the move to the canary, whatever is to be moved fails.
      world.simulator.lambda.agenda.add(world.time.clock.now() + 6.5 * MINUTE_MS, () => {
        world.simulator.lambda.provisioningFailure = 'INSUFFICIENT_CAPACITY';
        world.setAlarm('ALARM');
      });
    });
    const result = await world.run({ 'bake-time': '5m', steps: '10% 1m, 50% 1m' });
    expect(result.outputs['reason']).not.toContain('somebody else');
    expect(result.outputs['outcome']).toBe('reverted');
    // Back to stable, which Lambda could not give its environments; and stable once more, which ends the weights.
    expect(world.routings().slice(-3)).toEqual(['2', '1+2@1', '1']);
    expect(world.writes().filter((write) => write === 'UpdateAlias')).toHaveLength(5);
  });

  describe('while Lambda moves it to a promoted canary', () => {
    const WORKFLOW = {
      GITHUB_WORKFLOW_REF: 'acme/shop/.github/workflows/deploy.yml@refs/heads/main',
    };
    const other = { environment: { GITHUB_RUN_ID: '43', ...WORKFLOW } };

    const live = () => getAlias(world.simulator.lambda, 'checkout', 'live');

    let left: Left;
    beforeAll(async () => {
      const played = await leftBy(async (other) => {
        provision('live', other);
        const action = other.start({}, { environment: { GITHUB_RUN_ID: '42', ...WORKFLOW } });
        after(other.simulator, 'UpdateAlias', 2, () => {
          action.process.kill('SIGKILL');
        });
        await action.done;
      });
      // Written without weights; those that it had are Lambda's, while it moves.
      const records = played.records.map((each) =>
        each.version === '2' ? { ...each, weights: {} } : each,
      );
      left = { ...played, records };
    });

    /** A rollout that was killed there, without a post step. */
    async function killed() {
      provision('live');
      await leave(world, left);
      expect(live()).toMatchObject({ version: '2', moving: { '1': 1 } });
    }

    it('puts stable back on demand, and not the canary', async () => {
      await killed();
      const result = await world.run({ mode: 'revert' }, other);
      expect(result.outputs['outcome']).toBe('reverted');
      expect(world.alias()).toBe('1');
    });

    it('puts stable back before the next rollout begins', async () => {
      await killed();
      const inputs = { 'on-unfinished': 'revert', 'dry-run': 'false', version: '2' };
      const result = await world.run(inputs, other);
      expect(result.log).toContain('version 1 is live again');
      expect(result.outputs['outcome']).toBe('promoted');
    });

    it('is watched by who resumes it, from the first moment on', async () => {
      await killed();
      world.setAlarm('ALARM');
      const from = world.time.clock.now();
      const result = await world.run({ 'on-unfinished': 'resume' }, other);
      expect(result.outputs['outcome']).toBe('reverted');
      const written = world.simulator.requests.findLast(
        ({ operation }) => operation === 'UpdateAlias',
      );
      expect((written?.at ?? NaN) - from).toBeLessThan(MINUTE_MS);
    });

    it('says in mode status what serves', async () => {
      await killed();
      const result = await world.run({ mode: 'status' }, other);
      expect(result.outputs['weight']).toBe('0');
      expect(result.outputs['reason']).toContain(
        'names version 2, but all of its traffic goes to version 1',
      );
    });

    it('does not undo a revert that is on its way, and says how to tell', async () => {
      await killed();
      updateAlias(world.simulator.lambda, 'checkout', 'live', { version: '2', weights: {} });
      updateAlias(world.simulator.lambda, 'checkout', 'live', { version: '1', description: '' });
      const result = await world.run({ mode: 'revert' }, other);
      expect(result.outputs['outcome']).toBe('failed');
      expect(result.outputs['reason']).toContain('If version 1 is the right one, wait.');
      expect(world.writes()).toEqual([]);
    });
  });
});
