import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { startGitHub, type GitHub } from '../../simulator/github/server.ts';
import { ROLE_REFUSED } from '../../simulator/wire/faults.ts';
import { after, createWorld, type World } from '../fixtures/bundle-world.ts';

const ROLE = 'arn:aws:iam::123456789012:role/deploy';
const ASSUMED = { 'role-to-assume': ROLE, 'role-duration': '15m' };

describe('with credentials that do not last for ever, the bundle', () => {
  let world: World;
  let github: GitHub;
  beforeEach(async () => {
    world = await createWorld();
    github = await startGitHub({ time: world.time });
  });
  afterEach(() => Promise.all([world.close(), github.close()]));

  /** No credentials in the environment, but an OIDC provider. */
  const oidc = () => ({
    environment: { ...github.environment, AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '' },
  });

  /** A session as aws-actions/configure-aws-credentials leaves it in the environment. */
  function session(minutes: number, expiry: 'known' | 'unknown') {
    const { accessKeyId, secretAccessKey, sessionToken, expiration } =
      world.simulator.sessions.issue(minutes * 60);
    return {
      environment: {
        AWS_ACCESS_KEY_ID: accessKeyId,
        AWS_SECRET_ACCESS_KEY: secretAccessKey,
        AWS_SESSION_TOKEN: sessionToken,
        ...(expiry === 'known' ? { AWS_CREDENTIAL_EXPIRATION: expiration.toISOString() } : {}),
      },
    };
  }

  it('assumes the role itself, and again before each session ends', async () => {
    const steps = { steps: '10% 20m, 50% 20m', 'poll-interval': '1m' };
    const result = await world.run({ ...ASSUMED, ...steps }, oidc());
    expect(result.outputs['outcome']).toBe('promoted');
    const { issued } = world.simulator.sessions;
    // 41 minutes in sessions of 15, each renewed after half of it.
    expect(issued.length).toBeGreaterThanOrEqual(5);
    expect(new Set(issued.map(({ roleArn }) => roleArn))).toEqual(new Set([ROLE]));
    expect(new Set(issued.map(({ sessionName }) => sessionName))).toEqual(
      new Set(['lambda-canary-42']),
    );
    expect(new Set(issued.map(({ webIdentityToken }) => webIdentityToken)).size).toBe(
      issued.length,
    );
    const refused = world.simulator.requests.filter(({ error }) => error.startsWith('Expired'));
    expect(refused).toEqual([]);
  });

  it('shares one session between its clients', async () => {
    await world.run({ ...ASSUMED, 'role-duration': '1h' }, oidc());
    expect(world.simulator.sessions.issued).toHaveLength(1);
  });

  it('says what to look at when the role cannot be assumed, and writes nothing', async () => {
    world.simulator.faults.add(({ service }) => (service === 'sts' ? ROLE_REFUSED : undefined));
    const result = await world.run(ASSUMED, oidc());
    expect(result.outputs['outcome']).toBe('failed');
    expect(result.outputs['reason']).toContain(`the role ${ROLE} could not be assumed`);
    expect(result.outputs['reason']).toContain('id-token: write');
    expect(world.writes()).toEqual([]);
  });

  it('says what to look at when the job may not have an ID token', async () => {
    const result = await world.run(ASSUMED, {
      environment: { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '' },
    });
    expect(result.outputs['reason']).toContain('"id-token: write"');
    expect(world.writes()).toEqual([]);
  });

  it('goes on with a session that is still valid while it cannot be renewed', async () => {
    world.simulator.faults.add(({ service, count }) =>
      service === 'sts' && count >= 1 && count <= 3 ? ROLE_REFUSED : undefined,
    );
    const steps = { steps: '10% 14m', 'bake-time': '5m', 'poll-interval': '20s' };
    const result = await world.run({ ...ASSUMED, ...steps }, oidc());
    expect(result.outputs['outcome']).toBe('promoted');
  });

  it('assumes the role anew and goes on when its session was ended by somebody', async () => {
    after(world.simulator, 'UpdateAlias', 0, () => {
      world.simulator.sessions.expireAll();
    });
    const inputs = { ...ASSUMED, 'role-duration': '12h', 'monitoring-grace': '30s' };
    const result = await world.run(inputs, oidc());
    expect(result.outputs['outcome']).toBe('promoted');
    expect(world.simulator.sessions.issued).toHaveLength(2);
  });

  it.each([
    [403, 'AccessDeniedException'],
    [403, 'ExpiredTokenException'],
  ])(
    'tries a revert that meets %i %s with the session at hand, when no other one comes',
    async (status, name) => {
      world.simulator.faults.add(({ operation, count }) =>
        operation === 'UpdateAlias' && count === 1
          ? { type: 'error', status, name, message: 'not with this session' }
          : undefined,
      );
      after(world.simulator, 'UpdateAlias', 0, () => {
        github.faults.add(({ path }) => (path.startsWith('/oidc/') ? 'hang' : undefined));
        world.setAlarm('ALARM');
      });
      const result = await world.run({ ...ASSUMED, steps: '10% 8h', 'job-timeout': '12h' }, oidc());
      expect(result.outputs['outcome']).toBe('reverted');
      const [, refused, written] = world.simulator.requests.filter(
        ({ operation }) => operation === 'UpdateAlias',
      );
      expect((written?.at ?? NaN) - (refused?.at ?? NaN)).toBeLessThan(3_000);
    },
  );

  it('assumes the role in its post step too', async () => {
    const action = world.start({ ...ASSUMED, steps: '10% 8h', 'job-timeout': '12h' }, oidc());
    await action.seen('10 % shifted');
    action.process.kill('SIGKILL');
    const { state } = await action.done;
    const post = await world.run({}, { state, ...oidc() });
    expect(post.exitCode).toBe(0);
    expect(world.alias()).toBe('1');
  });

  it('prints no secret', async () => {
    const result = await world.run({ ...ASSUMED, 'github-token': 'ghs_secret' }, oidc());
    const told = [result.log, result.summary, JSON.stringify(result.outputs)].join('\n');
    expect(told).not.toContain('ghs_secret');
    for (const { accessKeyId } of world.simulator.sessions.issued) {
      expect(told).not.toContain(accessKeyId);
    }
  });

  it('refuses a plan that outlives the credentials, with the two ways out', async () => {
    const result = await world.run({ steps: '10% 30m' }, session(30, 'known'));
    expect(result.outputs['outcome']).toBe('failed');
    expect(result.outputs['reason']).toContain('the AWS credentials end at 14:30:20 UTC');
    expect(result.outputs['reason']).toContain('role-duration-seconds');
    expect(result.outputs['reason']).toContain('role-to-assume');
    expect(world.writes()).toEqual([]);
  });

  it('begins a plan that the credentials outlast', async () => {
    const result = await world.run({}, session(60, 'known'));
    expect(result.outputs['outcome']).toBe('promoted');
  });

  it('takes credentials of which nobody says when they end to last an hour, unless it is told', async () => {
    const plan = { steps: '10% 50m', 'poll-interval': '5m', 'dry-run': 'true' };
    const refused = await world.run(plan, session(60, 'unknown'));
    expect(refused.outputs['outcome']).toBe('failed');
    expect(refused.outputs['reason']).toContain('the AWS credentials must be assumed to end at');
    const told = { ...plan, 'credentials-duration': '2h' };
    expect((await world.run(told, session(120, 'unknown'))).outputs['outcome']).toBe('planned');
    expect(world.writes()).toEqual([]);
  });

  it('refuses a plan that outlasts the job', async () => {
    const result = await world.run({ steps: '10% 30m', 'job-timeout': '30m' });
    expect(result.outputs['reason']).toContain('job-timeout is 30 min');
    expect(world.writes()).toEqual([]);
  });

  it('refuses a plan that outlasts the job by the time its version is published', async () => {
    const slow = world.simulator.lambda.functions.get('checkout');
    if (slow !== undefined) slow.timing.activationMs = 14 * 60_000;
    const result = await world.run({ steps: '10% 15m', 'job-timeout': '40m' });
    expect(result.outputs['outcome']).toBe('failed');
    expect(result.outputs['reason']).toContain('job-timeout is 40 min');
    expect(world.writes()).toEqual(['PublishVersion']);
    expect(world.alias()).toBe('1');
  });

  it('cuts the extensions of a step with little traffic, so that it ends while it can be reverted', async () => {
    const plan = { steps: '10% 15m', 'poll-interval': '1m', analysis: 'on', alarms: 'errors' };
    const result = await world.run(
      { ...plan, 'on-inconclusive': 'revert' },
      session(60, 'unknown'),
    );
    expect(result.log).toContain('The extensions are cut');
    expect(result.outputs['outcome']).toBe('reverted');
    expect(world.alias()).toBe('1');
  });

  it('says that the credentials expired when they do in mid-rollout', async () => {
    const result = await world.run(
      { steps: '10% 30m', 'poll-interval': '30s' },
      session(10, 'unknown'),
    );
    expect(result.outputs['outcome']).toBe('revert-failed');
    expect(result.outputs['reason']).toContain('the AWS credentials have expired');
    expect(result.outputs['reason']).toContain('aws lambda update-alias');
  });

  it('says so when there are no credentials at all', async () => {
    const result = await world.run(
      {},
      {
        environment: {
          AWS_ACCESS_KEY_ID: '',
          AWS_SECRET_ACCESS_KEY: '',
          AWS_EC2_METADATA_DISABLED: 'true',
          HOME: '/nonexistent',
        },
      },
    );
    expect(result.outputs['outcome']).toBe('failed');
    expect(result.outputs['reason']).toMatch(/there are no AWS credentials/);
    expect(result.outputs['reason']).toContain('role-to-assume');
  });
});
