import { beforeEach, describe, expect, it } from '@jest/globals';

import { createVirtualTime, type VirtualTime } from '../../../promises/virtual-time.ts';
import type { CommandCheck, CommandResult } from '../../../src/core/checks/commands.ts';
import { planOf, type Bake } from '../../../src/core/rollout/plan.ts';
import type { Reading } from '../../../src/run/rollout/watch.ts';
import { startWatch } from '../../../src/run/rollout/watch.ts';
import { createCommandChecks } from '../../../src/run/checks/commands.ts';
import { createSlots } from '../../../src/run/checks/slots.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const POLL = 15 * SECOND;
const CHECK: CommandCheck = {
  name: 'slo',
  command: './slo.sh',
  everyMs: MINUTE,
  afterPromotion: false,
  timeoutMs: 20 * SECOND,
};
const never = new AbortController().signal;

describe('commands as checks', () => {
  let time: VirtualTime;
  /** When each run began, in seconds. */
  let begun: number[];
  beforeEach(() => {
    time = createVirtualTime(0, 1);
    begun = [];
  });

  const bakeOf = (weight: number, bakeMs: number): Bake => {
    const since = { steady: time.clock.now(), timeOfDay: time.clock.timeOfDay() };
    return {
      weight,
      bakeMs,
      shiftedAt: since,
      since,
      promotionNext: false,
      takenOver: false,
      longestMs: Infinity,
      latest: Infinity,
    };
  };

  /** Watched as a rollout does it. @param codeAt the exit code of a run that begins then, or that it hangs */
  function watched(
    check: Partial<CommandCheck>,
    codeAt: (seconds: number) => number | 'hangs' = () => 0,
    lastsMs = SECOND,
    functions: readonly string[] = ['checkout'],
  ) {
    const commands = createCommandChecks({
      shell: {
        problemOf: () => Promise.resolve(undefined),
        async run(_command, signal): Promise<CommandResult> {
          const seconds = time.clock.now() / SECOND;
          begun.push(seconds);
          const code = codeAt(seconds);
          await time.clock.sleep(code === 'hangs' ? 10 * 3_600 * SECOND : lastsMs, signal);
          if (signal.aborted || code === 'hangs') return { type: 'cut off', output: '' };
          return { type: 'exited', code, output: 'said' };
        },
      },
      clock: time.clock,
      checks: [{ ...CHECK, ...check }],
      shifting: functions.map((functionName) => ({
        target: { functionId: functionName, functionName, alias: 'live' },
        versions: { stable: '1', canary: '2' },
      })),
      plan: planOf([{ weight: 10, bakeMs: 3 * MINUTE }], MINUTE),
      region: 'eu-west-1',
      monitoringGraceMs: MINUTE,
      againMs: POLL,
    });
    const all = commands.flatMap(({ intervalMs, running, answering }) => [
      { checks: running, intervalMs, gates: false },
      { checks: answering, intervalMs: POLL, gates: true },
    ]);
    return startWatch(all, time.clock);
  }

  /** Reads as the loop does: at every poll, and at the end of the bake. */
  async function bake(
    watch: ReturnType<typeof watched>,
    weight = 10,
    bakeMs = 3 * MINUTE,
  ): Promise<Reading> {
    const step = bakeOf(weight, bakeMs);
    const until = step.since.steady + bakeMs;
    for (let due = step.since.steady + POLL; ; due += POLL) {
      const reading = await watch.read(
        due < until + POLL ? Math.min(due, until) : due,
        step,
        never,
      );
      const { kind } = reading.verdict;
      if (kind === 'fail' || (kind === 'pass' && reading.at.steady >= until)) return reading;
    }
  }

  it('run at their pace, and once more at the end of the bake', async () => {
    await time.run(async () => {
      const watch = watched({});
      await bake(watch);
      watch.stop();
    });
    const [first = 0] = begun;
    expect(first).toBeLessThanOrEqual(15);
    expect(begun).toEqual(
      [first, first + 60, first + 120, 180].filter((at, i, all) => at !== all[i - 1]),
    );
    expect(time.clock.now()).toBe(181 * SECOND);
  });

  it('run at the end of the step only, where that is asked', async () => {
    await time.run(async () => {
      const watch = watched({ everyMs: undefined });
      await bake(watch);
      expect(begun).toEqual([180]);
      await bake(watch, 100, MINUTE);
      watch.stop();
    });
    expect(begun).toEqual([180, 241]);
  });

  it('run after the promotion only, where that is asked', async () => {
    await time.run(async () => {
      const watch = watched({ everyMs: undefined, afterPromotion: true });
      await bake(watch);
      expect(begun).toEqual([]);
      await bake(watch, 100, MINUTE);
      watch.stop();
    });
    expect(begun).toEqual([240]);
  });

  it('run once more when the end of the bake came while they ran, and only after that run', async () => {
    await time.run(async () => {
      const watch = watched({ everyMs: 85 * SECOND }, () => 0, 18 * SECOND);
      const reading = await bake(watch);
      watch.stop();
      expect(reading.verdict.kind).toBe('pass');
    });
    const last = begun.at(-1) ?? 0;
    const before = begun.at(-2) ?? 0;
    expect(last).toBeGreaterThanOrEqual(180);
    expect(last).toBeGreaterThanOrEqual(before + 18);
  });

  it('are told of at once when they fail in the middle of a bake', async () => {
    await time.run(async () => {
      const watch = watched({}, (at) => (at < 50 ? 0 : 1), 10 * SECOND);
      const { verdict } = await bake(watch);
      watch.stop();
      expect(verdict).toEqual({ kind: 'fail', reason: 'check slo of checkout:live failed: said' });
    });
    expect(time.clock.now()).toBe(((begun.at(-1) ?? 0) + 10) * SECOND);
  });

  it('that could not tell are asked again at each poll, and dark since the first of those runs', async () => {
    await time.run(async () => {
      const watch = watched({ everyMs: 10 * MINUTE }, (at) => (at < 40 ? 7 : 0));
      const { verdict } = await bake(watch);
      watch.stop();
      expect(verdict.kind).toBe('pass');
    });
    expect(begun.filter((at) => at < 180)).toEqual([15, 30, 45]);
  });

  it('that cannot tell for longer than the grace fail, but for that not one that was asked long ago', async () => {
    await time.run(async () => {
      const watch = watched({ everyMs: 5 * MINUTE }, (at) => (at < 100 ? 0 : 7));
      const { verdict } = await bake(watch, 10, 10 * MINUTE);
      watch.stop();
      expect(verdict.kind).toBe('fail');
    });
    const firstDark = begun.find((at) => at >= 100) ?? 0;
    expect(time.clock.now() / SECOND - firstDark).toBeGreaterThan(60);
    expect(time.clock.now() / SECOND - firstDark).toBeLessThan(60 + 17);
  });

  it('that hang could not tell at their timeout', async () => {
    await time.run(async () => {
      const watch = watched({}, () => 'hangs');
      const { verdict } = await bake(watch);
      watch.stop();
      expect(verdict.reason).toContain('not over after 20 s (its timeout)');
    });
    // None is begun once it has failed: the revert is next.
    expect(begun).toEqual([15, 35, 55, 75]);
    expect(time.clock.now()).toBe(95 * SECOND);
  });

  it('that run hold up no reading in the middle of a bake', async () => {
    await time.run(async () => {
      const watch = watched({ timeoutMs: 10 * MINUTE }, () => 'hangs');
      const step = bakeOf(10, 3 * MINUTE);
      await watch.read(time.clock.now() + 5 * POLL, step, never);
      watch.stop();
    });
    expect(begun).toHaveLength(1);
    expect(time.clock.now()).toBe(5 * POLL);
  });

  it('run once more when the machine stood still meanwhile', async () => {
    time.at(180.5 * SECOND, () => {
      time.suspend(MINUTE);
    });
    await time.run(async () => {
      const watch = watched({ everyMs: undefined });
      await bake(watch);
      watch.stop();
    });
    expect(begun).toEqual([180, 181]);
  });

  it('run for each function, and so many at once as a runner can bear', async () => {
    const functions = Array.from({ length: 12 }, (_, index) => `f${index}`);
    await time.run(async () => {
      const watch = watched({ everyMs: undefined }, () => 0, SECOND, functions);
      await bake(watch);
      watch.stop();
    });
    expect(begun).toEqual([...Array<number>(8).fill(180), ...Array<number>(4).fill(181)]);
  });
});

describe('slots', () => {
  it('are given back by what was aborted before its turn', async () => {
    const inSlot = createSlots(1);
    const gone = new AbortController();
    const first = Promise.withResolvers<undefined>();
    const acts = [
      inSlot(never, () => first.promise),
      inSlot(gone.signal, () => Promise.reject(new Error('never begun'))),
      inSlot(never, () => Promise.resolve('done')),
    ];
    gone.abort(new Error('gone'));
    first.resolve(undefined);
    await expect(acts[1]).rejects.toThrow('gone');
    await expect(acts[2]).resolves.toBe('done');
  });
});
