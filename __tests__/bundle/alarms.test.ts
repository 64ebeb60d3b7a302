import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { denied } from '../../simulator/wire/faults.ts';
import { after, createWorld, type World } from '../fixtures/bundle-world.ts';

/** How soon something is seen matters here. */
const OFTEN = { 'poll-interval': '10s' };

describe('when alarms go red or cannot tell, the bundle', () => {
  let world: World;
  beforeEach(async () => {
    world = await createWorld({ inputs: OFTEN });
  });
  afterEach(() => world.close());

  it('moves nothing when the alarm goes red while the version is being published', async () => {
    after(world.simulator, 'PublishVersion', 0, () => {
      world.setAlarm('ALARM', 'somebody else');
    });
    const result = await world.run();
    expect(result.outputs['outcome']).toBe('failed');
    expect(result.outputs['reason']).toContain('errors is in ALARM before the rollout');
    expect(world.routings()).toEqual(['1']);
  });

  it('reverts when an alarm went red and green again between two readings', async () => {
    after(world.simulator, 'DescribeAlarms', 3, () => {
      world.setAlarm('ALARM', 'a short blip');
      world.setAlarm('OK', 'well again');
    });
    const result = await world.run();
    expect(result.outputs['outcome']).toBe('reverted');
    expect(result.outputs['reason']).toContain('was in ALARM between two readings');
  });

  it('reverts on such a blip also when the history may not be read', async () => {
    world.simulator.faults.add(({ operation }) =>
      operation === 'DescribeAlarmHistory'
        ? denied('cloudwatch:DescribeAlarmHistory', '*')
        : undefined,
    );
    after(world.simulator, 'DescribeAlarms', 3, () => {
      world.setAlarm('ALARM');
      world.setAlarm('OK');
    });
    const result = await world.run();
    expect(result.outputs['outcome']).toBe('reverted');
  });

  it('does not revert when an alarm only lost its data between two readings', async () => {
    after(world.simulator, 'DescribeAlarms', 3, () => {
      world.setAlarm('INSUFFICIENT_DATA');
      world.setAlarm('OK');
    });
    const result = await world.run();
    expect(result.outputs['outcome']).toBe('promoted');
  });

  it('reverts when alarms cannot be read for longer than the grace time', async () => {
    world.simulator.faults.add(({ operation, count }) =>
      operation === 'DescribeAlarms' && count > 2
        ? denied('cloudwatch:DescribeAlarms', '*')
        : undefined,
    );
    const result = await world.run({ 'monitoring-grace': '30s' });
    expect(result.outputs['outcome']).toBe('reverted');
    expect(result.outputs['reason']).toMatch(
      /could not be read for \d+ s: cloudwatch:DescribeAlarms is not allowed/,
    );
  });

  it('rides out a throttled CloudWatch', async () => {
    world.simulator.faults.add(({ operation, count }) =>
      operation === 'DescribeAlarms' && count % 3 === 1
        ? { type: 'error', status: 400, name: 'Throttling', message: 'Rate exceeded' }
        : undefined,
    );
    const result = await world.run();
    expect(result.outputs['outcome']).toBe('promoted');
  });

  it('does not leave a step while alarms cannot be read, and goes on when they can', async () => {
    world.simulator.faults.add(({ operation, count }) =>
      operation === 'DescribeAlarms' && count > 3 && count < 12
        ? denied('cloudwatch:DescribeAlarms', '*')
        : undefined,
    );
    const result = await world.run({ 'monitoring-grace': '10m' });
    expect(result.outputs['outcome']).toBe('promoted');
    const [, first = 0, second = 0] = world.simulator.aliasHistory.map(({ at }) => at);
    expect(second - first).toBeGreaterThan(80_000);
  });

  it('reverts when an alarm is deleted during the rollout', async () => {
    after(world.simulator, 'UpdateAlias', 0, () => {
      world.simulator.alarms.delete('errors');
    });
    const result = await world.run({ 'monitoring-grace': '20s' });
    expect(result.outputs['outcome']).toBe('reverted');
    expect(result.outputs['reason']).toContain('it was deleted');
  });

  it('reverts on a composite alarm', async () => {
    world.simulator.alarms.putCompositeAlarm('health', 'ALARM("errors")');
    after(world.simulator, 'UpdateAlias', 0, () => {
      world.setAlarm('ALARM');
    });
    const result = await world.run({ alarms: 'health' });
    expect(result.outputs['reason']).toContain('alarm health went into ALARM');
  });

  it('reverts an alarm without data at once with on-insufficient-data: revert', async () => {
    after(world.simulator, 'UpdateAlias', 0, () => {
      world.setAlarm('INSUFFICIENT_DATA');
    });
    const result = await world.run({ 'on-insufficient-data': 'revert' });
    expect(result.outputs['outcome']).toBe('reverted');
  });

  it('holds a step until the alarm is known with on-insufficient-data: wait', async () => {
    after(world.simulator, 'DescribeAlarms', 3, () => {
      world.setAlarm('INSUFFICIENT_DATA');
    });
    after(world.simulator, 'DescribeAlarms', 12, () => {
      world.setAlarm('OK');
    });
    const result = await world.run({ 'on-insufficient-data': 'wait' });
    expect(result.outputs['outcome']).toBe('promoted');
    const [, first = 0, second = 0] = world.simulator.aliasHistory.map(({ at }) => at);
    expect(second - first).toBeGreaterThan(80_000);
  });

  it('reverts when it is still not known after the bake time again', async () => {
    after(world.simulator, 'DescribeAlarms', 3, () => {
      world.setAlarm('INSUFFICIENT_DATA');
    });
    const result = await world.run({ 'on-insufficient-data': 'wait' });
    expect(result.outputs['outcome']).toBe('reverted');
    expect(result.outputs['reason']).toContain('still so after twice the bake time');
  });

  it('lets a repair through while the alarm is red from before, and counts it once it was green', async () => {
    world.setAlarm('ALARM', 'broken since yesterday');
    after(world.simulator, 'UpdateAlias', 1, () => {
      world.setAlarm('OK');
    });
    after(world.simulator, 'UpdateAlias', 2, () => {
      world.setAlarm('ALARM', 'broken again');
    });
    const result = await world.run({ 'on-alarm-at-start': 'ignore-until-ok' });
    expect(result.log).toContain('::warning::');
    expect(result.outputs['reason']).toMatch(/^at 100 % .*broken again$/);
    expect(world.routings()).toEqual(['1', '1+2@0.1', '1+2@0.5', '2', '1']);
  });

  it('takes the last state of an alarm that cannot be evaluated for no evidence', async () => {
    after(world.simulator, 'UpdateAlias', 0, () => {
      world.simulator.alarms.setEvaluationState('errors', 'EVALUATION_ERROR');
    });
    const result = await world.run({ 'monitoring-grace': '20s' });
    expect(result.outputs['outcome']).toBe('reverted');
    expect(result.outputs['reason']).toContain('CloudWatch cannot evaluate it (EVALUATION_ERROR)');
  });

  it('says once, before it begins, that blips may be missed when history may not be read', async () => {
    world.simulator.faults.add(({ operation }) =>
      operation === 'DescribeAlarmHistory'
        ? denied('cloudwatch:DescribeAlarmHistory', '*')
        : undefined,
    );
    const result = await world.run();
    expect(result.outputs['outcome']).toBe('promoted');
    expect(result.log.match(/::warning::.*history of alarms cannot be read/g)).toHaveLength(1);
    expect(result.log).toContain('may be missed');
  });

  it('warns of an alarm that cannot see the canary, or not in time, with numbers', async () => {
    world.simulator.alarms.putMetricAlarm('version', {
      metricName: 'Errors',
      dimensions: { FunctionName: 'checkout', Resource: 'checkout:1' },
    });
    world.simulator.alarms.putMetricAlarm('slow', {
      metricName: 'Errors',
      dimensions: { FunctionName: 'checkout', Resource: 'checkout:live' },
      evaluationPeriods: 3,
    });
    const result = await world.run({ alarms: 'version, slow', 'dry-run': 'true' });
    expect(result.log).toMatch(/::warning::.*Alarm version sees nothing of checkout:live/);
    expect(result.log).toMatch(/::warning::.*Alarm slow needs about 5 min .*3 datapoints of 60 s/);
  });
});
