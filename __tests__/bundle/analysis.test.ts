import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { denied } from '../../simulator/wire/faults.ts';
import { updateFunction } from '../../simulator/lambda/functions.ts';
import { after, createWorld, type World } from '../fixtures/bundle-world.ts';
import { itWithSignals } from '../fixtures/signals.ts';

const WITHOUT_ALARMS = {
  alarms: '',
  analysis: 'on',
  // They are read every five seconds, which is most of the work of a rollout, and are told of in log-lane.test.ts.
  'analysis-logs': 'off',
  steps: '10% 5m, 50% 5m',
  'bake-time': '0s',
  'poll-interval': '30s',
};
/** For how much evidence is needed, of which they take a part. */
const WITH_LOGS = { ...WITHOUT_ALARMS, 'analysis-logs': 'on' };

describe('comparing the versions, the bundle', () => {
  let world: World;
  beforeEach(async () => {
    world = await createWorld();
  });
  afterEach(() => world.close());

  /** What goes through the alias, and how often the old and the new version fail. */
  function traffic(
    requestsPerSecond: number,
    rates: { readonly old: number; readonly new: number },
  ): void {
    const { lambda } = world.simulator;
    const stable = lambda.functions.get('checkout')?.versions[0];
    if (stable === undefined) throw new Error('There is no version');
    const { configuration } = stable;
    stable.configuration = {
      ...configuration,
      behaviour: { errorRate: rates.old, durationMs: 40 },
    };
    updateFunction(lambda, 'checkout', {
      code: 'the next',
      behaviour: { errorRate: rates.new, durationMs: 40 },
    });
    world.simulator.traffic.set('checkout', 'live', requestsPerSecond);
  }

  /** Like {@link traffic}, with a new version that fails as it is told at each moment, counted from its first weight. */
  function changing(requestsPerSecond: number, failing: (sinceMs: number) => number): void {
    traffic(requestsPerSecond, { old: 0, new: 0 });
    const { aliasHistory, lambda } = world.simulator;
    const since = () => {
      const first = aliasHistory.find(({ weights }) => Object.keys(weights).length > 0);
      return world.time.clock.now() - (first?.at ?? Infinity);
    };
    const behaviour = {
      durationMs: 40,
      get errorRate() {
        return failing(since());
      },
    };
    updateFunction(lambda, 'checkout', { code: 'the changing', behaviour });
  }

  /** In every minute of the hours before. */
  function calledBefore(invocations: number): void {
    const durations = new Map([[40, invocations]]);
    for (let minute = 1; minute <= 200; minute++) {
      const at = world.time.clock.now() - minute * 60_000;
      const of = { functionName: 'checkout', alias: 'live', version: '1' };
      world.simulator.metrics.add(of, at, { invocations, errors: 0, throttles: 0, durations });
    }
  }

  /** How long after the first weight the new version had everything, in minutes. */
  function minutesToThePromotion(): number {
    const { aliasHistory } = world.simulator;
    const first = aliasHistory.find(({ weights }) => Object.keys(weights).length > 0)?.at ?? NaN;
    const promoted = aliasHistory.find(({ version }) => version === '2')?.at ?? NaN;
    return (promoted - first) / 60_000;
  }

  it.each<[string, number, string, number]>([
    // Nine steps of a minute, and the last one's metrics: until they do not change any more.
    ['Linear10PercentEvery1Minute', 20, '3', 10.25],
    ['10% 1m', 20, '1', 2.25],
    ['Linear10PercentEvery1Minute', 0, '1', 10.5],
    ['10% 1m', 0, '1', 2.5],
    ['10% 1m', 0, '3', 3],
    ['10% 5m, 50% 5m', 0, '2', 20],
  ])(
    'lasts as long as is written: %s at %d requests a second, with max-extension %s',
    async (steps, requestsPerSecond, maxExtension, expected) => {
      if (requestsPerSecond > 0) calledBefore(60 * requestsPerSecond);
      traffic(requestsPerSecond, { old: 0, new: 0 });
      const inputs = {
        ...WITHOUT_ALARMS,
        steps,
        'max-extension': maxExtension,
        'poll-interval': '10s',
      };
      const result = await world.run(inputs);
      expect(result.outputs['outcome']).toBe('promoted');
      expect(minutesToThePromotion()).toBeGreaterThan(expected - 0.1);
      // A poll, and what drifts in nine steps.
      expect(minutesToThePromotion()).toBeLessThan(expected + 0.35);
    },
  );

  it('counts what users felt of a version that an alarm reverted before its minute had settled', async () => {
    traffic(20, { old: 0, new: 0.5 });
    after(world.simulator, 'DescribeAlarms', 10, () => {
      world.setAlarm('ALARM', 'Threshold Crossed: 29 errors');
    });
    const result = await world.run({
      analysis: 'on',
      steps: '10% 5m',
      'analysis-logs': 'off',
      'poll-interval': '10s',
    });
    expect(result.outputs['reason']).toContain('alarm errors went into ALARM');
    expect(result.summary).not.toMatch(/\b0 requests/);
    const [, total = '0', bad = '0'] =
      /it served (\d+) requests, of which (\d+) failed\./.exec(result.summary) ?? [];
    expect(Number(bad)).toBeGreaterThan(0);
    expect(Number(total)).toBeGreaterThan(Number(bad));
    expect(result.summary).toContain('title "Percent of requests that failed"');
  });

  itWithSignals(
    'says that it is not known yet where a cancellation ends the waiting for it',
    async () => {
      traffic(20, { old: 0, new: 0.5 });
      after(world.simulator, 'DescribeAlarms', 10, () => {
        world.setAlarm('ALARM', 'Threshold Crossed: 29 errors');
      });
      const action = world.start({
        analysis: 'on',
        steps: '10% 5m',
        'analysis-logs': 'off',
        'poll-interval': '10s',
      });
      await world.requested('UpdateAlias', 1);
      await world.requested('FilterLogEvents', 0);
      action.process.kill('SIGINT');
      const result = await action.done;
      expect(result.outputs['outcome']).toBe('reverted');
      expect(result.summary).toContain(
        'how many requests it served, and how many failed, is not known yet',
      );
      expect(result.summary).toContain(
        'checkout version 2](https://eu-west-1.console.aws.amazon.com/',
      );
    },
  );

  it('never promotes against evidence that one minute alone gives', async () => {
    // Nine failures or fewer in the first minute, then none until it is promoted.
    changing(3, (sinceMs) => (sinceMs < 60_000 ? 0.4 : sinceMs < 6 * 60_000 ? 0 : 0.5));
    const result = await world.run({ ...WITHOUT_ALARMS, steps: '10% 5m' });
    expect(world.routings()).toEqual(['1', '1+2@0.1', '1']);
    expect(result.outputs['outcome']).toBe('reverted');
  });

  it.each(['step', 'promote'])(
    'does not go on in mode: %s with what an earlier job left, while one minute of it stands against it',
    async (mode) => {
      // Nine failures or fewer in the second minute of the step, which settles when its job has ended.
      changing(4, (sinceMs) => (sinceMs > 60_000 && sinceMs < 115_000 ? 0.3 : 0));
      const inputs = { ...WITHOUT_ALARMS, steps: '10% 3m, 50% 3m' };
      const environment = { GITHUB_WORKFLOW_REF: 'acme/shop/.github/workflows/deploy.yml@main' };
      const started = await world.run({ ...inputs, mode: 'start' }, { environment });
      expect(started.outputs['outcome']).toBe('held');
      // So that it comes too late for a weight in this minute.
      let calls = 0;
      world.simulator.faults.add(() => (calls++ === 0 ? { type: 'delay', ms: 8_000 } : undefined));
      const result = await world.run({ ...inputs, mode }, { environment });
      expect(world.routings()).toEqual(['1', '1+2@0.1', '1']);
      expect(result.outputs['outcome']).toBe('reverted');
      expect(result.outputs['reason']).toMatch(
        /at 10 % .*more failures would revert; the step was extended for it, and nothing spoke for it/,
      );
    },
  );

  it.each(['5m', '10s'])(
    'judges the minutes before the promotion when they settle after it, with a last bake of %s',
    async (bakeTime) => {
      // The last minute of the bake is fine; it is the next one, in which that is waited for, that is not.
      changing(20, (sinceMs) => (sinceMs > 140_000 && sinceMs < 4 * 60_000 ? 1 : 0));
      const result = await world.run({
        ...WITHOUT_ALARMS,
        steps: '50% 2m',
        'bake-time': bakeTime,
      });
      expect(world.routings()).toEqual(['1', '1+2@0.5', '2', '1']);
      expect(result.outputs['reason']).toMatch(/at 100 % .*errors of checkout:live: canary/);
    },
  );

  it('takes it for blindness that nothing is counted of an alias that was called before', async () => {
    calledBefore(5);
    const result = await world.run({ ...WITHOUT_ALARMS, 'min-invocations': '0' });
    expect(result.outputs['outcome']).toBe('reverted');
    expect(result.outputs['reason']).toContain(
      'no request of either version of checkout:live was counted for',
    );
    expect(result.outputs['reason']).toContain('monitoring-grace is 2 min');
    expect(result.log).not.toContain('Nobody called');
  });

  it('warns before it begins that nobody calls the alias', async () => {
    const result = await world.run({ ...WITHOUT_ALARMS, 'dry-run': 'true' });
    expect(result.log).toContain('Nobody called checkout:live by its alias in the three hours');
  });

  it('reverts a version of which requests hang, which Lambda counts only when they end', async () => {
    traffic(10, { old: 0, new: 0 });
    const behaviour = { errorRate: 0, durationMs: 40, hangShare: 0.6 };
    updateFunction(world.simulator.lambda, 'checkout', { code: 'hanging', behaviour });
    const result = await world.run({ ...WITHOUT_ALARMS, steps: '10% 5m' });
    expect(result.outputs['outcome']).toBe('reverted');
    expect(result.outputs['reason']).toMatch(
      /at 10 % .*after 15 min.*\d+ requests of the canary were counted, where by its weight about/,
    );
  });

  describe('once the new version is alone', () => {
    /** It fails half of everything from its promotion on, and nothing before. */
    function failingAlone(): void {
      const { aliasHistory } = world.simulator;
      changing(20, () => (aliasHistory.at(-1)?.version === '2' ? 0.5 : 0));
    }

    it('reverts one that fails far more often than the old one did, without any alarm', async () => {
      failingAlone();
      const result = await world.run({ ...WITHOUT_ALARMS, steps: '50% 2m', 'bake-time': '5m' });
      expect(world.routings()).toEqual(['1', '1+2@0.5', '2', '1']);
      expect(result.outputs['reason']).toMatch(
        /after the promotion of checkout:live: [\d,]+ requests, [\d,]+ failed .* at most 0\.\d\d %/,
      );
    });

    it('leaves that to the alarms where there are some, and tells what it sees', async () => {
      failingAlone();
      const watched = { ...WITH_LOGS, alarms: 'errors', steps: '50% 2m', 'bake-time': '5m' };
      const result = await world.run(watched);
      expect(result.outputs['outcome']).toBe('promoted');
      expect(result.log).toMatch(/after the promotion of checkout:live: .* of 125:1 needed/);
      expect(result.summary).toContain('### After the promotion');
    });

    it('never says that what nothing watched has passed', async () => {
      failingAlone();
      const result = await world.run({
        ...WITHOUT_ALARMS,
        steps: '50% 2m',
        'bake-time': '5m',
        'after-promotion': 'off',
      });
      expect(result.outputs['outcome']).toBe('promoted');
      expect(result.log).toContain('After the promotion nothing is watched');
      expect(result.log).toContain('100 % (step 2 of 2) is over; nothing watched the new version');
      expect(result.log).not.toContain('100 % (step 2 of 2) passed');
      expect(result.summary).toContain('not watched');
    });
  });

  it.each([10, 100])(
    'promotes a version that is no worse, at %d requests a second',
    async (rate) => {
      traffic(rate, { old: 0.01, new: 0.01 });
      const result = await world.run(WITHOUT_ALARMS);
      expect(result.outputs['outcome']).toBe('promoted');
      expect(result.log).toMatch(/errors of checkout:live: canary [\d,]+ requests, \d+ failed/);
      expect(result.summary).toContain('### New version against old');
    },
  );

  it.each([
    ['fails at all, where the old one does not', 0, 0.05],
    ['fails five times as often', 0.01, 0.05],
    ['fails always', 0.001, 1],
  ])('reverts a version that %s, without any alarm', async (_, old, bad) => {
    traffic(50, { old, new: bad });
    const result = await world.run(WITH_LOGS);
    expect(result.outputs['outcome']).toBe('reverted');
    expect(result.outputs['reason']).toMatch(/errors of checkout:live: canary .* of 125:1 needed/);
    expect(world.alias()).toBe('1');
  });

  it('does not revert for an outage that both versions share', async () => {
    traffic(50, { old: 0.001, new: 0.001 });
    after(world.simulator, 'UpdateAlias', 1, () => {
      for (const version of world.simulator.lambda.functions.get('checkout')?.versions ?? []) {
        const behaviour = { ...version.configuration.behaviour, errorRate: 0.3 };
        version.configuration = { ...version.configuration, behaviour };
      }
    });
    const result = await world.run(WITHOUT_ALARMS);
    expect(result.outputs['outcome']).toBe('promoted');
  });

  it('extends the steps of a quiet function, and so reverts a version that fails always', async () => {
    traffic(0.05, { old: 0, new: 1 });
    const steps = '10% 5m, 25% 5m, 50% 5m';
    const result = await world.run({ ...WITHOUT_ALARMS, steps });
    expect(result.outputs['outcome']).toBe('reverted');
  });

  it('promotes without any traffic after the extension, and says what it could not judge', async () => {
    const result = await world.run({ ...WITHOUT_ALARMS, 'max-extension': '2' });
    expect(result.outputs['outcome']).toBe('promoted');
    expect(result.log).toContain('the canary served 0 requests at 10 %25, and 50 are needed');
  });

  it.each([
    ['hold', 'held'],
    ['revert', 'reverted'],
  ])('does as on-inconclusive says: %s', async (policy, outcome) => {
    const result = await world.run({
      ...WITHOUT_ALARMS,
      steps: '10% 2m, 50% 2m',
      'max-extension': '1',
      'on-inconclusive': policy,
    });
    expect(result.outputs['outcome']).toBe(outcome);
  });

  it('changes every weight at the beginning of a minute', async () => {
    traffic(20, { old: 0, new: 0 });
    await world.run({ ...WITHOUT_ALARMS, steps: '10% 1m, 50% 1m', 'min-invocations': '0' });
    const weights = world.simulator.aliasHistory.filter(
      ({ weights }) => Object.keys(weights).length > 0,
    );
    expect(weights).toHaveLength(2);
    for (const { at } of weights) expect(at % 60_000).toBeLessThan(15_000);
  });

  it('goes on with the alarms alone when it may not read the metrics, and says so once', async () => {
    world.simulator.faults.add(({ operation }) =>
      operation === 'GetMetricData' ? denied('cloudwatch:GetMetricData', '*') : undefined,
    );
    const result = await world.run({ analysis: '' });
    expect(result.outputs['outcome']).toBe('promoted');
    expect(result.log.match(/only the alarms are watched/g)).toHaveLength(1);
    expect(result.log).toContain('Add the action "cloudwatch:GetMetricData"');
  });

  it('refuses to begin when it may not read the metrics and there is nothing else', async () => {
    world.simulator.faults.add(({ operation }) =>
      operation === 'GetMetricData' ? denied('cloudwatch:GetMetricData', '*') : undefined,
    );
    const result = await world.run({ alarms: '', analysis: '' });
    expect(result.outputs['outcome']).toBe('failed');
    expect(result.outputs['reason']).toContain('nothing would be watched');
    expect(world.writes()).toEqual([]);
  });

  it('refuses to begin when it was told to compare and may not', async () => {
    world.simulator.faults.add(({ operation }) =>
      operation === 'GetMetricData' ? denied('cloudwatch:GetMetricData', '*') : undefined,
    );
    const result = await world.run({ analysis: 'on' });
    expect(result.outputs['outcome']).toBe('failed');
    expect(world.writes()).toEqual([]);
  });

  it('reverts when the metrics come in part only, for longer than the grace time', async () => {
    traffic(50, { old: 0, new: 0 });
    after(world.simulator, 'UpdateAlias', 0, () => {
      world.simulator.metricData.statusOf = () => 'PartialData';
    });
    const result = await world.run(WITHOUT_ALARMS);
    expect(result.outputs['outcome']).toBe('reverted');
    expect(result.outputs['reason']).toContain('did not give all of AWS/Lambda');
  });

  it('waits for metrics that come late', async () => {
    traffic(50, { old: 0, new: 1 });
    world.simulator.metricData.delayMs = 3 * 60_000;
    const result = await world.run(WITHOUT_ALARMS);
    expect(result.outputs['outcome']).toBe('reverted');
  });

  it('only tells what it sees when it is to observe', async () => {
    traffic(50, { old: 0, new: 1 });
    const result = await world.run({ ...WITHOUT_ALARMS, analysis: 'observe' });
    expect(result.outputs['outcome']).toBe('promoted');
    expect(result.log).toContain('evidence more than 1,000,000:1 of 100:1 needed');
  });

  it('reverts when a metric check does not hold, and names the value', async () => {
    traffic(20, { old: 0, new: 0 });
    updateFunction(world.simulator.lambda, 'checkout', {
      code: 'slow',
      behaviour: { errorRate: 0, durationMs: 900 },
    });
    const checks = 'slow: average Duration < 800 ms for 2 of 3 min';
    const result = await world.run({ ...WITHOUT_ALARMS, 'metric-checks': checks });
    expect(result.outputs['outcome']).toBe('reverted');
    expect(result.outputs['reason']).toMatch(
      /slow: average Duration was 900 ms at \d\d:\d\d and 900 ms at \d\d:\d\d UTC; it must be < 800 ms/,
    );
    expect(result.summary).toContain('### Metrics');
  });

  it('watches a metric check without comparing, and warns of one that had no data', async () => {
    traffic(20, { old: 0, new: 0 });
    const result = await world.run({
      ...WITHOUT_ALARMS,
      analysis: 'off',
      steps: '10% 5m',
      'metric-checks':
        'average Duration < 800 ms\nsum Shop:Sales where F={function} > 1 of all versions',
    });
    expect(result.outputs['outcome']).toBe('promoted');
    expect(result.log).toContain('had no data: it was not checked');
    expect(result.log).not.toContain('evidence');
  });

  it('compares a metric of the user’s own', async () => {
    traffic(20, { old: 0, new: 0 });
    const { metricData, traffic: requests } = world.simulator;
    const put = (metricName: string, Version: string, value: number) => {
      const dimensions = { Function: 'checkout', Version };
      for (let minute = 0; minute < 30; minute++) {
        metricData.put(
          { namespace: 'Shop', metricName, dimensions },
          world.time.clock.now() + minute * 60_000,
          value,
        );
      }
    };
    requests.catchUp();
    put('Responses', '1', 500);
    put('Responses', '2', 50);
    put('Bad', '2', 20);
    const result = await world.run({
      ...WITH_LOGS,
      'compare-metrics':
        'http 5xx: Shop:Bad / Responses where Function={function}, Version={version}',
    });
    expect(result.outputs['outcome']).toBe('reverted');
    expect(result.outputs['reason']).toContain('http 5xx of checkout:live: canary');
    expect(result.outputs['reason']).toContain('of 250:1 needed');
  });
});
