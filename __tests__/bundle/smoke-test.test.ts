import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { denied } from '../../simulator/wire/faults.ts';
import { updateFunction } from '../../simulator/lambda/functions.ts';
import type { InvocationReply } from '../../simulator/lambda/state.ts';
import { addFunction, createWorld, type World } from '../fixtures/bundle-world.ts';

describe('a smoke test, the bundle', () => {
  let world: World;
  beforeEach(async () => {
    world = await createWorld();
  });
  afterEach(() => world.close());

  const seen: unknown[] = [];
  function answers(reply: InvocationReply, functionName = 'checkout', durationMs = 40): void {
    seen.length = 0;
    const respond = (payload: unknown) => {
      seen.push(payload);
      return reply;
    };
    const behaviour = { errorRate: 0, durationMs, respond };
    updateFunction(world.simulator.lambda, functionName, { code: 'with an answer', behaviour });
  }
  const PING = { 'smoke-test-payload': '{"ping": 1}', 'smoke-test-expect': '{"statusCode": 200}' };

  it('is passed by the new version before it gets any traffic', async () => {
    answers({ payload: { statusCode: 200, body: 'pong' } });
    const result = await world.run(PING);
    expect(result.outputs['outcome']).toBe('promoted');
    expect(result.log).toContain('checkout: version 2 passed the smoke test 1 in 40 ms');
    expect(result.summary).toContain('Smoke tests that passed: 1');
    expect(seen).toEqual([{ ping: 1 }]);
    const operations = world.simulator.requests.map(({ operation }) => operation);
    expect(operations.indexOf('Invoke')).toBeLessThan(operations.indexOf('UpdateAlias'));
    const invoke = world.simulator.requests.find(({ operation }) => operation === 'Invoke');
    expect(invoke?.input).toMatchObject({ query: { Qualifier: '2' } });
  });

  it.each<[string, InvocationReply, RegExp]>([
    [
      'answers something else',
      { payload: { statusCode: 500 }, log: 'the reason <b>stands</b> here\n' },
      /fails the smoke test 1: \$\.statusCode is 500, not 200/,
    ],
    [
      'throws',
      { payload: { errorMessage: 'boom' }, functionError: 'Unhandled' },
      /it failed \(Unhandled\): \{"errorMessage":"boom"\}/,
    ],
    [
      'is not the one that answers',
      { payload: { statusCode: 200 }, executedVersion: '1' },
      /version 1 answered instead of version 2/,
    ],
  ])('stops a version that %s, before anything is shifted', async (_, reply, why) => {
    answers(reply);
    const result = await world.run(PING);
    expect(result.exitCode).toBe(1);
    expect(result.outputs['outcome']).toBe('failed');
    expect(result.outputs['reason']).toMatch(why);
    expect(world.routings()).toEqual(['1']);
    expect(result.summary).toContain('The log of');
    expect(result.summary).not.toContain('<b>');
  });

  it('stops a version that is too slow', async () => {
    answers({ payload: { statusCode: 200 } }, 'checkout', 2_500);
    const result = await world.run({ ...PING, 'smoke-test-max-duration': '2s' });
    expect(result.outputs['reason']).toContain('it took 2,500 ms; smoke-test-max-duration is 2 s');
  });

  it('takes the duration from the last line of a log of 4 KB', async () => {
    const report = 'REPORT RequestId: 1\tDuration: 2500.00 ms\tBilled Duration: 2500 ms\n';
    const log = `${'x'.repeat(4_096 - report.length - 1)}\n${report}`;
    answers({ payload: { statusCode: 200 }, log });
    const result = await world.run({ ...PING, 'smoke-test-max-duration': '2s' });
    expect(result.outputs['reason']).toContain('it took 2,500 ms');
  });

  it('does not wait for ever for a version that does not answer', async () => {
    world.simulator.faults.add(({ operation }) =>
      operation === 'Invoke' ? { type: 'hang' } : undefined,
    );
    const result = await world.run({ ...PING, 'smoke-test-max-duration': '5s' });
    expect(result.outputs['outcome']).toBe('failed');
    expect(result.outputs['reason']).toContain('no answer within 35 s');
    expect(world.simulator.requests.filter(({ operation }) => operation === 'Invoke')).toHaveLength(
      1,
    );
  });

  it('is sent again when too many others are, for it was not executed', async () => {
    answers({ payload: { statusCode: 200 } });
    world.simulator.faults.add(({ operation, count }) =>
      operation === 'Invoke' && count < 2
        ? { type: 'error', status: 429, name: 'TooManyRequestsException', message: 'Rate exceeded' }
        : undefined,
    );
    const result = await world.run(PING);
    expect(result.outputs['outcome']).toBe('promoted');
    expect(seen).toHaveLength(1);
  });

  it('names the permission it lacks, for versions to come as well', async () => {
    world.simulator.faults.add(({ operation }) =>
      operation === 'Invoke' ? denied('lambda:InvokeFunction', '*') : undefined,
    );
    const result = await world.run(PING);
    expect(result.outputs['reason']).toContain('lambda:InvokeFunction');
    expect(result.outputs['reason']).toContain('function:checkout:*"');
  });

  it('comes before an alias is created, too', async () => {
    answers({ payload: null, functionError: 'Unhandled' });
    const result = await world.run({ ...PING, alias: 'new', 'create-alias': 'true' });
    expect(result.outputs['outcome']).toBe('failed');
    expect(world.writes()).toEqual(['PublishVersion']);
  });

  it('is for each of several functions its own, out of files', async () => {
    addFunction(world.simulator, 'cart');
    const folder = mkdtempSync(join(tmpdir(), 'lambda-canary-'));
    const path = join(folder, 'cart.json');
    writeFileSync(path, '{"cart": true}');
    answers({ payload: { ok: true } }, 'cart');
    const result = await world.run({
      'function-name': 'checkout, cart',
      'smoke-test-payload': `checkout: {"a": 1}\ncart: ${path}`,
      'smoke-test-expect': 'cart: {"ok": true}',
    });
    expect(result.outputs['outcome']).toBe('promoted');
    expect(seen).toEqual([{ cart: true }]);
    expect(result.log).toContain('checkout: version 2 passed the smoke test 1');
  });
});
