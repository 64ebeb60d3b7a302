import { getIDToken } from '@actions/core';
import { getOctokit } from '@actions/github';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';

import { startGitHub, type GitHub, type GitHubOptions } from '../../../simulator/github/server.ts';

const NOW = Date.UTC(2026, 10, 23, 14, 0);
const HTML_URL = 'https://github.com/acme/shop/actions/runs/42/attempts/1';

let github: GitHub;
const start = async (options: GitHubOptions = {}) => {
  github = await startGitHub({ clock: { now: () => NOW }, ...options });
};
afterEach(() => github.close());

async function attempt({ token = 'github-token', run = 42, signal }: Asked = {}) {
  const octokit = getOctokit(token, { baseUrl: github.url });
  return octokit.rest.actions.getWorkflowRunAttempt({
    owner: 'acme',
    repo: 'shop',
    run_id: run,
    attempt_number: 1,
    ...(signal === undefined ? {} : { request: { signal } }),
  });
}

interface Asked {
  readonly token?: string;
  readonly run?: number;
  readonly signal?: AbortSignal;
}

/** Resolves when a request has arrived. */
const arrival = () =>
  new Promise<void>((resolve) => {
    github.faults.add(() => {
      resolve();
      return undefined;
    });
  });

describe('the double of the API of GitHub', () => {
  beforeEach(() => start());

  it('tells what it was told of an attempt of a workflow run', async () => {
    github.runs.set('acme/shop/42/1', {
      status: 'completed',
      conclusion: 'failure',
      htmlUrl: HTML_URL,
    });
    const { status, data } = await attempt();
    expect(status).toBe(200);
    expect(data).toEqual({
      id: 42,
      run_attempt: 1,
      status: 'completed',
      conclusion: 'failure',
      html_url: HTML_URL,
      name: 'Deploy',
      path: '.github/workflows/deploy.yml',
      head_branch: 'main',
    });
  });

  it('does not know other runs, nor what it has no route for', async () => {
    await expect(attempt({ run: 43 })).rejects.toMatchObject({
      status: 404,
      response: { data: { message: 'Not Found' } },
    });
    const reply = await fetch(`${github.url}/repos/acme/shop/labels`, { method: 'POST' });
    expect(reply.status).toBe(404);
  });

  it('does not accept another token, or none', async () => {
    await expect(attempt({ token: 'stolen' })).rejects.toMatchObject({
      status: 401,
      response: { data: { message: 'Bad credentials' } },
    });
    const reply = await fetch(`${github.url}/repos/acme/shop/actions/runs/42/attempts/1`);
    expect(reply.status).toBe(401);
  });

  it.each(['token', 'bearer', 'Bearer'])('accepts its token after "%s"', async (scheme) => {
    const reply = await fetch(`${github.url}/repos/acme/shop/actions/runs/42/attempts/1`, {
      headers: { authorization: `${scheme} github-token` },
    });
    expect(reply.status).toBe(404);
  });

  it('keeps the requests that came, with the token and the body', async () => {
    await attempt({ token: 'some-token' }).catch(() => undefined);
    await fetch(`${github.url}/somewhere?a=b`, { method: 'POST', body: '{"c":1}' });
    expect(github.requests).toEqual([
      {
        method: 'GET',
        path: '/repos/acme/shop/actions/runs/42/attempts/1',
        token: 'some-token',
        body: undefined,
      },
      { method: 'POST', path: '/somewhere?a=b', token: '', body: { c: 1 } },
    ]);
  });

  it('answers otherwise, breaks the connection or is mended, as its faults say', async () => {
    const down = github.faults.add(() => ({ status: 503, body: { message: 'down' } }));
    await expect(attempt()).rejects.toMatchObject({ status: 503, message: /^down/ });
    down();
    const broken = github.faults.add(({ path }) => (path.includes('runs') ? 'reset' : undefined));
    await expect(attempt()).rejects.toThrow(/other side closed|fetch failed|ECONNRESET/);
    broken();
    await expect(attempt()).rejects.toMatchObject({ status: 404 });
  });

  it('never answers when a fault lets it hang', async () => {
    const arrived = arrival();
    github.faults.add(() => 'hang');
    const caller = new AbortController();
    const outcome = attempt({ signal: caller.signal }).catch((error: unknown) => error);
    await arrived;
    caller.abort();
    // What the library makes of a request that was given up.
    expect(await outcome).toMatchObject({ status: 500 });
  });
});

describe('the double of the API of GitHub with other options', () => {
  it('hides the runs from a job without the permission', async () => {
    await start({ permissions: [] });
    await expect(attempt()).rejects.toMatchObject({
      status: 403,
      response: { data: { message: 'Resource not accessible by integration' } },
    });
  });

  it('accepts the token that it was given', async () => {
    await start({ token: 'other' });
    await expect(attempt({ token: 'other' })).rejects.toMatchObject({ status: 404 });
    await expect(attempt()).rejects.toMatchObject({ status: 401 });
  });
});

describe('the double of the OIDC provider of GitHub', () => {
  const before = { ...process.env };
  beforeEach(async () => {
    await start();
    Object.assign(process.env, github.environment);
    // The library tells the runner to mask each token.
    jest.spyOn(process.stdout, 'write').mockReturnValue(true);
  });
  afterEach(() => {
    jest.restoreAllMocks();
    for (const name of Object.keys(github.environment)) {
      if (before[name] === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = before[name];
    }
  });

  const claims = (token: string) =>
    JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as unknown;

  it('gives tokens for an audience, which are valid for five minutes', async () => {
    const token = await getIDToken('sts.amazonaws.com');
    const iat = NOW / 1000;
    expect(token).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/);
    expect(claims(token)).toMatchObject({ aud: 'sts.amazonaws.com', iat, exp: iat + 300 });
    expect(github.requests).toMatchObject([
      { method: 'GET', path: '/oidc/token?api-version=2.0&audience=sts.amazonaws.com' },
    ]);
  });

  it('gives another token each time', async () => {
    const tokens = [await getIDToken('sts.amazonaws.com'), await getIDToken('sts.amazonaws.com')];
    expect(new Set(tokens).size).toBe(2);
  });

  it('gives none for the token of the API', async () => {
    process.env['ACTIONS_ID_TOKEN_REQUEST_TOKEN'] = 'github-token';
    await expect(getIDToken('sts.amazonaws.com')).rejects.toThrow(/401/);
  });

  it('takes its token as a bearer only', async () => {
    const status = async (scheme: string) => {
      const token = github.environment['ACTIONS_ID_TOKEN_REQUEST_TOKEN'] ?? '';
      const headers = { authorization: `${scheme} ${token}` };
      return (await fetch(`${github.url}/oidc/token?api-version=2.0`, { headers })).status;
    };
    expect([await status('Bearer'), await status('token')]).toEqual([200, 401]);
  });

  it('gives none when a fault says so', async () => {
    github.faults.add(({ path }) => (path.startsWith('/oidc/') ? 'reset' : undefined));
    await expect(getIDToken('sts.amazonaws.com')).rejects.toThrow(/Failed to get ID Token/);
  });
});
