import { spawn } from 'node:child_process';
import { once } from 'node:events';

import { afterEach, beforeEach, describe, expect } from '@jest/globals';

import { awsEnvironment } from '../../simulator/environment.ts';
import { COMPILED } from '../../simulator/runner.ts';
import { startServer, type RunningServer } from '../../simulator/server.ts';
import { createSimulator, type Simulator } from '../../simulator/simulator.ts';
import { itWithSignals } from '../fixtures/signals.ts';

const ROLE = 'arn:aws:iam::123456789012:role/given';

describe('a conformance run, as a process', () => {
  let simulator: Simulator;
  let server: RunningServer;
  beforeEach(async () => {
    simulator = createSimulator({ countsInvocations: true });
    server = await startServer(simulator);
  });
  afterEach(() => server.close());

  /** What lasts for minutes by the machine's clock, so that it is in the middle when it is interrupted. */
  function start(...options: readonly string[]) {
    const given = ['--yes', '--role', ROLE, '--endpoint', server.url, ...options];
    const child = spawn(process.execPath, ['conformance/main.ts', ...given], {
      env: {
        PATH: process.env['PATH'],
        NODE_COMPILE_CACHE: COMPILED,
        ...awsEnvironment(server.url, simulator.region),
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    const ended = once(child, 'close').then(([code, signal]) => ({
      code: code as unknown,
      signal: signal as unknown,
      output,
    }));
    return { child, ended };
  }

  const requested = (operation: string) =>
    new Promise<void>((resolve) => {
      simulator.onRequest((request) => {
        if (request.operation === operation) resolve();
      });
    });

  itWithSignals.each(['SIGINT', 'SIGTERM'] as const)(
    'removes what it made at a %s',
    async (signal) => {
      const { child, ended } = start('--only', 'log-delay,alarm-returns');
      await Promise.all([requested('Invoke'), requested('PutMetricAlarm')]);
      child.kill(signal);
      expect(await ended).toMatchObject({
        code: 130,
        output: expect.stringContaining('Interrupted.'),
      });
      expect([...simulator.lambda.functions.keys()]).toEqual([]);
      expect([...simulator.alarms.alarms.keys()]).toEqual([]);
    },
  );

  itWithSignals(
    'lets a rollout revert before it removes what that moved',
    async () => {
      const { child, ended } = start('--only', 'rollout-by-alarm');
      await requested('UpdateAlias');
      child.kill('SIGINT');
      expect(await ended).toMatchObject({ code: 130 });
      const { operation } =
        simulator.requests.findLast(({ operation: each }) => /^(Update|Delete)/.test(each)) ?? {};
      expect(operation).toBe('DeleteLogGroup');
      expect(simulator.aliasHistory.at(-1)).toMatchObject({ version: '1', weights: {} });
      expect(simulator.aliasHistory.length).toBeGreaterThan(2);
      expect(simulator.lambda.functions.size).toBe(0);
    },
    60_000,
  );

  itWithSignals('that was killed is cleaned up by the next one', async () => {
    const { child, ended } = start('--only', 'log-delay');
    await requested('Invoke');
    child.kill('SIGKILL');
    await ended;
    expect(simulator.lambda.functions.size).toBe(1);
    const next = await start('--cleanup').ended;
    expect(next).toMatchObject({
      code: 0,
      output: expect.stringContaining('Left by another run: function'),
    });
    expect(simulator.lambda.functions.size).toBe(0);
  });
});
