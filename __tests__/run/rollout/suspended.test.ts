import { beforeAll, describe, expect, it } from '@jest/globals';

import { CALM } from '../../../promises/calm.ts';
import { configOf } from '../../../promises/configs.ts';
import type { Scenario } from '../../../promises/scenario.ts';
import { loadSdk } from '../../../promises/sdk.ts';
import { CANARY } from '../../../promises/stage.ts';
import { prepare } from '../../../promises/world.ts';
import type { Simulator } from '../../../simulator/simulator.ts';
import type { Ending } from '../../../src/core/report/ending.ts';
import type { Clock, Journal } from '../../../src/ports.ts';
import { runAction } from '../../../src/run/action.ts';
import { ALONE } from '../../../src/run/surroundings.ts';
import { createJournal } from '../../../src/run/journal.ts';
import { packages } from '../../../src/system/packages.ts';
import { createShell } from '../../../src/system/shell.ts';
import { BEGIN, createVirtualAws, type VirtualAws } from '../../fixtures/virtual-aws.ts';

const MINUTE = 60_000;
/** Not a whole number of minutes: who goes by the process's clock is off the minute afterwards. */
const ASLEEP = 12.5 * MINUTE;

/** Ten minutes at 10 %, and five each at 50 % and 100 %. */
const SCENARIO: Scenario = {
  ...CALM,
  steps: [
    { weight: 10, bakeSeconds: 600 },
    { weight: 50, bakeSeconds: 300 },
  ],
  bakeSeconds: 300,
  graceSeconds: 120,
  traffic: { requestsPerSecond: 20, stableErrorRate: 0.001, canaryErrorRate: 0.001 },
};

interface Rolled {
  readonly simulator: Simulator;
  readonly ending: Ending;
  readonly journal: Journal;
  readonly log: readonly string[];
  /** When the alias was written, and what it served then: `10 %`. */
  readonly writes: readonly { readonly at: number; readonly canary: number }[];
}

/**
 * A whole rollout, with the real SDK and the simulated AWS.
 * @param happen what happens five minutes after the beginning
 * @param clockOf the process's clock, if that is wrong
 */
async function rollOut(
  happen: (world: VirtualAws) => void,
  { scenario = SCENARIO, clockOf = (clock: Clock) => clock } = {},
): Promise<Rolled> {
  const world = createVirtualAws();
  const { time, simulator } = world;
  const clock = clockOf(time.clock);
  prepare(simulator, scenario);
  const log: string[] = [];
  const journal = createJournal(clock, ({ text }) => log.push(text));
  const id = { repository: 'acme/shop', runId: '42', attempt: '1', nonce: '42' };
  time.at(BEGIN + 5 * MINUTE, () => {
    happen(world);
  });
  const ending = await time.run(() =>
    runAction(
      configOf(scenario, 'rollout'),
      { ...id, plan: 'f00d', workflow: 'c0ffee' },
      {
        aws: world.connect({ clock }),
        runs: {
          url: () => 'https://github.com/acme/shop',
          status: () => Promise.resolve({ type: 'ended', url: '' }),
        },
        clock,
        shell: createShell({}),
        packages,
        journal,
        keep: { save: () => undefined, leave: () => undefined, forget: () => undefined },
        cancellation: new AbortController().signal,
        jobCancellation: new AbortController().signal,
        wave: ALONE,
        random: () => 0.5,
      },
    ),
  );
  const [, ...written] = simulator.aliasHistory;
  const writes = written.map(({ at, version, weights }) => ({
    at,
    canary: version === CANARY ? 100 : 100 * (weights[CANARY] ?? 0),
  }));
  return { simulator, ending, journal, log, writes };
}

/** For everybody but this process, time goes on, and what happens in it happens meanwhile. */
function sleep({ time, simulator }: VirtualAws, ms: number): void {
  time.suspend(ms);
  simulator.advance();
}

function setErrorRate({ lambda }: Simulator, version: string, errorRate: number): void {
  const found = lambda.functions.get('f1')?.versions.find((each) => each.version === version);
  if (found === undefined) throw new Error(`There is no version ${version}`);
  const behaviour = { ...found.configuration.behaviour, errorRate };
  found.configuration = { ...found.configuration, behaviour };
}

const warningsIn = ({ entries }: Journal) =>
  entries.flatMap((entry) => (entry.type === 'warning' ? [entry.text] : []));

/** First and last minute of every reading of metrics. */
function windowsOf({ requests }: Simulator) {
  return requests.flatMap(({ operation, at, input }) => {
    if (operation !== 'GetMetricData') return [];
    const { StartTime, EndTime } = input as {
      readonly StartTime: number;
      readonly EndTime: number;
    };
    return [{ at, from: StartTime * 1000, to: EndTime * 1000 }];
  });
}

// What is loaded on the way would let time pass.
beforeAll(loadSdk);

describe('a machine that stands still in the middle of a bake', () => {
  it('costs no bake anything, and the weights go on changing with the minute', async () => {
    const { ending, journal, log, writes, simulator } = await rollOut((world) => {
      sleep(world, ASLEEP);
    });
    expect(ending).toMatchObject({ outcome: 'promoted' });
    const [first, second, third] = writes;
    expect([first?.canary, second?.canary, third?.canary]).toEqual([10, 50, 100]);
    expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(10 * MINUTE + ASLEEP);
    // The promotion is compared with nothing, and need not wait.
    for (const write of [first, second]) expect((write?.at ?? NaN) % MINUTE).toBeLessThan(5_000);
    expect(warningsIn(journal).filter((text) => text.includes('stood still'))).toHaveLength(1);
    expect(log.join('\n')).toContain('This machine stood still for about 12 min 30 s');
    const windows = windowsOf(simulator);
    const lags = windows.map(({ at, to }) => at - to);
    expect(Math.max(...lags.slice(5))).toBeLessThan(3 * MINUTE);
  });

  it('is reverted for an alarm that was red meanwhile, and says first what it did not see', async () => {
    const { ending, journal, writes } = await rollOut((world) => {
      const { alarms } = world.simulator;
      sleep(world, 5 * MINUTE);
      alarms.setState('alarm1', 'ALARM', 'too many errors');
      sleep(world, 5 * MINUTE);
      alarms.setState('alarm1', 'OK', 'few errors');
      sleep(world, 2.5 * MINUTE);
    });
    expect(ending).toMatchObject({ outcome: 'reverted' });
    expect(ending.reason).toContain('was in ALARM between two readings');
    expect(writes.map(({ canary }) => canary)).toEqual([10, 0]);
    const told = journal.entries.findIndex(
      (entry) => entry.type === 'warning' && entry.text.includes('stood still'),
    );
    const decided = journal.entries.findIndex(
      (entry) => entry.type === 'state' && entry.state.phase === 'reverting',
    );
    expect(told).toBeGreaterThan(0);
    expect(told).toBeLessThan(decided);
  });

  it('is reverted for what the canary did to requests meanwhile', async () => {
    const { ending, writes } = await rollOut((world) => {
      setErrorRate(world.simulator, CANARY, 0.2);
      sleep(world, ASLEEP);
      setErrorRate(world.simulator, CANARY, 0.001);
    });
    expect(ending).toMatchObject({ outcome: 'reverted' });
    expect(ending.reason).toContain('errors of f1:live');
    expect(writes.map(({ canary }) => canary)).toEqual([10, 0]);
  });
});

describe('a clock that is set back in the middle of a bake', () => {
  /** It was ahead of everybody else's by this, until it is right. */
  const WRONG = 20 * MINUTE;
  function wrongClock() {
    let aheadMs = WRONG;
    return {
      clockOf: (clock: Clock): Clock => ({
        now: () => clock.now(),
        sleep: (ms, signal) => clock.sleep(ms, signal),
        timeOfDay: () => clock.timeOfDay() + aheadMs,
      }),
      setRight: () => {
        aheadMs = 0;
      },
    };
  }

  it('does no harm to a good canary, and asks for no window that ends before it begins', async () => {
    const { clockOf, setRight } = wrongClock();
    const { ending, journal, log, simulator } = await rollOut(setRight, { clockOf });
    expect(ending).toMatchObject({ outcome: 'promoted' });
    const windows = windowsOf(simulator);
    expect(windows.every(({ from, to }) => from < to)).toBe(true);
    expect(warningsIn(journal)).toEqual([
      expect.stringContaining('Nobody called f1:live') as unknown,
      expect.stringContaining('was set back by about 20 min') as unknown,
    ]);
    expect(log.join('\n')).not.toMatch(/-\d/);
  });

  it('hides nothing of a bad canary: its minutes are those of the clock as it is now', async () => {
    const { clockOf, setRight } = wrongClock();
    const bad = { ...SCENARIO, traffic: { ...SCENARIO.traffic, canaryErrorRate: 0.2 } } as Scenario;
    const { ending, writes } = await rollOut(setRight, { clockOf, scenario: bad });
    expect(ending).toMatchObject({ outcome: 'reverted' });
    const [weight, revert] = writes;
    expect(revert?.canary).toBe(0);
    expect((revert?.at ?? Infinity) - (weight?.at ?? 0)).toBeLessThan(10 * MINUTE);
  });
});
