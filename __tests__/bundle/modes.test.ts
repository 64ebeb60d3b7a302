import { rmSync } from 'node:fs';

import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import { updateAlias } from '../../simulator/lambda/aliases.ts';
import { updateFunction } from '../../simulator/lambda/functions.ts';
import { addFunction, after, createWorld, type World } from '../fixtures/bundle-world.ts';
import { leave, leftBy, type Left } from '../fixtures/left-behind.ts';

const WORKFLOW = 'acme/shop/.github/workflows/deploy.yml@refs/heads/main';

describe('a rollout over several jobs, the bundle', () => {
  let world: World;
  let left: Left;
  beforeAll(async () => {
    left = await leftBy((other) => start({}, other));
  });
  beforeEach(async () => {
    world = await createWorld();
  });
  afterEach(() => world.close());

  /** A job of its own: another process, in a run of the same workflow. */
  const job = (mode: string, inputs = {}, environment = {}, within = world) =>
    within.run(
      { mode, ...inputs },
      { environment: { GITHUB_RUN_ID: '43', GITHUB_WORKFLOW_REF: WORKFLOW, ...environment } },
    );
  const start = (inputs = {}, within = world) =>
    job('start', inputs, { GITHUB_RUN_ID: '42' }, within);
  /** As `start` leaves it: the next job knows no more of it than what is there now. */
  const isStarted = () => leave(world, left);
  const STARTED_BY = 'https://github.com/acme/shop/actions/runs/42';

  it.each(['off', 'on'])(
    'begins no later than its first weight, with analysis: %s',
    async (analysis) => {
      await start({ analysis, 'metric-checks': '' });
      const first = world.simulator.aliasHistory.find(({ weights }) => weights['2'] !== undefined);
      const since = Number(/ since=([\d.]+)/.exec(first?.description ?? '')?.[1]) * 60_000;
      expect(since).toBeLessThanOrEqual(first?.at ?? NaN);
      expect(since).toBeGreaterThan((first?.at ?? NaN) - 60_000);
    },
  );

  it('is started, approved and promoted by three processes', async () => {
    const started = await start();
    expect(started.exitCode).toBe(0);
    expect(started.outputs).toMatchObject({
      outcome: 'held',
      version: '2',
      'previous-version': '1',
      weight: '10',
      step: '1',
      'steps-total': '3',
      'started-by': STARTED_BY,
    });
    expect(world.alias()).toBe('1+2@0.1');

    const shown = await job('status');
    expect(shown.outputs).toMatchObject({
      outcome: 'status',
      weight: '10',
      step: '1',
      'steps-total': '3',
      'started-by': STARTED_BY,
    });
    expect(shown.log).toContain('held after step 1 of a rollout');

    const promoted = await job('promote');
    expect(promoted.outputs).toMatchObject({
      outcome: 'promoted',
      version: '2',
      'previous-version': '1',
      weight: '100',
      'started-by': STARTED_BY,
    });
    expect(world.routings()).toEqual(['1', '1+2@0.1', '2']);
    expect(world.simulator.aliasHistory.at(-1)?.description).toBe('');
  });

  it('goes on step by step, and promotes after the last one', async () => {
    await isStarted();
    const second = await job('step');
    expect(second.outputs).toMatchObject({ outcome: 'held', weight: '50', step: '2' });
    const third = await job('step');
    expect(third.outputs).toMatchObject({ outcome: 'promoted', weight: '100', step: '3' });
    expect(world.routings()).toEqual(['1', '1+2@0.1', '1+2@0.5', '2']);
  });

  it('publishes once: a step goes on with the version that was started, whatever was deployed since', async () => {
    await start();
    updateFunction(world.simulator.lambda, 'checkout', { code: 'something else' });
    const promoted = await job('promote');
    expect(promoted.outputs).toMatchObject({ outcome: 'promoted', version: '2' });
    expect(world.writes().filter((write) => write === 'PublishVersion')).toHaveLength(1);
  });

  it.each(['step', 'promote'])('puts stable back when a check fails in %s', async (mode) => {
    await isStarted();
    world.setAlarm('ALARM', 'five errors');
    const result = await job(mode);
    expect(result.exitCode).toBe(1);
    expect(result.outputs).toMatchObject({ outcome: 'reverted', weight: '0' });
    expect(result.outputs['reason']).toContain('alarm errors went into ALARM: five errors');
    expect(world.alias()).toBe('1');
    expect(world.routings()).toEqual(['1', '1+2@0.1', '1']);
  });

  it('puts stable back when an alarm was red while nobody watched', async () => {
    await isStarted();
    world.setAlarm('ALARM', 'five errors');
    world.setAlarm('OK', 'over');
    const result = await job('step');
    expect(result.outputs['outcome']).toBe('reverted');
    expect(result.outputs['reason']).toContain('was in ALARM between two readings');
  });

  it('is reverted on demand, by any workflow, and that is a success', async () => {
    await isStarted();
    const result = await job('revert', {}, { GITHUB_WORKFLOW_REF: 'another', GITHUB_RUN_ID: '99' });
    expect(result.exitCode).toBe(0);
    expect(result.outputs).toMatchObject({ outcome: 'reverted', weight: '0' });
    expect(result.summary).toContain('## ✅');
    expect(world.alias()).toBe('1');
    expect(world.simulator.aliasHistory.at(-1)?.description).toBe('');
  });

  it('is reverted on demand while its job bakes, and that job notices', async () => {
    const rollout = world.start({ mode: 'rollout' });
    await rollout.seen('10 % shifted');
    const result = await job('revert');
    expect(result.outputs['outcome']).toBe('reverted');
    expect((await rollout.done).outputs['outcome']).not.toBe('promoted');
    expect(world.alias()).toBe('1');
  });

  it('is reverted on demand after a split that somebody else made', async () => {
    await isStarted();
    updateAlias(world.simulator.lambda, 'checkout', 'live', {
      description: '',
      weights: { '2': 0.3 },
    });
    const result = await job('revert');
    expect(result.outputs['outcome']).toBe('reverted');
    expect(world.alias()).toBe('1');
  });

  it('is reverted for all of its functions, though somebody moves one of them meanwhile', async () => {
    addFunction(world.simulator, 'cart');
    const inputs = { 'function-name': 'checkout, cart' };
    await start(inputs);
    // Its own job goes on with one of the two between our reading and our writing.
    let done = false;
    world.simulator.faults.before(({ operation, input }) => {
      if (done || operation !== 'UpdateAlias' || !JSON.stringify(input).includes('cart')) return;
      done = true;
      updateAlias(world.simulator.lambda, 'cart', 'live', { weights: { '2': 0.5 } });
    });
    const result = await job('revert', inputs);
    expect(result.outputs['outcome']).toBe('reverted');
    expect(result.outputs['reason']).not.toContain('was left as somebody else moved it');
    expect([world.alias(), world.alias('cart')]).toEqual(['1', '1']);
  });

  it('counts an alarm that came and went between the jobs of a repair, too', async () => {
    const repair = { 'on-alarm-at-start': 'ignore-until-ok' };
    await start(repair);
    world.setAlarm('ALARM', 'five errors');
    world.setAlarm('OK', 'over');
    const result = await job('step', repair);
    expect(result.outputs['outcome']).toBe('reverted');
  });

  it('tells of traffic in this job only, and draws nothing when it only looks', async () => {
    await isStarted();
    expect((await job('status')).summary).not.toContain('mermaid');
    const promoted = await job('promote');
    expect(promoted.summary).toContain('in this job, and in earlier ones before');
  });

  it('lets only one of two jobs go on that race for a step', async () => {
    await isStarted();
    const [one, other] = await Promise.all([
      job('step', {}, { GITHUB_RUN_ID: '44' }),
      job('step', {}, { GITHUB_RUN_ID: '45' }),
    ]);
    const outcomes = [one, other].map(({ outputs }) => outputs['outcome']).sort();
    expect(outcomes).toEqual(['failed', 'held']);
    expect(world.routings()).toEqual(['1', '1+2@0.1', '1+2@0.5']);
  });

  it.each([
    ['step', 'there is no rollout to go on with'],
    ['promote', 'there is no rollout to go on with'],
    ['revert', 'there is nothing to revert'],
  ])('fails in mode %s when the alias shows no rollout, and writes nothing', async (mode, why) => {
    const result = await job(mode);
    expect(result.exitCode).toBe(1);
    expect(result.outputs).toMatchObject({ outcome: 'failed', weight: '' });
    expect(result.outputs['reason']).toContain(why);
    expect(world.writes()).toEqual([]);
  });

  it('is not gone on with by another workflow, nor with another plan', async () => {
    await isStarted();
    const elsewhere = await job('step', {}, { GITHUB_WORKFLOW_REF: 'another' });
    expect(elsewhere.outputs['reason']).toContain('held for another workflow');
    const other = await job('step', { steps: '10% 1m, 20% 1m' });
    expect(other.outputs['reason']).toContain('held in another plan');
    expect(world.alias()).toBe('1+2@0.1');
  });

  it('is reverted, and says why, when the job that is to continue cannot see', async () => {
    await isStarted();
    const result = await job('step', { alarms: 'no-such-alarm' });
    expect(result.outputs['outcome']).toBe('reverted');
    expect(result.outputs['reason']).toContain('could not be continued');
    expect(result.outputs['reason']).toContain('CloudWatch returned no alarm named no-such-alarm');
    expect(result.exitCode).toBe(1);
    expect(world.alias()).toBe('1');
  });

  /** Lambda lets nobody read a function any more, and a little later the alarm turns red. */
  function waitInPreflight() {
    let since: number | undefined;
    world.simulator.faults.add(({ operation }) => {
      if (operation !== 'GetFunction') return undefined;
      if (since === undefined) {
        since = world.time.clock.now();
        world.time.at(since + 5_000, () => {
          world.setAlarm('ALARM', 'five errors');
        });
      }
      return { type: 'hang' };
    });
  }

  it.each(['step', 'promote'])(
    'is watched by the job that goes on, while it waits in its preflight: mode %s',
    async (mode) => {
      await isStarted();
      waitInPreflight();
      const before = world.simulator.requests.length;
      const result = await job(mode);
      expect(result.outputs).toMatchObject({ outcome: 'reverted', weight: '0' });
      expect(result.outputs['reason']).toMatch(
        /^at 10 % \(step 1\), before this job went on with it: alarm errors went into ALARM: five errors/,
      );
      expect(result.log).toContain('reverting: at 10 % (step 1), before this job went on with it');
      expect(world.alias()).toBe('1');
      const read = world.simulator.requests
        .slice(before)
        .map(({ operation }) => operation)
        .filter((operation) => /Alias|DescribeAlarms/.test(operation));
      // Found, seen twice, and put back without another look.
      expect(read).toEqual([
        'GetAlias',
        'DescribeAlarms',
        'DescribeAlarms',
        'UpdateAlias',
        'GetAlias',
      ]);
    },
  );

  it('is reverted when its alarms are dark for longer than the grace, though preflight waits', async () => {
    await isStarted();
    waitInPreflight();
    world.simulator.faults.add(({ operation }) =>
      operation === 'DescribeAlarms'
        ? { type: 'error', status: 403, name: 'AccessDenied', message: 'no' }
        : undefined,
    );
    const result = await job('step', { 'monitoring-grace': '15s' });
    expect(result.outputs['outcome']).toBe('reverted');
    expect(result.outputs['reason']).toContain('monitoring-grace is 15 s');
    expect(world.alias()).toBe('1');
  });

  it('tells what the version logged that is reverted before anything of it was looked at', async () => {
    await isStarted();
    world.setAlarm('ALARM', 'five errors');
    const result = await job('step');
    expect(result.outputs['reason']).toContain('before this job went on with it');
    expect(result.log).toContain('checkout version 2');
    expect(world.simulator.requests.map(({ operation }) => operation)).toContain('FilterLogEvents');
  });

  it('is reverted by the job that goes on, though nothing can be saved for its post step', async () => {
    await isStarted();
    const environment = { GITHUB_RUN_ID: '43', GITHUB_WORKFLOW_REF: WORKFLOW, RUNNER_TEMP: '' };
    const going = world.start({ mode: 'step', alarms: 'no-such-alarm' }, { environment });
    world.simulator.faults.before(() => {
      rmSync(going.files.state, { force: true });
    });
    const result = await going.done;
    expect(result.log).toContain('Nothing can be saved for the post step');
    expect(result.outputs['outcome']).toBe('reverted');
    expect(world.alias()).toBe('1');
  });

  it('is put back when its end cannot be written on the alias', async () => {
    const denied = {
      type: 'error',
      status: 403,
      name: 'AccessDeniedException',
      message: 'no',
    } as const;
    world.simulator.faults.add(({ operation, count }) =>
      operation === 'UpdateAlias' && count === 1 ? denied : undefined,
    );
    const result = await start();
    expect(result.outputs['outcome']).toBe('reverted');
    expect(world.alias()).toBe('1');
  });

  it('is not begun where the alias has no room for its mark', async () => {
    updateAlias(world.simulator.lambda, 'checkout', 'live', { description: 'x'.repeat(200) });
    const result = await start();
    expect(result.outputs['outcome']).toBe('failed');
    expect(world.alias()).toBe('1');
  });

  it('moves several functions together, and leaves one alone that had nothing to do', async () => {
    addFunction(world.simulator, 'cart');
    addFunction(world.simulator, 'idle');
    updateFunction(world.simulator.lambda, 'idle', { code: 'idle' });
    const inputs = { 'function-name': 'checkout, cart' };
    await start(inputs);
    expect([world.alias(), world.alias('cart')]).toEqual(['1+2@0.1', '1+2@0.1']);
    const promoted = await job('promote', { 'function-name': 'checkout, cart, idle' });
    expect(promoted.outputs['outcome']).toBe('promoted');
    expect([world.alias(), world.alias('cart'), world.alias('idle')]).toEqual(['2', '2', '1']);
  });

  it('puts stable back when the job that goes on is killed after its write', async () => {
    await isStarted();
    after(world.simulator, 'UpdateAlias', 0, () => running.process.kill('SIGKILL'));
    const environment = { GITHUB_RUN_ID: '43', GITHUB_WORKFLOW_REF: WORKFLOW };
    const running = world.start({ mode: 'step' }, { environment });
    const { state } = await running.done;
    expect(world.alias()).toBe('1+2@0.5');
    await world.run({}, { state, environment });
    expect(world.alias()).toBe('1');
  });

  it('is left alone by the post step of the job that holds it', async () => {
    const { state } = await start();
    const post = await world.run({}, { state });
    expect(post.log).toContain('Nothing to clean up');
    expect(world.alias()).toBe('1+2@0.1');
  });
});
