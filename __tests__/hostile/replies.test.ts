import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { listen, type RunningServer } from '../../simulator/loopback.ts';
import { createAlarms, type Alarms } from '../../src/aws/alarms.ts';
import { createAliases, type Aliases } from '../../src/aws/aliases.ts';
import { AwsCallError } from '../../src/aws/call.ts';
import { createFunctions, type Functions } from '../../src/aws/functions.ts';
import { createMetrics, type Metrics } from '../../src/aws/metrics.ts';
import { lambdaMetric, metricOf } from '../../src/core/metric-source.ts';
import { enormous, hostileText } from '../fixtures/hostile-text.ts';
import { askedOnce } from '../fixtures/services.ts';

const region = 'eu-west-1';
const target = { functionId: 'checkout', functionName: 'checkout', alias: 'live' };
const { signal } = new AbortController();

/** What stands where something else should. */
const anything: fc.Arbitrary<unknown> = fc.oneof(
  hostileText,
  fc.constantFrom(null, true, -1, 0.5, 2, 1e308, '', [], {}, 'NaN', '7', '$LATEST'),
  fc.jsonValue({ maxDepth: 2 }),
);
const maybe = (...names: string[]) =>
  fc.record(Object.fromEntries(names.map((name) => [name, anything] as const)), {
    requiredKeys: [],
  });

const aliasReply = fc
  .tuple(
    maybe('AliasArn', 'FunctionVersion', 'RevisionId', 'Description', 'RoutingConfig'),
    fc.oneof(anything, fc.dictionary(hostileText, anything, { maxKeys: 2 })),
    fc.boolean(),
  )
  .map(([reply, weights, usual]) => ({
    ...(usual ? { AliasArn: 'a', FunctionVersion: '1', RevisionId: 'r' } : {}),
    ...reply,
    RoutingConfig: { AdditionalVersionWeights: weights },
  }));

const functionReply = maybe(
  ...['Version', 'State', 'StateReason', 'StateReasonCode', 'LastUpdateStatus', 'Role'],
  ...['LastUpdateStatusReason', 'DeadLetterConfig', 'CodeSha256', 'FunctionArn'],
);

const alarmReply = maybe(
  ...['AlarmName', 'AlarmArn', 'StateValue', 'StateReason', 'StateTransitionedTimestamp'],
  ...['EvaluationState', 'EvaluationPeriods', 'DatapointsToAlarm', 'Threshold', 'Namespace'],
  ...['ComparisonOperator', 'MetricName', 'Period', 'Statistic', 'Dimensions', 'Metrics'],
);
const alarmsReply = fc.record({
  MetricAlarms: fc.oneof(fc.array(alarmReply, { maxLength: 3 }), anything),
  CompositeAlarms: fc.oneof(fc.array(alarmReply, { maxLength: 3 }), anything),
  LogAlarms: fc.oneof(fc.array(alarmReply, { maxLength: 3 }), anything),
  NextToken: fc.constantFrom(undefined, null, ''),
});
const historyReply = fc.record({
  AlarmHistoryItems: fc.oneof(
    fc.array(maybe('Timestamp', 'HistoryData', 'HistoryItemType'), { maxLength: 3 }),
    anything,
  ),
});

const metricsReply = fc.record({
  MetricDataResults: fc.oneof(
    fc.array(maybe('Id', 'StatusCode', 'Timestamps', 'Values', 'Label'), { maxLength: 3 }),
    fc
      .tuple(fc.array(anything, { maxLength: 3 }), fc.array(anything, { maxLength: 3 }))
      .map(([Timestamps, Values]) => [{ Id: 'm0', StatusCode: 'Complete', Timestamps, Values }]),
    anything,
  ),
});
const ERRORS = metricOf(lambdaMetric('Errors', 'Sum'), {
  function: 'checkout',
  alias: 'live',
  version: '8',
});

/** Every text in it, and whether it holds nothing but plain data. */
function textsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new Error(`${value} is no number`);
    return [];
  }
  if (value === undefined || typeof value === 'boolean') return [];
  if (typeof value !== 'object' || value === null)
    throw new Error(`${typeof value}: no plain data`);
  return Object.entries(value).flatMap(([key, each]) => [key, ...textsIn(each)]);
}

describe('whatever AWS replies', () => {
  let server: RunningServer;
  let aliases: Aliases;
  let functions: Functions;
  let alarms: Alarms;
  let metrics: Metrics;
  let reply: { status: number; body: string; headers?: Record<string, string> };
  let requests = 0;

  beforeAll(async () => {
    server = await listen((_, response) => {
      requests++;
      const { status, body, headers } = reply;
      response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body);
      return Promise.resolve();
    });
    const client = {
      region,
      endpoint: server.url,
      credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
      maxAttempts: 1,
    };
    const lambda = askedOnce(new LambdaClient(client));
    aliases = createAliases(lambda, region);
    functions = createFunctions(lambda, region);
    const cloudwatch = askedOnce(new CloudWatchClient(client));
    alarms = createAlarms(cloudwatch);
    metrics = createMetrics(cloudwatch);
  });
  afterAll(() => server.close());
  beforeEach(() => {
    requests = 0;
  });

  /** Plain data or one error of one line, of a size that can be shown. */
  async function expectHarmless(ask: () => Promise<unknown>): Promise<void> {
    const answer = await ask().catch((error: unknown) => {
      expect(error).toBeInstanceOf(AwsCallError);
      const { message, name } = error as AwsCallError;
      expect(message.split('\n')).toHaveLength(1);
      expect(message.length).toBeLessThan(4_096);
      expect(name.length).toBeLessThanOrEqual(1_024);
      return undefined;
    });
    expect(textsIn(answer).filter((text) => text.length > 2_050)).toEqual([]);
  }

  const write = { routing: { version: '1', weights: {} }, description: '', revisionId: 'r' };
  const calls: [name: string, replies: fc.Arbitrary<unknown>, ask: () => Promise<unknown>][] = [
    ['GetAlias', aliasReply, () => aliases.find(target, { signal })],
    ['UpdateAlias', aliasReply, () => aliases.update(target, write, { signal })],
    ['CreateAlias', aliasReply, () => aliases.create(target, '1', { signal })],
    [
      'GetProvisionedConcurrencyConfig',
      maybe('Status'),
      () => aliases.transition(target, { signal }),
    ],
    [
      'GetFunction',
      functionReply.map((Configuration) => ({ Configuration })),
      () => functions.read(target, signal),
    ],
    [
      'PublishVersion',
      functionReply,
      () => functions.publish(target, { codeSha256: '', description: '' }, signal),
    ],
    ['DescribeAlarms', alarmsReply, () => alarms.read(['errors'], signal)],
    [
      'GetMetricData',
      metricsReply,
      async () =>
        (await metrics.read([ERRORS], { from: 0, to: 0 }, signal)).map((series) =>
          Object.fromEntries([...series].map(([at, value]) => [String(at), value])),
        ),
    ],
    [
      'DescribeAlarmHistory',
      historyReply,
      () =>
        alarms.history(
          { name: 'errors', state: 'OK', transitionedAt: 1, ignored: false, seenAt: 0 },
          signal,
        ),
    ],
  ];

  it.each(calls)('%s gives plain data or one line of error', async (_, replies, ask) => {
    await fc.assert(
      fc.asyncProperty(fc.oneof({ weight: 9, arbitrary: replies }, anything), async (body) => {
        reply = { status: 200, body: JSON.stringify(body) };
        await expectHarmless(ask);
      }),
      { numRuns: 250 },
    );
  });

  it.each(calls)('%s takes any error for one line of error', async (_, __, ask) => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(400, 403, 404, 409, 412, 429, 500, 503),
        hostileText,
        hostileText,
        async (status, name, message) => {
          // A header takes printable ASCII only.
          const header = name.replace(/[^ -~]/g, '').slice(0, 4_000);
          const body = JSON.stringify({ message, Message: message, __type: name });
          reply = { status, body, headers: { 'x-amzn-errortype': header } };
          await expectHarmless(ask);
        },
      ),
      { numRuns: 100 },
    );
  });

  const enormousBodies = [
    JSON.stringify({
      Description: enormous('x', 4),
      AliasArn: enormous('a', 4),
      Version: enormous('7', 4),
    }),
    // Each takes four bytes, for two characters.
    JSON.stringify({ MetricAlarms: [{ AlarmName: 'errors', StateReason: enormous('🦆', 5) }] }),
    enormous('['),
  ];

  it.each(calls.filter(([name]) => /^(GetAlias|GetFunction|DescribeAlarms)$/.test(name)))(
    '%s takes ten megabytes',
    async (_, __, ask) => {
      for (const body of enormousBodies) {
        reply = { status: 200, body };
        await expectHarmless(ask);
      }
    },
  );

  it.each([null, '0.1', 'NaN', 1.5, -0.1, {}, true])(
    'an alias with the weight %j is an error, and no weight',
    async (weight) => {
      const alias = { AliasArn: 'a', FunctionVersion: '1', RevisionId: 'r' };
      const RoutingConfig = { AdditionalVersionWeights: { 2: weight } };
      reply = { status: 200, body: JSON.stringify({ ...alias, RoutingConfig }) };
      await expect(aliases.find(target, { signal })).rejects.toThrow(AwsCallError);
    },
  );

  it('two long reasons of a version are one that can be shown', async () => {
    const long = '🦆'.repeat(2_000);
    const Configuration = { State: 'Failed', StateReason: long, StateReasonCode: long };
    reply = { status: 200, body: JSON.stringify({ Configuration }) };
    const { stateReason } = await functions.read(target, signal);
    expect([...stateReason]).toHaveLength(1_024);
  });

  it.each<[string, object, () => Promise<unknown>]>([
    ['alarms', { MetricAlarms: 'alarms' }, () => alarms.read(['errors'], signal)],
    ['composite alarms', { CompositeAlarms: 'alarms' }, () => alarms.read(['errors'], signal)],
    [
      'metrics',
      { MetricDataResults: 'x' },
      () => metrics.read([ERRORS], { from: 0, to: 0 }, signal),
    ],
  ])(
    'a text in the place of the list of %s is an error, and not as many as characters',
    async (_, body, ask) => {
      reply = { status: 200, body: JSON.stringify(body) };
      await expect(ask()).rejects.toThrow('in the place of a list');
    },
  );

  it('alarms that go on for ever are an error', async () => {
    reply = { status: 200, body: JSON.stringify({ MetricAlarms: [], NextToken: 'more' }) };
    await expect(alarms.read(['errors'], signal)).rejects.toThrow('more than 100 pages');
    expect(requests).toBe(100);
  });

  it('a version that is no number is an error', async () => {
    reply = { status: 201, body: JSON.stringify({ Version: '$LATEST' }) };
    await expect(
      functions.publish(target, { codeSha256: '', description: '' }, signal),
    ).rejects.toThrow('without the number of a version');
  });

  it('an alarm whose time of change is no time has none', async () => {
    const alarm = { AlarmName: 'errors', StateValue: 'OK', StateTransitionedTimestamp: 1e308 };
    reply = { status: 200, body: JSON.stringify({ MetricAlarms: [alarm] }) };
    const [found] = await alarms.read(['errors'], signal);
    expect(found).toEqual({ name: 'errors', arn: '', state: 'OK', reason: '' });
  });

  it('an item of the history whose time is no time counts as new', async () => {
    const item = { Timestamp: 1e308, HistoryData: '{"newState":{"stateValue":"ALARM"}}' };
    reply = { status: 200, body: JSON.stringify({ AlarmHistoryItems: [item] }) };
    const watch = { name: 'errors', state: 'OK', transitionedAt: 1, ignored: false, seenAt: 0 };
    expect(await alarms.history(watch, signal)).toEqual(['ALARM']);
  });
});
