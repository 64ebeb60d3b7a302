import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { createAlias, updateAlias } from '../../simulator/lambda/aliases.ts';
import {
  createFunction,
  publishVersion,
  updateFunction,
} from '../../simulator/lambda/functions.ts';
import { startGitHub } from '../../simulator/github/server.ts';
import { denied, THROTTLED } from '../../simulator/wire/faults.ts';
import { definitionText } from '../../src/core/state-machine/definition.ts';
import {
  ALL,
  IRELAND,
  OREGON,
  createRegions,
  type RegionsWorld,
} from '../fixtures/regions-world.ts';

const SECOND = 1_000;
const MINUTE = 60_000;

describe('where something goes wrong in one of several regions', () => {
  let world: RegionsWorld;
  beforeEach(async () => {
    world = await createRegions(ALL);
  });
  afterEach(async () => {
    await world.close();
  });

  const two = `${IRELAND}, ${OREGON}`;
  const waves = `${IRELAND}\n${OREGON}`;

  /** From here on its alarms are answered so much later. */
  function slow(region: string, fromMs: number, ms: number): void {
    const from = world.time.clock.now() + fromMs;
    world
      .region(region)
      .faults.add(({ operation }) =>
        operation === 'DescribeAlarms' && world.time.clock.now() >= from
          ? { type: 'delay', ms }
          : undefined,
      );
  }

  it('leaves no region to another job before the others have passed the step as well', async () => {
    slow(OREGON, 50 * SECOND, 20 * SECOND);
    world.region(IRELAND).faults.after(({ operation, count }) => {
      if (operation === 'UpdateAlias' && count === 1) world.setAlarm(OREGON, 'ALARM');
    });
    world.at(75 * SECOND, () => {
      world.setAlarm(OREGON, 'ALARM');
    });
    const result = await world.run({ regions: two, mode: 'start' });
    expect(world.aliases()).toEqual(['1', '1', '1']);
    expect(result.outputs['outcome']).toBe('reverted');
    expect(result.log).not.toContain('after its part had passed');
  });

  it('puts the others back at once, though on-cancel is hold', async () => {
    world.at(75 * SECOND, () => {
      world.setAlarm(OREGON, 'ALARM');
    });
    const { log, outputs } = await world.run({ regions: two, 'on-cancel': 'hold' });
    expect(world.aliases()).toEqual(['1', '1', '1']);
    expect(outputs['outcome']).toBe('reverted');
    expect(log).toMatch(/eu-west-1 \[.*\] reverting at 50 %/);
  });

  it('holds no region of a cancelled job where one beside it cannot be held', async () => {
    world
      .region(OREGON)
      .faults.add(({ operation, count }) =>
        operation === 'UpdateAlias' && count === 0 ? { type: 'delay', ms: 9_000 } : undefined,
      );
    const action = world.start({ regions: two, 'on-cancel': 'hold' });
    world.region(IRELAND).faults.after(({ operation, count }) => {
      if (operation !== 'UpdateAlias' || count !== 0) return;
      world.at(3 * SECOND, () => {
        action.process.kill('SIGINT');
      });
    });
    const { outputs, log } = await action.done;
    expect(log).toMatch(/us-west-2 \[.*\] reverting on the way to 10 %/);
    expect(world.aliases()).toEqual(['1', '1', '1']);
    expect(outputs['outcome']).toBe('reverted');
    expect(outputs['reason']).toContain('cancelled (SIGINT)');
  });

  it('puts back what is left to another job already, when another region cannot be', async () => {
    world
      .region(OREGON)
      .faults.add(({ operation, count }) =>
        operation === 'UpdateAlias' && count === 1 ? denied('lambda:UpdateAlias', 'x') : undefined,
      );
    const result = await world.run({ regions: two, mode: 'start' });
    expect(world.aliases()).toEqual(['1', '1', '1']);
    expect(result.outputs['outcome']).toBe('reverted');
  });

  /** What this process asked of an alias there, in the order it was asked; the executions of AWS ask as well. */
  function asked(region: string): readonly string[] {
    const operations: string[] = [];
    world.region(region).onRequest(({ operation, execution }) => {
      if (/^(Get|Update)Alias$/.test(operation) && execution === undefined) {
        operations.push(operation);
      }
    });
    return operations;
  }

  it('writes first where it puts back what is left to another job already', async () => {
    const operations = asked(IRELAND);
    world
      .region(OREGON)
      .faults.add(({ operation, count }) =>
        operation === 'UpdateAlias' && count === 1 ? denied('lambda:UpdateAlias', 'x') : undefined,
      );
    await world.run({ regions: two, mode: 'start' });
    expect(world.aliases()).toEqual(['1', '1', '1']);
    const moves = operations.flatMap((operation, index) =>
      operation === 'UpdateAlias' ? [index] : [],
    );
    expect(moves).toHaveLength(3);
    expect(operations.slice(moves[1])).toEqual(['UpdateAlias', 'UpdateAlias', 'GetAlias']);
  });

  describe('with step functions', () => {
    beforeEach(() => {
      for (const region of ALL) {
        world.region(region).executions.createStateMachine({
          name: 'lambda-canary',
          definition: definitionText(),
        });
      }
    });
    const onAws = { engine: 'step-functions' };

    it('takes back with wait: false what AWS has begun, where it cannot begin in another region', async () => {
      world
        .region(OREGON)
        .faults.add(({ operation }) =>
          operation === 'PublishVersion' ? { type: 'delay', ms: 5_000 } : undefined,
        );
      world
        .region(OREGON)
        .faults.add(({ operation }) =>
          operation === 'StartExecution' ? denied('states:StartExecution', 'x') : undefined,
        );
      const result = await world.run({ ...onAws, regions: two, wait: 'false' });
      await world.time.passUntil(
        Promise.all([...world.region(IRELAND).executions.all.values()].map((each) => each.ended)),
      );
      expect(world.aliases()).toEqual(['1', '1', '1']);
      expect(result.outputs['outcome']).toBe('reverted');
    });

    it('is a success with wait: false though one region has nothing to shift', async () => {
      await world.run({ regions: OREGON });
      const { exitCode, outputs } = await world.run({ ...onAws, regions: two, wait: 'false' });
      expect([exitCode, outputs['outcome']]).toEqual([0, 'started']);
    });

    it('puts a promotion back in the post step when AWS has put another region back', async () => {
      const action = world.start({ ...onAws, regions: waves });
      world.region(OREGON).faults.after(({ operation, count }) => {
        if (operation === 'UpdateAlias' && count === 1) world.setAlarm(OREGON, 'ALARM');
        if (operation === 'UpdateAlias' && count === 2) action.process.kill('SIGKILL');
      });
      const { state } = await action.done;
      const ends = [...world.region(OREGON).executions.all.values()].map((each) => each.ended);
      await world.time.passUntil(Promise.all(ends));
      expect(world.aliases()).toEqual(['2', '1', '1']);
      await world.run({}, { state });
      expect(world.aliases()).toEqual(['1', '1', '1']);
    });

    it('leaves everything to AWS when it is killed, what is promoted already as well', async () => {
      const action = world.start({ ...onAws, regions: waves });
      await action.seen('us-west-2 [+3 min 16 s] 10 % shifted');
      action.process.kill('SIGKILL');
      const { state } = await action.done;
      await world.run({}, { state });
      await world.time.passUntil(
        Promise.all([...world.region(OREGON).executions.all.values()].map((each) => each.ended)),
      );
      expect(world.aliases()).toEqual(['2', '1', '2']);
    });

    it('puts a promotion back when a later wave fails', async () => {
      world.at(5 * MINUTE, () => {
        world.setAlarm(OREGON, 'ALARM');
      });
      const result = await world.run({ ...onAws, regions: waves });
      expect(world.aliases()).toEqual(['1', '1', '1']);
      expect(result.outputs['outcome']).toBe('reverted');
    });

    it('writes first where it puts a promotion back', async () => {
      const operations = asked(IRELAND);
      world.at(5 * MINUTE, () => {
        world.setAlarm(OREGON, 'ALARM');
      });
      await world.run({ ...onAws, regions: waves });
      // Before the rollout, at its end by AWS, and after the write.
      expect(operations).toEqual(['GetAlias', 'GetAlias', 'UpdateAlias', 'GetAlias']);
    });

    it('puts a promotion back though its alias reads stale', async () => {
      world.at(5 * MINUTE, () => {
        world.setAlarm(OREGON, 'ALARM');
      });
      world
        .region(IRELAND)
        .faults.add(({ operation, execution }) =>
          operation === 'GetAlias' &&
          execution === undefined &&
          world.routings(IRELAND).at(-1) === '2'
            ? { type: 'stale' }
            : undefined,
        );
      const result = await world.run({ ...onAws, regions: waves });
      expect(result.outputs['outcome']).toBe('reverted');
      expect(world.aliases()).toEqual(['1', '1', '1']);
    });
  });

  it('puts back what a dead run left in a later wave before it begins the first', async () => {
    const github = await startGitHub({ time: world.time });
    const action = world.start({ regions: OREGON });
    await action.seen('50 % shifted');
    action.process.kill('SIGKILL');
    await action.done;
    github.runs.set('acme/shop/42/1', {
      status: 'completed',
      conclusion: 'failure',
      htmlUrl: 'https://github.com/x',
    });
    await world.run(
      { regions: waves, 'github-token': 'github-token' },
      { environment: { ...github.environment, GITHUB_RUN_ID: '43' } },
    );
    await github.close();
    expect(world.story().slice(2, 4)).toEqual(['us-west-2 1', 'eu-west-1 1+2@0.1']);
  });

  it('says that a region could not be put back, and why, though another one is to blame', async () => {
    world
      .region(OREGON)
      .faults.add(({ operation, count }) =>
        operation === 'UpdateAlias' && count >= 1 ? denied('lambda:UpdateAlias', 'x') : undefined,
      );
    world.at(50 * SECOND, () => {
      world.setAlarm(IRELAND, 'ALARM');
    });
    const result = await world.run({ regions: two });
    expect(result.outputs['outcome']).toBe('revert-failed');
    expect(result.outputs['reason']).toMatch(/us-west-2: .*could not be confirmed/);
  });

  it('tells of an alias that was created where another region was reverted', async () => {
    const { lambda } = world.region(IRELAND);
    createFunction(lambda, { functionName: 'billing' });
    createFunction(world.region(OREGON).lambda, { functionName: 'billing' });
    const oregon = world.region(OREGON).lambda;
    const { version } = publishVersion(oregon, 'billing', {});
    createAlias(oregon, 'billing', 'live', { version });
    updateFunction(oregon, 'billing', { code: 'billing 2' });
    world.at(50 * SECOND, () => {
      world.setAlarm(OREGON, 'ALARM');
    });
    const result = await world.run({
      'function-name': 'billing',
      regions: two,
      'create-alias': 'true',
    });
    expect(result.outputs['outcome']).toBe('reverted');
    expect(result.summary).toContain('created');
  });

  it('counts one region as one', async () => {
    const result = await world.run({ regions: IRELAND });
    expect(result.outputs['outcome']).toBe('promoted');
    expect(result.log).not.toContain('1 regions');
  });

  it('leaves a held region as it was where another one has nothing to go on with', async () => {
    await world.run({ regions: two, mode: 'start' });
    await world.run({ regions: IRELAND, mode: 'promote' });
    const result = await world.run({ regions: two, mode: 'promote' });
    expect(world.aliases()).toEqual(['2', '1', '1+2@0.1']);
    expect(result.outputs['outcome']).toBe('failed');
  });

  it('promotes though one region reads stale and another is throttled', async () => {
    world
      .region(OREGON)
      .faults.add(({ operation, count }) =>
        operation === 'GetAlias' && count > 3 && count % 3 !== 0 ? { type: 'stale' } : undefined,
      );
    world
      .region(IRELAND)
      .faults.add(({ operation, count }) =>
        operation === 'UpdateAlias' && count > 0 && count % 4 !== 3 ? THROTTLED : undefined,
      );
    const result = await world.run({ regions: two });
    expect(result.outputs['outcome']).toBe('promoted');
    expect(world.aliases()).toEqual(['2', '1', '2']);
  });

  it('watches a region while it waits for another whose write hangs', async () => {
    const begun = world.time.clock.now();
    world
      .region(OREGON)
      .faults.add(({ operation }) =>
        operation === 'UpdateAlias' &&
        world.time.clock.now() > begun + 60 * SECOND &&
        world.time.clock.now() < begun + 120 * SECOND
          ? { type: 'hang' }
          : undefined,
      );
    world.at(85 * SECOND, () => {
      world.setAlarm(IRELAND, 'ALARM');
    });
    const result = await world.run({ regions: two });
    expect(result.outputs['outcome']).toBe('reverted');
    expect(world.aliases()).toEqual(['1', '1', '1']);
  });

  it('saves all regions in the state where there is no folder for a file', async () => {
    const action = world.start({ regions: ALL.join('|') }, { environment: { RUNNER_TEMP: '' } });
    await action.seen('us-west-2 [+6 min 1 s] 10 % shifted');
    action.process.kill('SIGKILL');
    const { state } = await action.done;
    await world.run({}, { state });
    expect(world.aliases()).toEqual(['1', '1', '1']);
  });

  it('says failed where one region was moved by somebody else, though the others are back', async () => {
    world.at(50 * SECOND, () => {
      updateAlias(world.region(OREGON).lambda, 'checkout', 'live', { version: '2', weights: {} });
    });
    const result = await world.run({ regions: two });
    expect(result.outputs['outcome']).toBe('failed');
    expect(world.aliases()).toEqual(['1', '1', '2']);
  });

  it('puts a promotion back when another region of its wave fails at its end', async () => {
    world
      .region(OREGON)
      .faults.add(({ operation, count }) =>
        operation === 'UpdateAlias' && count >= 3 && count < 6 ? { type: 'hang' } : undefined,
      );
    world.region(IRELAND).faults.after(({ operation, count }) => {
      if (operation === 'UpdateAlias' && count === 3)
        world.at(3 * SECOND, () => {
          world.setAlarm(OREGON, 'ALARM');
        });
    });
    const result = await world.run({ regions: two });
    expect(result.outputs['outcome']).toBe('reverted');
    expect(world.aliases()).toEqual(['1', '1', '1']);
  });

  it('says that a promotion could not be put back, and leaves it to the post step', async () => {
    world
      .region(IRELAND)
      .faults.add(({ operation, count }) =>
        operation === 'UpdateAlias' && count >= 4 ? denied('lambda:UpdateAlias', 'x') : undefined,
      );
    world.at(5 * MINUTE, () => {
      world.setAlarm(OREGON, 'ALARM');
    });
    const result = await world.run({ regions: waves });
    expect(result.outputs['outcome']).toBe('revert-failed');
    expect(result.outputs['reason']).toMatch(/eu-west-1: .*could not be confirmed/);
    expect(result.summary).toContain('--region eu-west-1');
    const post = await world.run({}, { state: result.state });
    expect(post.exitCode).toBe(1);
  });

  it('leaves a promotion to the post step when it is killed while it puts it back', async () => {
    const asked = new Promise<void>((resolve) => {
      world.region(IRELAND).onRequest(({ operation, count }) => {
        if (operation === 'UpdateAlias' && count === 4) resolve();
      });
    });
    world
      .region(IRELAND)
      .faults.add(({ operation, count }) =>
        operation === 'UpdateAlias' && count >= 4 && count < 6 ? { type: 'hang' } : undefined,
      );
    world.at(5 * MINUTE, () => {
      world.setAlarm(OREGON, 'ALARM');
    });
    const action = world.start({ regions: waves });
    await asked;
    action.process.kill('SIGKILL');
    const { state } = await action.done;
    await world.run({}, { state });
    expect(world.aliases()).toEqual(['1', '1', '1']);
  });

  it('puts back every region that waits for the others to be held when it is cancelled', async () => {
    slow(OREGON, 50 * SECOND, 20 * SECOND);
    const action = world.start({ regions: two, mode: 'start' });
    world.at(82 * SECOND, () => {
      action.process.kill('SIGINT');
    });
    await action.done;
    expect(world.aliases()).toEqual(['1', '1', '1']);
  });
});
