import { rmSync } from 'node:fs';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { getAlias, updateAlias } from '../../simulator/lambda/aliases.ts';
import { updateFunction } from '../../simulator/lambda/functions.ts';
import { denied } from '../../simulator/wire/faults.ts';
import { startGitHub, type GitHub } from '../../simulator/github/server.ts';
import { addFunction, createWorld, type Inputs, type World } from '../fixtures/bundle-world.ts';
import { killedOnceSeen, leaveDeadRun } from '../fixtures/dead-run.ts';

const OFTEN = { 'poll-interval': '10s' };
const RUN = 'https://github.com/acme/shop/actions/runs/42/attempts/1';

describe('when a runner died in the middle of a rollout, the next run of the bundle', () => {
  let world: World;
  let github: GitHub;
  beforeEach(async () => {
    world = await createWorld();
    github = await startGitHub({ time: world.time });
  });
  afterEach(() => Promise.all([world.close(), github.close()]));

  /** The rollout of run 42 died without its post step once its log held the text. */
  const die = (seen: string, inputs: Inputs = { steps: '10% 1m, 50% 8h' }) =>
    leaveDeadRun(world, seen, inputs);

  /** The same, where the world is not as all others before it. */
  const dieHere = (seen: string, inputs: Inputs) => killedOnceSeen(world, seen, inputs);

  /** Another run of the same workflow, which may ask GitHub. */
  function nextRun(inputs: Inputs = {}, token = 'github-token') {
    return startNext(inputs, token).done;
  }

  function startNext(inputs: Inputs = {}, token = 'github-token', environment = {}) {
    return world.start(
      { 'github-token': token, ...inputs },
      { environment: { ...github.environment, GITHUB_RUN_ID: '43', ...environment } },
    );
  }

  function runHas(status: 'completed' | 'in_progress') {
    github.runs.set('acme/shop/42/1', {
      status,
      conclusion: status === 'completed' ? 'failure' : null,
      htmlUrl: RUN,
    });
  }

  const description = (functionName = 'checkout') =>
    getAlias(world.simulator.lambda, functionName, 'live').description;

  it('puts the old version back, and then begins its own rollout', async () => {
    await die('50 % shifted');
    runHas('completed');
    const result = await nextRun();
    expect(result.outputs).toMatchObject({ outcome: 'promoted', version: '2' });
    expect(world.routings()).toEqual(['1', '1+2@0.1', '1+2@0.5', '1', '1+2@0.1', '1+2@0.5', '2']);
    expect(result.log).toMatch(/::warning::.*checkout:live: the rollout of version 2 that /);
    expect(result.log).toContain(`${RUN} began did not end by itself and left 50 %25 on it`);
    expect(description()).toBe('');
  });

  it.each([
    ['revert', 'UpdateAlias'],
    ['resume', 'DescribeAlarms'],
  ])(
    'saves what it finds with its account, for its post step: on-unfinished %s',
    async (action, operation) => {
      await die('50 % shifted');
      runHas('completed');
      const inputs = { steps: '10% 1m, 50% 8h', 'on-unfinished': action };
      const next = startNext(inputs, undefined, { RUNNER_TEMP: '' });
      world.simulator.faults.before((call) => {
        if (call.operation === operation) next.process.kill('SIGKILL');
      });
      const { state } = await next.done;
      expect(state['rollout']).toContain('"account":"123456789012"');
    },
  );

  it('puts the old version back, though nothing can be saved for its post step', async () => {
    await die('50 % shifted');
    runHas('completed');
    const next = startNext({}, undefined, { RUNNER_TEMP: '' });
    world.simulator.faults.before(() => {
      rmSync(next.files.state, { force: true });
    });
    const result = await next.done;
    expect(result.log).toContain('checkout:live: version 1 is live again');
    expect(world.alias()).toBe('1');
  });

  it('resumes the same version and plan at the step it had reached, and bakes it anew', async () => {
    const plan = { steps: '10% 1m, 50% 1m' };
    await die('50 % shifted', plan);
    const died = world.simulator.aliasHistory.length;
    runHas('completed');
    const result = await nextRun({ ...plan, 'on-unfinished': 'resume' });
    expect(result.outputs['outcome']).toBe('promoted');
    expect(world.routings()).toEqual(['1', '1+2@0.1', '1+2@0.5', '2']);
    const [again, promotion] = world.simulator.aliasHistory.slice(died).map(({ at }) => at);
    expect((promotion ?? 0) - (again ?? 0)).toBeGreaterThanOrEqual(60_000);
  });

  it('marks the alias anew when it resumes, however long the description is', async () => {
    const words = 'x'.repeat(120);
    updateAlias(world.simulator.lambda, 'checkout', 'live', { description: words });
    const plan = { steps: '10% 1m, 50% 1m' };
    await dieHere('50 % shifted', plan);
    const died = world.simulator.aliasHistory.length;
    runHas('completed');
    await nextRun({ ...plan, 'on-unfinished': 'resume' });
    const [again] = world.simulator.aliasHistory.slice(died);
    expect(again?.description).toContain(`${words} lambda-canary{run=acme/shop/43/1 `);
    expect(description()).toBe(words);
  });

  it('reverts a resumed rollout to the version from before it', async () => {
    const plan = { steps: '10% 1m, 50% 1m' };
    await die('50 % shifted', plan);
    runHas('completed');
    world.simulator.faults.after(({ operation, count }) => {
      if (operation === 'UpdateAlias' && count === 0) world.setAlarm('ALARM');
    });
    const result = await nextRun({ ...plan, 'on-unfinished': 'resume' });
    expect(result.outputs).toMatchObject({ outcome: 'reverted', 'previous-version': '1' });
    expect(world.routings()).toEqual(['1', '1+2@0.1', '1+2@0.5', '1']);
  });

  it('watches what it is to resume while it waits in its preflight', async () => {
    const plan = { steps: '10% 1m, 50% 1m' };
    await die('50 % shifted', plan);
    runHas('completed');
    let isWaiting = false;
    world.simulator.faults.add(({ operation }) => {
      if (operation !== 'GetFunction') return undefined;
      if (!isWaiting) {
        isWaiting = true;
        world.time.at(world.time.clock.now() + 5_000, () => {
          world.setAlarm('ALARM', 'five errors');
        });
      }
      return { type: 'hang' };
    });
    const result = await nextRun({ ...plan, ...OFTEN, 'on-unfinished': 'resume' });
    expect(result.outputs).toMatchObject({ outcome: 'reverted', weight: '0' });
    expect(result.outputs['reason']).toMatch(
      /^at 50 % \(step 2\), before this job went on with it: alarm errors went into ALARM/,
    );
    expect(world.alias()).toBe('1');
  });

  it('reverts what it was to resume when another of its aliases cannot be read', async () => {
    const plan = { steps: '10% 1m, 50% 1m' };
    await die('50 % shifted', plan);
    runHas('completed');
    addFunction(world.simulator, 'cart');
    world.simulator.faults.add(({ operation, input }) =>
      operation === 'GetAlias' && JSON.stringify(input).includes('cart')
        ? denied('lambda:GetAlias', 'arn:aws:lambda:eu-west-1:123456789012:function:cart')
        : undefined,
    );
    const resume = { ...plan, 'function-name': 'checkout, cart', 'on-unfinished': 'resume' };
    const result = await nextRun(resume);
    expect(result.outputs['outcome']).toBe('reverted');
    expect(result.outputs['reason']).toContain('lambda:GetAlias');
    expect(world.alias()).toBe('1');
  });

  it('leaves a promotion whose last bake was cut off when it cannot resume it', async () => {
    const plan = { 'bake-time': '8h' };
    await die('promoted (step 3 of 3)', plan);
    runHas('completed');
    world.simulator.faults.add(({ operation }) =>
      operation === 'GetFunction' ? denied('lambda:GetFunction', 'arn:aws:x') : undefined,
    );
    const result = await nextRun({ ...plan, 'on-unfinished': 'resume' });
    expect(result.outputs['outcome']).toBe('failed');
    expect(world.alias()).toBe('2');
  });

  it('reverts a promotion that it resumes under a red alarm', async () => {
    const plan = { 'bake-time': '10m' };
    await die('promoted (step 3 of 3)', plan);
    runHas('completed');
    world.setAlarm('ALARM', 'five errors');
    const result = await nextRun({ ...plan, 'on-unfinished': 'resume' });
    expect(result.outputs['outcome']).toBe('reverted');
    expect(world.alias()).toBe('1');
  });

  it('reverts what it was to resume when its runner goes away, even with on-cancel: hold', async () => {
    const plan = { steps: '10% 1m, 50% 1m' };
    await die('50 % shifted', plan);
    runHas('completed');
    const next = startNext({ ...plan, 'on-unfinished': 'resume', 'on-cancel': 'hold' });
    world.simulator.faults.before(({ operation }) => {
      if (operation === 'GetFunction') next.hangUp();
    });
    const result = await next.done;
    expect(result.outputs['outcome']).toBe('reverted');
    expect(world.alias()).toBe('1');
  });

  it('says that the revert failed when a rollout of a dead run could not be put back', async () => {
    await die('50 % shifted');
    runHas('completed');
    world.simulator.faults.add(({ operation }) =>
      operation === 'UpdateAlias'
        ? { type: 'error', status: 500, name: 'ServiceException', message: 'internal' }
        : undefined,
    );
    const result = await nextRun();
    expect(result.outputs['outcome']).toBe('revert-failed');
    expect(result.outputs['reason']).toContain('aws lambda update-alias');
  });

  it('does not resume with another plan', async () => {
    await die('50 % shifted');
    runHas('completed');
    const result = await nextRun({ 'on-unfinished': 'resume' });
    expect(result.outputs['outcome']).toBe('reverted');
    expect(result.outputs['reason']).toContain('had another plan');
    expect(world.alias()).toBe('1');
  });

  it('does not resume with another version', async () => {
    const plan = { steps: '10% 1m, 50% 1m' };
    await die('50 % shifted', plan);
    runHas('completed');
    updateFunction(world.simulator.lambda, 'checkout', { code: 'three' });
    const result = await nextRun({ ...plan, 'on-unfinished': 'resume' });
    expect(result.outputs['outcome']).toBe('reverted');
    expect(result.outputs['reason']).toContain('was of version 2, and this one is of version 3');
    expect(world.alias()).toBe('1');
  });

  it('only reports with on-unfinished: fail', async () => {
    await die('50 % shifted');
    runHas('completed');
    const result = await nextRun({ 'on-unfinished': 'fail' });
    expect(result.outputs['outcome']).toBe('failed');
    expect(result.outputs['reason']).toContain(RUN);
    expect(world.alias()).toBe('1+2@0.5');
  });

  it('leaves a rollout alone whose run goes on, and names it with its link', async () => {
    await die('50 % shifted');
    runHas('in_progress');
    const result = await nextRun({ 'on-unfinished': 'revert' });
    expect(result.outputs['outcome']).toBe('failed');
    expect(result.outputs['reason']).toContain(`${RUN} began is still under way`);
    expect(world.alias()).toBe('1+2@0.5');
  });

  it.each<[string, string, () => void]>([
    ['GitHub does not know the run', 'GitHub shows no such run', () => undefined],
    [
      'GitHub is down',
      'GitHub could not be asked',
      () => github.faults.add(() => ({ status: 503, body: { message: 'down' } })),
    ],
    [
      'the token may not see runs',
      'give the job the permission "actions: read"',
      () =>
        github.faults.add(() => ({
          status: 403,
          body: { message: 'Resource not accessible by integration' },
        })),
    ],
  ])('leaves the alias as it is when %s, and says so', async (_, explanation, arrange) => {
    await die('50 % shifted');
    arrange();
    const result = await nextRun();
    expect(result.outputs['outcome']).toBe('failed');
    expect(result.outputs['reason']).toContain(explanation);
    expect(result.outputs['reason']).toContain('set on-unfinished');
    expect(world.alias()).toBe('1+2@0.5');
  });

  it('puts the old version back without GitHub when the input says so', async () => {
    await die('50 % shifted');
    const result = await nextRun({ 'on-unfinished': 'revert' }, '');
    expect(result.outputs['outcome']).toBe('promoted');
    expect(result.log).toContain('there is no github-token');
  });

  it('knows without GitHub that an earlier attempt of its own run has ended', async () => {
    await die('50 % shifted');
    const result = await world.run({}, { environment: { GITHUB_RUN_ATTEMPT: '2' } });
    expect(result.outputs['outcome']).toBe('promoted');
    expect(world.routings().slice(2, 4)).toEqual(['1+2@0.5', '1']);
  });

  it('puts the old version back even when an alarm keeps its own rollout from beginning', async () => {
    await die('50 % shifted');
    runHas('completed');
    world.setAlarm('ALARM');
    const result = await nextRun();
    expect(result.outputs['outcome']).toBe('failed');
    expect(world.alias()).toBe('1');
  });

  it('writes nothing in a dry run, and says what it would do', async () => {
    await die('50 % shifted');
    runHas('completed');
    const result = await nextRun({ 'dry-run': 'true' });
    expect(result.outputs['outcome']).toBe('planned');
    expect(result.log).toContain('Version 1 is put back before this rollout begins');
    expect(world.alias()).toBe('1+2@0.5');
  });

  it('keeps a version whose last bake was cut off, and says that nobody watched it', async () => {
    await die('promoted (step 3 of 3)', { 'bake-time': '8h' });
    runHas('completed');
    const result = await nextRun();
    expect(result.outputs['outcome']).toBe('unchanged');
    expect(result.log).toContain('Nobody watched its end');
    expect(world.alias()).toBe('2');
  });

  describe('and left the mark of a promotion', () => {
    const plan = { 'bake-time': '8h' };
    beforeEach(async () => {
      await die('promoted (step 3 of 3)', plan);
    });

    it('takes it off when there is nothing to roll out', async () => {
      runHas('completed');
      const result = await nextRun();
      expect(result.outputs['outcome']).toBe('unchanged');
      expect(description()).toBe('');
      expect(world.alias()).toBe('2');
    });

    it.each(['off', 'on'])(
      'begins the rollout of another version (analysis: %s)',
      async (analysis) => {
        runHas('completed');
        updateFunction(world.simulator.lambda, 'checkout', { code: 'three' });
        const result = await nextRun({
          analysis,
          'analysis-logs': 'off',
          'on-inconclusive': 'promote',
        });
        expect(result.outputs).toMatchObject({ outcome: 'promoted', 'previous-version': '2' });
        expect(world.routings().slice(4)).toEqual(['2+3@0.1', '2+3@0.5', '3']);
        expect(description()).toBe('');
      },
    );

    it('leaves it when it is not known that the run has ended', async () => {
      await nextRun();
      expect(description()).toContain('lambda-canary{');
    });

    it('only warns when it cannot be taken off', async () => {
      runHas('completed');
      world.simulator.faults.add(({ operation }) =>
        operation === 'UpdateAlias' ? denied('lambda:UpdateAlias', 'arn:aws:x') : undefined,
      );
      const result = await nextRun();
      expect(result.outputs['outcome']).toBe('unchanged');
      expect(result.log).toMatch(/::warning::.*keeps the mark of a rollout that has ended/);
    });

    it('does not take it off over the write of somebody else', async () => {
      runHas('completed');
      world.simulator.faults.before(({ operation }) => {
        if (operation !== 'UpdateAlias') return;
        updateAlias(world.simulator.lambda, 'checkout', 'live', { version: '1' });
      });
      await nextRun();
      expect(world.alias()).toBe('1');
    });

    it('says in mode status that nothing is being rolled out', async () => {
      runHas('completed');
      const result = await nextRun({ mode: 'status' });
      expect(result.outputs).toMatchObject({ outcome: 'status', weight: '0' });
      expect(result.log).toContain('promoted it and ended before its last bake was over');
    });

    it('says in mode status that all traffic is on the canary while its run goes on', async () => {
      runHas('in_progress');
      const result = await nextRun({ mode: 'status' });
      expect(result.outputs).toMatchObject({ weight: '100' });
    });

    it('finds no rollout in modes step and revert, and writes nothing', async () => {
      runHas('completed');
      const before = world.writes().length;
      const step = await nextRun({ mode: 'step' });
      expect(step.outputs['reason']).toContain('there is no rollout to go on with');
      const revert = await nextRun({ mode: 'revert' });
      expect(revert.outputs['reason']).toContain('there is nothing to revert');
      expect(revert.outputs['reason']).toContain(
        'To go back to version 1, which was live before, set mode: rollback',
      );
      expect(world.writes()).toHaveLength(before);
      expect(world.alias()).toBe('2');
    });
  });

  it('begins anew with another version after a promotion whose last bake was cut off', async () => {
    const plan = { 'bake-time': '1m' };
    await die('promoted (step 3 of 3)', plan);
    runHas('completed');
    updateFunction(world.simulator.lambda, 'checkout', { code: 'three' });
    const result = await nextRun({ ...plan, 'on-unfinished': 'resume' });
    expect(result.outputs['outcome']).toBe('promoted');
    expect(world.routings()).toEqual([
      ...['1', '1+2@0.1', '1+2@0.5', '2'],
      ...['2+3@0.1', '2+3@0.5', '3'],
    ]);
  });

  it('puts all functions back in mode revert, also those that had been promoted already', async () => {
    addFunction(world.simulator, 'cart');
    const both = { 'function-name': 'checkout, cart' };
    await dieHere('50 % shifted', { ...both, steps: '10% 1m, 50% 8h' });
    const promoted = description().replace('step=2 weight=50', 'step=3 weight=100');
    updateAlias(world.simulator.lambda, 'checkout', 'live', {
      version: '2',
      weights: {},
      description: promoted,
    });
    runHas('completed');
    const result = await nextRun({ ...both, mode: 'revert' });
    expect(result.outputs['outcome']).toBe('reverted');
    expect([world.alias('checkout'), world.alias('cart')]).toEqual(['1', '1']);
  });

  it('does not overwrite what somebody else did to the alias meanwhile', async () => {
    await die('50 % shifted');
    runHas('completed');
    updateAlias(world.simulator.lambda, 'checkout', 'live', { weights: { '2': 0.7 } });
    const result = await nextRun({ 'on-unfinished': 'revert' });
    expect(result.outputs['outcome']).toBe('failed');
    expect(result.outputs['reason']).toContain('already split: version 1 with 70 % to version 2');
    expect(world.alias()).toBe('1+2@0.7');
  });

  it('puts all functions of the dead rollout back', async () => {
    addFunction(world.simulator, 'cart');
    const both = { 'function-name': 'checkout, cart' };
    await dieHere('50 % shifted', { ...both, steps: '10% 1m, 50% 8h' });
    runHas('completed');
    const result = await nextRun({ ...both, 'dry-run': 'false', alarms: 'nothing' });
    expect(result.outputs['outcome']).toBe('failed');
    expect([world.alias('checkout'), world.alias('cart')]).toEqual(['1', '1']);
  });
});

describe('the mark in the description of the alias', () => {
  let world: World;
  beforeEach(async () => {
    world = await createWorld();
  });
  afterEach(() => world.close());

  const describeAlias = (description: string) =>
    updateAlias(world.simulator.lambda, 'checkout', 'live', { description });
  const descriptions = () => [
    ...new Set(world.simulator.aliasHistory.map(({ description }) => description)),
  ];

  it('is written with every weight, and taken off at the end', async () => {
    describeAlias('live traffic');
    await world.run();
    const mark = (step: number, weight: number) =>
      expect.stringMatching(
        new RegExp(
          `^live traffic lambda-canary\\{run=acme/shop/42/1 id=[0-9a-f]{8} stable=1 canary=2 step=${step} weight=${weight} plan=[0-9a-f]{8} by=42@[0-9a-f]{8} since=\\d{8}(?:\\.\\d{1,2})?\\}$`,
        ),
      );
    expect(descriptions().slice(1)).toEqual([
      'live traffic',
      mark(1, 10),
      mark(2, 50),
      mark(3, 100),
    ]);
    expect(world.simulator.aliasHistory.at(-1)?.description).toBe('live traffic');
  });

  it('is taken off by a revert', async () => {
    describeAlias('live traffic');
    world.simulator.faults.after(({ operation }) => {
      if (operation === 'UpdateAlias') world.setAlarm('ALARM');
    });
    const result = await world.run();
    expect(result.outputs['outcome']).toBe('reverted');
    expect(world.simulator.aliasHistory.at(-1)?.description).toBe('live traffic');
  });

  it('is left out when the description is too long, with a warning of what follows', async () => {
    describeAlias('x'.repeat(200));
    const result = await world.run();
    expect(result.outputs['outcome']).toBe('promoted');
    expect(descriptions()).toEqual(['', 'x'.repeat(200)]);
    expect(result.log).toMatch(/::warning::.*too long to carry the mark of this rollout/);
  });
});
