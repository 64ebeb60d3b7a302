import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync, chmodSync } from 'node:fs';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { addFunction, createWorld, type World } from '../fixtures/bundle-world.ts';

/** Says that it sleeps, so that the time of the world goes on, and does. */
const HANGS = 'touch "$SIMULATED_SLEEP/$$"; sleep 600 & wait';

/** How soon something is seen matters here. */
const OFTEN = { 'poll-interval': '10s' };

describe('with commands as checks, the bundle', () => {
  let world: World;
  let folder: string;
  beforeEach(async () => {
    world = await createWorld({ inputs: OFTEN });
    folder = mkdtempSync(join(tmpdir(), 'lambda-canary-commands-'));
  });
  afterEach(async () => {
    rmSync(folder, { recursive: true });
    await world.close();
  });

  /** A script that notes each of its runs, and then does what it is to do. */
  function script(then: string): string {
    const path = join(folder, 'check.sh');
    const line = '{"at":"$LAMBDA_CANARY_STEP","weight":"$LAMBDA_CANARY_WEIGHT"}';
    writeFileSync(path, `#!/bin/bash\necho ${JSON.stringify(line)} >> ${folder}/runs\n${then}\n`);
    chmodSync(path, 0o755);
    return path;
  }

  const runs = () =>
    readFileSync(join(folder, 'runs'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { readonly weight: string });
  const weights = () => runs().map(({ weight }) => weight);

  it('runs one at its pace and at the end of each step, and promotes what it passes', async () => {
    const result = await world.run({ 'check-commands': `slo, every 30s: ${script('exit 0')}` });
    expect(result.outputs['outcome']).toBe('promoted');
    // At most a poll after the weight, half a minute later, and at the end of the bake.
    for (const weight of ['10', '50', '100']) {
      const count = weights().filter((each) => each === weight).length;
      expect(count).toBeGreaterThanOrEqual(2);
      expect(count).toBeLessThanOrEqual(4);
    }
    expect(result.log).toContain('check slo runs every 30 s, for 1 min at most');
    expect(result.summary).toContain('### Checks of your own');
  });

  it('runs one at the end of each step once, and leaves no step before', async () => {
    const check = script('date +%s > /dev/null; exit 0');
    const result = await world.run({ 'check-commands': `smoke, at end of step: ${check}` });
    expect(result.outputs['outcome']).toBe('promoted');
    expect(weights()).toEqual(['10', '50', '100']);
  });

  it('runs one that is for after the promotion only then', async () => {
    const check = script('exit 0');
    const given = { 'check-commands': `smoke, after promotion, at end of step: ${check}` };
    expect((await world.run(given)).outputs['outcome']).toBe('promoted');
    expect(weights()).toEqual(['100']);
  });

  it('reverts with exit code 1, and the last lines are the reason, escaped and without secrets', async () => {
    const check = script(
      'echo "::set-output name=x::y"; echo "<b>5xx</b> $DD_API_KEY over 1 %" >&2; exit 1',
    );
    const result = await world.run(
      { 'check-commands': `slo: ${check}` },
      { environment: { DD_API_KEY: '0123456789abcdef' } },
    );
    expect(result.outputs).toMatchObject({ outcome: 'reverted', weight: '0' });
    expect(result.outputs['reason']).toContain('check slo of checkout:live failed: ');
    expect(result.outputs['reason']).toContain('<b>5xx</b> *** over 1 %');
    expect(result.summary).toContain('&#60;b&#62;5xx&#60;/b&#62; &#42;&#42;&#42; over 1 %');
    const everything = JSON.stringify(result);
    expect(everything).not.toContain('0123456789abcdef');
    expect(result.log).not.toMatch(/^\s*::set-output/m);
    expect(world.alias()).toBe('1');
  });

  it('waits with exit code 2, and reverts what stays so for twice the bake', async () => {
    const check = script('echo no data yet; exit 2');
    const result = await world.run({ 'check-commands': `slo: ${check}`, steps: '10% 1m' });
    expect(result.outputs['outcome']).toBe('reverted');
    expect(result.outputs['reason']).toMatch(
      /after 2 min.*: check slo of checkout:live does not know: exit code 2: no data yet \(still so after twice the bake time\)/,
    );
  });

  it('goes on when a command that could not tell can again within the grace', async () => {
    const check = script(`[ $(wc -l < ${folder}/runs) -gt 2 ] || exit 7; exit 0`);
    const result = await world.run({ 'check-commands': `slo: ${check}` });
    expect(result.outputs['outcome']).toBe('promoted');
    expect(result.log).toMatch(/check slo of checkout:live: ERROR: exit code 7/);
    expect(result.log).toMatch(/check slo of checkout:live: ERROR → OK/);
  });

  it('reverts after the grace what no command can tell of', async () => {
    const given = { 'check-commands': `slo: ${script('exit 7')}`, 'monitoring-grace': '30s' };
    const result = await world.run({ ...given, steps: '10% 10m' });
    expect(result.outputs['outcome']).toBe('reverted');
    expect(result.outputs['reason']).toMatch(
      /check slo of checkout:live could not tell for [34]\d s.*: exit code 7 \(monitoring-grace is 30 s\)/,
    );
  });

  it('takes one that hangs for one that could not tell, at its timeout', async () => {
    const given = { 'check-commands': `slo, timeout 20s: ${script(HANGS)}` };
    const result = await world.run({ ...given, 'monitoring-grace': '30s', steps: '10% 10m' });
    expect(result.outputs['outcome']).toBe('reverted');
    expect(result.outputs['reason']).toContain('not over after 20 s (its timeout)');
  });

  it.each([
    ['hangs', HANGS],
    ['ignores that it should end', `trap '' TERM; ${HANGS}`],
  ])('reverts within a second for another check while a command %s', async (_, then) => {
    const given = { 'check-commands': `slo, timeout 1h: ${script(then)}`, steps: '10% 10m' };
    let redAt = 0;
    const action = world.start(given);
    await world.requested('UpdateAlias', 0);
    world.time.at(world.time.clock.now() + 90_000, () => {
      world.setAlarm('ALARM', 'five errors');
    });
    world.simulator.onRequest(({ operation, at }) => {
      const isRed = world.simulator.alarms.history.some(
        (item) => item.type === 'StateUpdate' && item.to === 'ALARM',
      );
      if (operation === 'DescribeAlarms' && isRed && redAt === 0) redAt = at;
    });
    const result = await action.done;
    expect(result.outputs['outcome']).toBe('reverted');
    expect(result.outputs['reason']).toContain('alarm errors went into ALARM');
    const writes = world.simulator.requests.filter(({ operation }) => operation === 'UpdateAlias');
    expect(redAt).toBeGreaterThan(0);
    expect((writes[1]?.at ?? Infinity) - redAt).toBeLessThan(1_000);
  });

  it('runs it for each function, and blames the one that it speaks against', async () => {
    addFunction(world.simulator, 'basket');
    const check = script('[ "$LAMBDA_CANARY_FUNCTION" = checkout ] || { echo empty; exit 1; }');
    const result = await world.run({
      'function-name': 'checkout, basket',
      'check-commands': `slo: ${check}`,
    });
    expect(result.outputs['outcome']).toBe('reverted');
    expect(result.outputs['reason']).toContain('check slo of basket:live failed: empty');
    expect([world.alias('checkout'), world.alias('basket')]).toEqual(['1', '1']);
  });

  it('tells it of the rollout, in its environment and on its standard input', async () => {
    const check = script(`cat >> ${folder}/input; env | grep ^LAMBDA_CANARY > ${folder}/env`);
    const given = { 'check-commands': `slo, at end of step: ${check}`, steps: '10% 1m' };
    await world.run({ ...given, 'bake-time': '0s' });
    const told = {
      check: 'slo',
      function: 'checkout',
      alias: 'live',
      region: world.simulator.region,
      stable: '1',
      canary: '2',
      weight: 10,
      step: 1,
      steps: 2,
      since: expect.stringMatching(/^2026-11-23T14:00:\d\d\.\d{3}Z$/) as unknown,
    };
    const json = readFileSync(join(folder, 'input'), 'utf8');
    expect(JSON.parse(json)).toEqual({ ...told, bakeIsOver: true });
    const variables = readFileSync(join(folder, 'env'), 'utf8').trim().split('\n').toSorted();
    expect(variables.map((line) => line.split('=')[0])).toEqual(
      Object.keys(told)
        .map((name) => `LAMBDA_CANARY_${name.toUpperCase()}`)
        .toSorted(),
    );
  });

  it('runs nothing in a dry run, and says what it would', async () => {
    const given = { 'check-commands': `slo: ${script('exit 0')}`, 'dry-run': 'true' };
    const result = await world.run(given);
    expect(result.outputs['outcome']).toBe('planned');
    expect(result.log).toContain('check slo runs every 1 min');
    expect(runs).toThrow('ENOENT');
  });

  it('refuses one that is not there or cannot be read, before anything is written', async () => {
    const result = await world.run({
      'check-commands': `one: ./not/there.sh\nother: echo "open`,
    });
    expect(result.outputs['outcome']).toBe('failed');
    expect(result.outputs['reason']).toContain('there is no ./not/there.sh that can be run here');
    expect(result.outputs['reason']).toContain('other cannot be run: bash cannot read the command');
    expect(world.writes()).toEqual([]);
  });

  it('ends what still runs when the rollout is over', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    // Open for as long as anything of the command lives.
    const connected = once(server, 'connection').then(([socket]) => (socket as Socket).resume());
    const closed = connected.then((socket) => once(socket, 'close'));
    const check = script(`exec 3<>/dev/tcp/127.0.0.1/${port}; ${HANGS}`);
    const given = { 'check-commands': `slo, timeout 1h: ${check}`, steps: '10% 10m' };
    const action = world.start(given);
    await world.requested('UpdateAlias', 0);
    world.time.at(world.time.clock.now() + 90_000, () => action.process.kill('SIGINT'));
    await expect(action.done).resolves.toMatchObject({ outputs: { outcome: 'reverted' } });
    await closed;
    server.close();
  });
});
