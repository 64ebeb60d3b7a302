import { beforeEach, describe, expect, it } from '@jest/globals';

import { planOf } from '../../../src/core/rollout/plan.ts';
import type { Verdict } from '../../../src/core/rollout/verdict.ts';
import type { RevertResult, Router, ShiftResult } from '../../../src/ports.ts';
import { rollOut, type World } from '../../../src/run/rollout/loop.ts';

const MINUTE = 60_000;
const plan = planOf([{ weight: 10, bakeMs: 5 * MINUTE }], MINUTE);

/** A world without AWS: hours pass at once, and every call leaves a trace. */
describe('the loop', () => {
  let now: number;
  let trace: string[];
  let cancellation: AbortController;
  beforeEach(() => {
    now = 0;
    trace = [];
    cancellation = new AbortController();
  });

  interface Behaviour {
    readonly name?: string;
    readonly shift?: (weight: number) => Promise<ShiftResult>;
    readonly revert?: () => Promise<RevertResult>;
  }

  function router({ name = 'f', shift, revert }: Behaviour = {}): Router {
    return {
      target: { functionId: name, functionName: name, alias: 'live' },
      versions: { stable: '1', canary: '2' },
      shift: async ({ weight }) => {
        const result = (await shift?.(weight)) ?? { type: 'shifted' };
        trace.push(`${name} ${result.type} ${weight}`);
        return result;
      },
      confirm: () => {
        trace.push(`${name} confirmed`);
        return Promise.resolve({ type: 'confirmed' });
      },
      revert: async () => {
        trace.push(`${name} reverting`);
        return (await revert?.()) ?? { type: 'reverted' };
      },
    };
  }

  function world(
    routers: readonly Router[],
    verdictAt: (at: number) => Verdict = () => ({ kind: 'pass', reason: '' }),
  ): World {
    return {
      routers,
      checks: {
        assess: (at) =>
          Promise.resolve({
            verdict: verdictAt(at),
            measurements: [],
            comparisons: [],
            durations: [],
            warnings: [],
          }),
      },
      clock: {
        now: () => now,
        timeOfDay: () => now,
        sleep: (ms) => {
          now += Math.max(0, ms);
          return Promise.resolve();
        },
      },
      journal: { record: () => undefined },
      cancellation: cancellation.signal,
      onCancel: 'revert',
      pollIntervalMs: () => 15_000,
    };
  }

  it('promotes after exactly the bake times of the plan', async () => {
    await expect(rollOut(plan, world([router()]))).resolves.toEqual({ phase: 'promoted' });
    expect(trace).toEqual(['f shifted 10', 'f shifted 100', 'f confirmed']);
    expect(now).toBe(6 * MINUTE);
  });

  it('makes the revert the very next call after a failed check', async () => {
    const failing = (at: number): Verdict =>
      at < MINUTE ? { kind: 'pass', reason: '' } : { kind: 'fail', reason: 'red' };
    await expect(rollOut(plan, world([router()], failing))).resolves.toEqual({
      phase: 'reverted',
      reason: 'at 10 % (step 1 of 2), after 1 min: red',
    });
    expect(trace).toEqual(['f shifted 10', 'f reverting']);
  });

  it('reverts next when it is cancelled during a write that then succeeds', async () => {
    const cancelling = router({
      shift: () => {
        cancellation.abort(new Error('cancelled (SIGINT)'));
        return Promise.resolve({ type: 'shifted' });
      },
    });
    await expect(rollOut(plan, world([cancelling]))).resolves.toMatchObject({ phase: 'reverted' });
    expect(trace).toEqual(['f shifted 10', 'f reverting']);
  });

  it('writes nothing but the revert when it was cancelled before it began', async () => {
    cancellation.abort(new Error('cancelled (SIGINT)'));
    await rollOut(plan, world([router()]));
    expect(trace).toEqual(['f reverting']);
  });

  it('reverts when an adapter breaks', async () => {
    const broken = router({ shift: () => Promise.reject(new Error('no such member')) });
    await expect(rollOut(plan, world([broken]))).resolves.toEqual({
      phase: 'reverted',
      reason: 'at 10 % (step 1 of 2): no such member',
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
    await expect(rollOut(plan, full)).resolves.toEqual({
      phase: 'reverted',
      reason:
        'at 10 % (step 1 of 2): the state could not be saved: ENOSPC: no space left on device',
    });
    expect(trace).toEqual(['f shifted 10', 'f reverting']);
  });

  it('says revert-failed when reverting breaks', async () => {
    const broken = router({
      shift: () => Promise.resolve({ type: 'blocked', reason: 'refused' }),
      revert: () => Promise.reject(new Error('no such member')),
    });
    await expect(rollOut(plan, world([broken]))).resolves.toEqual({
      phase: 'revert-failed',
      reason: 'at 10 % (step 1 of 2): refused. no such member',
    });
  });

  it('reverts only after the last of several writes has ended', async () => {
    const slow = router({
      name: 'slow',
      shift: async () => {
        await new Promise((resolve) => setImmediate(resolve));
        return { type: 'shifted' };
      },
    });
    const refused = router({
      name: 'refused',
      shift: () => Promise.resolve({ type: 'blocked', reason: 'refused' }),
    });
    await rollOut(plan, world([refused, slow]));
    expect(trace).toEqual([
      'refused blocked 10',
      'slow shifted 10',
      'refused reverting',
      'slow reverting',
    ]);
  });

  it.each<[readonly RevertResult[], string]>([
    [[{ type: 'reverted' }, { type: 'reverted' }], 'reverted'],
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
    await expect(rollOut(plan, world(routers))).resolves.toMatchObject({ phase });
  });
});
