import { spawnSync } from 'node:child_process';
import { createServer, type AddressInfo, type Server } from 'node:net';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { createSharedTime, type SharedTime } from '../../../simulator/time/shared-time.ts';
import { HOUR, START, startScript } from '../../fixtures/timed-process.ts';

const PRELOAD = new URL('../../../simulator/time/virtual.ts', import.meta.url).href;

let time: SharedTime;
beforeEach(() => {
  time = createSharedTime(START);
});
afterEach(() => {
  time.close();
});

/** What a script tells in a time that it shares with nobody else. */
const told = async (script: string) => (await startScript(time, script).done).lines;

describe('in a process that shares a time', () => {
  it('all clocks show it', async () => {
    const lines = await told(`
      await sleep(${HOUR});
      tell(new Date().toISOString());
      tell(performance.timeOrigin + ' + ' + performance.now());
      tell(new Date(0).toISOString());
    `);
    expect(lines).toEqual([
      `${new Date(START + HOUR).toISOString()} after 3600 s`,
      `${START} + ${HOUR} after 3600 s`,
      '1970-01-01T00:00:00.000Z after 3600 s',
    ]);
  });

  it('timers fire by it, imported in any way, the global ones too', async () => {
    const lines = await told(`
      import promises, { setTimeout as named } from 'node:timers/promises';
      import timers, { setTimeout as callback } from 'node:timers';
      setTimeout(() => tell('global'), 1_000);
      timers.setTimeout(() => tell('default'), 2_000);
      callback(() => tell('named'), 3_000);
      tell(await named(4_000, 'named promise'));
      tell(await promises.setTimeout(1_000, 'promise'));
    `);
    expect(lines).toEqual([
      'global after 1 s',
      'default after 2 s',
      'named after 3 s',
      'named promise after 4 s',
      'promise after 5 s',
    ]);
  });

  it('sleep ends by a signal, before or meanwhile, and fires no more', async () => {
    const lines = await told(`
      const failure = ({ name, code, cause }) => tell(name + ' ' + code + ' ' + cause);
      await sleep(${HOUR}, undefined, { signal: AbortSignal.abort('before') }).catch(failure);
      const controller = new AbortController();
      setTimeout(() => controller.abort('meanwhile'), 60_000);
      await sleep(${HOUR}, undefined, { signal: controller.signal }).catch(failure);
    `);
    expect(lines).toEqual([
      'AbortError ABORT_ERR before after 0 s',
      'AbortError ABORT_ERR meanwhile after 60 s',
    ]);
    expect(time.clock.now()).toBe(START + 60_000);
  });

  it('a timer that is not to keep the process alive does not', async () => {
    const lines = await told(`
      setTimeout(() => tell('never'), ${HOUR}).unref();
      void sleep(${HOUR}, undefined, { ref: false }).then(() => tell('never'));
      AbortSignal.timeout(${HOUR}).addEventListener('abort', () => tell('never'));
      tell('done');
    `);
    expect(lines).toEqual(['done after 0 s']);
    expect(time.clock.now()).toBe(START);
  });

  it('files are read in no time', async () => {
    const lines = await told(`
      import { readFile } from 'node:fs/promises';
      setTimeout(() => tell('an hour'), ${HOUR});
      for (let each = 0; each < 100; each++) await readFile(new URL('${PRELOAD}'));
      tell('read');
    `);
    expect(lines).toEqual(['read after 0 s', 'an hour after 3600 s']);
  });
});

describe('the timeout of a socket in a process that shares a time', () => {
  let server: Server;
  beforeEach(async () => {
    server = createServer((socket) => {
      socket.on('error', () => undefined).resume();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterEach(async () => {
    await new Promise((resolve) => server.close(resolve));
  });

  const connected = (script: string) =>
    told(`
      import { connect } from 'node:net';
      const socket = connect(${(server.address() as AddressInfo).port}, '127.0.0.1');
      await new Promise((resolve) => socket.once('connect', resolve));
      const end = setTimeout(() => tell('nothing'), ${HOUR});
      socket.once('timeout', () => {
        tell('timeout');
        clearTimeout(end);
        socket.destroy();
      });
      ${script}
    `);

  it('comes by that time', async () => {
    expect(await connected('socket.setTimeout(30_000);')).toEqual(['timeout after 30 s']);
  });

  it('begins anew with each byte', async () => {
    expect(
      await connected(`
        socket.setTimeout(30_000);
        await sleep(20_000);
        await new Promise((resolve) => socket.write('x', resolve));
      `),
    ).toEqual(['timeout after 50 s']);
  });

  it('does not come when it was taken back', async () => {
    expect(
      await connected(`
        socket.setTimeout(30_000);
        socket.setTimeout(0);
        await sleep(${2 * HOUR});
        socket.destroy();
      `),
    ).toEqual(['nothing after 3600 s']);
  });
});

describe('a process that should share a time', () => {
  it.each([undefined, '', '1', '0,1', 'one,now'])(
    'does not start with SHARED_TIME=%s',
    (shared) => {
      const { status, stderr } = spawnSync(process.execPath, ['--import', PRELOAD, '--eval', ''], {
        encoding: 'utf8',
        env: shared === undefined ? {} : { SHARED_TIME: shared },
      });
      expect(status).toBe(1);
      expect(stderr).toContain('SHARED_TIME must be <number>,<epoch milliseconds>');
    },
  );

  it('does not start without a channel to who tells it the time', () => {
    const { status, stderr } = spawnSync(process.execPath, ['--import', PRELOAD, '--eval', ''], {
      encoding: 'utf8',
      env: { SHARED_TIME: `1,${START}` },
    });
    expect(status).toBe(1);
    expect(stderr).toContain('with a channel to its parent');
  });
});
