import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { createAlias, putProvisioned } from '../../simulator/lambda/aliases.ts';
import { publishVersion, updateFunction } from '../../simulator/lambda/functions.ts';
import { denied } from '../../simulator/wire/faults.ts';
import { createWorld, type Inputs, type World } from '../fixtures/bundle-world.ts';
import { itWithSignals } from '../fixtures/signals.ts';

const DAY_MS = 86_400_000;
const AT_ONCE: Inputs = { steps: 'AllAtOnce', 'bake-time': '1m', 'keep-versions': '2' };

describe('of versions that nothing needs, the bundle', () => {
  let world: World;
  beforeEach(async () => {
    world = await createWorld();
    // 1 is live, 2 to 7 are from earlier releases, and one more will be published.
    for (let release = 2; release <= 7; release++) {
      updateFunction(world.simulator.lambda, 'checkout', { code: `release ${release}` });
      publishVersion(world.simulator.lambda, 'checkout');
    }
    for (const version of versions()) version.modifiedAt -= 10 * DAY_MS;
    updateFunction(world.simulator.lambda, 'checkout', { code: 'the next one' });
  });
  afterEach(() => world.close());

  const versions = () => world.simulator.lambda.functions.get('checkout')?.versions ?? [];
  const left = () => versions().map(({ version }) => version);

  it('deletes the oldest after a promotion, but none that is live, was live, or serves somewhere', async () => {
    const { lambda } = world.simulator;
    createAlias(lambda, 'checkout', 'beta', { version: '2', weights: { '3': 0.1 } });
    lambda.callers.push(
      { kind: 'event source', functionName: 'checkout', qualifier: '4' },
      { kind: 'policy', functionName: 'checkout', qualifier: '5' },
    );
    const result = await world.run(AT_ONCE);
    expect(result.outputs['outcome']).toBe('promoted');
    expect(left()).toEqual(['1', '2', '3', '4', '5', '7', '8']);
    expect(result.log).toContain('checkout:live: version 6 deleted (1 KB of code)');
    expect(result.log).toContain('4 is kept because of the event source arn:aws:sqs');
    expect(result.summary).toContain('### Old versions');
    expect(result.log).toContain('of the 75 GB that Lambda stores');
    expect(JSON.parse(result.outputs['report'] ?? '')).toMatchObject({
      oldVersions: [{ functionName: 'checkout', deleted: [{ version: '6' }] }],
    });
  });

  it('keeps what has provisioned concurrency, and what was called by its number', async () => {
    putProvisioned(world.simulator.lambda, 'checkout', '3', 1);
    const none = { invocations: 2, errors: 0, throttles: 0, durations: new Map() };
    const called = { functionName: 'checkout', alias: '4', version: '4' };
    world.simulator.metrics.add(called, world.time.clock.now() - 2 * DAY_MS, none);
    const result = await world.run(AT_ONCE);
    expect(left()).toEqual(['1', '3', '4', '7', '8']);
    expect(result.log).toContain('3 is kept because it has provisioned concurrency');
    expect(result.log).toContain('4 is kept because it was called by its number within 45 days');
  });

  it('keeps what is younger than keep-versions-for', async () => {
    for (const version of versions().slice(2, 5)) version.modifiedAt += 9.5 * DAY_MS;
    await world.run(AT_ONCE);
    expect(left()).toEqual(['1', '3', '4', '5', '7', '8']);
  });

  it('deletes nothing after a revert, and nothing when it was not asked to', async () => {
    world.setAlarm('ALARM');
    await world.run({ ...AT_ONCE, 'on-alarm-at-start': 'fail' });
    world.setAlarm('OK');
    await world.run({ ...AT_ONCE, 'keep-versions': '' });
    expect(world.writes().filter((write) => write.startsWith('DeleteFunction'))).toEqual([]);
  });

  it('names in a dry run what it would delete', async () => {
    const result = await world.run({ ...AT_ONCE, 'dry-run': 'true' });
    expect(result.outputs['outcome']).toBe('planned');
    expect(result.log).toContain('versions 2, 3, 4, 5, 6 would be deleted');
    expect(left()).toEqual(['1', '2', '3', '4', '5', '6', '7']);
    expect(result.log).toContain('lambda:DeleteFunction');
  });

  it('promotes all the same when it may not look or delete, and warns of that', async () => {
    world.simulator.faults.add(({ operation }) =>
      operation === 'GetPolicy' || operation === 'ListVersionsByFunction'
        ? denied(`lambda:${operation}`, 'arn:aws:lambda:::x')
        : undefined,
    );
    const result = await world.run(AT_ONCE);
    expect(result).toMatchObject({ exitCode: 0, outputs: { outcome: 'promoted' } });
    expect(left()).toHaveLength(8);
    expect(result.log).toContain('Old versions of checkout were not deleted:');
  });

  itWithSignals('has promoted, though it is cancelled before it could delete', async () => {
    world.simulator.faults.add(({ operation }) =>
      operation === 'ListVersionsByFunction' ? { type: 'hang' } : undefined,
    );
    const asked = world.requested('ListVersionsByFunction', 0);
    const action = world.start(AT_ONCE);
    await asked;
    action.process.kill('SIGINT');
    const result = await action.done;
    expect(result).toMatchObject({ exitCode: 0, outputs: { outcome: 'promoted' } });
    expect(result.log).toContain('Old versions were not deleted any more: ');
    expect(world.alias()).toBe('8');
  });

  it('warns before it publishes when the storage for code is nearly full', async () => {
    world.simulator.lambda.codeLimit = 8.5 * 1_024;
    const result = await world.run({ ...AT_ONCE, 'dry-run': 'true' });
    expect(result.log).toContain("Lambda's storage for code is 94 %25 full in this region");
  });

  it('refuses it where nothing is promoted', async () => {
    const result = await world.run({ mode: 'start', 'keep-versions': '1' });
    expect(result.outputs['reason']).toContain('keep-versions: "1" is not a whole number from 2');
    const other = await world.run({ mode: 'start', 'keep-versions': '5' });
    expect(other.outputs['reason']).toContain(
      'keep-versions: old versions are deleted after a promotion by mode rollout, step or promote',
    );
  });
});
