import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { startGitHub, type GitHub } from '../../simulator/github/server.ts';
import { createWorld, type World } from '../fixtures/bundle-world.ts';

const SHA = '0123456789abcdef0123456789abcdef01234567';
const RUN = 'https://github.com/acme/shop/actions/runs/42';

describe('what GitHub is told, the bundle', () => {
  let world: World;
  let github: GitHub;
  beforeEach(async () => {
    world = await createWorld();
    github = await startGitHub({ time: world.time });
  });
  afterEach(() => Promise.all([world.close(), github.close()]));

  const run = (inputs = {}, environment = {}) =>
    world.run(
      { 'github-token': 'github-token', ...inputs },
      { environment: { ...github.environment, ...environment } },
    );
  const red = () => {
    world.simulator.faults.after(({ operation }) => {
      if (operation === 'UpdateAlias') world.setAlarm('ALARM', 'five errors');
    });
  };

  describe('of a deployment', () => {
    const deploy = (inputs = {}, environment = {}) =>
      run({ environment: 'production', ...inputs }, environment);
    const told = (index = 0) =>
      github.deployments[index]?.statuses.map(
        ({ state, description }) => `${state}: ${description}`,
      );

    it('is each step with its weight, and the success', async () => {
      const result = await deploy();
      expect(result.outputs['outcome']).toBe('promoted');
      expect(github.deployments).toMatchObject([
        { ref: SHA, environment: 'production', task: 'lambda-canary' },
      ]);
      expect(told()).toEqual([
        'in_progress: shifting to 10 % (step 1 of 3)',
        'in_progress: shifting to 50 % (step 2 of 3)',
        'in_progress: shifting to 100 % (step 3 of 3)',
        'success: Promoted: checkout:live serves version 2',
      ]);
      const [status] = github.deployments[0]?.statuses ?? [];
      expect(status?.logUrl).toBe(`${RUN}/attempts/1`);
      const post = github.requests.find(({ path }) => path.endsWith('/statuses'));
      expect(post).toMatchObject({ token: 'github-token', body: { auto_inactive: true } });
    });

    it('is a failure when the rollout was reverted', async () => {
      red();
      await deploy();
      expect(told()?.at(-1)).toMatch(/^failure: Reverted checkout:live to version 1 at 10 %/);
      for (const each of told() ?? []) expect(each.length).toBeLessThanOrEqual(160);
    });

    it('goes on with the same one in another job of the rollout', async () => {
      await deploy({ mode: 'start' });
      expect(told()?.at(-1)).toMatch(/^in_progress: Held/);
      await deploy({ mode: 'promote' }, { GITHUB_RUN_ID: '43' });
      expect(github.deployments).toHaveLength(1);
      expect(told()?.at(-1)).toBe('success: Promoted: checkout:live serves version 2');
    });

    it('is told by the post step when the process was killed', async () => {
      const killed = world.start(
        { 'github-token': 'github-token', environment: 'production' },
        { environment: github.environment },
      );
      await killed.seen('10 % shifted');
      killed.process.kill('SIGKILL');
      const { state } = await killed.done;
      const inputs = { 'github-token': 'github-token', environment: 'production' };
      await world.run(inputs, { state, environment: github.environment });
      expect(world.alias()).toBe('1');
      expect(told()?.at(-1)).toMatch(/^failure: Reverted checkout:live/);
    });

    it('is none when none is asked for, or only a look', async () => {
      await run();
      await deploy({ mode: 'status' });
      await deploy({ 'dry-run': 'true' });
      expect(github.requests).toEqual([]);
    });

    it('is a warning with the permission that lacks, and no failure of the rollout', async () => {
      await github.close();
      github = await startGitHub({ time: world.time, permissions: [] });
      const result = await deploy();
      expect(result.outputs['outcome']).toBe('promoted');
      expect(
        result.log.match(/::warning::.*give the job the permission "deployments: write"/g),
      ).toHaveLength(1);
    });

    it('is refused with the comment before anything is written when the token is empty', async () => {
      const result = await deploy({ 'github-token': ' ', comment: 'always' });
      expect(result.exitCode).toBe(1);
      expect(result.outputs['reason']).toContain(
        'github-token: is empty, and environment needs one',
      );
      expect(result.outputs['reason']).toContain('github-token: is empty, and comment needs one');
      expect(world.writes()).toEqual([]);
    });

    it('delays no revert when GitHub does not answer', async () => {
      github.faults.add(() => 'hang');
      red();
      const result = await deploy();
      expect(result.outputs['outcome']).toBe('reverted');
      expect(result.log).toMatch(/::warning::.*GitHub could not be reached in time/);
      const [first, second] = world.simulator.aliasHistory.slice(-2);
      expect((second?.at ?? NaN) - (first?.at ?? NaN)).toBeLessThan(60_000);
    });
  });

  describe('in a comment', () => {
    const MARK = '<!-- lambda-canary checkout:live -->';
    const bodies = () => github.pulls[0]?.comments.map(({ body }) => body) ?? [];
    beforeEach(() => {
      const user = { login: 'octocat' };
      const comments = [{ id: 900, body: 'Looks good to me', user }];
      github.pulls.push({ number: 7, commits: [SHA], comments });
    });

    it('is the report, on the pull request that brought the commit', async () => {
      red();
      await run({ comment: 'failure' });
      expect(bodies()).toHaveLength(2);
      expect(bodies()[1]).toContain(MARK);
      expect(bodies()[1]).toContain('## ❌ Reverted: checkout:live is back on version 1');
      expect(bodies()[1]).toContain(`${RUN}/attempts/1`);
    });

    it('is updated in place by the next run', async () => {
      red();
      await run({ comment: 'always' });
      world.setAlarm('OK');
      world.simulator.faults.before(({ operation }) => {
        if (operation === 'DescribeAlarms') world.setAlarm('OK');
      });
      await run({ comment: 'always' });
      expect(bodies()).toHaveLength(2);
      expect(github.requests.some(({ method }) => method === 'PATCH')).toBe(true);
    });

    it('never takes the place of what somebody else wrote, whatever that begins with', async () => {
      const theirs = `${MARK} pasted by a person`;
      const user = { login: 'octocat' };
      github.pulls[0]?.comments.push({ id: 901, body: theirs, user });
      await run({ comment: 'always' });
      await run({ comment: 'always' });
      expect(bodies()).toHaveLength(3);
      expect(bodies()[1]).toBe(theirs);
      expect(bodies()[2]).toContain('Lambda Canary');
    });

    it('is a warning, and leaves all as it is, when GitHub does not tell whose token it is', async () => {
      await run({ comment: 'always' });
      const before = bodies();
      github.faults.add(({ path }) =>
        path === '/graphql' ? { status: 502, body: { message: 'Bad Gateway' } } : undefined,
      );
      const result = await run({ comment: 'always' });
      expect(result.log).toMatch(/::warning::.*The pull request was not commented on/);
      expect(bodies()).toEqual(before);
    });

    it('is none of a success when only failures are wanted, nor by default', async () => {
      await run({ comment: 'failure' });
      await run();
      expect(bodies()).toEqual(['Looks good to me']);
    });

    it('mentions nobody and refers to nothing, whatever an alarm says', async () => {
      world.simulator.faults.after(({ operation }) => {
        if (operation === 'UpdateAlias') world.setAlarm('ALARM', 'cc @acme/everybody see #1');
      });
      await run({ comment: 'always' });
      expect(bodies()[1]).toContain('&#64;&#8203;acme');
      expect(bodies()[1]).toContain('&#35;&#8203;1');
    });

    it('is a warning where it may not be written', async () => {
      await github.close();
      github = await startGitHub({ time: world.time, permissions: ['actions'] });
      const result = await run({ comment: 'always' });
      expect(result.outputs['outcome']).toBe('promoted');
      expect(result.log).toMatch(/::warning::.*"pull-requests: write"/);
    });
  });
});
