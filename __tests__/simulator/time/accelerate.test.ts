import { spawnSync } from 'node:child_process';

import { describe, expect, it } from '@jest/globals';

import { COMPILED } from '../../../simulator/runner.ts';
import { acceleratedClock, faster } from '../../../simulator/time/clock.ts';

const ACCELERATE = new URL('../../../simulator/time/accelerate.ts', import.meta.url).href;
const HOUR = 3_600_000;

/** Loaded before time is fast: the script finds here what was real. */
const REAL = `data:text/javascript,${encodeURIComponent(`
  const now = performance.now.bind(performance);
  globalThis.real = { now: () => performance.timeOrigin + now(), setTimeout };
`)}`;

/** Runs a script in fast time; it prints JSON. */
function run(script: string, simulatedTime: string | undefined) {
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    ['--import', REAL, '--import', ACCELERATE, '--input-type=module', '--eval', script],
    {
      encoding: 'utf8',
      env: {
        ...process.env,
        NODE_COMPILE_CACHE: COMPILED,
        ...(simulatedTime === undefined ? {} : { SIMULATED_TIME: simulatedTime }),
      },
    },
  );
  return { status, stderr, output: stdout === '' ? undefined : (JSON.parse(stdout) as unknown) };
}

describe('a process with accelerated time', () => {
  const speed = 36_000;

  it('shares the clock of the simulator: performance, Date and acceleratedClock agree', () => {
    const originMs = Date.now() - 1_000;
    const { output } = run(
      `const read = [
         real.now, () => performance.timeOrigin + performance.now(), real.now, Date.now, real.now,
       ];
       console.log(JSON.stringify(read.map((clock) => clock())));`,
      `${originMs},${speed}`,
    );
    // Each is read between two readings of the real clock, so that it does not matter how long that takes.
    const [first = 0, monotonic = 0, second = 0, date = 0, third = 0] = output as readonly number[];
    const fast = (realMs: number) => faster(realMs, { originMs, speed });
    expect(monotonic).toBeGreaterThanOrEqual(fast(first));
    expect(monotonic).toBeLessThanOrEqual(fast(second));
    expect(date).toBeGreaterThanOrEqual(fast(second));
    expect(date).toBeLessThanOrEqual(fast(third));
    expect(first).toBeGreaterThan(originMs);

    const now = () => performance.timeOrigin + performance.now();
    const [before, seen, after] = [now(), acceleratedClock({ originMs, speed }).now(), now()];
    expect(seen).toBeGreaterThanOrEqual(fast(before));
    expect(seen).toBeLessThanOrEqual(fast(after));
  });

  it('waits an hour in a moment, for timers/promises imported in any way, and sees the hour pass', () => {
    const { output } = run(
      `import { setTimeout as named } from 'node:timers/promises';
       import timers from 'node:timers/promises';
       const begin = performance.now();
       const values = [await named(${HOUR}, 'named'), await timers.setTimeout(${HOUR}, 'default')];
       console.log(JSON.stringify({ values, passed: performance.now() - begin }));`,
      `${Date.now()},${speed}`,
    );
    expect(output).toMatchObject({ values: ['named', 'default'] });
    expect((output as { passed: number }).passed).toBeGreaterThan(1.9 * HOUR);
  });

  it('can end its waits by an AbortSignal', () => {
    const { output } = run(
      `import { setTimeout } from 'node:timers/promises';
       const controller = new AbortController();
       const waiting = setTimeout(1e12, undefined, { signal: controller.signal });
       controller.abort();
       console.log(JSON.stringify(await waiting.catch(({ name }) => name)));`,
      `${Date.now()},${speed}`,
    );
    expect(output).toBe('AbortError');
  });

  it('keeps the real setTimeout for those who guard sockets with it', () => {
    const { output } = run(
      'console.log(JSON.stringify(globalThis.setTimeout === real.setTimeout))',
      `${Date.now()},${speed}`,
    );
    expect(output).toBe(true);
  });

  it.each([undefined, '', 'now', '1000', '1000,0'])(
    'does not start with SIMULATED_TIME=%s',
    (time) => {
      const { status, stderr } = run('', time);
      expect(status).toBe(1);
      expect(stderr).toContain('SIMULATED_TIME must be <origin in epoch milliseconds>,<speed>');
    },
  );
});
