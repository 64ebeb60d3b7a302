import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';

import { GetAliasCommand, GetFunctionCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { describe, expect, it } from '@jest/globals';

import { awsEnvironment } from '../../simulator/environment.ts';
import { COMPILED } from '../../simulator/runner.ts';

const MAIN = new URL('../../simulator/main.ts', import.meta.url).pathname;
const env = { ...process.env, NODE_COMPILE_CACHE: COMPILED };

describe('the simulator started alone', () => {
  it('prints the environment that leads to it, holds its small world, and stops on SIGINT', async () => {
    const child = spawn(process.execPath, [MAIN, '--next', 'bad', '--speed', '60'], { env });
    let printed = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (printed += text));
    while (!printed.includes('Ctrl-C')) await once(child.stdout, 'data');

    const exported = [...printed.matchAll(/^export (\w+=.*)$/gm)].map(([, text]) => text);
    const endpoint = /http:\/\/127\.0\.0\.1:\d+/.exec(printed)?.[0] ?? '';
    const wanted = Object.entries(awsEnvironment(endpoint, 'eu-west-1'));
    expect(exported.slice(0, -1)).toEqual(wanted.map(([name, value]) => `${name}=${value}`));
    expect(exported.at(-1)).toMatch(/^SIMULATED_TIME=\d+,60$/);

    const credentials = { accessKeyId: 'simulator', secretAccessKey: 'simulator' };
    const lambda = new LambdaClient({ region: 'eu-west-1', endpoint, credentials });
    const live = { FunctionName: 'checkout', Name: 'live' };
    expect((await lambda.send(new GetAliasCommand(live))).FunctionVersion).toBe('1');
    const sha = async (Qualifier: string) => {
      const command = new GetFunctionCommand({ FunctionName: 'checkout', Qualifier });
      return (await lambda.send(command)).Configuration?.CodeSha256;
    };
    expect(await sha('$LATEST')).not.toBe(await sha('1'));
    lambda.destroy();

    child.kill('SIGINT');
    expect(await once(child, 'exit')).toEqual([0, null]);
  });

  it.each([
    [['--port', '70000'], '--port must be a whole number from 0 to 65535, not "70000"'],
    [['--port', 'http'], '--port must be a whole number from 0 to 65535, not "http"'],
    [['--speed', '0'], '--speed must be a number above 0, not "0"'],
    [['--seed', '1.5'], '--seed must be a whole number'],
    [['--next', 'ugly'], '--next must be good or bad, not "ugly"'],
    [['--colour', 'red'], "Unknown option '--colour'"],
  ])('with %j says what is wrong and how it is used', (flags, expected) => {
    const { status, stderr } = spawnSync(process.execPath, [MAIN, ...flags], {
      encoding: 'utf8',
      env,
    });
    expect(status).toBe(1);
    expect(stderr).toContain(expected);
    expect(stderr).toContain('Usage: npm run simulator');
  });
});
