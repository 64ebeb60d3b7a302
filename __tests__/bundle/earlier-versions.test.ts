import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { updateAlias } from '../../simulator/lambda/aliases.ts';
import { publishVersion, updateFunction } from '../../simulator/lambda/functions.ts';
import { denied } from '../../simulator/wire/faults.ts';
import { createWorld, type Inputs, type World } from '../fixtures/bundle-world.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** So that the metrics are read; nothing of the comparison matters here. */
const WATCHED: Inputs = { analysis: 'observe', 'analysis-logs': 'off' };
const attempt = (number: number) => ({ environment: { GITHUB_RUN_ATTEMPT: String(number) } });

describe('a version that existed before the run, the bundle', () => {
  let world: World;
  beforeEach(async () => {
    world = await createWorld();
  });
  afterEach(() => world.close());

  /** Requests of a version in a stretch of the past, one every five minutes. */
  function served(version: string, fromAgoMs: number, toAgoMs: number): void {
    const now = world.time.clock.now();
    const series = { functionName: 'checkout', alias: 'live', version };
    const counts = { invocations: 1, errors: 0, throttles: 0, durations: new Map([[20, 1]]) };
    for (let ago = fromAgoMs; ago > toAgoMs; ago -= 5 * MINUTE_MS) {
      world.simulator.metrics.add(series, now - ago, counts);
    }
  }

  function published(agoMs: number, description = 'somebody else'): void {
    const version = publishVersion(world.simulator.lambda, 'checkout', { description });
    version.modifiedAt = world.time.clock.now() - agoMs;
  }

  /** Version 2 got a part of the requests two days ago, and version 1 has them all since then. */
  function reverted(): void {
    published(2 * DAY_MS + HOUR_MS);
    served('1', 5 * DAY_MS, 0);
    served('2', 2 * DAY_MS + HOUR_MS, 2 * DAY_MS);
  }

  it('is announced when it was reverted, in log, summary and report, and rolled out by default', async () => {
    reverted();
    const result = await world.run(WATCHED);
    const told =
      /version 2 was published 2 d ago, not by this run\. It was taken back: it served \d+ requests until 2 d ago/;
    expect(result.log).toMatch(new RegExp(`^::warning::.*${told.source}`, 'm'));
    expect(result.summary).toMatch(told);
    expect(JSON.parse(result.outputs['report'] ?? '')).toMatchObject({
      earlierVersions: [{ functionName: 'checkout', version: '2', past: 'reverted' }],
    });
    expect(result.outputs['outcome']).toBe('promoted');
  });

  it('is not rolled out again with on-reverted-before: fail', async () => {
    reverted();
    const before = world.routings();
    const result = await world.run({ ...WATCHED, 'on-reverted-before': 'fail' });
    expect(result).toMatchObject({ exitCode: 1, outputs: { outcome: 'failed' } });
    expect(result.outputs['reason']).toContain('on-reverted-before: checkout:live: version 2');
    expect(world.routings()).toEqual(before);
  });

  it('is not rolled out by the attempt right after the one that reverted it, with on-reverted-before: fail', async () => {
    const running = world.start({ ...WATCHED, steps: '10% 10m' }, attempt(1));
    await running.seen('10 % shifted');
    world.setAlarm('ALARM');
    await running.done;
    world.setAlarm('OK');
    const asked: Inputs = { ...WATCHED, 'on-reverted-before': 'fail' };
    const result = await world.run(asked, attempt(2));
    expect(result.outputs['outcome']).toBe('failed');
    expect(result.outputs['reason']).toContain('by attempt 1 of this run');
  });

  it('is refused with on-reverted-before: fail where the metrics cannot be read', async () => {
    published(DAY_MS);
    world.simulator.faults.add(({ operation }) =>
      operation === 'GetMetricData' ? denied('cloudwatch:GetMetricData', '*') : undefined,
    );
    const result = await world.run({ 'on-reverted-before': 'fail' });
    expect(result.outputs['reason']).toContain('Whether it was reverted is not known');
  });

  it('is refused in a dry run already where it is given', async () => {
    reverted();
    const asked: Inputs = { ...WATCHED, version: '2', 'on-reverted-before': 'fail' };
    const result = await world.run({ ...asked, 'dry-run': 'true' });
    expect(result.outputs['reason']).toContain('It was taken back');
    expect(world.writes()).toEqual([]);
  });

  it('is nothing that is said of a version which this run published', async () => {
    const result = await world.run({ ...WATCHED, 'on-reverted-before': 'fail' });
    expect(result.outputs['outcome']).toBe('promoted');
    expect(result.log).not.toContain('was published');
  });

  describe('on the fast track', () => {
    const FAST: Inputs = {
      ...WATCHED,
      'fast-track': 'true',
      'rollback-window': '3d',
      version: '2',
    };

    /** Version 2 was live until a day ago, when version 3 came after it. */
    beforeEach(() => {
      published(4 * DAY_MS);
      updateFunction(world.simulator.lambda, 'checkout', { code: 'the third' });
      published(DAY_MS + HOUR_MS);
      updateAlias(world.simulator.lambda, 'checkout', 'live', { version: '3' });
      served('1', 5 * DAY_MS, 3 * DAY_MS);
      served('2', 3 * DAY_MS, DAY_MS);
      served('3', DAY_MS + HOUR_MS, 3 * HOUR_MS);
    });

    it('skips the steps to a version that was live within the window, and watches it after the promotion', async () => {
      const before = world.routings();
      const result = await world.run(FAST);
      expect(result.outputs).toMatchObject({ outcome: 'promoted', 'steps-total': '1' });
      expect(world.routings().slice(before.length)).toEqual(['2']);
      expect(result.log).toContain('Fast track: the version was live');
      expect(result.log).toMatch(
        /version 2 was published 4 d ago, not by this run\. It was live until 1 d ago/,
      );
      expect(result.log).toContain('promoted (step 1 of 1); baking for 1 min');
    });

    it('reverts it when an alarm turns red after the promotion', async () => {
      const running = world.start(FAST);
      await running.seen('promoted (step 1 of 1)');
      world.setAlarm('ALARM');
      expect((await running.done).outputs['outcome']).toBe('reverted');
      expect(world.alias()).toBe('3');
    });

    it.each<[string, Inputs, string]>([
      ['it was live too long ago', { 'rollback-window': '1h' }, 'was live too long ago'],
      ['nothing would watch it', { alarms: '' }, 'neither an alarm nor a metric check'],
    ])('takes the steps where %s, and says so once', async (_, inputs, why) => {
      const before = world.routings();
      const result = await world.run({ ...FAST, ...inputs });
      expect(world.routings().slice(before.length)).toHaveLength(3);
      expect(result.log.split('No fast track')).toHaveLength(2);
      expect(result.log).toContain(why);
    });

    it('takes the steps to a version that was reverted', async () => {
      updateAlias(world.simulator.lambda, 'checkout', 'live', { version: '1' });
      served('1', 2 * HOUR_MS, 0);
      const result = await world.run({ ...FAST, version: '3' });
      expect(result.log).toContain('No fast track: version 3 of checkout:live was taken back');
      expect(result.outputs['steps-total']).toBe('3');
    });

    it('takes the steps to a version that is new', async () => {
      updateFunction(world.simulator.lambda, 'checkout', { code: 'the fourth' });
      const result = await world.run({ ...FAST, version: '' });
      expect(result.log).toContain('No fast track: version 4 of checkout:live is new');
      expect(result.outputs['steps-total']).toBe('3');
    });

    it('is for mode: rollout alone', async () => {
      const result = await world.run({ 'fast-track': 'true', mode: 'start' });
      expect(result.outputs['reason']).toContain('fast-track: skips the steps of mode: rollout');
    });
  });
});
