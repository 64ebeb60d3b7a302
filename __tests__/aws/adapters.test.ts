import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { ResourceGroupsTaggingAPIClient } from '@aws-sdk/client-resource-groups-tagging-api';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { putProvisioned, updateAlias } from '../../simulator/lambda/aliases.ts';
import { denied } from '../../simulator/wire/faults.ts';
import { publishVersion } from '../../simulator/lambda/functions.ts';
import { startServer, type RunningServer } from '../../simulator/server.ts';
import { createSimulator } from '../../simulator/simulator.ts';
import { definitionOf } from '../../src/aws/alarm-definition.ts';
import { createAlarms } from '../../src/aws/alarms.ts';
import { createAliases } from '../../src/aws/aliases.ts';
import { createFunctions } from '../../src/aws/functions.ts';
import { createLogs } from '../../src/aws/logs.ts';
import { addFunction } from '../fixtures/bundle-world.ts';
import { describeContract, PUBLISHED } from '../fixtures/contract.ts';
import { serviceOf } from '../fixtures/services.ts';

const targetNamed = (name: string) => ({ functionId: name, functionName: name, alias: 'live' });
// A day ago: what the contract publishes is of the last minutes.
let now = Date.now() - 86_400_000;
const simulator = createSimulator({ clock: { now: () => now } });
const region = simulator.region;
const { signal } = new AbortController();
let server: RunningServer;
let lambda: LambdaClient;
let cloudwatch: CloudWatchClient;
let tagging: ResourceGroupsTaggingAPIClient;

beforeAll(async () => {
  server = await startServer(simulator);
  const client = {
    region,
    endpoint: server.url,
    credentials: { accessKeyId: 'simulator', secretAccessKey: 'simulator' },
  };
  lambda = new LambdaClient(client);
  cloudwatch = new CloudWatchClient(client);
  tagging = new ResourceGroupsTaggingAPIClient(client);
});
afterAll(() => server.close());

describe('against the simulator, the adapters for AWS', () => {
  describeContract(
    () => ({ lambda, cloudwatch, tagging, region }),
    (name, tags = {}) => {
      addFunction(simulator, name, { tags });
      return Promise.resolve();
    },
    (value, at) => {
      now = Math.max(now, Date.now());
      const { namespace, name: metricName, dimensions } = PUBLISHED;
      simulator.metricData.put({ namespace, metricName, dimensions }, at, value);
      return Promise.resolve();
    },
  );

  it('are refused a write that names another revision', async () => {
    addFunction(simulator, 'revisions');
    const target = targetNamed('revisions');
    const write = createAliases(serviceOf(lambda), region).update(
      target,
      {
        routing: { version: '1', weights: {} },
        description: '',
        revisionId: '00000000-0000-0000-0000-000000000000',
      },
      { signal },
    );
    await expect(write).rejects.toMatchObject({
      name: 'PreconditionFailedException',
      attempts: 1,
      refused: true,
    });
  });

  it('publish only the code that was asked for', async () => {
    addFunction(simulator, 'hashes');
    const request = { codeSha256: 'c29tZXRoaW5nIGVsc2U=', description: '' };
    const publish = createFunctions(serviceOf(lambda), region).publish(
      targetNamed('hashes'),
      request,
      signal,
    );
    await expect(publish).rejects.toMatchObject({ name: 'InvalidParameterValueException' });
  });

  it('tell whether provisioned concurrency is being moved', async () => {
    addFunction(simulator, 'provisioned');
    publishVersion(simulator.lambda, 'provisioned');
    const aliases = createAliases(serviceOf(lambda), region);
    const target = targetNamed('provisioned');
    expect(await aliases.transition(target, { signal })).toEqual({ type: 'none' });
    putProvisioned(simulator.lambda, 'provisioned', 'live', 1);
    expect(await aliases.transition(target, { signal })).toEqual({ type: 'none' });
    updateAlias(simulator.lambda, 'provisioned', 'live', { version: '2' });
    expect(await aliases.transition(target, { signal })).toEqual({ type: 'under way' });
  });

  it('tell whether an alias has provisioned concurrency', async () => {
    addFunction(simulator, 'reserved');
    const aliases = createAliases(serviceOf(lambda), region);
    const target = targetNamed('reserved');
    expect(await aliases.isProvisioned(target, { signal })).toBe(false);
    putProvisioned(simulator.lambda, 'reserved', 'live', 1);
    expect(await aliases.isProvisioned(target, { signal })).toBe(true);
    simulator.faults.add(({ operation }) =>
      operation === 'GetProvisionedConcurrencyConfig'
        ? denied('lambda:GetProvisionedConcurrencyConfig', 'arn:aws:lambda:::x')
        : undefined,
    );
    expect(await aliases.isProvisioned(target, { signal })).toBeUndefined();
  });

  it('take an alias whose other version gets nothing for one that serves one version', async () => {
    addFunction(simulator, 'over');
    publishVersion(simulator.lambda, 'over');
    updateAlias(simulator.lambda, 'over', 'live', { weights: { '2': 0 } });
    const found = await createAliases(serviceOf(lambda), region).find(targetNamed('over'));
    expect(found?.routing).toEqual({ version: '1', weights: {} });
  });

  it('read a hundred alarms with one request, and more with one for each hundred', async () => {
    const names = Array.from({ length: 150 }, (_, index) => `many ${index}`);
    for (const name of names) simulator.alarms.putLogAlarm(name);
    const before = simulator.requests.length;
    expect(
      await createAlarms(serviceOf(cloudwatch)).read(names.slice(0, 100), signal),
    ).toHaveLength(100);
    expect(simulator.requests.length - before).toBe(1);
    expect(await createAlarms(serviceOf(cloudwatch)).read(names, signal)).toHaveLength(150);
    expect(simulator.requests.length - before).toBe(3);
  });

  it('read alarms also where log alarms are not known yet', async () => {
    simulator.alarms.putMetricAlarm('old partition', { metricName: 'Errors' });
    const mend = simulator.faults.add(({ operation, input }) =>
      operation === 'DescribeAlarms' && JSON.stringify(input).includes('LogAlarm')
        ? { type: 'error', status: 400, name: 'ValidationError', message: 'LogAlarm' }
        : undefined,
    );
    expect(await createAlarms(serviceOf(cloudwatch)).read(['old partition'], signal)).toHaveLength(
      1,
    );
    mend();
  });

  it('read the states an alarm went through after the one that is known', async () => {
    simulator.alarms.putLogAlarm('blips');
    simulator.alarms.setState('blips', 'OK', 'well');
    const [seen] = await createAlarms(serviceOf(cloudwatch)).read(['blips'], signal);
    now += 1_000;
    simulator.alarms.setState('blips', 'ALARM', 'red');
    simulator.alarms.setState('blips', 'OK', 'well');
    const watch = {
      name: 'blips',
      state: 'OK',
      transitionedAt: seen?.transitionedAt ?? 0,
      ignored: false,
      seenAt: 0,
    };
    expect(await createAlarms(serviceOf(cloudwatch)).history(watch, signal)).toEqual([
      'ALARM',
      'OK',
    ]);
  });

  it('tell what a metric alarm watches, and nothing of alarms of another kind', async () => {
    simulator.alarms.putMetricAlarm('watched', {
      metricName: 'Errors',
      dimensions: { FunctionName: 'checkout', Resource: 'checkout:live' },
      statistic: 'Average',
      periodSeconds: 60,
      evaluationPeriods: 5,
      datapointsToAlarm: 3,
      threshold: 0.1,
      comparison: 'GreaterThanOrEqualToThreshold',
    });
    simulator.alarms.putLogAlarm('log');
    simulator.alarms.putCompositeAlarm('composite', 'ALARM("watched")');
    const found = await createAlarms(serviceOf(cloudwatch)).read(
      ['watched', 'log', 'composite'],
      signal,
    );
    const definitions = new Map(found.map(({ name, definition }) => [name, definition]));
    expect(definitions).toEqual(
      new Map([
        [
          'watched',
          {
            periodSeconds: 60,
            evaluationPeriods: 5,
            datapointsToAlarm: 3,
            threshold: 0.1,
            comparison: 'GreaterThanOrEqualToThreshold',
            metrics: [
              {
                id: '',
                namespace: 'AWS/Lambda',
                name: 'Errors',
                dimensions: { FunctionName: 'checkout', Resource: 'checkout:live' },
                statistic: 'Average',
                periodSeconds: 60,
              },
            ],
          },
        ],
        ['log', undefined],
        ['composite', undefined],
      ]),
    );
  });

  it('tell the IAM action and the resource that are missing', async () => {
    addFunction(simulator, 'forbidden');
    const arn = `arn:aws:lambda:${region}:123456789012:function:forbidden`;
    const mend = simulator.faults.add(() => denied('lambda:GetAlias', arn));
    await expect(
      createAliases(serviceOf(lambda), region).find(targetNamed('forbidden'), { signal }),
    ).rejects.toThrow(`Add the action "lambda:GetAlias" on the resource "${arn}"`);
    mend();
  });

  it('tell a resource that serves the next release too, whose version is another one', async () => {
    addFunction(simulator, 'closed');
    const arn = `arn:aws:lambda:${region}:123456789012:function:closed`;
    const mend = simulator.faults.add(() => denied('lambda:GetFunction', `${arn}:1`));
    await expect(
      createFunctions(serviceOf(lambda), region).read(targetNamed('closed'), signal, '1'),
    ).rejects.toThrow(`Add the action "lambda:GetFunction" on the resource "${arn}:*"`);
    mend();
  });

  it('tell until when an alarm warms up', async () => {
    simulator.alarms.putMetricAlarm('young', { metricName: 'Errors', warmUpMinutes: 12 });
    const [young] = await createAlarms(serviceOf(cloudwatch)).read(['young'], signal);
    const { configuredAt = 0 } = simulator.alarms.alarms.get('young') ?? {};
    expect(young?.warmsUpUntil).toBe(configuredAt + 12 * 60_000);
  });

  it('read the logs of moments between two milliseconds, in whole ones', async () => {
    const logs = new CloudWatchLogsClient({
      region,
      endpoint: server.url,
      credentials: { accessKeyId: 'simulator', secretAccessKey: 'simulator' },
    });
    const version = { functionName: 'slow', version: '2', logGroup: '/aws/lambda/slow' };
    const at = Date.UTC(2026, 10, 24);
    const timeout = 'REPORT RequestId: 1\tDuration: 3000.00 ms\tStatus: timeout';
    simulator.logs.put(version.logGroup, { stream: '2026/11/24/[2]abc', at, message: timeout });
    const window = { from: at - 0.7139, to: at + 0.2861 };
    const [found] = await createLogs(serviceOf(logs), region).errors(version, window, signal);
    expect(found).toEqual({ at, message: timeout.replaceAll('\t', ' ') });
  });
});

describe('what a metric alarm watches', () => {
  const query = (Id: string, ReturnData: boolean, MetricName: string) => ({
    Id,
    ReturnData,
    MetricStat: {
      Metric: {
        Namespace: 'AWS/Lambda',
        MetricName,
        Dimensions: [{ Name: 'FunctionName', Value: 'checkout' }],
      },
      Period: 120,
      Stat: 'Sum',
    },
  });
  const metric = (id: string, name: string) => ({
    id,
    namespace: 'AWS/Lambda',
    name,
    dimensions: { FunctionName: 'checkout' },
    statistic: 'Sum',
    periodSeconds: 120,
  });

  it('is the returned expression and its metrics, with the period of these', () => {
    const Metrics = [
      query('e', false, 'Errors'),
      query('i', false, 'Invocations'),
      { Id: 'rate', Expression: '100 * e / i', ReturnData: true },
    ];
    expect(definitionOf({ Metrics, EvaluationPeriods: 2, Threshold: 5 })).toEqual({
      periodSeconds: 120,
      evaluationPeriods: 2,
      datapointsToAlarm: 2,
      threshold: 5,
      comparison: '',
      metrics: [metric('e', 'Errors'), metric('i', 'Invocations')],
      expression: '100 * e / i',
    });
  });

  it('is the metric, not the band of expected values that it is compared with', () => {
    const Metrics = [
      query('m', true, 'Errors'),
      { Id: 'band', Expression: 'ANOMALY_DETECTION_BAND(m)', ReturnData: true },
    ];
    const definition = definitionOf({ Metrics, ThresholdMetricId: 'band', EvaluationPeriods: 1 });
    expect(definition).toMatchObject({
      metrics: [metric('m', 'Errors')],
      periodSeconds: 120,
      expression: undefined,
      threshold: undefined,
    });
  });

  it('is a query without metrics, with a period of its own', () => {
    const Metrics = [{ Id: 'q', Expression: 'SELECT SUM(Errors) FROM "AWS/Lambda"', Period: 300 }];
    const definition = definitionOf({ Metrics, EvaluationPeriods: 1 });
    expect(definition).toMatchObject({ metrics: [], periodSeconds: 300 });
  });

  it('is a percentile as it is written', () => {
    const alarm = { Namespace: 'AWS/Lambda', MetricName: 'Duration', ExtendedStatistic: 'p99' };
    const definition = definitionOf({ ...alarm, Period: 60, EvaluationPeriods: 1 });
    expect(definition?.metrics).toMatchObject([{ statistic: 'p99', dimensions: {} }]);
  });

  it.each([
    ['nothing', {}],
    ['no period', { Namespace: 'AWS/Lambda', MetricName: 'Errors', EvaluationPeriods: 1 }],
    ['no number of periods', { Namespace: 'AWS/Lambda', MetricName: 'Errors', Period: 60 }],
    ['empty queries', { Metrics: [{ Id: 'a' }], EvaluationPeriods: 1 }],
    ['an empty metric', { Metrics: [{ Id: 'a', MetricStat: {} }], EvaluationPeriods: 1 }],
    [
      'two results',
      { Metrics: [query('a', true, 'Errors'), query('b', true, 'Errors')], EvaluationPeriods: 1 },
    ],
    ['PromQL', { EvaluationCriteria: { PromQLCriteria: { Query: 'up' } }, EvaluationInterval: 60 }],
  ])('is not known of an alarm with %s', (_, alarm) => {
    expect(definitionOf(alarm as Parameters<typeof definitionOf>[0])).toBeUndefined();
  });
});
