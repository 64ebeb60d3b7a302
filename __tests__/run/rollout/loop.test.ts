import { getEventListeners } from 'node:events';

import { beforeEach, describe, expect, it } from '@jest/globals';

import { createVirtualTime, type VirtualTime } from '../../../promises/virtual-time.ts';
import { planOf } from '../../../src/core/rollout/plan.ts';
import { wholeCourse } from '../../fixtures/course.ts';
import type { FinalState } from '../../../src/core/rollout/state.ts';
import type { Verdict } from '../../../src/core/rollout/verdict.ts';
import type { RevertResult, Router, SettleResult, ShiftResult } from '../../../src/ports.ts';
import { rollOut, type World } from '../../../src/run/rollout/loop.ts';
import type { Moment } from '../../../src/core/moment.ts';

const MINUTE = 60_000;
/** When every test begins. */
const T0 = 60 * MINUTE;
const course = wholeCourse(planOf([{ weight: 10, bakeMs: 5 * MINUTE }], MINUTE));
const PASS: Verdict = { kind: 'pass', reason: '' };
const RED: Verdict = { kind: 'fail', reason: 'red' };

/** A world without AWS: hours pass at once, and every call leaves a trace. */
describe('the loop', () => {
  let time: VirtualTime;
  let trace: string[];
  let readings: number[];
  let cancellation: AbortController;
  beforeEach(() => {
    time = createVirtualTime(T0, 1);
    trace = [];
    readings = [];
    cancellation = new AbortController();
  });

  interface Behaviour {
    readonly name?: string;
    readonly shift?: (weight: number, signal: AbortSignal) => Promise<ShiftResult>;
    readonly settle?: (signal: AbortSignal) => Promise<SettleResult>;
    readonly revert?: () => Promise<RevertResult>;
  }

  function router({ name = 'f', shift, settle, revert }: Behaviour = {}): Router {
    return {
      target: { functionId: name, functionName: name, alias: 'live' },
      versions: { stable: '1', canary: '2' },
      repair: `repair ${name}`,
      shift: async ({ weight }, signal) => {
        const result = (await shift?.(weight, signal)) ?? { type: 'shifted' };
        trace.push(`${name} ${result.type} ${weight}`);
        return result;
      },
      settle: async (signal) => (await settle?.(signal)) ?? { type: 'settled' },
      confirm: () => {
        trace.push(`${name} confirmed`);
        return Promise.resolve({ type: 'confirmed' });
      },
      revert: async () => {
        trace.push(`${name} reverting`);
        return (await revert?.()) ?? { type: 'reverted' };
      },
      intruder: () => Promise.resolve(undefined),
      settled: () => undefined,
      left: () => undefined,
    };
  }

  function world(
    routers: readonly Router[],
    verdictAt: (at: number) => Verdict = () => PASS,
  ): World {
    return {
      routers,
      watched: [
        {
          checks: {
            assess: ({ steady }) => {
              readings.push(steady - T0);
              return Promise.resolve({
                verdict: verdictAt(steady - T0),
                findings: [],
                warnings: [],
              });
            },
          },
          intervalMs: 15_000,
          gates: true,
        },
      ],
      clock: time.clock,
      journal: { record: () => undefined },
      cancellation: cancellation.signal,
      onCancel: 'revert',
      pollIntervalMs: () => 15_000,
    };
  }

  const run = (of: World, on = course): Promise<FinalState> => time.run(() => rollOut(on, of));
  /** Never answers, and ends when it is aborted. */
  const hang = (signal: AbortSignal) =>
    new Promise<never>((_, reject) => {
      signal.addEventListener('abort', () => {
        reject(signal.reason as Error);
      });
    });

  it('promotes after exactly the bake times of the plan', async () => {
    await expect(run(world([router()]))).resolves.toEqual({ phase: 'promoted' });
    expect(trace).toEqual(['f shifted 10', 'f shifted 100', 'f confirmed']);
    expect(time.clock.now() - T0).toBe(6 * MINUTE);
  });

  it('reads everything once more before the first weight, and moves nothing when that fails', async () => {
    const untouched = router({ revert: () => Promise.resolve({ type: 'untouched' }) });
    await expect(run(world([untouched], () => RED))).resolves.toEqual({
      phase: 'failed',
      reason: 'before the first step: red. No traffic had been moved',
    });
    expect(trace).toEqual(['f reverting']);
  });

  it('judges what an earlier process left from the first reading on, before it goes on', async () => {
    const judging: World = {
      ...world([router()]),
      watched: [
        {
          checks: {
            assess: (_, bake) => {
              const verdict = bake?.takenOver === true ? RED : PASS;
              return Promise.resolve({ verdict, findings: [], warnings: [] });
            },
          },
          intervalMs: 15_000,
          gates: true,
        },
      ],
    };
    const goingOn = () => rollOut(course, judging, { step: 1, standing: 0 });
    await expect(time.run(goingOn)).resolves.toMatchObject({ phase: 'reverted' });
    expect(trace).toEqual(['f reverting']);
  });

  it('extends a step for exactly as long as is written, although that is between two polls', async () => {
    const extending = (at: number): Verdict =>
      at > 0 && at < 433_000 ? { kind: 'extend', reason: 'too few requests' } : PASS;
    await run(world([router()], extending), { ...course, maxExtension: 433 / 300 });
    expect(time.clock.now() - T0).toBe(433_000 + MINUTE);
  });

  it('makes the revert the very next call after a failed check', async () => {
    const failing = (at: number) => (at < MINUTE ? PASS : RED);
    await expect(run(world([router()], failing))).resolves.toEqual({
      phase: 'reverted',
      reason: 'at 10 % (step 1 of 2), after 1 min: red',
    });
    expect(trace).toEqual(['f shifted 10', 'f reverting']);
  });

  it('watches while a write is unanswered, and aborts it when a check fails', async () => {
    const quick = router({ name: 'quick' });
    const hanging = router({ name: 'hanging', shift: (_, signal) => hang(signal) });
    const failing = (at: number) => (at < MINUTE ? PASS : RED);
    await expect(run(world([quick, hanging], failing))).resolves.toMatchObject({
      phase: 'reverted',
      reason: 'on the way to 10 % (step 1 of 2): red',
    });
    expect(time.clock.now() - T0).toBe(MINUTE);
    expect(readings).toEqual([0, 15_000, 30_000, 45_000, 60_000]);
  });

  it('watches while Lambda goes on serving the old version, and bakes from then on', async () => {
    const moving = router({
      settle: async (signal) => {
        await time.clock.sleep(7 * MINUTE, signal);
        return { type: 'settled' };
      },
    });
    await expect(run(world([moving]))).resolves.toEqual({ phase: 'promoted' });
    expect(time.clock.now() - T0).toBe(13 * MINUTE);
    const gaps = readings.map((at, index) => at - (readings[index - 1] ?? 0));
    expect(Math.max(...gaps)).toBe(15_000);
  });

  it('reverts when a check fails while Lambda goes on serving the old version', async () => {
    const moving = router({ settle: (signal) => hang(signal) });
    const failing = (at: number) => (at < 8 * MINUTE ? PASS : RED);
    await expect(run(world([moving], failing))).resolves.toMatchObject({ phase: 'reverted' });
    expect(time.clock.now() - T0).toBe(8 * MINUTE);
  });

  it('does not let a slow check keep the others from being read, or from failing', async () => {
    const slow = world([router()], (at) => (at < MINUTE ? PASS : RED));
    const metrics = {
      checks: {
        assess: async (_: Moment, __: unknown, signal: AbortSignal) => {
          await time.clock.sleep(40_000, signal);
          return { verdict: PASS, findings: [], warnings: [] };
        },
      },
      intervalMs: 15_000,
      gates: true,
    };
    await run({ ...slow, watched: [...slow.watched, metrics] });
    // The alarms keep their pace, and the write leaves with the reading that was red.
    const gaps = readings.map((at, index) => at - (readings[index - 1] ?? 0));
    expect(Math.max(...gaps)).toBeLessThanOrEqual(15_000);
    expect(time.clock.now() - T0).toBeLessThan(MINUTE + 15_000);
  });

  it('ends no step before a slow check was read after its bake', async () => {
    const quick = world([router()]);
    const begun: number[] = [];
    const metrics = {
      checks: {
        assess: async ({ steady }: Moment, _: unknown, signal: AbortSignal) => {
          begun.push(steady);
          await time.clock.sleep(40_000, signal);
          return { verdict: PASS, findings: [], warnings: [] };
        },
      },
      intervalMs: 15_000,
      gates: true,
    };
    await run({ ...quick, watched: [...quick.watched, metrics] });
    // It began to be read before the first weight, at the end of each bake, and in between.
    expect(time.clock.now() - T0).toBeGreaterThanOrEqual(6 * MINUTE + 3 * 40_000);
  });

  it('reverts next when it is cancelled during a write that then succeeds', async () => {
    const cancelling = router({
      shift: () => {
        cancellation.abort(new Error('cancelled (SIGINT)'));
        return Promise.resolve({ type: 'shifted' });
      },
    });
    await expect(run(world([cancelling]))).resolves.toMatchObject({ phase: 'reverted' });
    expect(trace.at(-1)).toBe('f reverting');
    expect(trace).not.toContain('f shifted 100');
  });

  it('writes nothing but the revert when it was cancelled before it began', async () => {
    cancellation.abort(new Error('cancelled (SIGINT)'));
    await run(world([router()]));
    expect(trace).toEqual(['f reverting']);
  });

  it('reverts at the deadline, whatever it is doing', async () => {
    const deadline = { at: T0 + 3 * MINUTE, reason: 'the AWS credentials end' };
    await expect(run(world([router()]), { ...course, deadline })).resolves.toMatchObject({
      phase: 'reverted',
    });
    expect(time.clock.now() - T0).toBe(3 * MINUTE);
    const hanging = router({ shift: (_, signal) => hang(signal) });
    const later = { ...deadline, at: T0 + 9 * MINUTE };
    await run(world([hanging]), { ...course, deadline: later });
    expect(time.clock.now() - T0).toBe(9 * MINUTE);
  });

  it('listens for a cancellation no more once it is over, however many readings it took', async () => {
    await run(world([router()]));
    expect(readings.length).toBeGreaterThan(20);
    expect(getEventListeners(cancellation.signal, 'abort')).toHaveLength(0);
  });

  it('reverts at a deadline that came while the machine stood still, soon after', async () => {
    const deadline = { at: T0 + 4 * MINUTE, reason: 'the AWS credentials end' };
    time.at(T0 + MINUTE, () => {
      time.suspend(12 * MINUTE);
    });
    await expect(run(world([router()]), { ...course, deadline })).resolves.toMatchObject({
      phase: 'reverted',
    });
    expect(time.clock.now() - T0).toBeLessThanOrEqual(1.5 * MINUTE);
  });

  it('reverts at the deadline though the machine slept during a write, and its clock stood still', async () => {
    const deadline = { at: T0 + 4 * MINUTE, reason: 'the AWS credentials end' };
    time.at(T0 + MINUTE, () => {
      time.suspend(2 * MINUTE);
    });
    const hanging = router({ shift: (_, signal) => hang(signal) });
    await expect(run(world([hanging]), { ...course, deadline })).resolves.toMatchObject({
      phase: 'reverted',
    });
    expect(time.clock.timeOfDay()).toBe(deadline.at);
  });

  it('does not put its deadline off when the clock is set back', async () => {
    const deadline = { at: T0 + 3 * MINUTE, reason: 'the AWS credentials end' };
    time.at(T0 + MINUTE, () => {
      time.suspend(-60 * MINUTE);
    });
    await run(world([router()]), { ...course, deadline });
    expect(time.clock.now() - T0).toBe(3 * MINUTE);
  });

  it('reads again what it was reading while the machine stood still', async () => {
    const sleeping = world([router()], (at) => {
      if (at === 6 * MINUTE && readings.filter((each) => each === at).length === 1) {
        time.suspend(12 * MINUTE);
      }
      return PASS;
    });
    await expect(run(sleeping)).resolves.toEqual({ phase: 'promoted' });
    expect(readings.filter((at) => at === 6 * MINUTE)).toHaveLength(2);
  });

  it('tells the command that repairs an alias when the writes of the revert have left, not when they came back', async () => {
    const slow = router({
      revert: async () => {
        await time.clock.sleep(MINUTE);
        trace.push('f reverted');
        return { type: 'reverted' };
      },
    });
    const red = (at: number) => (at < MINUTE ? PASS : RED);
    await run({
      ...world([slow], red),
      journal: {
        record: (entry) => {
          if (entry.type === 'details') trace.push(...entry.lines);
        },
      },
    });
    expect(trace).toEqual(['f shifted 10', 'f reverting', 'repair f', 'f reverted']);
  });

  it('reverts when an adapter breaks', async () => {
    const broken = router({ shift: () => Promise.reject(new Error('no such member')) });
    await expect(run(world([broken]))).resolves.toEqual({
      phase: 'reverted',
      reason: 'on the way to 10 % (step 1 of 2): no such member',
    });
  });

  it('reverts when a check breaks, even while something else goes on', async () => {
    const breaking = world([router({ shift: (_, signal) => hang(signal) })], (at) => {
      if (at > MINUTE) throw new Error('no such metric');
      return PASS;
    });
    await expect(run(breaking)).resolves.toEqual({
      phase: 'reverted',
      reason: 'on the way to 10 % (step 1 of 2): no such metric',
    });
  });

  it('reverts, and writes nothing else, when its state cannot be saved any more', async () => {
    const full = {
      ...world([router()]),
      journal: {
        record: () => {
          if (trace.length > 0) throw new Error('ENOSPC: no space left on device');
        },
      },
    };
    await expect(run(full)).resolves.toEqual({
      phase: 'reverted',
      reason:
        'at 10 % (step 1 of 2): the state could not be saved: ENOSPC: no space left on device',
    });
    expect(trace).toEqual(['f shifted 10', 'f reverting']);
  });

  it('has sent the writes of the revert before it tells of them', async () => {
    const told: string[] = [];
    const telling: World = {
      ...world([router()], (at) => (at < MINUTE ? PASS : RED)),
      journal: {
        record: (entry) => {
          const isRevert = entry.type === 'state' && entry.state.phase === 'reverting';
          if (isRevert) told.push(`state after ${trace.at(-1) ?? ''}`);
          if (entry.type === 'details')
            told.push(`${entry.lines.join()} after ${trace.at(-1) ?? ''}`);
        },
      },
    };
    await run(telling);
    expect(told).toEqual(['state after f reverting', 'repair f after f reverting']);
  });

  it('says revert-failed, with the command that repairs, when reverting breaks', async () => {
    const broken = router({
      shift: () => Promise.resolve({ type: 'blocked', reason: 'refused' }),
      revert: () => Promise.reject(new Error('no such member.')),
    });
    await expect(run(world([broken]))).resolves.toEqual({
      phase: 'revert-failed',
      reason:
        'on the way to 10 % (step 1 of 2): refused. no such member. Repair the alias with: repair f',
    });
  });

  it('does not wait for the others when one of several writes is refused', async () => {
    const slow = router({ name: 'slow', shift: (_, signal) => hang(signal) });
    const refused = router({
      name: 'refused',
      shift: () => Promise.resolve({ type: 'blocked', reason: 'refused' }),
    });
    await run(world([refused, slow]));
    expect(trace).toEqual(['refused blocked 10', 'refused reverting', 'slow reverting']);
    expect(time.clock.now() - T0).toBe(0);
  });

  it.each<[readonly RevertResult[], string]>([
    [[{ type: 'reverted' }, { type: 'reverted' }], 'reverted'],
    [[{ type: 'reverted' }, { type: 'untouched' }], 'reverted'],
    [[{ type: 'untouched' }, { type: 'untouched' }], 'failed'],
    [[{ type: 'reverted' }, { type: 'foreign', detail: 'theirs' }], 'failed'],
    [
      [
        { type: 'unconfirmed', detail: 'dark' },
        { type: 'foreign', detail: 'theirs' },
      ],
      'revert-failed',
    ],
  ])('ends %j as %s', async (results, phase) => {
    const routers = results.map((result, index) =>
      router({
        name: `f${index}`,
        shift: () => Promise.resolve({ type: 'blocked', reason: 'refused' }),
        revert: () => Promise.resolve(result),
      }),
    );
    await expect(run(world(routers))).resolves.toMatchObject({ phase });
  });
});
