// Longer than most: the scenarios in which the log lane must hasten a revert, hold back, or stand aside, in one world.
import { afterEach, describe, expect, it } from '@jest/globals';

import { createAlias } from '../../simulator/lambda/aliases.ts';
import { updateFunction } from '../../simulator/lambda/functions.ts';
import type { Behaviour } from '../../simulator/lambda/state.ts';
import { denied, THROTTLED } from '../../simulator/wire/faults.ts';
import { searchQuota } from '../../simulator/wire/quota.ts';
import type { ActionResult } from '../../simulator/runner.ts';
import {
  addFunction,
  createWorld,
  type Inputs,
  type World,
  type WorldOptions,
} from '../fixtures/bundle-world.ts';

const GOOD: Behaviour = { errorRate: 0, durationMs: 40 };
const BROKEN: Behaviour = { errorRate: 1, durationMs: 40 };
/** So fast that one environment serves all requests: its lines come all in the same batch. */
const FAST: Behaviour = { errorRate: 0, durationMs: 2 };
const INPUTS: Inputs = {
  alarms: '',
  analysis: 'on',
  steps: '10% 5m',
  'bake-time': '1m',
  // How soon a revert comes is the subject.
  'poll-interval': '10s',
};
/** Four times as long as it takes until what were counted as failures would be reverted. */
const SHORT: Inputs = { steps: '10% 2m' };
const SECOND_MS = 1_000;
const PYTHON = { Runtime: 'python3.13' };

let world: World;
afterEach(() => world.close());

interface Scene extends WorldOptions {
  readonly rate: number;
  readonly stable?: Behaviour;
  readonly canary?: Behaviour;
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Changes the world once it is set up. */
  readonly and?: () => void;
}

const versions = () => world.simulator.lambda.functions.get('checkout')?.versions ?? [];

function behave(behaviour: Partial<Behaviour>, only?: string): void {
  for (const version of versions().filter((each) => only === undefined || each.version === only)) {
    const { configuration } = version;
    const changed = { ...configuration.behaviour, ...behaviour };
    version.configuration = { ...configuration, behaviour: changed };
  }
}

/** The function checkout with traffic, and new code in $LATEST. */
async function play(scene: Scene, inputs: Inputs = {}): Promise<ActionResult> {
  const { rate, stable = GOOD, canary = GOOD, settings = {}, and, ...options } = scene;
  world = await createWorld({ ...options, logging: true });
  const { simulator } = world;
  for (const version of versions()) {
    version.configuration = { ...version.configuration, behaviour: stable, settings };
  }
  updateFunction(simulator.lambda, 'checkout', { behaviour: canary, settings });
  simulator.traffic.set('checkout', 'live', rate);
  and?.();
  return world.run({ ...INPUTS, ...inputs });
}

/** From so many seconds after the shift on, both versions fail as often, for a while. */
function suffersFrom(
  secondsAfterShift: number,
  { usual = 0, then = 0.3, forSeconds = 120 } = {},
): void {
  world.simulator.onRequest(({ at }) => {
    const shift = firstWeight();
    if (shift === undefined) return;
    const seconds = (at - shift) / SECOND_MS - secondsAfterShift;
    behave({ errorRate: seconds >= 0 && seconds < forSeconds ? then : usual });
  });
}

const records = () =>
  world.simulator.aliasHistory.filter(({ functionName }) => functionName === 'checkout');

/** From so many seconds after the shift on, the new version fails always. */
function breaksFrom(secondsAfterShift: number): void {
  world.simulator.onRequest(({ at }) => {
    const since = at - (firstWeight() ?? Infinity);
    if (since >= secondsAfterShift * SECOND_MS) behave({ errorRate: 1 }, '2');
  });
}

/** When the first weight came into force. */
const firstWeight = () => records().find(({ weights }) => Object.keys(weights).length > 0)?.at;

/** From the first request that the new version may have served to the revert. */
function secondsToRevert(): number {
  const reverted = records().findLast(({ version }) => version === '1');
  return ((reverted?.at ?? NaN) - (firstWeight() ?? NaN)) / SECOND_MS;
}

interface Reported {
  readonly logs: readonly {
    readonly name: string;
    readonly canary: number;
    readonly baseline: number;
    readonly largestDelayMs: number;
    readonly stoodAside: string | null;
  }[];
  readonly comparisons: readonly {
    readonly canary: { readonly total: number };
    readonly baseline: { readonly bad: number };
  }[];
  readonly warnings: readonly string[];
}

const reportOf = ({ outputs }: ActionResult) => JSON.parse(outputs['report'] ?? '') as Reported;
const searches = () =>
  world.simulator.requests.filter(({ operation }) => operation === 'FilterLogEvents');

const BY_LOGS = /errors in the logs of checkout:live/;
const BY_MINUTES = /: errors of checkout:live: canary/;

describe('a total failure, by its logs', () => {
  it.each([
    [100, 25],
    [10, 35],
  ])('at %d requests/s is reverted within %d s', async (rate, seconds) => {
    const result = await play({ rate, canary: BROKEN });
    expect(result.outputs['reason']).toMatch(BY_LOGS);
    expect(result.outputs['outcome']).toBe('reverted');
    expect(secondsToRevert()).toBeLessThanOrEqual(seconds);
    expect(result.log).toContain('logs of checkout:live: timeouts, crashes and exceptions');
    expect(result.summary).toContain('### Failures in the logs');
  });

  it.each([
    ['timeouts', { failure: 'timeout' }, {}],
    ['crashes', { failure: 'crash' }, { Runtime: 'java21' }],
    ['exceptions of Python', {}, PYTHON],
    [
      'timeouts in JSON',
      { failure: 'timeout' },
      { LoggingConfig: { LogFormat: 'JSON', SystemLogLevel: 'INFO' } },
    ],
  ] as const)('is seen in %s', async (_, failing, settings) => {
    const result = await play({ rate: 100, canary: { ...BROKEN, ...failing }, settings });
    expect(result.outputs['reason']).toMatch(BY_LOGS);
  });

  it('in the middle of a step is reverted as soon', async () => {
    const result = await play({
      rate: 100,
      and: () => {
        breaksFrom(120);
      },
    });
    expect(result.outputs['reason']).toMatch(BY_LOGS);
    expect(secondsToRevert()).toBeGreaterThan(120);
    expect(secondsToRevert()).toBeLessThanOrEqual(120 + 5 + 25);
  });

  it('of a runtime whose exceptions are not told for sure is left to the minutes, and that is said', async () => {
    const result = await play({ rate: 10, canary: BROKEN, settings: { Runtime: 'java21' } });
    expect(result.outputs['reason']).toMatch(BY_MINUTES);
    expect(result.log).toContain('logs of checkout:live: timeouts and crashes only (java21)');
  });

  it('is judged only, where it is to be observed', async () => {
    const result = await play({ rate: 10, canary: BROKEN }, { 'analysis-logs': 'observe' });
    expect(result.outputs['reason']).toMatch(BY_MINUTES);
    expect(reportOf(result).logs).toMatchObject([{ name: 'logs', stoodAside: null }]);
    expect(reportOf(result).logs[0]?.canary).toBeGreaterThan(50);
  });

  it('is left to the minutes with analysis-logs: off, and nothing is searched', async () => {
    const result = await play({ rate: 10, canary: BROKEN }, { 'analysis-logs': 'off' });
    expect(result.outputs['reason']).toMatch(BY_MINUTES);
    // Those after the revert, for the report.
    const reverted = records().findLast(({ version }) => version === '1')?.at ?? NaN;
    expect(searches().filter(({ at }) => at < reverted)).toEqual([]);
  });
});

describe('a version that is no worse, by its logs', () => {
  it.each([10, 100])('is promoted at %d requests/s', async (rate) => {
    const fails = { ...GOOD, errorRate: 0.01 };
    const result = await play({ rate, stable: fails, canary: fails });
    expect(result.outputs['outcome']).toBe('promoted');
    expect(reportOf(result).logs).toMatchObject([{ stoodAside: null }]);
    expect(reportOf(result).logs[0]?.baseline).toBeGreaterThan(10);
    expect(reportOf(result).logs[0]?.largestDelayMs).toBeLessThanOrEqual(10_000);
  });

  it('is promoted through an outage of both, although its lines come sooner', async () => {
    const result = await play({
      rate: 100,
      stable: FAST,
      canary: FAST,
      and: () => {
        world.simulator.logDelivery.setPeriod('checkout', '2', 1_000);
        suffersFrom(60, { then: 0.9 });
      },
    });
    expect(result.outputs['outcome']).toBe('promoted');
    expect(reportOf(result).logs[0]?.canary).toBeGreaterThan(100);
  });

  it('is promoted through an outage of both, although the lines of the old version come late', async () => {
    const slow = { errorRate: 0.01, durationMs: 400 };
    const result = await play(
      {
        rate: 100,
        stable: slow,
        canary: slow,
        and: () => {
          world.simulator.logDelivery.setPeriod('checkout', '1', 57_000);
          suffersFrom(100, { usual: 0.01, then: 0.9, forSeconds: 40 });
        },
      },
      { steps: '10% 4m' },
    );
    expect(result.outputs['outcome']).toBe('promoted');
    expect(reportOf(result).logs).toMatchObject([{ stoodAside: null }]);
    expect(reportOf(result).logs[0]?.largestDelayMs).toBeGreaterThan(50_000);
  });

  it('is promoted through an outage of both, although no line of the old version comes any more', async () => {
    const result = await play({
      rate: 100,
      and: () => {
        suffersFrom(60);
        world.simulator.onRequest(({ at }) => {
          if (at >= (firstWeight() ?? Infinity) + 45 * SECOND_MS) {
            world.simulator.logDelivery.stall('checkout', '1');
          }
        });
      },
    });
    expect(result.outputs['outcome']).toBe('promoted');
    const said = result.log.match(/nothing was found in the logs of the old version/g) ?? [];
    expect(said.length).toBeGreaterThan(0);
    expect(reportOf(result).warnings.filter((text) => text.includes('old version'))).toHaveLength(
      1,
    );
  });

  it('is promoted through an outage of both after midnight, when the streams of the old version bear another date', async () => {
    const start = Date.UTC(2026, 10, 23, 23, 57, 20);
    const result = await play({
      rate: 100,
      start,
      and: () => {
        suffersFrom(150);
      },
    });
    expect(result.outputs['outcome']).toBe('promoted');
    expect(reportOf(result).logs[0]?.baseline).toBeGreaterThan(500);
  });

  it('is promoted although it writes warnings as errors', async () => {
    const noise = (id: string) =>
      `2026-11-23T14:00:00.000Z\t${id}\tERROR\t(node:2) Warning: the SDK will no longer support Node.js 18\n`;
    const result = await play({ rate: 10, canary: { ...GOOD, noise } }, SHORT);
    expect(result.outputs['outcome']).toBe('promoted');
    expect(reportOf(result).logs).toMatchObject([{ canary: 0, baseline: 0 }]);
  });

  it('is promoted although another function of its log group fails', async () => {
    const settings = { LoggingConfig: { LogGroup: '/shop/all' } };
    const result = await play(
      {
        rate: 10,
        settings,
        and: () => {
          addFunction(world.simulator, 'basket', { behaviour: BROKEN, settings });
          world.simulator.traffic.set('basket', 'live', 20);
        },
      },
      SHORT,
    );
    expect(result.outputs['outcome']).toBe('promoted');
    expect(reportOf(result).logs).toMatchObject([{ canary: 0, baseline: 0, stoodAside: null }]);
  });

  it('is promoted although the alias sends it twice its weight', async () => {
    const fails = { ...GOOD, errorRate: 0.05 };
    const result = await play({
      rate: 100,
      stable: fails,
      canary: fails,
      and: () => {
        world.simulator.traffic.set('checkout', 'live', 100, { routed: (weight) => weight * 1.4 });
      },
    });
    expect(result.outputs['outcome']).toBe('promoted');
    expect(result.log).toContain('the new version gets more requests than its weight');
  });
});

describe('requests that fail', () => {
  it('count once, however many lines a failed initialisation writes', async () => {
    const result = await play(
      { rate: 50, canary: { ...BROKEN, failure: 'init' }, settings: PYTHON },
      { 'analysis-logs': 'observe' },
    );
    const { logs, comparisons } = reportOf(result);
    const minutes = Math.floor(secondsToRevert() / 60);
    expect(comparisons[0]?.canary.total).toBeGreaterThan(0);
    // At 5 requests/s, and three lines for each.
    expect(logs[0]?.canary).toBeGreaterThan(5 * 60 * minutes * 0.8);
    expect(logs[0]?.canary).toBeLessThan(5 * secondsToRevert() * 1.2);
  });

  it('of one of many functions are found under the quota of the scarcest Regions', async () => {
    const others = Array.from({ length: 11 }, (_, index) => `basket-${index + 1}`);
    const result = await play(
      {
        rate: 10,
        canary: BROKEN,
        and: () => {
          const { simulator, time } = world;
          for (const name of others) {
            addFunction(simulator, name, { behaviour: GOOD });
            simulator.traffic.set(name, 'live', 2);
          }
          simulator.faults.add(searchQuota(5, time.clock));
        },
      },
      { 'function-name': ['checkout', ...others].join(',') },
    );
    expect(result.outputs['reason']).toMatch(BY_LOGS);
    expect(secondsToRevert()).toBeLessThanOrEqual(45);
    const watching = searches().filter(({ at }) => at >= (firstWeight() ?? NaN));
    expect(watching.length).toBeGreaterThan(12 * 3);
    expect(watching.filter(({ error }) => error !== '')).toEqual([]);
  });

  it('count once in a long rollout, and what begins late is reverted by them', async () => {
    const [minutes, usual] = [32, 0.004];
    const result = await play(
      {
        rate: 10,
        and: () => {
          world.simulator.onRequest(({ at }) => {
            const since = (at - (firstWeight() ?? Infinity)) / SECOND_MS;
            behave({ errorRate: usual }, '1');
            behave({ errorRate: since >= 60 * minutes ? 1 : usual }, '2');
          });
        },
      },
      { steps: '10% 45m' },
    );
    expect(result.outputs['reason']).toMatch(BY_LOGS);
    // Failures of both that were as they should be count against a revert: it takes longer than in a rollout without any.
    expect(secondsToRevert()).toBeLessThanOrEqual(60 * minutes + 60);
    const { logs, comparisons } = reportOf(result);
    const counted = comparisons[0]?.baseline.bad ?? NaN;
    // Of 9 requests/s, and in minutes that have settled: the last three are not among them.
    expect(counted).toBeGreaterThan(0.7 * usual * 9 * 60 * (minutes - 4));
    expect(logs[0]?.baseline).toBeGreaterThanOrEqual(counted);
    expect(logs[0]?.baseline).toBeLessThan(1.3 * counted);
  });

  it('in a log group that is shared are those of the function', async () => {
    const settings = { LoggingConfig: { LogGroup: '/shop/all' } };
    const result = await play({
      rate: 100,
      canary: BROKEN,
      settings,
      and: () => {
        addFunction(world.simulator, 'basket', { behaviour: BROKEN, settings });
        world.simulator.traffic.set('basket', 'live', 20);
      },
    });
    expect(result.outputs['reason']).toMatch(BY_LOGS);
    expect(reportOf(result).logs).toMatchObject([{ baseline: 0 }]);
  });

  it('and are handled count by a pattern of the user', async () => {
    const noise = (id: string) => `2026-11-23T14:00:00.000Z\t${id}\tERROR\tpayment declined\n`;
    const result = await play(
      { rate: 100, canary: { ...GOOD, noise } },
      { 'log-errors': '?"payment declined"' },
    );
    expect(result.outputs['reason']).toMatch(/errors in the logs \(log-errors\) of checkout:live/);
  });
});

describe('logs that cannot be read', () => {
  it('for being asked too often leave the minutes to revert as before', async () => {
    const result = await play({
      rate: 10,
      canary: BROKEN,
      and: () => {
        world.simulator.faults.add(({ operation }) =>
          operation === 'FilterLogEvents' ? THROTTLED : undefined,
        );
      },
    });
    expect(result.outputs['reason']).toMatch(BY_MINUTES);
    expect(
      reportOf(result).warnings.filter((text) => text.includes('FilterLogEvents')),
    ).toHaveLength(1);
    // Doubled from five seconds to a minute, and never at once.
    const watching = searches().filter(({ at }) => at >= (firstWeight() ?? NaN));
    const apart = watching.slice(1, 6).map(({ at }, index) => at - (watching[index]?.at ?? NaN));
    expect(Math.min(...apart)).toBeGreaterThanOrEqual(9_000);
  });

  it('for being asked too often by others are read again when that is over', async () => {
    let throttled = 0;
    const result = await play(
      {
        rate: 10,
        and: () => {
          breaksFrom(420);
          world.simulator.faults.add(({ operation }) => {
            const since = world.time.clock.now() - (firstWeight() ?? Infinity);
            const isOver = since > 300 * SECOND_MS;
            if (operation !== 'FilterLogEvents' || since < 0 || isOver) return undefined;
            throttled += 1;
            return THROTTLED;
          });
        },
      },
      { steps: '10% 15m' },
    );
    expect(throttled).toBeGreaterThan(4);
    expect(throttled).toBeLessThan(12);
    expect(result.outputs['reason']).toMatch(BY_LOGS);
    expect(secondsToRevert()).toBeLessThanOrEqual(420 + 5 + 35);
  });

  it('any more hold up no alarm, though a search never comes to an answer', async () => {
    let redAt = NaN;
    const result = await play(
      {
        rate: 10,
        and: () => {
          const { simulator, time } = world;
          simulator.faults.add(({ operation }) =>
            operation === 'FilterLogEvents' && firstWeight() !== undefined
              ? { type: 'hang' }
              : undefined,
          );
          simulator.faults.after(({ operation }) => {
            const shift = firstWeight() ?? Infinity;
            if (operation !== 'DescribeAlarms' || redAt > 0) return;
            if (time.clock.now() < shift + 60 * SECOND_MS) return;
            redAt = time.clock.now();
            world.setAlarm('ALARM');
          });
        },
      },
      { alarms: 'errors', 'poll-interval': '10s' },
    );
    expect(result.outputs['reason']).toMatch(/alarm errors/i);
    const reverted = records().findLast(({ version }) => version === '1')?.at ?? NaN;
    // One poll, drawn out by a tenth at most, and the call.
    expect(reverted - redAt).toBeLessThanOrEqual(12 * SECOND_MS);
    expect(
      reportOf(result).warnings.filter((text) => text.includes('FilterLogEvents')),
    ).toHaveLength(1);
  });

  it.each([
    [
      'for want of the permission',
      () => {
        world.simulator.faults.add(({ operation }) =>
          operation === 'FilterLogEvents' ? denied('logs:FilterLogEvents', '*') : undefined,
        );
      },
      /logs are not read \(logs:FilterLogEvents is not allowed\..*; a revert takes 2 to 3 minutes at least/,
    ],
    [
      'for their class',
      () => {
        world.simulator.logs.setInfrequentAccess('/aws/lambda/checkout');
      },
      /logs are not read \(.*INFREQUENT_ACCESS.*; a revert takes 2 to 3 minutes at least/,
    ],
  ])('%s leave the minutes to revert as before, and that is said', async (_, and, said) => {
    const result = await play({ rate: 10, canary: BROKEN, and });
    expect(result.outputs['reason']).toMatch(BY_MINUTES);
    expect(result.log).toMatch(said);
    expect(result.log.match(/logs are not read/g)).toHaveLength(1);
  });

  it('because a search does not come to an end are not judged, and that is said once', async () => {
    const result = await play({
      rate: 10,
      canary: BROKEN,
      and: () => {
        world.simulator.logs.setEmptyPages('/aws/lambda/checkout', 5);
      },
    });
    expect(result.outputs['reason']).toMatch(BY_MINUTES);
    expect(reportOf(result).warnings.filter((text) => text.includes('search'))).toHaveLength(1);
  });

  it('because the versions log in different formats are not read', async () => {
    const result = await play({
      rate: 10,
      canary: BROKEN,
      and: () => {
        const settings = { LoggingConfig: { LogFormat: 'JSON' } };
        updateFunction(world.simulator.lambda, 'checkout', { settings });
      },
    });
    expect(result.outputs['reason']).toMatch(BY_MINUTES);
    expect(result.log).toContain('the two versions log in different formats');
  });

  it('because another alias serves the old version as well are observed', async () => {
    const result = await play({
      rate: 10,
      canary: BROKEN,
      and: () => {
        createAlias(world.simulator.lambda, 'checkout', 'beta', { version: '1' });
      },
    });
    expect(result.outputs['reason']).toMatch(BY_MINUTES);
    expect(result.log).toContain(
      'only observed (the alias beta serves one of the versions as well',
    );
    expect(reportOf(result).logs[0]?.canary).toBeGreaterThan(10);
  });
});
