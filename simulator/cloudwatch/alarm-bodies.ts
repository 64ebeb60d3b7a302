import type { Alarm, HistoryItem } from './alarms.ts';

/** An alarm as DescribeAlarms tells it. Times are seconds on the wire. */
export function alarmBody(alarm: Alarm, arnOf: (name: string) => string) {
  const { condition } = alarm;
  return {
    AlarmName: alarm.name,
    AlarmArn: arnOf(alarm.name),
    AlarmConfigurationUpdatedTimestamp: alarm.configuredAt / 1000,
    StateValue: alarm.state,
    StateReason: alarm.reason,
    ...(alarm.reasonData === '' ? {} : { StateReasonData: alarm.reasonData }),
    StateTransitionedTimestamp: alarm.transitionedAt / 1000,
    StateUpdatedTimestamp: alarm.updatedAt / 1000,
    ActionsEnabled: true,
    OKActions: [],
    AlarmActions: [],
    InsufficientDataActions: [],
    EvaluationState: alarm.evaluationState,
    AlarmRule: alarm.rule,
    ...(condition === undefined
      ? {}
      : {
          Namespace: condition.namespace,
          MetricName: condition.metricName,
          Dimensions: Object.entries(condition.dimensions).map(([Name, Value]) => ({
            Name,
            Value,
          })),
          Statistic: condition.statistic,
          Period: condition.periodSeconds,
          EvaluationPeriods: condition.evaluationPeriods,
          DatapointsToAlarm: condition.datapointsToAlarm,
          ...(condition.warmUpMinutes === undefined
            ? {}
            : {
                WarmUpConfiguration: { WarmUpPeriodDurationInMinutes: condition.warmUpMinutes },
              }),
          Threshold: condition.threshold,
          ComparisonOperator: condition.comparison,
          TreatMissingData: condition.treatMissingData,
        }),
  };
}

/** An entry of DescribeAlarmHistory. */
export function historyBody(item: HistoryItem) {
  const common = {
    AlarmName: item.alarm,
    AlarmType: item.kind,
    HistoryItemType: item.type,
    Timestamp: item.at / 1000,
  };
  switch (item.type) {
    case 'StateUpdate':
      return {
        ...common,
        HistorySummary: `Alarm updated from ${item.from} to ${item.to}`,
        HistoryData: JSON.stringify({
          version: '1.0',
          oldState: { stateValue: item.from, stateReason: item.fromReason },
          newState: {
            stateValue: item.to,
            stateReason: item.reason,
            ...(item.reasonData === ''
              ? {}
              : { stateReasonData: JSON.parse(item.reasonData) as unknown }),
          },
        }),
      };
    case 'ConfigurationUpdate':
      return {
        ...common,
        HistorySummary: `Alarm "${item.alarm}" ${item.what}`,
        HistoryData: JSON.stringify({ version: '1.0', type: TYPES[item.what] }),
      };
  }
}

const TYPES = { created: 'Create', updated: 'Update', deleted: 'Delete' } as const;
