import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { requestFor, type Members } from '../../fixtures/recorded-requests.ts';
import { startWorld, type World } from '../../fixtures/simulated-world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
  const { lambda, logs } = world.simulator;
  lambda.createFunction({ functionName: 'f' });
  lambda.publishVersion('f');
  lambda.createAlias('f', 'live', { version: '1' });
  logs.put('group', { stream: 'stream', at: 0, message: 'hello' });
});
afterAll(() => world.close());

async function ask(operation: string, input: Members): Promise<string> {
  const { path, body, ...request } = requestFor(operation, input, 'eu-west-1');
  const reply = await fetch(`${world.url}${path}`, {
    ...request,
    ...(body === '' ? {} : { body }),
  });
  return `${reply.status} ${await reply.text()}`;
}

const live = { FunctionName: 'f', Name: 'live' };
const query = (metric: Members = {}, more: Members = {}) => ({
  StartTime: 0,
  EndTime: 600,
  MetricDataQueries: [
    {
      Id: 'a',
      MetricStat: {
        Metric: { Namespace: 'shop', MetricName: 'm', ...metric },
        Period: 60,
        Stat: 'Sum',
      },
      ...more,
    },
  ],
});
const dimensions = (count: number, value: string) =>
  Array.from({ length: count }, (_, index) => ({ Name: `d${index}`, Value: value }));

describe('what AWS refuses by its model', () => {
  it.each<[string, Members]>([
    ['GetAlias', { ...live, Name: 'a'.repeat(129) }],
    ['GetAlias', { ...live, Name: '12' }],
    ['UpdateAlias', { ...live, FunctionVersion: 2 }],
    ['UpdateAlias', { ...live, RoutingConfig: '2' }],
    ['UpdateAlias', { ...live, FunctionVersion: 'two' }],
    ['UpdateAlias', { ...live, Description: 'a'.repeat(257) }],
    ['PublishVersion', { FunctionName: 'f', Description: 'a'.repeat(257) }],
    ['PublishVersion', { FunctionName: 'f', CodeSha256: 1 }],
    ['ListAliases', { FunctionName: 'f', MaxItems: 0 }],
    ['ListAliases', { FunctionName: 'f', MaxItems: 10_001 }],
    ['ListAliases', { FunctionName: 'f', FunctionVersion: 'two' }],
    ['Invoke', { FunctionName: 'f', InvocationType: 'Soon' }],
    ['Invoke', { FunctionName: 'f', LogType: 'Head' }],
    ['Invoke', { FunctionName: 'f', Payload: 'no JSON' }],
    ['DescribeAlarms', { AlarmNames: [''] }],
    ['DescribeAlarms', { AlarmNames: ['a'.repeat(256)] }],
    ['DescribeAlarms', { AlarmNames: Array.from({ length: 101 }, String) }],
    ['DescribeAlarms', { AlarmTypes: ['MetricAlarm', 'Bell'] }],
    ['DescribeAlarms', { MaxRecords: 101 }],
    ['DescribeAlarmHistory', { AlarmName: 'a'.repeat(256) }],
    ['DescribeAlarmHistory', { HistoryItemType: 'Everything' }],
    ['DescribeAlarmHistory', { ScanBy: 'Chance' }],
    ['GetMetricData', query({}, { Id: 'a'.repeat(256) })],
    ['GetMetricData', { ...query(), ScanBy: 'Chance' }],
    ['GetMetricData', query({ Namespace: '' })],
    ['GetMetricData', query({ Namespace: ':shop' })],
    ['GetMetricData', query({ MetricName: 'a'.repeat(256) })],
    ['GetMetricData', query({ Dimensions: dimensions(31, 'x') })],
    ['GetMetricData', query({ Dimensions: dimensions(1, '') })],
    ['GetMetricData', query({ Dimensions: dimensions(1, 'a'.repeat(1025)) })],
    ['FilterLogEvents', { logGroupName: 'group', startTime: 0.5 }],
    ['FilterLogEvents', { logGroupName: 'group', startTime: '0' }],
    ['FilterLogEvents', { logGroupName: 'group', startTime: -1 }],
    ['FilterLogEvents', { logGroupName: 'group', startTime: 2, endTime: 1 }],
    ['FilterLogEvents', { logGroupName: 'group', limit: 0 }],
    ['FilterLogEvents', { logGroupName: 'group', logStreamNamePrefix: 'a:b' }],
    ['FilterLogEvents', { logGroupName: 'group', filterPattern: 'a'.repeat(1025) }],
  ])('is refused here: %s %j', async (operation, input) => {
    expect(await ask(operation, input)).toMatch(/^400 /);
  });

  it.each<[string, Members]>([
    ['GetAlias', live],
    ['UpdateAlias', { ...live, FunctionVersion: '1', Description: 'a'.repeat(256) }],
    ['Invoke', { FunctionName: 'f', InvocationType: 'RequestResponse', LogType: 'Tail' }],
    ['GetMetricData', query({ Dimensions: dimensions(30, 'x') })],
    ['DescribeAlarms', { AlarmNames: Array.from({ length: 100 }, String), MaxRecords: 100 }],
    ['FilterLogEvents', { logGroupName: 'group', startTime: 0, endTime: 1, limit: 10_000 }],
  ])('is not refused at its limit: %s %j', async (operation, input) => {
    expect(await ask(operation, input)).toMatch(/^200 /);
  });

  it('is told of everything that is wrong at once', async () => {
    const wrong = { ...live, FunctionVersion: 'two', Description: 'a'.repeat(257) };
    expect(await ask('UpdateAlias', wrong)).toMatch(
      /2 validation errors detected: Value 'two' at 'functionVersion' .*; Value 'a+' at 'description'/,
    );
  });

  it('leaves the log out of an answer unless it was asked for', async () => {
    const headersOf = async (more: Members) => {
      const input = { FunctionName: 'f', ...more };
      const { path, body, ...request } = requestFor('Invoke', input, 'eu-west-1');
      expect(body).toBe('');
      return (await fetch(`${world.url}${path}`, request)).headers;
    };
    expect((await headersOf({})).has('x-amz-log-result')).toBe(false);
    expect((await headersOf({ LogType: 'None' })).has('x-amz-log-result')).toBe(false);
    expect((await headersOf({ LogType: 'Tail' })).has('x-amz-log-result')).toBe(true);
  });
});
