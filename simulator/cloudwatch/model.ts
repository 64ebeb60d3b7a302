import type { Constraint, Model } from '../wire/constraints.ts';

const TEXT: Constraint = { type: 'String' };
const NAME: Constraint = { type: 'String', min: 1, max: 255 };
const STATE: Constraint = { type: 'String', among: ['INSUFFICIENT_DATA', 'ALARM', 'OK'] };
const KINDS: Constraint = {
  type: 'List',
  each: { type: 'String', among: ['CompositeAlarm', 'MetricAlarm', 'LogAlarm'] },
};
const PAGE_SIZE: Constraint = { type: 'Integer', min: 1, max: 100 };
const SCAN_BY: Constraint = {
  type: 'String',
  among: ['TimestampDescending', 'TimestampAscending'],
};
const DIMENSIONS: Constraint = {
  type: 'List',
  max: 30,
  each: {
    type: 'Structure',
    members: { Name: NAME, Value: { type: 'String', min: 1, max: 1024 } },
  },
};
const NAMESPACE: Constraint = { type: 'String', min: 1, max: 255, pattern: '[^:].*' };

/** From AWS's model of CloudWatch, as botocore 1.44 carries it. */
export const CLOUDWATCH_MODEL: Model = {
  DescribeAlarms: {
    AlarmNames: { type: 'List', max: 100, each: NAME },
    AlarmNamePrefix: NAME,
    AlarmTypes: KINDS,
    StateValue: STATE,
    MaxRecords: PAGE_SIZE,
    NextToken: TEXT,
  },
  DescribeAlarmHistory: {
    AlarmName: NAME,
    AlarmTypes: KINDS,
    HistoryItemType: {
      type: 'String',
      among: [
        'ConfigurationUpdate',
        'StateUpdate',
        'Action',
        'AlarmContributorStateUpdate',
        'AlarmContributorAction',
      ],
    },
    ScanBy: SCAN_BY,
    MaxRecords: PAGE_SIZE,
    NextToken: TEXT,
  },
  GetMetricData: {
    MetricDataQueries: {
      type: 'List',
      each: {
        type: 'Structure',
        members: {
          Id: NAME,
          MetricStat: {
            type: 'Structure',
            members: {
              Metric: {
                type: 'Structure',
                members: { Namespace: NAMESPACE, MetricName: NAME, Dimensions: DIMENSIONS },
              },
              Period: { type: 'Integer', min: 1 },
              Stat: TEXT,
            },
          },
          Expression: { type: 'String', min: 1, max: 2048 },
        },
      },
    },
    ScanBy: SCAN_BY,
    NextToken: TEXT,
    MaxDatapoints: { type: 'Integer' },
  },
  PutMetricAlarm: {
    AlarmName: NAME,
    Namespace: NAMESPACE,
    MetricName: NAME,
    Dimensions: DIMENSIONS,
    Period: { type: 'Integer', min: 1 },
    EvaluationPeriods: { type: 'Integer', min: 1 },
    DatapointsToAlarm: { type: 'Integer', min: 1 },
    Threshold: { type: 'Double' },
  },
  PutCompositeAlarm: {
    AlarmName: NAME,
    AlarmRule: { type: 'String', min: 1, max: 10_240 },
  },
  DeleteAlarms: { AlarmNames: { type: 'List', max: 100, each: NAME } },
  SetAlarmState: {
    AlarmName: NAME,
    StateValue: STATE,
    StateReason: { type: 'String', min: 0, max: 1023 },
    StateReasonData: { type: 'String', min: 0, max: 4000 },
  },
};

const STREAM: Constraint = { type: 'String', min: 1, max: 512, pattern: '[^:*]*' };

/** From AWS's model of CloudWatch Logs, as botocore 1.44 carries it. */
export const LOGS_MODEL: Model = {
  FilterLogEvents: {
    logGroupName: { type: 'String', min: 1, max: 512, pattern: '[\\.\\-_/#A-Za-z0-9]+' },
    logGroupIdentifier: { type: 'String', min: 1, max: 2048, pattern: '[\\w#+=/:,.@-]*' },
    logStreamNames: { type: 'List', min: 1, max: 100, each: STREAM },
    logStreamNamePrefix: STREAM,
    startTime: { type: 'Long', min: 0 },
    endTime: { type: 'Long', min: 0 },
    filterPattern: { type: 'String', min: 0, max: 1024 },
    nextToken: { type: 'String', min: 1 },
    limit: { type: 'Integer', min: 1, max: 10_000 },
  },
};
