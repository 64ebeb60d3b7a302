import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { updateFunction } from '../../simulator/lambda/functions.ts';
import { after, createWorld, type World } from '../fixtures/bundle-world.ts';

const MINUTE = 60_000;
const INPUTS = {
  alarms: '',
  analysis: 'on',
  'analysis-logs': 'off',
  steps: '10% 5m, 50% 5m',
  'bake-time': '0s',
  'poll-interval': '30s',
};

describe('comparing durations, the bundle', () => {
  let world: World;
  beforeEach(async () => {
    world = await createWorld();
  });
  afterEach(() => world.close());

  /** Requests whose durations spread around 40 ms, and around another median for the new version. */
  function traffic(newMedianMs: number, requestsPerSecond = 50): void {
    const { lambda } = world.simulator;
    const stable = lambda.functions.get('checkout')?.versions[0];
    if (stable === undefined) throw new Error('There is no version');
    const { configuration } = stable;
    const behaviour = { errorRate: 0, durationMs: 40, durationSpread: 0.5 };
    stable.configuration = { ...configuration, behaviour };
    updateFunction(lambda, 'checkout', {
      code: 'the next',
      behaviour: { ...behaviour, durationMs: newMedianMs },
    });
    world.simulator.traffic.set('checkout', 'live', requestsPerSecond);
  }

  /** Three hours in which the old version served the alias alone. */
  function past(): void {
    const served = { functionName: 'checkout', alias: 'live', version: '1' };
    for (let minute = 1; minute <= 190; minute++) {
      world.simulator.metrics.add(served, world.time.clock.now() - minute * MINUTE, {
        invocations: 3_000,
        errors: 0,
        throttles: 0,
        // The percentiles of that spread.
        durations: new Map([
          [40, 2_650],
          [76, 300],
          [128, 50],
        ]),
      });
    }
  }

  it('reports by default that the new version takes twice as long, and promotes it', async () => {
    past();
    traffic(80);
    const result = await world.run(INPUTS);
    expect(result.outputs['outcome']).toBe('promoted');
    expect(result.log).toMatch(
      /duration of checkout:live: canary p50 [\d.]+ ms.*; baseline p50 [\d.]+ ms.*requests took longer than.*of 200:1 needed/,
    );
    expect(result.summary).toContain('### Duration');
    expect(result.summary).toContain('| yes: ');
  });

  it('reverts a version that takes twice as long when told to', async () => {
    past();
    traffic(80);
    const result = await world.run({ ...INPUTS, 'compare-duration': 'on' });
    expect(result.outputs['outcome']).toBe('reverted');
    expect(result.outputs['reason']).toMatch(
      /duration of checkout:live: canary p50 .* of the old version longer than \d+/,
    );
    expect(world.alias()).toBe('1');
  });

  it('promotes a version that takes as long as the old one', async () => {
    past();
    traffic(40);
    const inputs = { ...INPUTS, 'compare-duration': 'on', 'analysis-logs': 'on' };
    const result = await world.run(inputs);
    expect(result.outputs['outcome']).toBe('promoted');
    // What may revert shares alpha with the errors and the logs.
    expect(result.log).toContain('of 501:1 needed');
  });

  it('goes by the medians of a function without a past', async () => {
    after(world.simulator, 'UpdateAlias', 0, () => {
      world.simulator.traffic.set('checkout', 'live', 50);
    });
    traffic(80, 0);
    const result = await world.run({ ...INPUTS, 'compare-duration': 'on', steps: '10% 15m' });
    expect(result.outputs['outcome']).toBe('reverted');
    expect(result.outputs['reason']).toMatch(/in \d+ of \d+ minutes the median of the new version/);
  });

  it('goes by the medians, and says so, where CloudWatch does not count values', async () => {
    past();
    traffic(40);
    world.simulator.faults.add(({ operation, input }) =>
      operation === 'GetMetricData' && JSON.stringify(input).includes('TC(')
        ? {
            type: 'error',
            status: 400,
            name: 'InvalidParameterValue',
            message: 'The value TC(0:) for parameter Stat is not supported',
          }
        : undefined,
    );
    const result = await world.run(INPUTS);
    expect(result.outputs['outcome']).toBe('promoted');
    expect(result.log).toContain('durations are compared by their medians alone');
  });

  it('reads no durations when it is not to compare them', async () => {
    traffic(80);
    const result = await world.run({ ...INPUTS, 'compare-duration': 'off' });
    expect(result.outputs['outcome']).toBe('promoted');
    expect(result.log).not.toContain('duration of');
    expect(result.summary).not.toContain('### Duration');
  });

  it('refuses to revert by durations when nothing is to be compared', async () => {
    const result = await world.run({ analysis: 'off', 'compare-duration': 'on' });
    expect(result.outputs['outcome']).toBe('failed');
    expect(result.outputs['reason']).toContain('compare-duration: nothing is compared');
  });
});
