import { spawnSync } from 'node:child_process';

import { describe, expect, it } from '@jest/globals';

import { acceleratedClock } from '../../../simulator/time/clock.ts';

const ACCELERATE = new URL('../../../simulator/time/accelerate.ts', import.meta.url).href;
const HOUR = 3_600_000;

/** Runs a script in fast time; it prints JSON. */
function run(script: string, simulatedTime: string | undefined) {
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    ['--import', ACCELERATE, '--input-type=module', '--eval', script],
    {
      encoding: 'utf8',
      env: {
        ...process.env,
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
    const clock = acceleratedClock({ originMs, speed });
    const before = clock.now();
    const { output } = run(
      'console.log(JSON.stringify([performance.timeOrigin + performance.now(), Date.now()]))',
      `${originMs},${speed}`,
    );
    const after = clock.now();
    const [monotonic = 0, date = 0] = output as readonly number[];
    // Clocks of two processes may differ by milliseconds, which are as many times `speed` here.
    const slack = 100 * speed;
    for (const seen of [monotonic, date]) {
      expect(seen).toBeGreaterThan(before - slack);
      expect(seen).toBeLessThan(after + slack);
    }
    expect(monotonic).toBeGreaterThan(originMs + HOUR);
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
      `import { setTimeout as sleep } from 'node:timers/promises';
       const seen = [];
       const guard = setTimeout(() => seen.push('guard'), 30_000);
       await sleep(${HOUR});
       clearTimeout(guard);
       console.log(JSON.stringify(seen));`,
      `${Date.now()},${speed}`,
    );
    expect(output).toEqual([]);
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
