import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import { updateFunction } from '../../simulator/lambda/functions.ts';
import { createWorld, type World } from '../fixtures/bundle-world.ts';

const script = (name: string) => new URL(`../../examples/checks/${name}`, import.meta.url).pathname;

/** Each step of a rollout is one version further in the counters: 2 is healthy, 3 fails. */
const COUNTERS = (requests: number) => `
# TYPE requests_total counter
requests_total{function="checkout",version="2"} ${requests}
requests_total{function="checkout",version="3"} ${requests}
# TYPE requests_failed_total counter
requests_failed_total{function="checkout",version="2"} ${requests / 1_000}
requests_failed_total{function="checkout",version="3"} ${requests / 10}
`;

describe('prometheus.mjs, with a real Prometheus', () => {
  let folder: string;
  let application: Server;
  let prometheus: ChildProcess;
  let url: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'lambda-canary-prometheus-'));
    let requests = 0;
    application = createServer((_, reply) => {
      requests += 1_000;
      reply.setHeader('content-type', 'text/plain; version=0.0.4').end(COUNTERS(requests));
    });
    const target = await portOf(application);
    const spare = createServer();
    const port = await portOf(spare);
    await new Promise((resolve) => spare.close(resolve));
    url = `http://127.0.0.1:${port}`;
    const config = `
global: { scrape_interval: 1s }
scrape_configs: [{ job_name: shop, static_configs: [{ targets: ['127.0.0.1:${target}'] }] }]
`;
    writeFileSync(join(folder, 'prometheus.yml'), config);
    const args = [
      `--config.file=${folder}/prometheus.yml`,
      `--storage.tsdb.path=${folder}/data`,
      `--web.listen-address=127.0.0.1:${port}`,
    ];
    prometheus = spawn(process.env['PROMETHEUS'] ?? 'prometheus', args, { stdio: 'ignore' });
    while ((await ask('2')).status === 3 || (await ask('2')).status === 2) await setTimeout(500);
  });
  afterAll(async () => {
    const gone = once(prometheus, 'exit');
    prometheus.kill();
    await gone;
    application.close();
    rmSync(folder, { recursive: true });
  });

  /** Not at once: the application is asked by Prometheus in this process. */
  async function ask(version: string, at = url) {
    const child = spawn(process.execPath, [script('prometheus.mjs')], {
      env: {
        PROMETHEUS_URL: at,
        LAMBDA_CANARY_FUNCTION: 'checkout',
        LAMBDA_CANARY_CANARY: version,
      },
    });
    let output = '';
    for (const pipe of [child.stdout, child.stderr]) {
      pipe.on('data', (text) => (output += String(text)));
    }
    const [status] = (await once(child, 'close')) as [number];
    return { status, output };
  }

  it('passes a version whose requests do not fail', async () => {
    expect(await ask('2')).toEqual({
      status: 0,
      output: '0.10 % of the requests failed, allowed are 1 %\n',
    });
  });

  it('fails one whose requests do', async () => {
    expect(await ask('3')).toEqual({
      status: 1,
      output: '10.00 % of the requests failed, allowed are 1 %\n',
    });
  });

  it('does not know of one that has none', async () => {
    expect(await ask('4')).toMatchObject({ status: 2 });
  });

  it('could not tell where there is no Prometheus', async () => {
    const { status, output } = await ask('2', 'http://127.0.0.1:9');
    expect([status, output]).toEqual([3, expect.stringContaining('could not be asked')]);
  });

  it('reverts a rollout of the bundle with what it said', async () => {
    const world = await createWorld();
    try {
      const node = JSON.stringify(process.execPath);
      const command = `LAMBDA_CANARY_CANARY=3 ${node} ${script('prometheus.mjs')}`;
      const given = { 'check-commands': `error rate: ${command}` };
      const { outputs } = await world.run(given, { environment: { PROMETHEUS_URL: url } });
      expect(outputs['outcome']).toBe('reverted');
      expect(outputs['reason']).toContain(
        'check error rate of checkout:live failed: 10.00 % of the requests failed, allowed are 1 %',
      );
    } finally {
      await world.close();
    }
  });
});

describe('smoke.sh, with the AWS CLI and the bundle', () => {
  let world: World;
  beforeEach(async () => {
    world = await createWorld();
  });
  afterEach(() => world.close());

  const smoke = { 'check-commands': `smoke, at end of step: bash ${script('smoke.sh')}` };
  const invoked = () =>
    world.simulator.requests.filter(({ operation }) => operation === 'Invoke').length;

  it('invokes the new version by its number at the end of every step, and promotes it', async () => {
    const { outputs } = await world.run(smoke);
    expect(outputs['outcome']).toBe('promoted');
    expect(invoked()).toBe(3);
  });

  it('reverts a version that answers with an error', async () => {
    const respond = () => ({ payload: { errorMessage: 'no table' }, functionError: 'Unhandled' });
    const behaviour = { errorRate: 0, durationMs: 40, respond };
    updateFunction(world.simulator.lambda, 'checkout', { code: 'that fails', behaviour });
    const { outputs } = await world.run(smoke);
    expect(outputs['outcome']).toBe('reverted');
    expect(outputs['reason']).toContain('version 2 failed:');
    expect(invoked()).toBe(1);
  });
});

async function portOf(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}
