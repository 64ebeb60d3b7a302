import { describe, expect, it } from '@jest/globals';

import { updateAlias } from '../../simulator/lambda/aliases.ts';
import { after, type World } from '../fixtures/bundle-world.ts';
import { called, playedByBoth, type Scene } from '../fixtures/both-engines.ts';
import { itWithSignals } from '../fixtures/signals.ts';

const ON = { analysis: 'on' } as const;

/** The new version fails from its promotion on. */
function failingAlone(world: World): void {
  called(world, 20, { old: 0.001, new: 0 });
  after(world.simulator, 'UpdateAlias', 1, () => {
    const { versions = [] } = world.simulator.lambda.functions.get('checkout') ?? {};
    const canary = versions.at(-1);
    if (canary === undefined) throw new Error('There is no version');
    canary.configuration = {
      ...canary.configuration,
      behaviour: { errorRate: 0.5, durationMs: 40 },
    };
  });
}

const SCENES: Readonly<Record<string, Scene>> = {
  'that is promoted': {
    inputs: { ...ON, steps: '10% 2m, 50% 2m', 'bake-time': '5m' },
    prepare: (world) => {
      called(world, 20, { old: 0.01, new: 0.01 });
    },
    counts: 'differ',
  },
  'that nobody calls': { inputs: { ...ON, steps: '10% 2m', 'max-extension': '1' } },
  'that is reverted by an alarm': {
    inputs: {},
    prepare: (world) => {
      const { simulator } = world;
      after(simulator, 'UpdateAlias', 0, () => {
        world.setAlarm('ALARM', 'too many');
      });
    },
  },
  'that is reverted by two alarms': {
    inputs: { alarms: 'errors, other' },
    prepare: (world) => {
      const { simulator } = world;
      simulator.alarms.putLogAlarm('other');
      simulator.alarms.setState('other', 'OK', 'all is well');
      after(simulator, 'UpdateAlias', 0, () => {
        world.setAlarm('ALARM', 'too many');
        world.setAlarm('ALARM', 'too slow', 'other');
      });
    },
  },
  'whose alarm is red before the first weight': {
    inputs: { ...ON },
    prepare: (world) => {
      const { simulator } = world;
      after(simulator, 'PublishVersion', 0, () => {
        world.setAlarm('ALARM', 'too many');
      });
    },
  },
  'whose alarm knows nothing for twice the bake time': {
    inputs: { 'on-insufficient-data': 'wait', steps: '10% 2m' },
    prepare: (world) => {
      const { simulator } = world;
      after(simulator, 'UpdateAlias', 0, () => {
        world.setAlarm('INSUFFICIENT_DATA', 'no data');
      });
    },
  },
  'whose alarms cannot be read any more': {
    inputs: { alarms: 'errors, other' },
    prepare: ({ simulator }) => {
      simulator.alarms.putLogAlarm('other');
      simulator.alarms.setState('other', 'OK', 'all is well');
      after(simulator, 'UpdateAlias', 0, () => {
        simulator.alarms.delete('other');
      });
    },
  },
  'that is reverted by metrics': {
    inputs: { ...ON, steps: '10% 15m' },
    prepare: (world) => {
      called(world, 10, { old: 0.001, new: 0.4 });
    },
  },
  'that is reverted by a condition': {
    inputs: {
      ...ON,
      steps: '10% 15m',
      'metric-checks': 'p99 Duration < 30 ms\nslow: average Duration < 300 ms',
    },
    prepare: (world) => {
      called(world, 10, { old: 0, new: 0 });
    },
  },
  'whose condition had no data': {
    inputs: { 'metric-checks': 'p99 Duration < 30 ms' },
  },
  'that too few call, and that goes on': {
    inputs: { ...ON, steps: '10% 2m', 'min-invocations': '1000', 'max-extension': '1' },
    prepare: (world) => {
      called(world, 1, { old: 0, new: 0 });
    },
    counts: 'differ',
  },
  'that too few call, and that is reverted': {
    inputs: {
      ...ON,
      steps: '10% 2m',
      'min-invocations': '1000',
      'max-extension': '2',
      'on-inconclusive': 'revert',
    },
    prepare: (world) => {
      called(world, 1, { old: 0, new: 0 });
    },
    counts: 'differ',
  },
  'that too few call, and that is held': {
    inputs: {
      ...ON,
      steps: '10% 2m',
      'min-invocations': '1000',
      'max-extension': '1',
      'on-inconclusive': 'hold',
    },
    prepare: (world) => {
      called(world, 1, { old: 0, new: 0 });
    },
  },
  'that fails after its promotion': {
    inputs: { ...ON, 'bake-time': '15m', 'after-promotion': 'revert' },
    prepare: failingAlone,
    counts: 'differ',
  },
  'of which a job takes the first step': { inputs: { mode: 'start', steps: '10% 1m, 50% 1m' } },
  'whose alias somebody else moves': {
    inputs: { steps: '10% 30m' },
    meanwhile: async (action, { simulator }) => {
      await action.seen('10 % shifted');
      updateAlias(simulator.lambda, 'checkout', 'live', { version: '2', weights: {} });
    },
  },
};

describe('both engines tell the same', () => {
  it.each(Object.entries(SCENES))('of a rollout %s', async (_, scene) => {
    const [runner, aws] = await playedByBoth(scene);
    expect(aws.told).toEqual(runner.told);
  });

  it('when a step is over: where the next weight may come so early in a minute, AWS waits for no other', async () => {
    const steps = '10% 5m, 50% 5m, 80% 1m';
    const scene: Scene = {
      inputs: { ...ON, steps, 'min-invocations': '1', 'bake-time': '0s' },
      prepare: (world) => {
        called(world, 20, { old: 0, new: 0 });
      },
    };
    for (const { lasted } of await playedByBoth(scene)) {
      expect(lasted.slice(0, 2).map((ms) => Math.round(ms / 60_000))).toEqual([5, 5]);
    }
  });

  itWithSignals('of a rollout that is cancelled', async () => {
    const [runner, aws] = await playedByBoth({
      inputs: { steps: '10% 30m' },
      meanwhile: async (action) => {
        await action.seen('of the bake is over');
        action.process.kill('SIGINT');
      },
    });
    expect(aws.told).toEqual(runner.told);
  });
});
