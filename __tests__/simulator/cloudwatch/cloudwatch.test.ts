import { beforeEach, describe, expect, it } from '@jest/globals';

import { updateAlias } from '../../../simulator/lambda/aliases.ts';
import { checkoutWorld } from '../../../simulator/checkout.ts';
import type { MissingData } from '../../../simulator/cloudwatch/evaluation.ts';
import { publishVersion } from '../../../simulator/lambda/functions.ts';
import { createSimulator, type Simulator } from '../../../simulator/simulator.ts';

const MINUTE = 60_000;
let now: number;
beforeEach(() => {
  now = Date.UTC(2026, 0, 1);
});

function checkout(next: 'good' | 'bad', seed = 1): Simulator {
  const simulator = createSimulator({ clock: { now: () => now }, seed });
  checkoutWorld(simulator, { next });
  publishVersion(simulator.lambda, 'checkout');
  return simulator;
}

function live(simulator: Simulator, ms: number): void {
  now += ms;
  simulator.advance();
}

const stateOf = ({ alarms }: Simulator, name: string) => alarms.alarms.get(name)?.state;

describe('traffic in the simulator', () => {
  const invocations = (simulator: Simulator, version: string) =>
    simulator.metrics.read({
      metricName: 'Invocations',
      dimensions: { FunctionName: 'checkout', Resource: 'checkout:live', ExecutedVersion: version },
      statistic: 'Sum',
      from: Date.UTC(2026, 0, 1),
      to: now,
    });

  it('is split by the weights of the alias', () => {
    const simulator = checkout('good');
    updateAlias(simulator.lambda, 'checkout', 'live', { weights: { '2': 0.1 } });
    live(simulator, 60 * MINUTE);
    const [stable = 0, canary = 0] = [invocations(simulator, '1'), invocations(simulator, '2')];
    expect(canary / (stable + canary)).toBeCloseTo(0.1, 2);
    expect((stable + canary) / 3600).toBeCloseTo(20, 0);
  });

  it('makes no datapoint where there was no invocation', () => {
    const simulator = checkout('good');
    live(simulator, 5 * MINUTE);
    expect(invocations(simulator, '2')).toBeUndefined();
  });

  it('is the same for the same seed, and other for another', () => {
    const run = (seed: number) => {
      now = Date.UTC(2026, 0, 1);
      const simulator = checkout('good', seed);
      live(simulator, 10 * MINUTE);
      return invocations(simulator, '1');
    };
    expect(run(7)).toBe(run(7));
    expect(run(7)).not.toBe(run(8));
  });

  it('is the same whether it is looked at often or once', () => {
    const often = checkout('bad');
    for (let second = 0; second < 600; second++) live(often, 1_000);
    now = Date.UTC(2026, 0, 1);
    const once = checkout('bad');
    live(once, 10 * MINUTE);
    expect(invocations(often, '1')).toBe(invocations(once, '1'));
  });
});

describe('alarms in the simulator', () => {
  it('go red when a bad version gets traffic, and green again when it gets none', () => {
    const simulator = checkout('bad');
    live(simulator, 5 * MINUTE);
    expect(stateOf(simulator, 'checkout-errors')).toBe('OK');
    updateAlias(simulator.lambda, 'checkout', 'live', { weights: { '2': 0.25 } });
    live(simulator, 5 * MINUTE);
    expect(stateOf(simulator, 'checkout-errors')).toBe('ALARM');
    expect(stateOf(simulator, 'checkout-health')).toBe('ALARM');
    updateAlias(simulator.lambda, 'checkout', 'live', { weights: {} });
    live(simulator, 5 * MINUTE);
    expect(stateOf(simulator, 'checkout-errors')).toBe('OK');
    expect(stateOf(simulator, 'checkout-health')).toBe('OK');
  });

  it('see the metrics of a minute only after the publication delay', () => {
    const simulator = checkout('bad');
    updateAlias(simulator.lambda, 'checkout', 'live', { version: '2' });
    live(simulator, MINUTE);
    expect(stateOf(simulator, 'checkout-errors')).toBe('OK');
    live(simulator, MINUTE);
    expect(stateOf(simulator, 'checkout-errors')).toBe('ALARM');
  });

  it('keep a forced state until their next evaluation, and its trace in the history', () => {
    const simulator = checkout('good');
    live(simulator, MINUTE);
    simulator.alarms.setState('checkout-errors', 'ALARM', 'forced');
    const before = simulator.alarms.alarms.get('checkout-errors')?.transitionedAt ?? 0;
    live(simulator, MINUTE);
    expect(stateOf(simulator, 'checkout-errors')).toBe('OK');
    expect(simulator.alarms.alarms.get('checkout-errors')?.transitionedAt).toBeGreaterThan(before);
    const states = simulator.alarms.history
      .filter(({ alarm }) => alarm === 'checkout-errors')
      .flatMap((item) => (item.type === 'StateUpdate' ? [item.to] : []));
    expect(states.slice(-2)).toEqual(['ALARM', 'OK']);
  });

  it.each<[MissingData, string]>([
    ['missing', 'INSUFFICIENT_DATA'],
    ['notBreaching', 'OK'],
    ['breaching', 'ALARM'],
    ['ignore', 'OK'],
  ])('without data are, with %s, %s', (treatMissingData, state) => {
    const simulator = checkout('good');
    simulator.alarms.putMetricAlarm('silent', {
      metricName: 'Errors',
      dimensions: { FunctionName: 'nobody' },
      treatMissingData,
    });
    simulator.alarms.setState('silent', 'OK', 'set by hand');
    live(simulator, MINUTE);
    expect(stateOf(simulator, 'silent')).toBe(state);
  });

  it('need as many breaching datapoints as they say', () => {
    const simulator = checkout('bad');
    simulator.alarms.putMetricAlarm('slow', {
      metricName: 'Errors',
      dimensions: { FunctionName: 'checkout' },
      threshold: 10,
      evaluationPeriods: 3,
      treatMissingData: 'notBreaching',
    });
    updateAlias(simulator.lambda, 'checkout', 'live', { version: '2' });
    live(simulator, 3 * MINUTE);
    expect(stateOf(simulator, 'slow')).toBe('OK');
    live(simulator, MINUTE);
    expect(stateOf(simulator, 'slow')).toBe('ALARM');
  });
});
