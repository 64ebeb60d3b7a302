import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { createAlias } from '../../simulator/lambda/aliases.ts';
import {
  createFunction,
  publishVersion,
  updateFunction,
} from '../../simulator/lambda/functions.ts';
import { startServer, type RunningServer } from '../../simulator/server.ts';
import { createSimulator, type Simulator } from '../../simulator/simulator.ts';

const START = Date.UTC(2026, 10, 23, 14, 0);
const MINUTE = 60_000;

describe('where invocations count, an Invoke', () => {
  let now: number;
  let simulator: Simulator;
  let server: RunningServer;
  let client: LambdaClient;
  beforeEach(async () => {
    now = START;
    simulator = createSimulator({ clock: { now: () => now }, countsInvocations: true });
    const { lambda } = simulator;
    createFunction(lambda, { functionName: 'f' });
    publishVersion(lambda, 'f');
    updateFunction(lambda, 'f', { code: 'f 2' });
    publishVersion(lambda, 'f');
    createAlias(lambda, 'f', 'live', { version: '1', weights: { '2': 0.3 } });
    lambda.program = (_, event) => ({
      errorRate: (event as { readonly fails?: boolean }).fails === true ? 1 : 0,
      durationMs: (event as { readonly lastsMs?: number }).lastsMs ?? 40,
    });
    server = await startServer(simulator);
    const credentials = { accessKeyId: 'a', secretAccessKey: 'b' };
    client = new LambdaClient({
      region: 'eu-west-1',
      endpoint: server.url,
      credentials,
      maxAttempts: 1,
    });
  });
  afterEach(() => server.close());

  const invoke = (event: object) =>
    client.send(
      new InvokeCommand({
        FunctionName: 'f',
        Qualifier: 'live',
        Payload: Buffer.from(JSON.stringify(event)),
      }),
    );
  const sum = (metricName: string, version: string, minutes = 1) =>
    simulator.metrics.read({
      metricName,
      statistic: 'Sum',
      dimensions: { FunctionName: 'f', Resource: 'f:live', ExecutedVersion: version },
      from: START,
      to: START + minutes * MINUTE,
    });

  it('goes where the weights say, and is counted there', async () => {
    const ran: (string | undefined)[] = [];
    for (let count = 0; count < 40; count++) ran.push((await invoke({})).ExecutedVersion);
    const second = ran.filter((each) => each === '2').length;
    expect(second).toBeGreaterThan(4);
    expect(second).toBeLessThan(20);
    expect([sum('Invocations', '1'), sum('Invocations', '2')]).toEqual([40 - second, second]);
  });

  it('fails as the event says, which is answered and counted', async () => {
    const { FunctionError: error } = await invoke({ fails: true });
    expect(error).toBe('Unhandled');
    expect((sum('Errors', '1') ?? 0) + (sum('Errors', '2') ?? 0)).toBe(1);
  });

  it('that lasts is counted when it has ended, in the minute in which it began', async () => {
    const { ExecutedVersion: version = '' } = await invoke({ lastsMs: 90_000 });
    now += 89_000;
    simulator.advance();
    expect(sum('Invocations', version, 3)).toBeUndefined();
    now += 1_000;
    simulator.advance();
    expect(sum('Invocations', version)).toBe(1);
  });
});
