import { rmSync } from 'node:fs';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { createWorld, type World } from '../fixtures/bundle-world.ts';
import { itWithSignals } from '../fixtures/signals.ts';

// Long enough that nothing but the log tells that the runner is gone.
const LONG = { steps: '10% 8h, 50% 8h' };
// Says how far it is every minute.
const TALKATIVE = { steps: '10% 10m, 50% 10m' };
// Says nothing before it has passed.
const SILENT = { steps: '10% 40s, 50% 8h' };
const GONE = /the runner went away: its log cannot be written any more$/;

describe('when the runner goes away and leaves the process behind, the bundle', () => {
  let world: World;
  beforeEach(async () => {
    world = await createWorld();
  });
  afterEach(() => world.close());

  async function abandon(inputs: Readonly<Record<string, string>>, said = '10 % shifted') {
    const action = world.start(inputs);
    await action.seen(said);
    action.hangUp();
    return action;
  }

  it('reverts as soon as a line of the log cannot be written', async () => {
    const result = await (await abandon(TALKATIVE)).done;
    expect(result.outputs['outcome']).toBe('reverted');
    expect(result.outputs['reason']).toMatch(GONE);
    expect(result.exitCode).toBe(1);
    expect(world.routings()).toEqual(['1', '1+2@0.1', '1']);
  });

  it('does not climb when the next step is due', async () => {
    const result = await (await abandon(SILENT)).done;
    expect(result.outputs['outcome']).toBe('reverted');
    expect(result.outputs['reason']).toMatch(GONE);
    expect(world.routings()).toEqual(['1', '1+2@0.1', '1']);
  });

  itWithSignals('reverts when a signal comes with it', async () => {
    const action = await abandon(LONG);
    action.process.kill('SIGHUP');
    const result = await action.done;
    expect(result.outputs['outcome']).toBe('reverted');
    expect(result.outputs['reason']).toMatch(/cancelled \(SIGHUP\)$/);
    expect(world.routings()).toEqual(['1', '1+2@0.1', '1']);
  });

  it('reverts when an alarm goes red at the same time', async () => {
    const action = await abandon(LONG);
    world.setAlarm('ALARM', 'five errors');
    const result = await action.done;
    expect(result.outputs['outcome']).toBe('reverted');
    expect(result.signal).toBeNull();
    expect(world.routings()).toEqual(['1', '1+2@0.1', '1']);
  });

  it('does not hold what nobody watches any more, even with on-cancel: hold', async () => {
    const action = await abandon({ ...TALKATIVE, 'on-cancel': 'hold' });
    const result = await action.done;
    expect(result.outputs['outcome']).toBe('reverted');
    expect(world.alias()).toBe('1');
  });

  itWithSignals(
    'does not hold what nobody watches any more when only a signal tells it',
    async () => {
      const action = world.start({ ...LONG, 'on-cancel': 'hold' });
      await action.seen('10 % shifted');
      action.process.kill('SIGHUP');
      expect((await action.done).outputs['outcome']).toBe('reverted');
      expect(world.alias()).toBe('1');
    },
  );

  it('reverts a promotion in its last bake', async () => {
    const inputs = { steps: '10% 1m', 'bake-time': '10m' };
    const action = await abandon(inputs, 'promoted (step 2 of 2)');
    const result = await action.done;
    expect(result.outputs['outcome']).toBe('reverted');
    expect(world.routings()).toEqual(['1', '1+2@0.1', '2', '1']);
  });

  it('puts back by its post step what a killed process left, though its own log is closed', async () => {
    const killed = world.start(LONG);
    await killed.seen('10 % shifted');
    killed.process.kill('SIGKILL');
    const { state } = await killed.done;
    const post = world.start({}, { state });
    post.hangUp();
    const result = await post.done;
    expect(result.exitCode).toBe(0);
    expect(result.summary).toContain('Reverted: checkout');
    expect(world.alias()).toBe('1');
  });
});

describe('when the files of the step are gone, the bundle', () => {
  let world: World;
  beforeEach(async () => {
    world = await createWorld();
  });
  afterEach(() => world.close());

  async function withoutFiles(...names: readonly ('output' | 'state' | 'summary')[]) {
    const action = world.start();
    await action.seen('10 % shifted');
    for (const name of names) rmSync(action.files[name]);
    return action;
  }

  it('promotes all the same, and says that the outputs are lost', async () => {
    const result = await (await withoutFiles('output', 'summary')).done;
    expect(result.exitCode).toBe(0);
    expect(result.log).toContain('Promoted: checkout:live serves version 2');
    expect(result.log).toMatch(/::warning::The outputs could not be set/);
    expect(result.log).toMatch(/::warning::The job summary could not be written/);
    expect(world.routings()).toEqual(['1', '1+2@0.1', '1+2@0.5', '2']);
  });

  it('reverts all the same, and fails for the reason that it had', async () => {
    const action = await withoutFiles('output', 'state', 'summary');
    world.setAlarm('ALARM', 'five errors');
    const result = await action.done;
    expect(result.exitCode).toBe(1);
    expect(result.log).toMatch(/::error::Reverted checkout:live to version 1 .*five errors/);
    expect(world.routings()).toEqual(['1', '1+2@0.1', '1']);
  });

  it('puts back what it was asked to, though nothing can be saved for a post step', async () => {
    const killed = world.start({ steps: '10% 8h' });
    await killed.seen('10 % shifted');
    killed.process.kill('SIGKILL');
    await killed.done;
    const revert = world.start({ mode: 'revert' });
    world.simulator.faults.before(({ operation }) => {
      if (operation === 'GetAlias') rmSync(revert.files.state, { force: true });
    });
    const result = await revert.done;
    expect(result.exitCode).toBe(0);
    expect(result.outputs['outcome']).toBe('reverted');
    expect(world.alias()).toBe('1');
  });

  it('writes nothing when the state cannot be saved from the beginning', async () => {
    const result = await world.run({}, { environment: { GITHUB_STATE: '/nonexistent/state' } });
    expect(result.exitCode).toBe(1);
    expect(result.log).toMatch(/::error::Failed before any traffic was moved by this run: .*state/);
    expect(world.writes()).toEqual([]);
  });
});
