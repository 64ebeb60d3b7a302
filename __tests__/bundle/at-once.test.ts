import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { updateAlias } from '../../simulator/lambda/aliases.ts';
import { denied } from '../../simulator/wire/faults.ts';
import { after, createWorld, type World } from '../fixtures/bundle-world.ts';
import { itWithSignals } from '../fixtures/signals.ts';

const POLL_MS = 15_000;
const JITTERED_MS = POLL_MS * 1.1;

describe('whatever else goes on, the bundle', () => {
  let world: World;
  beforeEach(async () => {
    world = await createWorld();
  });
  afterEach(() => world.close());

  const weightIsWritten = () => world.routings().length > 1;
  const writtenAt = () =>
    world.simulator.requests.findLast(
      ({ operation, error }) => operation === 'UpdateAlias' && error === '',
    )?.at ?? NaN;

  /** Turns the alarm red some time after the first weight. @returns when it did */
  function redAfterFirstWeight(ms: number): () => number {
    let redAt = NaN;
    after(world.simulator, 'UpdateAlias', 0, () => {
      redAt = world.time.clock.now() + ms;
      world.simulator.lambda.agenda.add(redAt, () => {
        world.setAlarm('ALARM');
      });
    });
    return () => redAt;
  }

  it('moves nothing when an alarm turns red while the first weight waits for its minute', async () => {
    const action = world.start({ analysis: 'on', 'poll-interval': '5s' });
    after(world.simulator, 'PublishVersion', 0, () => {
      world.simulator.lambda.agenda.add(world.time.clock.now() + 15_000, () => {
        world.setAlarm('ALARM', 'five errors');
      });
    });
    const result = await action.done;
    expect(result.outputs['outcome']).toBe('failed');
    expect(result.outputs['reason']).toContain('alarm errors went into ALARM: five errors');
    expect(result.outputs['reason']).toContain('No traffic had been moved');
    expect(weightIsWritten()).toBe(false);
  });

  it('says failed, and not reverted, when the first write was refused', async () => {
    world.simulator.faults.add(({ operation }) =>
      operation === 'UpdateAlias' ? denied('lambda:UpdateAlias', 'arn:aws:lambda:::x') : undefined,
    );
    const result = await world.run();
    expect(result.outputs['outcome']).toBe('failed');
    expect(result.outputs['reason']).toContain('No traffic had been moved');
    expect(world.writes().filter((write) => write.startsWith('UpdateAlias'))).toHaveLength(1);
  });

  itWithSignals(
    'says failed, and not reverted, when it is cancelled while it waits for its minute',
    async () => {
      const action = world.start({ analysis: 'on' });
      after(world.simulator, 'PublishVersion', 0, () => {
        world.simulator.lambda.agenda.add(world.time.clock.now() + 10_000, () => {
          action.process.kill('SIGINT');
        });
      });
      const result = await action.done;
      expect(result.outputs['outcome']).toBe('failed');
      expect(result.outputs['reason']).toContain('No traffic had been moved');
      expect(weightIsWritten()).toBe(false);
    },
  );

  it('reverts within a poll and a second of the alarm, however slow the metrics are', async () => {
    const redAt = redAfterFirstWeight(70_000);
    world.simulator.faults.add(({ operation }) =>
      operation === 'GetMetricData' && weightIsWritten()
        ? { type: 'delay', ms: 40_000 }
        : undefined,
    );
    const result = await world.run({
      analysis: 'on',
      steps: '10% 5m',
      'poll-interval': `${POLL_MS / 1000}s`,
    });
    expect(result.outputs['outcome']).toBe('reverted');
    expect(writtenAt() - redAt()).toBeLessThanOrEqual(JITTERED_MS + 1_000);
  });

  it('notices within a poll that somebody else moved the alias in the middle of a bake', async () => {
    let movedAt = NaN;
    after(world.simulator, 'UpdateAlias', 0, () => {
      movedAt = world.time.clock.now() + 60_000;
      world.simulator.lambda.agenda.add(movedAt, () => {
        updateAlias(world.simulator.lambda, 'checkout', 'live', { weights: { '2': 0.9 } });
      });
    });
    const result = await world.run({ steps: '10% 1h', 'poll-interval': `${POLL_MS / 1000}s` });
    expect(result.outputs['outcome']).toBe('failed');
    expect(result.outputs['reason']).toContain('somebody else moved the alias checkout:live');
    expect(world.time.clock.now() - movedAt).toBeLessThanOrEqual(JITTERED_MS + 5_000);
    expect(world.alias()).toBe('1+2@0.9');
  });

  it('prints the repairing command in post before the first try is answered, and ends in time', async () => {
    const action = world.start({ steps: '10% 8h' });
    await action.seen('10 % shifted');
    action.process.kill('SIGKILL');
    const { state } = await action.done;
    world.simulator.faults.add(({ service }) =>
      service === 'lambda' ? { type: 'hang' } : undefined,
    );
    const begun = world.time.clock.now();
    const post = world.start({}, { state });
    await post.seen('aws lambda update-alias --region eu-west-1 --function-name checkout');
    expect(world.time.clock.now() - begun).toBeLessThanOrEqual(3_000);
    const result = await post.done;
    expect(result.exitCode).toBe(1);
    const ms = world.time.clock.now() - begun;
    expect(ms).toBeGreaterThanOrEqual(2.5 * 60_000);
    expect(ms).toBeLessThanOrEqual(4 * 60_000);
  });
});
