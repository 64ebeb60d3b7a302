import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { listen, type RunningServer } from '../../../simulator/loopback.ts';
import type { Exchange } from '../../../simulator/time/server-time.ts';
import {
  createSharedTime,
  type AtRest,
  type SharedTime,
} from '../../../simulator/time/shared-time.ts';
import {
  HOUR,
  MINUTE,
  START,
  startScript,
  type TimedProcess,
} from '../../fixtures/timed-process.ts';

type Answer = (response: ServerResponse, exchange: Exchange) => Promise<void> | void;

let time: SharedTime;
let server: RunningServer;
/** The requests, with the time that had passed. */
let requests: string[];
/** What a path is answered with; at once, unless a test says otherwise. */
let answers: Map<string, Answer>;
beforeEach(async () => {
  time = createSharedTime(START);
  requests = [];
  answers = new Map();
  server = await listen(
    async ({ url = '' }, response, exchange) => {
      requests.push(`${url} after ${passed() / 1000} s`);
      await (answers.get(url) ?? ((each) => each.end('done')))(response, exchange);
    },
    { time },
  );
});
afterEach(async () => {
  await server.close();
  time.close();
});

const passed = () => time.clock.now() - START;
const start = (script: string) => startScript(time, script, server.url);

/** Resolves when a process said that it sleeps. */
const asleep = ({ child }: TimedProcess) =>
  new Promise<void>((resolve) => {
    child.on('message', ({ next }: AtRest) => {
      if (next !== undefined) resolve();
    });
  });

/** More than time takes to move when nothing keeps it. */
async function turnsOfTheLoop(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
}

describe('the time that processes share', () => {
  it('stands still for work, however much, and passes for sleep', async () => {
    const { lines } = await start(`
      let sum = 0;
      for (let each = 0; each < 1e6; each++) sum += each;
      tell('worked');
      await sleep(${8 * HOUR});
      tell('slept');
    `).done;
    expect(lines).toEqual(['worked after 0 s', 'slept after 28800 s']);
    expect(passed()).toBe(8 * HOUR);
  });

  it('wakes processes in the order of what they sleep for', async () => {
    const sleeper = (name: string, minutes: readonly number[]) =>
      start(
        `for (const each of [${minutes.join()}]) { await sleep(each * ${MINUTE}); await ask('/${name}'); }`,
      );
    const both = [sleeper('one', [10, 30]), sleeper('other', [25, 5, 5])];
    await Promise.all(both.map(({ done }) => done));
    expect(requests).toEqual([
      '/one after 600 s',
      '/other after 1500 s',
      '/other after 1800 s',
      '/other after 2100 s',
      '/one after 2400 s',
    ]);
  });

  it('lets what happens in the world come between, unless that was prevented', async () => {
    const sleeper = start(`await sleep(${HOUR}); await ask('/awake');`);
    time.at(START + HOUR - 1, () => requests.push(`the world after ${passed() / 1000} s`));
    time.at(START + MINUTE, () => requests.push('never'))();
    await sleeper.done;
    expect(requests).toEqual(['the world after 3599.999 s', '/awake after 3600 s']);
  });

  it('stands still while it is held', async () => {
    let slept = 0;
    const sleeper = await time.hold(async () => {
      const held = start(`await sleep(${HOUR}); tell('awake');`);
      await asleep(held);
      await turnsOfTheLoop();
      slept = passed();
      return held;
    });
    expect(slept).toBe(0);
    expect((await sleeper.done).lines).toEqual(['awake after 3600 s']);
  });

  it('stands still while a server works on the reply to somebody who does not share it', async () => {
    const sleeper = start(`await sleep(${HOUR}); await ask('/awake');`);
    answers.set('/work', async (response) => {
      await asleep(sleeper);
      await turnsOfTheLoop();
      requests.push(`worked after ${passed() / 1000} s`);
      response.end('worked');
    });
    await fetch(`${server.url}/work`);
    await sleeper.done;
    expect(requests).toEqual(['/work after 0 s', 'worked after 0 s', '/awake after 3600 s']);
  });
});

describe('a delayed answer', () => {
  beforeEach(() => {
    answers.set('/slow', async (response, exchange) => {
      await exchange.waitFor(time.sleep(40_000));
      response.end('at last');
    });
  });

  it('comes when its time has come', async () => {
    const { lines } = await start(`tell(await ask('/slow'));`).done;
    expect(lines).toEqual(['at last after 40 s']);
  });

  it('is not waited for by who gives up before', async () => {
    const { lines } = await start(`
      const signal = AbortSignal.timeout(30_000);
      await ask('/slow', { signal }).catch(({ name }) => tell(name));
    `).done;
    expect(lines).toEqual(['TimeoutError after 30 s']);
  });

  it('holds up nobody else', async () => {
    const asking = start(`tell(await ask('/slow'));`);
    const other = start(`await sleep(10_000); await ask('/quick'); tell('answered');`);
    expect((await other.done).lines).toEqual(['answered after 10 s']);
    expect((await asking.done).lines).toEqual(['at last after 40 s']);
  });
});

describe('a process that waits for what will never happen', () => {
  beforeEach(() => {
    answers.set('/never', () => undefined);
  });

  it('is ended, and it is said what it waited for', async () => {
    const { stuck, signal } = await start(`await sleep(1000); await wait('/never');`).done;
    expect(signal).toBe('SIGKILL');
    expect(stuck).toBe(
      'The process waits for something that will never happen: replies to GET /never',
    );
  });

  it('is left alone as long as somebody else sleeps, who may end that', async () => {
    const asking = start(
      `process.once('SIGTERM', () => { tell('told'); process.exit(3); }); await wait('/never');`,
    );
    const other = start(`await sleep(${HOUR}); await ask('/end');`);
    answers.set('/end', (response) => {
      asking.child.kill('SIGTERM');
      response.end();
    });
    await other.done;
    expect(await asking.done).toMatchObject({
      lines: ['told after 3600 s'],
      exitCode: 3,
      stuck: '',
    });
  });
});

describe('a signal', () => {
  it('reaches a process that sleeps, at the time at which it was sent', async () => {
    const sleeper = start(`
      process.once('SIGINT', () => tell('interrupted'));
      tell('ready');
      await sleep(${8 * HOUR});
      tell('slept');
    `);
    await sleeper.told('ready after 0 s');
    time.at(START + HOUR, () => sleeper.child.kill('SIGINT'));
    expect((await sleeper.done).lines).toEqual([
      'ready after 0 s',
      'interrupted after 3600 s',
      'slept after 28800 s',
    ]);
  });

  it('is dealt with before the reply during which it was sent', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'lambda-canary-signal-'));
    const trace = join(folder, 'interrupted');
    const asking = start(`
      import { writeFileSync } from 'node:fs';
      process.once('SIGINT', () => writeFileSync('${trace}', ''));
      tell(await ask('/signal'));
    `);
    answers.set('/signal', async (response, exchange) => {
      asking.child.kill('SIGINT');
      await exchange.signalsHandled();
      response.end(existsSync(trace) ? 'after the signal' : 'before the signal');
    });
    expect((await asking.done).lines).toEqual(['after the signal after 0 s']);
    rmSync(folder, { recursive: true });
  });

  it('that kills lets time go on for the others', async () => {
    const killed = start(`tell('ready'); await sleep(${HOUR}); tell('never');`);
    const other = start(`await sleep(${2 * HOUR}); tell('slept');`);
    await killed.told('ready after 0 s');
    time.at(START + MINUTE, () => killed.child.kill('SIGKILL'));
    expect(await killed.done).toMatchObject({ lines: ['ready after 0 s'], signal: 'SIGKILL' });
    expect((await other.done).lines).toEqual(['slept after 7200 s']);
  });

  it('comes too late for a process that has ended', async () => {
    const ended = start('');
    await ended.done;
    expect(ended.child.kill('SIGINT')).toBe(false);
  });
});

describe('a world without a process', () => {
  it('stands still unless somebody looks on', async () => {
    let happened = false;
    time.at(START + HOUR, () => {
      happened = true;
    });
    await turnsOfTheLoop();
    expect([happened, passed()]).toEqual([false, 0]);
  });

  it('passes until what somebody looks on for has happened, and no further', async () => {
    time.at(START + 2 * HOUR, () => undefined);
    const first = new Promise<string>((resolve) => {
      time.at(START + HOUR, () => {
        resolve('the first');
      });
    });
    expect(await time.passUntil(first)).toBe('the first');
    await turnsOfTheLoop();
    expect(passed()).toBe(HOUR);
  });

  it('says that what is looked on for will never happen', async () => {
    time.at(START + HOUR, () => undefined);
    const never = new Promise<void>(() => undefined);
    await expect(time.passUntil(never)).rejects.toThrow('will never happen');
  });

  it('goes on beside the processes that are left', async () => {
    const process = start(`await sleep(${HOUR}); tell('slept');`);
    const later = new Promise<void>((resolve) => time.at(START + 2 * HOUR, resolve));
    await time.passUntil(later);
    expect([(await process.done).lines, passed()]).toEqual([['slept after 3600 s'], 2 * HOUR]);
  });
});

describe('a world that ends', () => {
  it('says nothing when every process ended before', async () => {
    await start(`await sleep(${HOUR});`).done;
    expect(() => {
      time.close();
    }).not.toThrow();
  });

  it('ends a process that is left, and says what that was waiting for', async () => {
    const left = start(`tell('ready'); await Promise.all([ask('/hold'), sleep(${HOUR})]);`);
    const asked = new Promise<void>((resolve) => {
      answers.set('/hold', () => {
        resolve();
        return new Promise<void>(() => undefined);
      });
    });
    await asked;
    expect(() => {
      time.close();
    }).toThrow(/^At \d+ the world ended with processes in it: process 1 is /);
    expect((await left.done).signal).toBe('SIGKILL');
  });
});
