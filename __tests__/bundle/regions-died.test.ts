import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { startGitHub, type GitHub } from '../../simulator/github/server.ts';
import { updateAlias } from '../../simulator/lambda/aliases.ts';
import type { ActionResult } from '../../simulator/runner.ts';
import type { Inputs } from '../fixtures/bundle-world.ts';
import {
  ALL,
  IRELAND,
  OREGON,
  createRegions,
  type RegionsWorld,
} from '../fixtures/regions-world.ts';

const SECOND = 1_000;

describe('where a job dies that goes through several regions', () => {
  let world: RegionsWorld;
  let github: GitHub;
  beforeEach(async () => {
    world = await createRegions(ALL);
    github = await startGitHub({ time: world.time });
  });
  afterEach(async () => {
    await github.close();
    await world.close();
  });

  const two = `${IRELAND}, ${OREGON}`;
  const waves = `${IRELAND}\n${OREGON}`;

  /** Its runner is gone, and its post step never runs. */
  async function dies(inputs: Inputs, when: string): Promise<void> {
    const action = world.start(inputs);
    await action.seen(when);
    action.process.kill('SIGKILL');
    await action.done;
    github.runs.set('acme/shop/42/1', {
      status: 'completed',
      conclusion: 'failure',
      htmlUrl: 'https://github.com/x',
    });
  }

  function nextRun(inputs: Inputs): Promise<ActionResult> {
    return world.run(
      { 'github-token': 'github-token', ...inputs },
      { environment: { ...github.environment, GITHUB_RUN_ID: '43' } },
    );
  }

  it('puts back what is split in a later wave before it begins the first, though it is to be resumed', async () => {
    await dies({ regions: OREGON }, '50 % shifted');
    await nextRun({ regions: waves, 'on-unfinished': 'resume' });
    expect(world.story().slice(2, 4)).toEqual(['us-west-2 1', 'eu-west-1 1+2@0.1']);
  });

  it('puts back a promotion that the dead job was still watching when a later wave fails', async () => {
    await dies({ regions: waves, 'wave-bake': '10m' }, 'promoted (step 3 of 3)');
    expect(world.aliases()).toEqual(['2', '1', '1']);
    world.at(90 * SECOND, () => {
      world.setAlarm(OREGON, 'ALARM');
    });
    const { outputs } = await nextRun({ regions: waves });
    expect(world.routings(OREGON)).toContain('1+2@0.1');
    expect(outputs['outcome']).toBe('reverted');
    expect(world.aliases()).toEqual(['1', '1', '1']);
  });

  it('leaves what somebody else wrote before the mark of the dead job came off, when a later wave fails', async () => {
    await dies({ regions: waves, 'wave-bake': '10m' }, 'promoted (step 3 of 3)');
    const { faults, lambda } = world.region(IRELAND);
    let isTheirs = false;
    faults.add(({ operation }) => {
      if (operation !== 'UpdateAlias' || isTheirs) return undefined;
      isTheirs = true;
      updateAlias(lambda, 'checkout', 'live', { version: '2', description: 'kept', weights: {} });
      return undefined;
    });
    world.at(90 * SECOND, () => {
      world.setAlarm(OREGON, 'ALARM');
    });
    const { outputs } = await nextRun({ regions: waves });
    expect(world.routings(OREGON)).toContain('1+2@0.1');
    expect(isTheirs).toBe(true);
    expect(world.aliases()).toEqual(['2', '1', '1']);
    expect(outputs['outcome']).toBe('failed');
    expect(outputs['reason']).toMatch(/left as somebody else moved it/);
  });

  it('says which region served the version already, and keeps it, when a later wave fails', async () => {
    await dies({ regions: waves }, 'us-west-2 [+3 min] 10 % shifted');
    world.at(90 * SECOND, () => {
      world.setAlarm(OREGON, 'ALARM');
    });
    const { outputs, summary } = await nextRun({ regions: waves });
    expect(world.aliases()).toEqual(['2', '1', '1']);
    for (const told of [outputs['reason'], summary]) {
      expect(told).toMatch(/eu-west-1 served the new version before this job began/);
    }
    expect(summary).not.toContain('safe in every region');
  });

  describe('after its end', () => {
    function tidying(region: string): Promise<void> {
      const { faults } = world.region(region);
      return new Promise((resolve) => {
        faults.add(({ operation }) => {
          if (operation !== 'ListVersionsByFunction' || world.alias(region) !== '2')
            return undefined;
          resolve();
          return { type: 'hang' };
        });
      });
    }

    it('keeps what all regions promoted, as one region alone would', async () => {
      const asked = tidying(OREGON);
      const action = world.start({ regions: waves, 'keep-versions': '2' });
      await asked;
      action.process.kill('SIGKILL');
      const { state } = await action.done;
      const { log } = await world.run({}, { state });
      expect(world.aliases()).toEqual(['2', '1', '2']);
      expect(log).toContain('Nothing to clean up');
    });

    it('puts back what was promoted before a wave that has not begun', async () => {
      const asked = tidying(IRELAND);
      const action = world.start({ regions: waves, 'keep-versions': '2' });
      await asked;
      action.process.kill('SIGKILL');
      const { state } = await action.done;
      await world.run({}, { state });
      expect(world.aliases()).toEqual(['1', '1', '1']);
    });
  });

  const backAt = (region: string) =>
    world.region(region).aliasHistory.findLast(({ version }) => version === '1')?.at ?? Infinity;

  /**
   * Two regions are gone on with, and the alarm of one turns red before that.
   * @param slow where it takes long to know what the new version is
   * @returns how long after each other they were put back
   */
  async function apartWith(slow: string): Promise<number> {
    await dies({ regions: two }, 'us-west-2 [+1 min] 50 % shifted');
    world
      .region(slow)
      .faults.add(({ operation }) =>
        operation === 'GetFunction' ? { type: 'delay', ms: 15 * SECOND } : undefined,
      );
    world.at(1 * SECOND, () => {
      world.setAlarm(OREGON, 'ALARM');
    });
    await nextRun({ regions: two, 'on-unfinished': 'resume' });
    expect(world.aliases()).toEqual(['1', '1', '1']);
    return Math.abs(backAt(IRELAND) - backAt(OREGON));
  }

  it('reverts the other regions at once when one is reverted before it goes on', async () => {
    expect(await apartWith(OREGON)).toBeLessThanOrEqual(SECOND);
  });

  it('reverts a region at once that is still looked at before it goes on', async () => {
    expect(await apartWith(IRELAND)).toBeLessThanOrEqual(SECOND);
  });

  it('names in its post step the earlier wave that keeps the new version', async () => {
    const action = world.start({ regions: waves, 'on-wave-failure': 'keep-earlier' });
    await action.seen('us-west-2 [+3 min] 10 % shifted');
    action.process.kill('SIGKILL');
    const { state } = await action.done;
    const { exitCode, log, summary } = await world.run({}, { state });
    expect(world.aliases()).toEqual(['2', '1', '1']);
    expect(log).toMatch(/promoted in eu-west-1/);
    expect(exitCode).toBe(0);
    expect(summary).toContain('eu-west-1 serves the new version');
  });

  it('says that a region had nothing to be put back, and not that it is to be run again', async () => {
    await world.run({ regions: IRELAND, mode: 'start' });
    const { outputs, summary } = await world.run({ regions: two, mode: 'revert' });
    expect(world.aliases()).toEqual(['1', '1', '1']);
    expect(outputs['outcome']).toBe('failed');
    expect(summary).not.toContain('run it again');
    expect(summary).toContain('eu-west-1 is back');
  });
});
