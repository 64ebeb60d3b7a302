import { alarmBody, historyBody } from './alarm-bodies.ts';
import type { AlarmKind, Alarms, AlarmState } from './alarms.ts';
import { AwsError } from '../wire/aws-error.ts';
import { invalid, type CloudWatch } from './cloudwatch.ts';
import { isComparison, isMissingData, STATISTICS } from './evaluation.ts';
import type { MetricData } from './metric-data.ts';
import { CLOUDWATCH_MODEL } from './model.ts';
import { checkModel } from '../wire/constraints.ts';
import { list, members, number, text, type Members } from '../wire/members.ts';
import { jsonIn, type Handled, type WireRequest } from '../wire/wire.ts';

type Operation = (input: Members) => unknown;

export const TARGET_PREFIX = 'GraniteServiceVersion20100801.';

const KINDS: readonly AlarmKind[] = ['MetricAlarm', 'CompositeAlarm', 'LogAlarm'];
const STATES: readonly AlarmState[] = ['OK', 'ALARM', 'INSUFFICIENT_DATA'];

export interface CloudWatchWorld {
  readonly cloudwatch: CloudWatch;
  readonly alarms: Alarms;
  readonly metricData: MetricData;
}

/** The operation a request is for, ready to be run; nothing when it is not simulated. */
export function cloudWatchOperation(
  { cloudwatch, alarms: { arnOf }, metricData }: CloudWatchWorld,
  { headers, body }: WireRequest,
): Handled | undefined {
  const operation = (headers['x-amz-target'] ?? '').replace(TARGET_PREFIX, '');
  const all = { ...operations(cloudwatch, arnOf), GetMetricData: metricData.answer };
  const run = new Map(Object.entries<Operation>(all)).get(operation);
  if (run === undefined) return undefined;
  const input = jsonIn(body);
  return {
    operation,
    input,
    run: () => {
      checkModel(CLOUDWATCH_MODEL[operation] ?? {}, input, 'ValidationError');
      return { status: 200, body: run(input) };
    },
  };
}

function operations(
  cloudwatch: CloudWatch,
  arnOf: (name: string) => string,
): Readonly<Record<string, Operation>> {
  return {
    DescribeAlarms(input) {
      for (const member of ['ActionPrefix', 'ChildrenOfAlarmName', 'ParentsOfAlarmName']) {
        if (input[member] !== undefined) throw invalid(`${member} is not simulated`);
      }
      const { entries, nextToken } = cloudwatch.describeAlarms({
        names: list(input['AlarmNames'])?.map(String),
        namePrefix: text(input['AlarmNamePrefix']),
        kinds: kindsIn(input),
        state: input['StateValue'] === undefined ? undefined : stateIn(input),
        pageSize: number(input['MaxRecords']),
        token: text(input['NextToken']),
      });
      const of = (kind: AlarmKind) =>
        entries.filter((alarm) => alarm.kind === kind).map((alarm) => alarmBody(alarm, arnOf));
      return {
        MetricAlarms: of('MetricAlarm'),
        CompositeAlarms: of('CompositeAlarm'),
        LogAlarms: of('LogAlarm'),
        NextToken: nextToken,
      };
    },

    DescribeAlarmHistory(input) {
      const { entries, nextToken } = cloudwatch.describeAlarmHistory({
        name: text(input['AlarmName']),
        kinds: kindsIn(input),
        type: text(input['HistoryItemType']),
        from: epochMs(input['StartDate']),
        to: epochMs(input['EndDate']),
        oldestFirst: input['ScanBy'] === 'TimestampAscending',
        pageSize: number(input['MaxRecords']),
        token: text(input['NextToken']),
      });
      return { AlarmHistoryItems: entries.map(historyBody), NextToken: nextToken };
    },

    PutMetricAlarm(input) {
      if (input['Metrics'] !== undefined) throw invalid('Metric math is not simulated');
      const comparison = input['ComparisonOperator'];
      const statistic = text(input['Statistic']) ?? '';
      const periodSeconds = number(input['Period']) ?? 0;
      const evaluationPeriods = number(input['EvaluationPeriods']) ?? 0;
      const datapointsToAlarm = number(input['DatapointsToAlarm']);
      const treatMissingData = input['TreatMissingData'];
      if (!isComparison(comparison)) throw invalid('ComparisonOperator is not valid');
      if (treatMissingData !== undefined && !isMissingData(treatMissingData))
        throw invalid('TreatMissingData is not valid');
      if (!STATISTICS.includes(statistic)) throw invalid('Statistic is not valid');
      if (!(periodSeconds >= 60 && periodSeconds % 60 === 0)) {
        throw invalid('Period must be a multiple of 60; high resolution is not simulated');
      }
      if ((datapointsToAlarm ?? 1) > evaluationPeriods) {
        throw invalid('DatapointsToAlarm must be from 1 to EvaluationPeriods');
      }
      cloudwatch.putMetricAlarm(nameIn(input), {
        namespace: text(input['Namespace']) ?? '',
        metricName: text(input['MetricName']) ?? '',
        dimensions: dimensionsIn(input),
        threshold: number(input['Threshold']) ?? 0,
        statistic,
        periodSeconds,
        evaluationPeriods,
        datapointsToAlarm,
        comparison,
        treatMissingData,
        warmUpMinutes: number(
          members(input['WarmUpConfiguration'])?.['WarmUpPeriodDurationInMinutes'],
        ),
      });
    },

    PutCompositeAlarm(input) {
      cloudwatch.putCompositeAlarm(nameIn(input), text(input['AlarmRule']) ?? '');
    },

    DeleteAlarms(input) {
      cloudwatch.deleteAlarms((list(input['AlarmNames']) ?? []).map(String));
    },

    SetAlarmState(input) {
      const reasonData = text(input['StateReasonData']) ?? '';
      if (reasonData !== '' && !isJson(reasonData)) {
        throw new AwsError(400, 'InvalidFormat', 'StateReasonData is not valid JSON');
      }
      const reason = text(input['StateReason']) ?? '';
      cloudwatch.setAlarmState(nameIn(input), stateIn(input), reason, reasonData);
    },
  };
}

function nameIn(input: Members): string {
  return text(input['AlarmName']) ?? '';
}

function stateIn(input: Members): AlarmState {
  const state = STATES.find((each) => each === input['StateValue']);
  if (state === undefined) throw invalid(`StateValue must be one of ${STATES.join(', ')}`);
  return state;
}

function kindsIn(input: Members): readonly AlarmKind[] | undefined {
  return list(input['AlarmTypes'])?.map((type) => {
    const kind = KINDS.find((each) => each === type);
    if (kind === undefined) throw invalid(`AlarmTypes must be among ${KINDS.join(', ')}`);
    return kind;
  });
}

function dimensionsIn(input: Members): Record<string, string> {
  const dimensions = (list(input['Dimensions']) ?? []).map(members);
  return Object.fromEntries(
    dimensions.map((each) => [text(each?.['Name']) ?? '', text(each?.['Value']) ?? '']),
  );
}

/** Times are seconds on the wire, with fractions. */
function epochMs(value: unknown): number | undefined {
  const seconds = number(value);
  return seconds === undefined ? undefined : Math.round(seconds * 1000);
}

function isJson(given: string): boolean {
  try {
    JSON.parse(given);
    return true;
  } catch {
    return false;
  }
}
