import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import { updateAlias } from '../../simulator/lambda/aliases.ts';
import { startGitHub } from '../../simulator/github/server.ts';
import type { ActionResult } from '../../simulator/runner.ts';
import { denied } from '../../simulator/wire/faults.ts';
import { definitionText } from '../../src/core/state-machine/definition.ts';
import {
  ALL,
  IRELAND,
  OREGON,
  VIRGINIA,
  createRegions,
  type RegionsWorld,
} from '../fixtures/regions-world.ts';

const MINUTE = 60_000;
const REGIONS = `${IRELAND}\n${VIRGINIA}, ${OREGON}`;

describe('a rollout through several regions that goes well', () => {
  let world: RegionsWorld;
  let result: ActionResult;
  beforeAll(async () => {
    world = await createRegions(ALL);
    result = await world.run({ regions: REGIONS });
  });
  afterAll(() => world.close());

  it('takes one wave after another, and the regions of a wave step by step together', () => {
    const { exitCode, outputs, log } = result;
    expect(exitCode).toBe(0);
    expect(outputs).toMatchObject({ outcome: 'promoted', version: '2', weight: '100' });
    const story = world.story();
    expect(story.slice(0, 3)).toEqual(['eu-west-1 1+2@0.1', 'eu-west-1 1+2@0.5', 'eu-west-1 2']);
    expect([3, 5, 7].map((index) => story.slice(index, index + 2).toSorted())).toEqual(
      ['1+2@0.1', '1+2@0.5', '2'].map((routing) => [
        `us-east-1 ${routing}`,
        `us-west-2 ${routing}`,
      ]),
    );
    expect(log).toContain('wave 2 of 2: us-east-1, us-west-2');
    expect(log).toContain('us-west-2 [+4 min] 10 % (step 1 of 3) passed');
    const { regions: told } = JSON.parse(outputs['report'] ?? '') as {
      regions: { wave: number; region: string; outcome: string }[];
    };
    expect(told.map(({ wave, region, outcome }) => [wave, region, outcome])).toEqual([
      [1, IRELAND, 'promoted'],
      [2, VIRGINIA, 'promoted'],
      [2, OREGON, 'promoted'],
    ]);
  });

  it('folds what it tells of each region, with its chart', () => {
    const { summary } = result;
    expect(
      summary.match(/<details><summary>(eu-west-1|us-east-1|us-west-2): promoted/g),
    ).toHaveLength(3);
    expect(summary.match(/xychart/g)).toHaveLength(3);
  });
});

describe('a rollout through several regions', () => {
  let world: RegionsWorld;
  beforeEach(async () => {
    world = await createRegions(ALL);
  });
  afterEach(async () => {
    await world.close();
  });

  /** Time since the beginning, when the alarm of a region turns red. */
  function turnsRed(region: string, afterMs: number): void {
    world.at(afterMs, () => {
      world.setAlarm(region, 'ALARM');
    });
  }

  it('puts every region back when one of a later wave fails, those that were promoted as well', async () => {
    turnsRed(OREGON, 4.5 * MINUTE);
    const { exitCode, outputs, log } = await world.run({ regions: REGIONS });
    expect(exitCode).toBe(1);
    expect(outputs['outcome']).toBe('reverted');
    expect(outputs['reason']).toMatch(/^us-west-2: at 50 % \(step 2 of 3\), after .*alarm/);
    expect(world.aliases()).toEqual(['1', '1', '1']);
    expect(log).toMatch(
      /eu-west-1 \[.*\] reverting after its promotion: us-west-2 failed: at 50 %/,
    );
    expect(log).toMatch(/Reverted: checkout:live in 3 regions/);
  });

  it('keeps earlier waves where that is asked for, and says who serves the new version', async () => {
    turnsRed(OREGON, 4.5 * MINUTE);
    const { exitCode, outputs, summary } = await world.run({
      regions: REGIONS,
      'on-wave-failure': 'keep-earlier',
    });
    expect(exitCode).toBe(1);
    expect(outputs['outcome']).toBe('failed');
    expect(world.aliases()).toEqual(['2', '1', '1']);
    expect(summary).toContain('eu-west-1 serves the new version');
  });

  it('watches a wave for wave-bake before the next one begins', async () => {
    turnsRed(IRELAND, 10 * MINUTE);
    const { outputs } = await world.run({ regions: REGIONS, 'wave-bake': '30m' });
    expect(outputs['outcome']).toBe('reverted');
    expect(outputs['reason']).toContain('eu-west-1: at 100 % (step 3 of 3)');
    expect(world.routings(IRELAND)).toEqual(['1', '1+2@0.1', '1+2@0.5', '2', '1']);
    expect(world.routings(VIRGINIA)).toEqual(['1']);
  });

  it('refuses what stands against a later wave before anything is written, with what stands against the first', async () => {
    world.setAlarm(IRELAND, 'ALARM');
    world.setAlarm(OREGON, 'ALARM');
    const { outputs } = await world.run({ regions: REGIONS });
    expect(outputs['outcome']).toBe('failed');
    expect(outputs['reason']).toMatch(/eu-west-1, us-west-2: .*errors/);
    expect(
      ALL.map((name) => world.region(name).lambda.functions.get('checkout')?.versions.length),
    ).toEqual([1, 1, 1]);
    expect(world.aliases()).toEqual(['1', '1', '1']);
  });

  it('looks at the aliases of a later wave once before the first one begins, and at nothing that has time', async () => {
    const before: string[] = [];
    let hasBegun = false;
    world.region(IRELAND).onRequest(({ operation }) => {
      hasBegun ||= operation === 'UpdateAlias';
    });
    world.region(OREGON).onRequest(({ operation }) => {
      if (!hasBegun) before.push(operation);
    });
    await world.run({ regions: REGIONS, 'keep-versions': '3' });
    expect(before.filter((operation) => operation === 'GetAlias')).toHaveLength(1);
    expect(before).not.toContain('ListVersionsByFunction');
  });

  it('puts back all that moved when the job is cancelled, also what keep-earlier would keep', async () => {
    const action = world.start({ regions: REGIONS, 'on-wave-failure': 'keep-earlier' });
    world.at(4.5 * MINUTE, () => {
      action.process.kill('SIGINT');
    });
    const { outputs } = await action.done;
    expect(outputs['outcome']).toBe('reverted');
    expect(outputs['reason']).toContain('cancelled (SIGINT)');
    expect(world.aliases()).toEqual(['1', '1', '1']);
  });

  it('leaves nothing split or promoted when it is killed: the post step puts every region back', async () => {
    const action = world.start({ regions: REGIONS });
    world.at(4.5 * MINUTE, () => {
      action.process.kill('SIGKILL');
    });
    const { state } = await action.done;
    expect(world.aliases()).toEqual(['2', '1+2@0.5', '1+2@0.5']);
    const { exitCode, log } = await world.run({}, { state });
    expect(exitCode).toBe(0);
    expect(log).toContain('Reverted: checkout:live in 3 regions');
    expect(world.aliases()).toEqual(['1', '1', '1']);
  });

  it('keeps an earlier wave though it is killed in a later one, where that is asked for', async () => {
    const action = world.start({ regions: REGIONS, 'on-wave-failure': 'keep-earlier' });
    world.at(4.5 * MINUTE, () => {
      action.process.kill('SIGKILL');
    });
    const { state } = await action.done;
    expect(world.aliases()).toEqual(['2', '1+2@0.5', '1+2@0.5']);
    await world.run({}, { state });
    expect(world.aliases()).toEqual(['2', '1', '1']);
  });

  it('leaves an alias of an earlier wave to whoever wrote it since', async () => {
    turnsRed(OREGON, 4.5 * MINUTE);
    world.at(4 * MINUTE, () => {
      const { lambda } = world.region(IRELAND);
      updateAlias(lambda, 'checkout', 'live', { description: 'by hand' });
    });
    const { outputs } = await world.run({ regions: REGIONS });
    expect(outputs['outcome']).toBe('failed');
    expect(world.aliases()).toEqual(['2', '1', '1']);
  });

  it('goes through functions by their ARNs in several regions as one wave', async () => {
    const { outputs } = await world.run({
      'function-name': [IRELAND, OREGON]
        .map((region) => `arn:aws:lambda:${region}:123456789012:function:checkout`)
        .join('\n'),
    });
    expect(outputs['outcome']).toBe('promoted');
    expect(world.aliases()).toEqual(['2', '1', '2']);
  });

  it('looks at all regions at once, and puts all back at once where that is asked for', async () => {
    await world.run({ regions: ALL.join(', '), mode: 'start' });
    expect(world.aliases()).toEqual(['1+2@0.1', '1+2@0.1', '1+2@0.1']);
    const status = await world.run({ regions: ALL.join(', '), mode: 'status' });
    expect(status.summary.match(/10 %/g)?.length).toBeGreaterThanOrEqual(3);
    const { exitCode, outputs } = await world.run({ regions: ALL.join(', '), mode: 'revert' });
    expect([exitCode, outputs['outcome']]).toEqual([0, 'reverted']);
    expect(world.aliases()).toEqual(['1', '1', '1']);
  });

  it('writes nothing in a dry run', async () => {
    const { outputs } = await world.run({ regions: REGIONS, 'dry-run': 'true' });
    expect(outputs['outcome']).toBe('planned');
    expect(world.aliases()).toEqual(['1', '1', '1']);
  });

  it('begins no wave after one that was cancelled between its regions', async () => {
    const action = world.start({ regions: REGIONS, steps: 'AllAtOnce', 'bake-time': '1m' });
    world.at(30_000, () => {
      action.process.kill('SIGINT');
    });
    const { outputs } = await action.done;
    expect(outputs['outcome']).toBe('reverted');
    expect(world.routings(VIRGINIA)).toEqual(['1']);
    expect(outputs['reason']).toContain('cancelled (SIGINT)');
  });

  it('tells one deployment of all regions, each with its name', async () => {
    const github = await startGitHub({ time: world.time });
    try {
      await world.run(
        { regions: REGIONS, environment: 'production', 'github-token': 'github-token' },
        { environment: github.environment },
      );
      expect(github.deployments).toHaveLength(1);
      const told = github.deployments[0]?.statuses.map(({ description }) => description) ?? [];
      expect(told).toContain('eu-west-1: shifting to 10 % (step 1 of 3)');
      expect(told).toContain('us-west-2: shifting to 50 % (step 2 of 3)');
      expect(told.at(-1)).toMatch(/^Promoted: checkout:live in 3 regions/);
    } finally {
      await github.close();
    }
  });

  describe('that AWS carries', () => {
    const CARRIED = {
      regions: REGIONS,
      engine: 'step-functions',
      'state-machine': 'lambda-canary',
    };

    beforeEach(() => {
      for (const region of ALL) {
        world.region(region).executions.createStateMachine({
          name: 'lambda-canary',
          definition: definitionText(),
        });
      }
    });

    it('has one execution for each region, one wave after another', async () => {
      const { outputs } = await world.run(CARRIED);
      expect(outputs['outcome']).toBe('promoted');
      expect(world.aliases()).toEqual(['2', '2', '2']);
      expect(ALL.map((region) => world.region(region).executions.all.size)).toEqual([1, 1, 1]);
      const [ireland, ...others] = ALL.map((region) => world.region(region).aliasHistory);
      const promotedAt = ireland?.find(({ version }) => version === '2')?.at ?? Infinity;
      for (const other of others) expect(other[1]?.at).toBeGreaterThan(promotedAt);
    });

    it('begins no wave where it is not known how AWS ends the one before, and says so', async () => {
      const { faults } = world.region(IRELAND);
      faults.add(({ operation }) =>
        operation === 'GetExecutionHistory' ? denied('states:GetExecutionHistory', 'x') : undefined,
      );
      const { outputs } = await world.run(CARRIED);
      expect(outputs['outcome']).toBe('failed');
      expect(outputs['report']).toContain('not begun: AWS goes on with the wave before it');
      expect(world.routings(VIRGINIA)).toEqual(['1']);
    });

    it('is put back in every region when one fails', async () => {
      turnsRed(OREGON, 6 * MINUTE);
      const { outputs } = await world.run(CARRIED);
      expect(outputs['reason']).toMatch(/^us-west-2: /);
      expect(outputs['outcome']).toBe('reverted');
      expect(world.aliases()).toEqual(['1', '1', '1']);
    });
  });
});
