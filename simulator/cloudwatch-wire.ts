import type { Alarm, AlarmKind, Alarms, AlarmState } from './alarms.ts';
import { AwsError } from './aws-error.ts';
import type { Handled, WireRequest } from './wire.ts';

type Body = Readonly<Record<string, unknown>>;
type Operation = (input: Body) => unknown;

export const TARGET_PREFIX = 'GraniteServiceVersion20100801.';
const MOST_RECORDS = 100;
/** What CloudWatch looks at when AlarmTypes is left out. */
const DEFAULT_TYPES: readonly string[] = ['MetricAlarm'];

/** The operation a request is for, ready to be run; nothing when it is not simulated. */
export function cloudWatchOperation(
  alarms: Alarms,
  region: string,
  account: string,
  { headers, body }: WireRequest,
): Handled | undefined {
  const operation = (headers['x-amz-target'] ?? '').replace(TARGET_PREFIX, '');
  const run = operations(alarms, region, account)[operation];
  if (run === undefined) return undefined;
  const input = (body === '' ? {} : JSON.parse(body)) as Body;
  return { operation, input, run: () => ({ status: 200, body: run(input) }) };
}

function operations(
  alarms: Alarms,
  region: string,
  account: string,
): Readonly<Record<string, Operation>> {
  const arnOf = (name: string) => `arn:aws:cloudwatch:${region}:${account}:alarm:${name}`;

  return {
    DescribeAlarms(input) {
      const names = strings(input['AlarmNames']);
      if (names !== undefined && names.length > MOST_RECORDS) {
        throw new AwsError(400, 'ValidationError', 'AlarmNames must have at most 100 members');
      }
      const types = strings(input['AlarmTypes']) ?? DEFAULT_TYPES;
      // A name that is not known is left out, and nothing is said about it.
      const found = [...alarms.alarms.values()].filter(
        ({ name, kind }) => (names === undefined || names.includes(name)) && types.includes(kind),
      );
      const { entries, nextToken } = page(found, input);
      const of = (kind: AlarmKind) =>
        entries.filter((alarm) => alarm.kind === kind).map((alarm) => describe(alarm, arnOf));
      return {
        MetricAlarms: of('MetricAlarm'),
        CompositeAlarms: of('CompositeAlarm'),
        LogAlarms: of('LogAlarm'),
        ...nextToken,
      };
    },

    DescribeAlarmHistory(input) {
      const types = strings(input['AlarmTypes']) ?? DEFAULT_TYPES;
      const from = Number(input['StartDate'] ?? 0) * 1000;
      const to = Number(input['EndDate'] ?? Infinity) * 1000;
      const found = alarms.history.filter(
        ({ alarm, kind, at }) =>
          (input['AlarmName'] === undefined || input['AlarmName'] === alarm) &&
          types.includes(kind) &&
          at >= from &&
          at <= to,
      );
      const ordered = input['ScanBy'] === 'TimestampAscending' ? found : found.toReversed();
      const { entries, nextToken } = page(ordered, input);
      return {
        AlarmHistoryItems: entries.map((item) => ({
          AlarmName: item.alarm,
          AlarmType: item.kind,
          HistoryItemType: 'StateUpdate',
          Timestamp: item.at / 1000,
          HistorySummary: `Alarm updated from ${item.from} to ${item.to}`,
          HistoryData: JSON.stringify({
            version: '1.0',
            oldState: { stateValue: item.from },
            newState: { stateValue: item.to, stateReason: item.reason },
          }),
        })),
        ...nextToken,
      };
    },

    PutMetricAlarm(input) {
      const dimensions = (input['Dimensions'] ?? []) as readonly { Name: string; Value: string }[];
      const periods = Number(input['EvaluationPeriods'] ?? 1);
      alarms.putMetricAlarm(String(input['AlarmName']), {
        metricName: String(input['MetricName']),
        dimensions: Object.fromEntries(dimensions.map(({ Name, Value }) => [Name, Value])),
        statistic: text(input['Statistic'], 'Sum'),
        periodSeconds: Number(input['Period'] ?? 60),
        evaluationPeriods: periods,
        datapointsToAlarm: Number(input['DatapointsToAlarm'] ?? periods),
        threshold: Number(input['Threshold'] ?? 0),
        comparison: String(input['ComparisonOperator']),
        treatMissingData: text(input['TreatMissingData'], 'missing'),
      });
    },

    PutCompositeAlarm(input) {
      alarms.putCompositeAlarm(String(input['AlarmName']), String(input['AlarmRule']));
    },

    DeleteAlarms(input) {
      for (const name of strings(input['AlarmNames']) ?? []) alarms.delete(name);
    },

    SetAlarmState(input) {
      const state = input['StateValue'] as AlarmState;
      if (!['OK', 'ALARM', 'INSUFFICIENT_DATA'].includes(state)) {
        throw new AwsError(400, 'ValidationError', `StateValue ${state} is not valid`);
      }
      alarms.setState(String(input['AlarmName']), state, text(input['StateReason'], ''));
    },
  };
}

function describe(alarm: Alarm, arnOf: (name: string) => string) {
  const { condition } = alarm;
  return {
    AlarmName: alarm.name,
    AlarmArn: arnOf(alarm.name),
    StateValue: alarm.state,
    StateReason: alarm.reason,
    StateTransitionedTimestamp: alarm.transitionedAt / 1000,
    StateUpdatedTimestamp: alarm.updatedAt / 1000,
    ActionsEnabled: true,
    ...(alarm.evaluationState === undefined ? {} : { EvaluationState: alarm.evaluationState }),
    ...(alarm.rule === undefined ? {} : { AlarmRule: alarm.rule }),
    ...(condition === undefined
      ? {}
      : {
          Namespace: 'AWS/Lambda',
          MetricName: condition.metricName,
          Dimensions: Object.entries(condition.dimensions).map(([Name, Value]) => ({
            Name,
            Value,
          })),
          Statistic: condition.statistic,
          Period: condition.periodSeconds,
          EvaluationPeriods: condition.evaluationPeriods,
          DatapointsToAlarm: condition.datapointsToAlarm,
          Threshold: condition.threshold,
          ComparisonOperator: condition.comparison,
          TreatMissingData: condition.treatMissingData,
        }),
  };
}

function page<T>(all: readonly T[], input: Body) {
  const size = Math.min(Number(input['MaxRecords'] ?? 50), MOST_RECORDS);
  const from = Number(input['NextToken'] ?? 0);
  const next = from + size;
  return {
    entries: all.slice(from, next),
    nextToken: next < all.length ? { NextToken: String(next) } : {},
  };
}

function text(value: unknown, otherwise: string): string {
  return typeof value === 'string' ? value : otherwise;
}

function strings(value: unknown): readonly string[] | undefined {
  return Array.isArray(value) ? value.map(String) : undefined;
}
