import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import type { CommandResult } from '../../src/core/checks/commands.ts';
import { createShell } from '../../src/system/shell.ts';

const PATH = process.env['PATH'] ?? '';
const never = () => new AbortController().signal;

const run = (
  command: string,
  {
    environment = {},
    more = {},
    input = '',
    signal = never(),
  }: {
    readonly environment?: Readonly<Record<string, string>>;
    readonly more?: Readonly<Record<string, string>>;
    readonly input?: string;
    readonly signal?: AbortSignal;
  } = {},
): Promise<CommandResult> =>
  createShell({ PATH, ...environment }).run({ command, environment: more, input }, signal);

describe('a command', () => {
  it.each([0, 1, 2, 42])('ends with its own exit code, as %i', async (code) => {
    const result = await run(`echo said; exit ${code}`);
    expect(result).toEqual({ type: 'exited', code, output: 'said\n' });
  });

  it('is run as GitHub runs a step: by bash, which ends with the first line that fails', async () => {
    const result = await run('false; echo "$BASH_VERSION is never told"');
    expect(result).toEqual({ type: 'exited', code: 1, output: '' });
    expect(await run('[[ -n $BASH_VERSION ]]')).toMatchObject({ code: 0 });
  });

  it('is told of the rollout by its environment and its standard input', async () => {
    const result = await run('echo "$GIVEN"; cat', { more: { GIVEN: 'here' }, input: '{"a":1}\n' });
    expect(result).toMatchObject({ code: 0, output: 'here\n{"a":1}\n' });
  });

  it('may leave its input alone, however long that is', async () => {
    const result = await run('exec <&-; echo done', { input: 'x'.repeat(1_000_000) });
    expect(result).toEqual({ type: 'exited', code: 0, output: 'done\n' });
  });

  it('has what it prints to both of its outputs told, without colours, and the last of very much', async () => {
    expect(await run(String.raw`printf '\033[31mred\033[0m\n'; echo more >&2`)).toMatchObject({
      output: expect.stringMatching(/^(?:red\nmore|more\nred)\n$/) as unknown,
    });
    const much = await run('head -c 3000000 /dev/zero | tr "\\0" x; echo; echo last');
    expect(much).toMatchObject({ code: 0, output: expect.stringMatching(/x\nlast\n$/) as unknown });
    expect('output' in much && much.output.length).toBe(65_536);
  });

  it('that a signal ends has said nothing', async () => {
    expect(await run('kill -SEGV $$')).toMatchObject({ type: 'killed', signal: 'SIGSEGV' });
  });

  it('that cannot be started is told, and never thrown', async () => {
    const shell = createShell({ PATH: '/nowhere' });
    const command = { command: 'true', environment: {}, input: '' };
    await expect(shell.run(command, never())).resolves.toEqual({
      type: 'not started',
      problem: 'there is no bash or sh on the PATH',
    });
    await expect(shell.problemOf('true')).resolves.toBe('there is no bash or sh on the PATH');
    const tooLong = { ...command, environment: { LONG: 'x'.repeat(3_000_000) } };
    await expect(createShell({ PATH }).run(tooLong, never())).resolves.toMatchObject({
      type: 'not started',
    });
  });
});

describe('the environment of a command', () => {
  it('is that of the job, and of the action nothing: neither its token nor its files', async () => {
    const environment = {
      AWS_PROFILE: 'of-the-job',
      GITHUB_SHA: 'abc',
      RUNNER_TRACKING_ID: 'by this the runner finds what is left over',
      'INPUT_GITHUB-TOKEN': 'ghs_secret',
      STATE_rollout: '{}',
      GITHUB_OUTPUT: '/output',
      GITHUB_STATE: '/state',
      GITHUB_ENV: '/env',
      GITHUB_PATH: '/path',
      GITHUB_STEP_SUMMARY: '/summary',
      ACTIONS_RUNTIME_TOKEN: 'secret',
    };
    const result = await run('env', { environment });
    const names = ('output' in result ? result.output : '')
      .split('\n')
      .map((line) => line.split('=')[0])
      .filter((name) => /^(?:AWS|GITHUB|RUNNER|INPUT|STATE|ACTIONS)/.test(name ?? ''));
    expect(names.toSorted()).toEqual(['AWS_PROFILE', 'GITHUB_SHA', 'RUNNER_TRACKING_ID']);
  });

  it('has its secrets masked in what is printed', async () => {
    const environment = {
      DD_API_KEY: '0123456789abcdef',
      DB_PASSWORD: 'hunter22\nsecond line',
      AWS_SECRET_ACCESS_KEY: 'wJalrXUtnFEMI',
      SHORT_TOKEN: 'abc',
      STAGE: 'production',
    };
    const result = await run('echo "$DD_API_KEY $DB_PASSWORD $AWS_SECRET_ACCESS_KEY $STAGE abc"', {
      environment,
    });
    expect(result).toMatchObject({ output: '*** ***\n*** *** production abc\n' });
  });
});

const BEGUN = 'echo begun >&3';

describe('a command that is cut off', () => {
  let server: Server;
  let connected: Promise<Socket>;
  let port: number;
  beforeEach(async () => {
    server = createServer();
    connected = once(server, 'connection').then(([socket]) => socket as Socket);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    ({ port } = server.address() as AddressInfo);
  });
  afterEach(() => {
    server.close();
  });

  /** Held open by whoever of it still lives. It says that it is on its way where it is told to. */
  const lives = (then: string) => `exec 3<>/dev/tcp/127.0.0.1/${port}; ${then}`;

  it.each([
    ['waits', `${BEGUN}; sleep 600`],
    ['ignores that it should end', `trap '' TERM; ${BEGUN}; sleep 600`],
    ['has begun others', `sleep 600 & (sleep 600 & ${BEGUN}; sleep 600); wait`],
    [
      'has begun others that ignore it',
      `(trap '' TERM; ${BEGUN}; sleep 600; sleep 600) & sleep 600`,
    ],
  ])('is told of at once and ended with all that it began, when it %s', async (_, then) => {
    const cut = new AbortController();
    const result = run(`echo so far; ${lives(then)}`, { signal: cut.signal });
    const socket = await connected;
    await once(socket, 'data');
    const closed = once(socket, 'close');
    let isClosed = false;
    void closed.then(() => (isClosed = true));
    cut.abort();
    await expect(result).resolves.toMatchObject({ type: 'cut off', output: 'so far\n' });
    expect(isClosed).toBe(false);
    socket.resume();
    await closed;
  });

  it('before it began never runs', async () => {
    const result = await run('echo began', { signal: AbortSignal.abort() });
    expect(result).toEqual({ type: 'cut off', output: '' });
  });

  it('leaves nothing running in the background when it ends by itself', async () => {
    const result = run(lives("(trap '' TERM; sleep 600) & exit 0"));
    const socket = (await connected).resume();
    await Promise.all([once(socket, 'close'), result]);
    await expect(result).resolves.toMatchObject({ code: 0 });
  });

  it('is over though something that escaped holds its output open', async () => {
    const escapes = 'setsid bash -c "echo \\$\\$ >&3; exec sleep 600" & read -r _ <&3; exit 1';
    const result = run(lives(escapes));
    const socket = await connected;
    let said = '';
    await new Promise<void>((resolve) => {
      socket.setEncoding('utf8').on('data', (text: string) => {
        said += text;
        if (/^\d+\n/.test(said)) resolve();
      });
    });
    socket.write('go on\n');
    await expect(result).resolves.toMatchObject({ type: 'exited', code: 1 });
    process.kill(Number(said.split('\n')[0]));
    await once(socket, 'close');
  });

  it('does not outlive the process of the action', async () => {
    const command = JSON.stringify(lives(`trap '' TERM; ${BEGUN}; sleep 600`));
    const program = `
      import { createShell } from ${JSON.stringify(new URL('../../src/system/shell.ts', import.meta.url).href)};
      const cut = new AbortController();
      void createShell(process.env).run({ command: ${command}, environment: {}, input: '' }, cut.signal);
      process.on('message', () => { cut.abort(); process.disconnect(); });
    `;
    const action = spawn(process.execPath, ['--input-type=module', '--eval', program], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    const socket = await connected;
    await once(socket, 'data');
    const closed = once(socket.resume(), 'close');
    action.send('cut');
    await Promise.all([once(action, 'exit'), closed]);
    expect(action.exitCode).toBe(0);
  });
});

describe('what can be known of a command without running it', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'lambda-canary-shell-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  const problemOf = (command: string) => createShell({ PATH }).problemOf(command);

  it('is nothing of one that can run, and nothing of it is run', async () => {
    const script = join(folder, 'check.sh');
    writeFileSync(script, `#!/bin/sh\ntouch ${folder}/ran\n`);
    chmodSync(script, 0o755);
    for (const command of [
      script,
      `LEVEL=1 ${script} --all`,
      `touch ${folder}/ran`,
      `"${script}"`,
      `$(touch ${folder}/ran)`,
      '[ -n "$A" ] && true',
      'if true; then true; fi',
      '! grep -q x /dev/null',
    ]) {
      await expect(problemOf(command)).resolves.toBeUndefined();
    }
    await expect(problemOf(`[ ! -e ${folder}/ran ] || no-such-tool`)).resolves.toBeUndefined();
    await expect(run(`[ ! -e ${folder}/ran ]`)).resolves.toMatchObject({ code: 0 });
  });

  it.each([
    ['no-such-tool --all', 'there is no no-such-tool that can be run here'],
    ['LEVEL=1 no-such-tool', 'there is no no-such-tool that can be run here'],
    ['./no/such/file.sh', 'there is no ./no/such/file.sh that can be run here. Is the path right'],
    ['echo "open', 'bash cannot read the command: bash: -c: line 1: unexpected EOF'],
    ['if true; then', 'bash cannot read the command: bash: -c: line 2: syntax error'],
  ])('is what keeps %s from running', async (command, problem) => {
    await expect(problemOf(command)).resolves.toContain(problem);
  });

  it('is that a file may not be executed', async () => {
    const script = join(folder, 'check.sh');
    writeFileSync(script, 'exit 0\n');
    await expect(problemOf(script)).resolves.toContain('is the file executable');
  });
});
