import {
  DeleteAlarmsCommand,
  DescribeAlarmHistoryCommand,
  DescribeAlarmsCommand,
  paginateDescribeAlarmHistory,
  paginateDescribeAlarms,
  PutCompositeAlarmCommand,
  PutMetricAlarmCommand,
  SetAlarmStateCommand,
  type AlarmType,
  type StateValue,
} from '@aws-sdk/client-cloudwatch';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { checkoutWorld } from '../../../simulator/checkout.ts';
import { MINUTE, refusal, START, startWorld, type World } from '../../fixtures/simulated-world.ts';

const EVERY_TYPE: AlarmType[] = ['MetricAlarm', 'CompositeAlarm', 'LogAlarm'];

let world: World;
beforeEach(async () => {
  world = await startWorld();
});
afterEach(() => world.close());

type DescribeInput = ConstructorParameters<typeof DescribeAlarmsCommand>[0];
type PutInput = Partial<ConstructorParameters<typeof PutMetricAlarmCommand>[0]>;

const describeAlarms = (input: DescribeInput = {}) =>
  world.cloudwatch.send(new DescribeAlarmsCommand({ AlarmTypes: EVERY_TYPE, ...input }));
const metricAlarm = async (name: string) =>
  (await describeAlarms({ AlarmNames: [name] })).MetricAlarms?.[0];
const setState = (AlarmName: string, StateValue: StateValue, more: object = {}) =>
  world.cloudwatch.send(
    new SetAlarmStateCommand({ AlarmName, StateValue, StateReason: 'forced', ...more }),
  );
const putMetricAlarm = (change: PutInput = {}) =>
  world.cloudwatch.send(
    new PutMetricAlarmCommand({
      AlarmName: 'errors',
      Namespace: 'AWS/Lambda',
      MetricName: 'Errors',
      Dimensions: [
        { Name: 'FunctionName', Value: 'checkout' },
        { Name: 'Resource', Value: 'checkout:live' },
        { Name: 'ExecutedVersion', Value: '2' },
      ],
      Statistic: 'Sum',
      Period: 60,
      EvaluationPeriods: 1,
      Threshold: 0,
      ComparisonOperator: 'GreaterThanThreshold',
      ...change,
    }),
  );
const history = async (AlarmName: string, more: object = {}) => {
  const command = {
    AlarmName,
    AlarmTypes: EVERY_TYPE,
    ScanBy: 'TimestampAscending',
    ...more,
  } as const;
  const { AlarmHistoryItems } = await world.cloudwatch.send(
    new DescribeAlarmHistoryCommand(command),
  );
  return AlarmHistoryItems ?? [];
};
/** Version 2, which is bad, gets a quarter of the requests to live. */
function badCanary(): void {
  const { lambda } = world.simulator;
  checkoutWorld(world.simulator, { next: 'bad' });
  lambda.publishVersion('checkout');
  lambda.updateAlias('checkout', 'live', { weights: { '2': 0.25 } });
}

describe('metric alarms over HTTP', () => {
  it('begin with INSUFFICIENT_DATA, and tell what they were made of', async () => {
    await putMetricAlarm({ DatapointsToAlarm: 1, TreatMissingData: 'notBreaching' });
    expect(await metricAlarm('errors')).toMatchObject({
      AlarmArn: 'arn:aws:cloudwatch:eu-west-1:123456789012:alarm:errors',
      StateValue: 'INSUFFICIENT_DATA',
      StateReason: 'Unchecked: Initial alarm creation',
      StateTransitionedTimestamp: new Date(START),
      Period: 60,
      DatapointsToAlarm: 1,
      TreatMissingData: 'notBreaching',
    });
  });

  it('go red by the errors of the canary alone, with the reason, while the stable version is well', async () => {
    badCanary();
    await putMetricAlarm();
    await putMetricAlarm({
      AlarmName: 'baseline',
      Threshold: 10,
      Dimensions: [
        { Name: 'FunctionName', Value: 'checkout' },
        { Name: 'Resource', Value: 'checkout:live' },
        { Name: 'ExecutedVersion', Value: '1' },
      ],
    });
    world.pass(2 * MINUTE);
    const canary = await metricAlarm('errors');
    expect(canary).toMatchObject({
      StateValue: 'ALARM',
      StateTransitionedTimestamp: new Date(START + 2 * MINUTE),
    });
    expect(canary?.StateReason).toMatch(
      /^Threshold Crossed: 1 datapoint \[\d+\.0 \(23\/11\/26 14:00:00\)\] was greater than the threshold \(0\.0\)\.$/,
    );
    const data = JSON.parse(canary?.StateReasonData ?? '') as object;
    expect(data).toMatchObject({ version: '1.0', statistic: 'Sum', period: 60, threshold: 0 });
    expect((await metricAlarm('baseline'))?.StateValue).toBe('OK');
  });

  it('watch nothing with the dimensions of a version that is reached through an alias', async () => {
    badCanary();
    // aws/aws-cdk#14248
    await putMetricAlarm({
      Dimensions: [
        { Name: 'FunctionName', Value: 'checkout' },
        { Name: 'Resource', Value: 'checkout:2' },
      ],
    });
    world.pass(10 * MINUTE);
    expect((await metricAlarm('errors'))?.StateValue).toBe('INSUFFICIENT_DATA');
  });

  it('keep their times while their state stays, though they are evaluated every minute', async () => {
    badCanary();
    await putMetricAlarm();
    world.pass(2 * MINUTE);
    const first = await metricAlarm('errors');
    world.pass(5 * MINUTE);
    const second = await metricAlarm('errors');
    expect(second?.StateTransitionedTimestamp).toEqual(first?.StateTransitionedTimestamp);
    expect(second?.StateUpdatedTimestamp).toEqual(first?.StateUpdatedTimestamp);
  });

  it('change StateUpdatedTimestamp alone with their EvaluationState', async () => {
    await putMetricAlarm();
    world.pass(MINUTE);
    const before = await metricAlarm('errors');
    world.simulator.cloudwatch.setEvaluationState('errors', 'EVALUATION_ERROR');
    const after = await metricAlarm('errors');
    expect(after?.EvaluationState).toBe('EVALUATION_ERROR');
    expect(after?.StateUpdatedTimestamp).toEqual(new Date(START + MINUTE));
    expect(after?.StateTransitionedTimestamp).toEqual(before?.StateTransitionedTimestamp);
  });

  it('keep their state when they are put again', async () => {
    await putMetricAlarm();
    await setState('errors', 'ALARM');
    await putMetricAlarm({ Threshold: 5 });
    expect(await metricAlarm('errors')).toMatchObject({ StateValue: 'ALARM', Threshold: 5 });
  });

  it.each<[string, PutInput]>([
    ['metric math', { Metrics: [] }],
    ['a period of ten seconds', { Period: 10 }],
    ['a percentile', { Statistic: undefined, ExtendedStatistic: 'p99' }],
    ['more datapoints than periods', { DatapointsToAlarm: 2 }],
    ['an empty name', { AlarmName: '' }],
  ])('are refused with %s', async (_, change) => {
    expect(await refusal(putMetricAlarm(change))).toMatch(/^400 Validation/);
  });
});

describe('a forced state', () => {
  it('lasts until the next evaluation, and can be seen in the history only', async () => {
    checkoutWorld(world.simulator, { next: 'good' });
    world.pass(10_000);
    await setState('checkout-errors', 'ALARM');
    expect((await metricAlarm('checkout-errors'))?.StateReason).toBe('forced');
    world.pass(MINUTE);
    expect((await metricAlarm('checkout-errors'))?.StateValue).toBe('OK');
    const items = await history('checkout-errors', {
      HistoryItemType: 'StateUpdate',
      StartDate: new Date(START + 10_000),
    });
    expect(items.map(({ HistorySummary }) => HistorySummary)).toEqual([
      'Alarm updated from OK to ALARM',
      'Alarm updated from ALARM to OK',
    ]);
    expect(JSON.parse(items[0]?.HistoryData ?? '')).toMatchObject({
      version: '1.0',
      oldState: { stateValue: 'OK' },
      newState: { stateValue: 'ALARM', stateReason: 'forced' },
    });
  });

  it('stays on a composite alarm and on a log alarm', async () => {
    checkoutWorld(world.simulator, { next: 'good' });
    world.simulator.cloudwatch.putLogAlarm('log');
    await setState('log', 'ALARM');
    await setState('checkout-health', 'ALARM');
    world.pass(10 * MINUTE);
    const found = await describeAlarms({ StateValue: 'ALARM' });
    expect(found.CompositeAlarms?.map(({ AlarmName }) => AlarmName)).toEqual(['checkout-health']);
    expect(found.LogAlarms?.map(({ AlarmName }) => AlarmName)).toEqual(['log']);
  });

  it('is refused for an alarm that does not exist, and for what is no state or no JSON', async () => {
    await putMetricAlarm();
    expect(await refusal(setState('nobody', 'OK'))).toMatch(/^404 ResourceNotFound/);
    expect(await refusal(setState('errors', 'RED' as StateValue))).toMatch(/^400 Validation/);
    const broken = setState('errors', 'OK', { StateReasonData: '{' });
    expect(await refusal(broken)).toMatch(/^400 InvalidFormat/);
  });
});

describe('composite alarms over HTTP', () => {
  const put = (AlarmName: string, AlarmRule: string) =>
    world.cloudwatch.send(new PutCompositeAlarmCommand({ AlarmName, AlarmRule }));

  it('follow their children at once, and through one another', async () => {
    await putMetricAlarm({ AlarmName: 'child' });
    await put('parent', 'ALARM("child")');
    await put('grandparent', 'ALARM("parent") AND TRUE');
    await setState('child', 'ALARM');
    const { CompositeAlarms = [] } = await describeAlarms({ AlarmTypes: ['CompositeAlarm'] });
    expect(CompositeAlarms.map(({ StateValue }) => StateValue)).toEqual(['ALARM', 'ALARM']);
    expect(CompositeAlarms[0]?.StateReason).toContain(':alarm:child transitioned to ALARM at');
    expect(JSON.parse(CompositeAlarms[0]?.StateReasonData ?? '')).toMatchObject({
      triggeringAlarms: [
        { arn: 'arn:aws:cloudwatch:eu-west-1:123456789012:alarm:child', state: { value: 'ALARM' } },
      ],
    });
  });

  it('are refused with a rule that cannot be read, or speaks of nobody', async () => {
    expect(await refusal(put('parent', 'ALARM('))).toMatch(/^400 Validation/);
    expect(await refusal(put('parent', 'ALARM(nobody)'))).toContain('[nobody]');
  });
});

describe('DescribeAlarms', () => {
  it('leaves out unknown names without a word', async () => {
    await putMetricAlarm();
    const found = await describeAlarms({ AlarmNames: ['errors', 'nobody'] });
    expect(found.MetricAlarms).toHaveLength(1);
    await world.cloudwatch.send(new DeleteAlarmsCommand({ AlarmNames: ['errors', 'nobody'] }));
    expect((await describeAlarms({ AlarmNames: ['errors'] })).MetricAlarms).toEqual([]);
  });

  it('tells only of metric alarms when no types are named', async () => {
    checkoutWorld(world.simulator, { next: 'good' });
    world.simulator.cloudwatch.putLogAlarm('log');
    const found = await world.cloudwatch.send(
      new DescribeAlarmsCommand({ AlarmNames: ['checkout-errors', 'checkout-health', 'log'] }),
    );
    expect(found.MetricAlarms).toHaveLength(1);
    expect(found.CompositeAlarms).toEqual([]);
    expect(found.LogAlarms).toEqual([]);
  });

  it('pages through all types together, fifty at a time unless asked otherwise', async () => {
    const { cloudwatch } = world.simulator;
    for (let count = 0; count < 60; count++) cloudwatch.putLogAlarm(`log ${count}`);
    for (let count = 0; count < 60; count++)
      cloudwatch.putMetricAlarm(`m ${count}`, { metricName: 'Errors' });
    const sizes = async (pageSize?: number) => {
      const config = { client: world.cloudwatch, ...(pageSize === undefined ? {} : { pageSize }) };
      const found = [];
      for await (const page of paginateDescribeAlarms(config, { AlarmTypes: EVERY_TYPE })) {
        found.push((page.LogAlarms?.length ?? 0) + (page.MetricAlarms?.length ?? 0));
      }
      return found;
    };
    expect(await sizes()).toEqual([50, 50, 20]);
    expect(await sizes(100)).toEqual([100, 20]);
  });

  it.each<[string, DescribeInput]>([
    ['101 names', { AlarmNames: Array.from({ length: 101 }, (_, index) => `alarm ${index}`) }],
    ['a page of 101', { MaxRecords: 101 }],
    ['a token of its own', { NextToken: 'mine' }],
    ['names and a prefix', { AlarmNames: ['a'], AlarmNamePrefix: 'a' }],
    ['a type that is none', { AlarmTypes: ['NoAlarm' as AlarmType] }],
  ])('refuses %s', async (_, input) => {
    expect(await refusal(describeAlarms(input))).toMatch(/^400 (Validation|InvalidNextToken)/);
  });
});

describe('DescribeAlarmHistory', () => {
  beforeEach(async () => {
    await putMetricAlarm();
    for (const state of ['OK', 'ALARM', 'OK'] as const) {
      world.pass(10_000);
      await setState('errors', state);
    }
  });
  const times = (items: readonly { Timestamp?: Date | undefined }[]) =>
    items.map(({ Timestamp }) => ((Timestamp?.getTime() ?? 0) - START) / 1000);

  it('begins with the newest, unless it is asked for the oldest', async () => {
    expect(times(await history('errors', { ScanBy: undefined }))).toEqual([30, 20, 10, 0]);
    expect(times(await history('errors'))).toEqual([0, 10, 20, 30]);
  });

  it('takes in both of its limits', async () => {
    const limits = { StartDate: new Date(START + 10_000), EndDate: new Date(START + 20_000) };
    expect(times(await history('errors', limits))).toEqual([10, 20]);
  });

  it('tells also of changes of the alarm itself, and stays when the alarm is deleted', async () => {
    await world.cloudwatch.send(new DeleteAlarmsCommand({ AlarmNames: ['errors'] }));
    const items = await history('errors', { HistoryItemType: 'ConfigurationUpdate' });
    expect(items.map(({ HistorySummary }) => HistorySummary)).toEqual([
      'Alarm "errors" created',
      'Alarm "errors" deleted',
    ]);
  });

  it('comes in pages', async () => {
    const config = { client: world.cloudwatch, pageSize: 3 };
    const sizes = [];
    for await (const page of paginateDescribeAlarmHistory(config, { AlarmName: 'errors' })) {
      sizes.push(page.AlarmHistoryItems?.length);
    }
    expect(sizes).toEqual([3, 1]);
  });

  it('tells only of metric alarms when no types are named', async () => {
    world.simulator.cloudwatch.putLogAlarm('log');
    expect(await history('log')).toHaveLength(1);
    expect(await history('log', { AlarmTypes: undefined })).toEqual([]);
  });
});
