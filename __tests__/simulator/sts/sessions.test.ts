import { CloudWatchClient, DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import { GetAliasCommand, LambdaClient } from '@aws-sdk/client-lambda';
import {
  AssumeRoleWithWebIdentityCommand,
  STSClient,
  type AssumeRoleWithWebIdentityCommandInput as RoleInput,
} from '@aws-sdk/client-sts';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { ROLE_REFUSED, type Fault } from '../../../simulator/wire/faults.ts';
import type { SessionCredentials } from '../../../simulator/sts/sessions.ts';
import { MINUTE, refusal, START, startWorld, type World } from '../../fixtures/simulated-world.ts';

const HOUR = 60 * MINUTE;

let world: World;
beforeEach(async () => {
  world = await startWorld();
  process.env['AWS_ENDPOINT_URL'] = world.url;
  const { lambda } = world.simulator;
  lambda.createFunction({ functionName: 'f' });
  lambda.publishVersion('f');
  lambda.createAlias('f', 'live', { version: '1' });
});
afterEach(async () => {
  delete process.env['AWS_ENDPOINT_URL'];
  await world.close();
});

const region = 'eu-west-1';
async function assume(role: Partial<RoleInput> = {}) {
  const command = new AssumeRoleWithWebIdentityCommand({
    RoleArn: 'arn:aws:iam::123456789012:role/ci/deploy',
    RoleSessionName: 'rollout',
    WebIdentityToken: 'id.token.1',
    ...role,
  });
  const { Credentials: given } = await new STSClient({ region, maxAttempts: 1 }).send(command);
  return {
    accessKeyId: given?.AccessKeyId ?? '',
    secretAccessKey: given?.SecretAccessKey ?? '',
    sessionToken: given?.SessionToken ?? '',
    expiration: given?.Expiration ?? new Date(NaN),
  };
}
const clientOf = (credentials: SessionCredentials) => ({ region, credentials, maxAttempts: 1 });
const getAlias = (credentials: SessionCredentials) =>
  new LambdaClient(clientOf(credentials)).send(
    new GetAliasCommand({ FunctionName: 'f', Name: 'live' }),
  );
const describeAlarms = (credentials: SessionCredentials) =>
  new CloudWatchClient(clientOf(credentials)).send(new DescribeAlarmsCommand({}));
const form = (input: Record<string, string>) =>
  fetch(world.url, { method: 'POST', body: new URLSearchParams(input) });
const ASSUME = { Action: 'AssumeRoleWithWebIdentity', Version: '2011-06-15' };
const EXPIRED = 'The security token included in the request is expired';

describe('a role that is assumed with a web identity', () => {
  it('gives credentials that the SDK understands, and keeps what they were issued for', async () => {
    const credentials = await assume({ DurationSeconds: 900 });
    const expiration = new Date(START + 15 * MINUTE);
    expect(credentials).toMatchObject({ expiration });
    expect(credentials.accessKeyId).toMatch(/^ASIA[A-Z2-7]{16}$/);
    expect(credentials.secretAccessKey).toHaveLength(40);
    expect(credentials.sessionToken).not.toBe('');
    expect(world.simulator.sessions.issued).toEqual([
      {
        roleArn: 'arn:aws:iam::123456789012:role/ci/deploy',
        sessionName: 'rollout',
        webIdentityToken: 'id.token.1',
        accessKeyId: credentials.accessKeyId,
        issuedAt: START,
        expiresAt: START + 15 * MINUTE,
      },
    ]);
  });

  it('lasts an hour when nothing else is asked for', async () => {
    expect((await assume()).expiration).toEqual(new Date(START + HOUR));
  });

  it('gives other credentials each time, and the same in a simulator with the same seed', async () => {
    const keys = [(await assume()).accessKeyId, (await assume()).accessKeyId];
    expect(new Set(keys).size).toBe(2);
    const again = await startWorld();
    const { sessions } = again.simulator;
    expect([sessions.issue(60).accessKeyId, sessions.issue(60).accessKeyId]).toEqual(keys);
    await again.close();
  });

  it('names the assumed role by its name without its path', async () => {
    const reply = await form({
      ...ASSUME,
      RoleArn: 'arn:aws:iam::123456789012:role/ci/deploy',
      RoleSessionName: 'rollout',
      WebIdentityToken: 'id.token',
    });
    expect(reply.headers.get('content-type')).toBe('text/xml');
    const body = await reply.text();
    expect(body).toContain('<Arn>arn:aws:sts::123456789012:assumed-role/deploy/rollout</Arn>');
    expect(body).toContain('<Expiration>2026-11-23T15:00:00Z</Expiration>');
    expect(body).toMatch(/<ResponseMetadata><RequestId>.+<\/RequestId><\/ResponseMetadata>/);
  });

  it.each<[Partial<RoleInput>, string]>([
    [{ DurationSeconds: 899 }, "'899' at 'durationSeconds' .* greater than or equal to 900"],
    [{ DurationSeconds: 43_201 }, "'43201' at 'durationSeconds' .* less than or equal to 43200"],
    [{ RoleArn: 'deploy' }, 'Request ARN is invalid'],
    [{ RoleSessionName: 'x' }, "'roleSessionName' .* length greater than or equal to 2"],
    [{ RoleSessionName: 'x'.repeat(65) }, "'roleSessionName' .* length less than or equal to 64"],
    [{ RoleSessionName: 'a/b' }, "'a/b' at 'roleSessionName' .* regular expression"],
  ])('is refused with a ValidationError for %j', async (role, message) => {
    expect(await refusal(assume(role))).toMatch(new RegExp(`^400 ValidationError: .*${message}`));
    expect(world.simulator.sessions.issued).toEqual([]);
  });

  it('is refused without a token', async () => {
    const reply = await form({ ...ASSUME, RoleArn: 'r', RoleSessionName: 'rollout' });
    expect(reply.status).toBe(400);
    expect(await reply.text()).toContain(`Value null at 'webIdentityToken'`);
  });

  it.each([
    [400, 'ExpiredTokenException', 'Token expired'],
    [400, 'InvalidIdentityToken', 'No OpenIDConnect provider found in your account for <GitHub>'],
    [403, 'AccessDenied', 'Not authorized'],
    [500, 'InternalFailure', 'Oops & sorry'],
  ])('is refused by a fault in the form of STS: %i %s', async (status, name, message) => {
    const fault: Fault = { type: 'error', status, name, message };
    world.simulator.faults.add(({ service, operation }) =>
      service === 'sts' && operation === 'AssumeRoleWithWebIdentity' ? fault : undefined,
    );
    // The SDK appends "Exception" to the name of an error that its model knows.
    const shown = name === 'InvalidIdentityToken' ? `${name}Exception` : name;
    expect(await refusal(assume())).toBe(`${status} ${shown}: ${message}`);
    const body = await (await form(ASSUME)).text();
    expect(body).toContain(`<Type>${status < 500 ? 'Sender' : 'Receiver'}</Type>`);
    expect(body).toContain(`<Code>${name}</Code>`);
  });

  it('is refused in the words of STS when it does not trust the caller', async () => {
    world.simulator.faults.add(() => ROLE_REFUSED);
    const message = 'Not authorized to perform sts:AssumeRoleWithWebIdentity';
    expect(await refusal(assume())).toBe(`403 AccessDenied: ${message}`);
  });

  it('is kept among the requests, with its parameters', async () => {
    await assume({ DurationSeconds: 900 });
    expect(world.simulator.requests).toEqual([
      {
        at: START,
        service: 'sts',
        operation: 'AssumeRoleWithWebIdentity',
        input: {
          RoleArn: 'arn:aws:iam::123456789012:role/ci/deploy',
          RoleSessionName: 'rollout',
          WebIdentityToken: 'id.token.1',
          DurationSeconds: '900',
        },
        count: 0,
        status: 200,
        error: '',
      },
    ]);
  });

  it('and who asks, are the only things that STS tells here', async () => {
    const reply = await form({ Action: 'GetSessionToken', Version: '2011-06-15' });
    expect(reply.status).toBe(404);
    const body = await reply.text();
    expect(body).toMatch(/^<ErrorResponse .*<Code>NotSimulated<\/Code>.*GetSessionToken/);
  });
});

describe('a session', () => {
  it('is accepted until it ends, and then refused by each service in its words', async () => {
    const credentials = world.simulator.sessions.issue(60);
    world.pass(MINUTE - 1);
    await getAlias(credentials);
    await describeAlarms(credentials);
    world.pass(1);
    expect(await refusal(getAlias(credentials))).toBe(`403 ExpiredTokenException: ${EXPIRED}`);
    expect(await refusal(describeAlarms(credentials))).toBe(`403 ExpiredToken: ${EXPIRED}`);
    expect(world.simulator.requests).toMatchObject([
      { operation: 'GetAlias', status: 200 },
      { operation: 'DescribeAlarms', status: 200 },
      { operation: 'GetAlias', status: 403, error: 'ExpiredTokenException' },
      { operation: 'DescribeAlarms', status: 403, error: 'ExpiredToken' },
    ]);
  });

  it('of a role that was assumed serves until it ends', async () => {
    const credentials = await assume({ DurationSeconds: 900 });
    await getAlias(credentials);
    world.pass(15 * MINUTE);
    expect(await refusal(getAlias(credentials))).toContain('ExpiredTokenException');
  });

  it('ends before its time when a test says so, other than those issued later', async () => {
    const { sessions } = world.simulator;
    const before = sessions.issue(3600);
    sessions.expireAll();
    const after = sessions.issue(3600);
    expect(await refusal(getAlias(before))).toContain('ExpiredTokenException');
    expect((await getAlias(after)).FunctionVersion).toBe('1');
    expect(sessions.issued.map(({ expiresAt }) => expiresAt)).toEqual([START, START + HOUR]);
  });

  it('does not begin again by being ended after its end', () => {
    const { sessions } = world.simulator;
    sessions.issue(60);
    world.pass(HOUR);
    sessions.expireAll();
    expect(sessions.issued[0]?.expiresAt).toBe(START + MINUTE);
  });

  it('that is over is refused before faults, hooks and the function itself', async () => {
    const { sessions, faults } = world.simulator;
    const credentials = sessions.issue(0);
    const seen: string[] = [];
    faults.add(() => ({ type: 'reset' }));
    faults.before(({ operation }) => seen.push(operation));
    expect(await refusal(getAlias(credentials))).toMatch(/^403 ExpiredTokenException/);
    expect(seen).toEqual([]);
  });

  it('that is over does not matter to requests with other keys', async () => {
    world.simulator.sessions.issue(0);
    const foreign = { ...world.simulator.sessions.issue(0), accessKeyId: 'ASIAUNKNOWN' };
    expect((await getAlias(foreign)).FunctionVersion).toBe('1');
  });
});
