import type { Alarm, AlarmKind, Alarms, AlarmState, HistoryItem } from './alarms.ts';
import { AwsError } from '../wire/aws-error.ts';

/** No request names more alarms, and no page holds more of them. */
const MOST = 100;
const USUAL_PAGE = 50;
/** What CloudWatch looks at when it is not told which types. */
const DEFAULT_KINDS: readonly AlarmKind[] = ['MetricAlarm'];

interface Paging {
  readonly pageSize?: number | undefined;
  readonly token?: string | undefined;
}

export interface Page<Entry> {
  readonly entries: readonly Entry[];
  readonly nextToken?: string;
}

export interface AlarmsWanted extends Paging {
  readonly names?: readonly string[] | undefined;
  readonly namePrefix?: string | undefined;
  readonly kinds?: readonly AlarmKind[] | undefined;
  readonly state?: AlarmState | undefined;
}

export interface HistoryWanted extends Paging {
  readonly name?: string | undefined;
  readonly kinds?: readonly AlarmKind[] | undefined;
  readonly type?: string | undefined;
  /** Inclusive. */
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  readonly oldestFirst?: boolean | undefined;
}

/** CloudWatch's operations, which throw an AwsError as AWS words it. */
export interface CloudWatch extends Pick<
  Alarms,
  'putMetricAlarm' | 'putCompositeAlarm' | 'putLogAlarm'
> {
  readonly setAlarmState: Alarms['setState'];
  readonly setEvaluationState: Alarms['setEvaluationState'];
  deleteAlarms(names: readonly string[]): void;
  describeAlarms(wanted?: AlarmsWanted): Page<Alarm>;
  describeAlarmHistory(wanted?: HistoryWanted): Page<HistoryItem>;
}

export function createCloudWatch(alarms: Alarms, catchUp: () => void): CloudWatch {
  return {
    putMetricAlarm: alarms.putMetricAlarm,
    putCompositeAlarm: alarms.putCompositeAlarm,
    putLogAlarm: alarms.putLogAlarm,
    setAlarmState: alarms.setState,
    setEvaluationState: alarms.setEvaluationState,

    deleteAlarms(names) {
      for (const name of names) alarms.delete(name);
    },

    describeAlarms({ names, namePrefix, kinds = DEFAULT_KINDS, state, ...paging } = {}) {
      catchUp();
      if (names !== undefined && names.length > MOST) {
        throw invalid(`AlarmNames must not have more than ${MOST} members`);
      }
      if (names !== undefined && namePrefix !== undefined) {
        throw invalid('AlarmNames and AlarmNamePrefix must not be given together');
      }
      // A name that is not known is left out, and nothing is said about it.
      const found = [...alarms.alarms.values()].filter(
        (alarm) =>
          kinds.includes(alarm.kind) &&
          (names === undefined || names.includes(alarm.name)) &&
          (namePrefix === undefined || alarm.name.startsWith(namePrefix)) &&
          (state === undefined || alarm.state === state),
      );
      return page(found, paging);
    },

    describeAlarmHistory(wanted = {}) {
      catchUp();
      const { name, kinds = DEFAULT_KINDS, type, from = 0, to = Infinity } = wanted;
      const found = alarms.history.filter(
        (item) =>
          kinds.includes(item.kind) &&
          (name === undefined || item.alarm === name) &&
          (type === undefined || item.type === type) &&
          item.at >= from &&
          item.at <= to,
      );
      return page(wanted.oldestFirst === true ? found : found.toReversed(), wanted);
    },
  };
}

function page<Entry>(
  all: readonly Entry[],
  { pageSize = USUAL_PAGE, token = '0' }: Paging,
): Page<Entry> {
  if (!(pageSize >= 1 && pageSize <= MOST)) {
    throw invalid(`MaxRecords must be from 1 to ${MOST}, not ${pageSize}`);
  }
  if (!/^\d+$/.test(token)) throw new AwsError(400, 'InvalidNextToken', 'The token is not valid');
  const from = Number(token);
  const next = from + pageSize;
  return {
    entries: all.slice(from, next),
    ...(next < all.length ? { nextToken: String(next) } : {}),
  };
}

export function invalid(message: string): AwsError {
  return new AwsError(400, 'ValidationError', message);
}
