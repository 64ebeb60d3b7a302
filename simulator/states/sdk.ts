import { textOf, type Json, type JsonObject } from './json.ts';
import type { WireReply, WireRequest } from '../wire/wire.ts';

/** What became of a request: nothing comes of a lost one, and a hanging one never ends. */
export type Send = (request: WireRequest) => Promise<WireReply | undefined>;

/** An action that a Task may have, by the SDK of Step Functions. */
export interface Action {
  /** As the names of its errors begin. */
  readonly service: 'Lambda' | 'CloudWatch';
  readonly resourceType: string;
  readonly resource: string;
  /** Members of its request, and which must be there. */
  readonly members: readonly string[];
  readonly required: readonly string[];
  readonly request: (given: JsonObject) => WireRequest;
  readonly result: (body: JsonObject) => Json;
}

const RESOURCE = /^arn:aws:states:::aws-sdk:(lambda|cloudwatch):([a-zA-Z]+)$/;

/** The action that a resource names; nothing when it is not simulated. */
export function actionOf(resource: string): Action | undefined {
  const [, service = '', action = ''] = RESOURCE.exec(resource) ?? [];
  const known = new Map(Object.entries(ACTIONS)).get(`${service}:${action}`);
  if (known === undefined) return undefined;
  return { ...known, resourceType: `aws-sdk:${service}`, resource: action };
}

type Known = Omit<Action, 'resource' | 'resourceType'>;

const ACTIONS: Readonly<Record<string, Known>> = {
  'lambda:getAlias': {
    service: 'Lambda',
    members: ['FunctionName', 'Name'],
    required: ['FunctionName', 'Name'],
    request: (given) => ({ method: 'GET', url: aliasUrl(given), headers: {}, body: '' }),
    result: (body) => body,
  },
  'lambda:getProvisionedConcurrencyConfig': {
    service: 'Lambda',
    members: ['FunctionName', 'Qualifier'],
    required: ['FunctionName', 'Qualifier'],
    request: ({ FunctionName = '', Qualifier = '' }) => ({
      method: 'GET',
      url: `/2019-09-30/functions/${encoded(FunctionName)}/provisioned-concurrency?Qualifier=${encoded(Qualifier)}`,
      headers: {},
      body: '',
    }),
    result: (body) => body,
  },
  'lambda:updateAlias': {
    service: 'Lambda',
    members: [
      'FunctionName',
      'Name',
      'FunctionVersion',
      'Description',
      'RoutingConfig',
      'RevisionId',
    ],
    required: ['FunctionName', 'Name'],
    request: ({ FunctionName, Name, ...body }) => ({
      method: 'PUT',
      url: aliasUrl({ FunctionName: FunctionName ?? '', Name: Name ?? '' }),
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    }),
    result: (body) => body,
  },
  'cloudwatch:describeAlarms': cloudWatch('DescribeAlarms', [
    'AlarmNames',
    'AlarmNamePrefix',
    'AlarmTypes',
    'StateValue',
    'MaxRecords',
    'NextToken',
  ]),
  'cloudwatch:describeAlarmHistory': cloudWatch('DescribeAlarmHistory', [
    'AlarmName',
    'AlarmTypes',
    'HistoryItemType',
    'StartDate',
    'EndDate',
    'MaxRecords',
    'NextToken',
    'ScanBy',
  ]),
  'cloudwatch:getMetricData': cloudWatch(
    'GetMetricData',
    [
      'MetricDataQueries',
      'StartTime',
      'EndTime',
      'NextToken',
      'ScanBy',
      'MaxDatapoints',
      'LabelOptions',
    ],
    ['MetricDataQueries', 'StartTime', 'EndTime'],
  ),
};

function aliasUrl({ FunctionName = '', Name = '' }: JsonObject): string {
  return `/2015-03-31/functions/${encoded(FunctionName)}/aliases/${encoded(Name)}`;
}

function encoded(value: Json): string {
  return encodeURIComponent(textOf(value));
}

function cloudWatch(
  operation: string,
  members: readonly string[],
  required: readonly string[] = [],
): Known {
  return {
    service: 'CloudWatch',
    members,
    required,
    request: (given) => ({
      method: 'POST',
      url: '/',
      headers: {
        'content-type': 'application/x-amz-json-1.0',
        'x-amz-target': `GraniteServiceVersion20100801.${operation}`,
      },
      body: JSON.stringify(mapTimes(given, secondsOf)),
    }),
    result: (body) => mapTimes(body, stamp),
  };
}

/** Members that are times, in requests and replies; on the wire they are seconds, in states ISO texts. */
const TIMES =
  /^(?:StartDate|EndDate|StartTime|EndTime|Timestamps?|State(?:Updated|Transitioned)Timestamp|AlarmConfigurationUpdatedTimestamp)$/;

function mapTimes(value: Json, change: (time: Json) => Json): Json {
  if (Array.isArray(value)) return (value as readonly Json[]).map((each) => mapTimes(each, change));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value as JsonObject).map(([name, each]) => [
      name,
      TIMES.test(name)
        ? Array.isArray(each)
          ? (each as readonly Json[]).map(change)
          : change(each)
        : mapTimes(each, change),
    ]),
  );
}

function secondsOf(time: Json): Json {
  const at = Date.parse(textOf(time));
  return Number.isNaN(at) ? time : at / 1000;
}

/** As Java writes an Instant: without a fraction where there is none. */
function stamp(time: Json): Json {
  return typeof time === 'number'
    ? new Date(Math.round(time * 1000)).toISOString().replace('.000Z', 'Z')
    : time;
}
