import { describe, expect, it } from '@jest/globals';

import { binomial, poisson, seeded } from '../../simulator/time/random.ts';
import { checkoutWorld } from '../../simulator/checkout.ts';
import { createSimulator, type Simulator } from '../../simulator/simulator.ts';
import { MINUTE, START } from '../fixtures/simulated-world.ts';

interface Watched {
  readonly simulator: Simulator;
  pass(ms: number): void;
}

/** Version 2, which is bad, gets a tenth of the requests to live. */
function split(seed = 1): Watched {
  let now = START;
  const simulator = createSimulator({ clock: { now: () => now }, seed });
  checkoutWorld(simulator, { next: 'bad' });
  simulator.lambda.publishVersion('checkout');
  simulator.lambda.updateAlias('checkout', 'live', { weights: { '2': 0.1 } });
  return {
    simulator,
    pass: (ms) => {
      now += ms;
      simulator.advance();
    },
  };
}

const BY_FUNCTION = { FunctionName: 'checkout' };
const BY_ALIAS = { ...BY_FUNCTION, Resource: 'checkout:live' };
const BY_VERSION = { ...BY_ALIAS, ExecutedVersion: '2' };
const HOUR = 60 * MINUTE;

const read = (
  { simulator }: Watched,
  metricName: string,
  {
    dimensions = BY_VERSION,
    statistic = 'Sum',
  }: { dimensions?: Record<string, string>; statistic?: string } = {},
) => simulator.metrics.read({ metricName, dimensions, statistic, from: START, to: START + HOUR });

describe('the metrics of the traffic', () => {
  it('exist under the sets of dimensions that Lambda publishes, and no others', () => {
    const world = split();
    world.pass(HOUR);
    const all = read(world, 'Invocations', { dimensions: BY_FUNCTION }) ?? 0;
    expect(all / 3600).toBeCloseTo(20, 0);
    expect(read(world, 'Invocations', { dimensions: BY_ALIAS })).toBe(all);
    expect((read(world, 'Invocations') ?? 0) / all).toBeCloseTo(0.1, 2);
    for (const dimensions of [
      { Resource: 'checkout:live' },
      { ...BY_FUNCTION, Resource: 'checkout:2' },
    ]) {
      expect(read(world, 'Invocations', { dimensions })).toBeUndefined();
    }
  });

  it('have the behaviour of each version in them', () => {
    const world = split();
    world.pass(HOUR);
    const statistic = (name: string, kind: string) => read(world, name, { statistic: kind });
    expect(statistic('Errors', 'Average')).toBeCloseTo(0.2, 1);
    expect(statistic('Errors', 'Maximum')).toBe(1);
    expect(statistic('Errors', 'Minimum')).toBe(0);
    expect(statistic('Errors', 'SampleCount')).toBe(statistic('Invocations', 'Sum'));
    expect(statistic('Duration', 'Average')).toBe(60);
    expect(read(world, 'Duration', { dimensions: BY_ALIAS, statistic: 'Minimum' })).toBe(40);
    expect(read(world, 'Duration', { dimensions: BY_ALIAS, statistic: 'Maximum' })).toBe(60);
    expect(statistic('Throttles', 'Sum')).toBe(0);
  });

  it('count what was throttled with the alias, and with no version', () => {
    const world = split();
    world.simulator.traffic.set('checkout', 'live', 20, { throttledShare: 0.5 });
    world.pass(HOUR);
    const throttled = read(world, 'Throttles', { dimensions: BY_ALIAS }) ?? 0;
    expect(throttled / 3600).toBeCloseTo(10, 0);
    expect((read(world, 'Invocations', { dimensions: BY_ALIAS }) ?? 0) / 3600).toBeCloseTo(10, 0);
    expect(read(world, 'Throttles')).toBe(0);
  });

  it('of the time before the traffic changed are those of the traffic before it', () => {
    let now = START;
    const simulator = createSimulator({ clock: { now: () => now } });
    checkoutWorld(simulator, { next: 'good' });
    now += HOUR;
    simulator.traffic.set('checkout', 'live', 0);
    const query = { metricName: 'Invocations', dimensions: BY_ALIAS, statistic: 'Sum' };
    const found = simulator.metrics.read({ ...query, from: START, to: START + HOUR }) ?? 0;
    expect(found / 3600).toBeCloseTo(20, 0);
  });

  it('of the time before a change are those of the routing before it', () => {
    let now = START;
    const simulator = createSimulator({ clock: { now: () => now } });
    checkoutWorld(simulator, { next: 'good' });
    simulator.lambda.publishVersion('checkout');
    now += 10 * MINUTE;
    // Nobody has looked since: the ten minutes must be lived before the alias moves.
    simulator.lambda.updateAlias('checkout', 'live', { version: '2' });
    now += 10 * MINUTE;
    simulator.advance();
    const query = { metricName: 'Invocations', dimensions: BY_VERSION, statistic: 'Sum' };
    const until = (to: number) => simulator.metrics.read({ ...query, from: START, to });
    expect(until(START + 10 * MINUTE)).toBeUndefined();
    expect(until(START + 20 * MINUTE)).toBeGreaterThan(0);
  });
});

describe('a world with a seed', () => {
  /** An hour with everything in it that happens by itself. */
  function lived(seed: number, stepMs: number) {
    let now = START;
    const simulator = createSimulator({ clock: { now: () => now }, seed });
    checkoutWorld(simulator, { next: 'bad' });
    const { lambda, alarms, metrics, aliasHistory } = simulator;
    lambda.publishVersion('checkout');
    lambda.putProvisionedConcurrency('checkout', 'live', 5);
    lambda.updateAlias('checkout', 'live', { version: '2' });
    for (const end = START + HOUR; now < end;) {
      now += stepMs;
      simulator.advance();
    }
    const sums = Array.from({ length: 60 }, (_, minute) => {
      const from = START + minute * MINUTE;
      const query = { metricName: 'Errors', dimensions: BY_FUNCTION, statistic: 'Sum' };
      return metrics.read({ ...query, from, to: from + MINUTE });
    });
    return { sums, aliasHistory, history: alarms.history };
  }

  it('has the same metrics, alarms and aliases each time', () => {
    expect(lived(7, HOUR)).toEqual(lived(7, HOUR));
  });

  it('has others than a world with another seed', () => {
    expect(lived(7, HOUR).sums).not.toEqual(lived(8, HOUR).sums);
  });

  it.each([1_000, 7_000, MINUTE])('is the same when it is looked at every %i ms', (stepMs) => {
    const seldom = lived(7, HOUR);
    const often = lived(7, stepMs);
    expect(often.sums).toEqual(seldom.sums);
    expect(often.aliasHistory).toEqual(seldom.aliasHistory);
    expect(often.history).toEqual(seldom.history);
  });

  it('is not changed by requests that only read', () => {
    const world = split();
    const { simulator } = world;
    const other = split();
    world.pass(MINUTE);
    other.pass(MINUTE);
    for (let count = 0; count < 50; count++) {
      simulator.lambda.getAlias('checkout', 'live');
      simulator.cloudwatch.describeAlarms();
    }
    simulator.lambda.updateAlias('checkout', 'live', {});
    world.pass(MINUTE);
    other.pass(MINUTE);
    expect(read(world, 'Errors')).toBe(read(other, 'Errors'));
  });

  it('lives through a day that nobody looked at, minute for minute', () => {
    const world = split();
    world.pass(24 * HOUR);
    const { simulator } = world;
    const from = START + 24 * HOUR - MINUTE;
    const query = { metricName: 'Invocations', dimensions: BY_FUNCTION, statistic: 'Sum' };
    expect(simulator.metrics.read({ ...query, from, to: from + MINUTE })).toBeGreaterThan(0);
  });
});

describe('the samplers', () => {
  const DRAWS = 20_000;
  const moments = (draw: () => number) => {
    const drawn = Array.from({ length: DRAWS }, draw);
    const mean = drawn.reduce((sum, each) => sum + each, 0) / DRAWS;
    const variance = drawn.reduce((sum, each) => sum + (each - mean) ** 2, 0) / DRAWS;
    return { mean, variance };
  };

  it.each([0.5, 20, 500])('draw from a Poisson distribution of mean %d', (mean) => {
    const random = seeded(1);
    const found = moments(() => poisson(random, mean));
    expect(found.mean / mean).toBeCloseTo(1, 1);
    expect(found.variance / mean).toBeCloseTo(1, 1);
  });

  it.each([
    [20, 0.1],
    [20, 0.9],
    [1000, 0.001],
    [1000, 0.5],
  ])('draw from a binomial distribution of %i trials with %d', (count, probability) => {
    const random = seeded(1);
    const found = moments(() => binomial(random, count, probability));
    expect(found.mean / (count * probability)).toBeCloseTo(1, 1);
    expect(found.variance / (count * probability * (1 - probability))).toBeCloseTo(1, 1);
  });

  it('know the borders', () => {
    const random = seeded(1);
    expect(poisson(random, 0)).toBe(0);
    expect(binomial(random, 10, 0)).toBe(0);
    expect(binomial(random, 10, 1)).toBe(10);
    expect(binomial(random, 0, 0.5)).toBe(0);
  });
});
