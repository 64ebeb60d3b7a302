import {
  DescribeAlarmHistoryCommand,
  DescribeAlarmsCommand,
  type AlarmHistoryItem,
  type AlarmType,
  type CloudWatchClient,
  type DescribeAlarmsCommandOutput,
  type WarmUpConfiguration,
} from '@aws-sdk/client-cloudwatch';

import type { AlarmDefinition } from '../core/preflight/alarm-definition.ts';
import type { AlarmReading, AlarmWatch } from '../core/checks/alarms.ts';
import { intentOf } from '../core/permissions.ts';
import { definitionOf } from './alarm-definition.ts';
import { AwsCallError, understood } from './call.ts';
import { everyPage, lineIn, listIn, numberIn, textIn } from './reply.ts';
import type { Service } from './service.ts';

/** Reads CloudWatch alarms of every kind. */
export interface Alarms {
  /** An alarm that CloudWatch does not know, or may not show, is not in the answer. */
  read(names: readonly string[], signal: AbortSignal): Promise<readonly FoundAlarm[]>;
  /** The names of some alarms of any kind, as many as one call gives. */
  some(signal: AbortSignal): Promise<readonly string[]>;
  /** The states an alarm went into after the transition that `watch` remembers, oldest first. */
  history(watch: AlarmWatch, signal: AbortSignal): Promise<readonly string[]>;
}

export interface FoundAlarm extends AlarmReading {
  readonly arn: string;
  /** Only of a metric alarm, and only if it is understood. */
  readonly definition: AlarmDefinition | undefined;
}

/** DescribeAlarms takes at most this many names, and gives at most as many on a page. */
const NAMES_PER_CALL = 100;
const ITEMS_PER_PAGE = 100;

// Without AlarmTypes, CloudWatch looks at metric alarms only and says nothing of the others.
const ALARM_TYPES: AlarmType[] = ['MetricAlarm', 'CompositeAlarm', 'LogAlarm'];
const CLASSIC_ALARM_TYPES: AlarmType[] = ['MetricAlarm', 'CompositeAlarm'];

export function createAlarms(cloudwatch: Service<CloudWatchClient>): Alarms {
  let types = ALARM_TYPES;

  function describe(names: readonly string[], signal: AbortSignal): Promise<readonly FoundAlarm[]> {
    const intent = intentOf('cloudwatch:DescribeAlarms', { on: 'everything' });
    return understood(intent, signal, () =>
      everyPage(async (NextToken) => {
        const command = new DescribeAlarmsCommand({
          AlarmNames: [...names],
          AlarmTypes: types,
          MaxRecords: NAMES_PER_CALL,
          NextToken,
        });
        const reply = await cloudwatch.call(intent, { signal }, (client, sending) =>
          client.send(command, sending),
        );
        return { items: alarmsOf(reply), nextToken: reply.NextToken };
      }),
    );
  }

  async function describeInAnyPartition(
    names: readonly string[],
    signal: AbortSignal,
  ): Promise<readonly FoundAlarm[]> {
    try {
      return await describe(names, signal);
    } catch (error) {
      const notKnown =
        types.length > CLASSIC_ALARM_TYPES.length &&
        error instanceof AwsCallError &&
        error.name.includes('Validation');
      if (!notKnown) throw error;
      // An older partition that does not know log alarms refuses the word instead of ignoring it.
      types = CLASSIC_ALARM_TYPES;
      return describe(names, signal);
    }
  }

  return {
    async read(names, signal) {
      const found: FoundAlarm[] = [];
      for (let from = 0; from < names.length; from += NAMES_PER_CALL) {
        const some = names.slice(from, from + NAMES_PER_CALL);
        found.push(...(await describeInAnyPartition(some, signal)));
      }
      return found;
    },

    some(signal) {
      const intent = intentOf('cloudwatch:DescribeAlarms', { on: 'everything' });
      return understood(intent, signal, async () => {
        const command = new DescribeAlarmsCommand({
          AlarmTypes: types,
          MaxRecords: NAMES_PER_CALL,
        });
        const reply = await cloudwatch.call(intent, { signal }, (client, sending) =>
          client.send(command, sending),
        );
        return alarmsOf(reply).map(({ name }) => name);
      });
    },

    history({ name, transitionedAt }, signal) {
      const intent = intentOf('cloudwatch:DescribeAlarmHistory', { on: 'everything' });
      return understood(intent, signal, () =>
        everyPage(async (NextToken) => {
          const command = new DescribeAlarmHistoryCommand({
            AlarmName: name,
            AlarmTypes: types,
            HistoryItemType: 'StateUpdate',
            StartDate: transitionedAt === undefined ? undefined : new Date(transitionedAt),
            ScanBy: 'TimestampAscending',
            MaxRecords: ITEMS_PER_PAGE,
            NextToken,
          });
          const reply = await cloudwatch.call(intent, { signal }, (client, sending) =>
            client.send(command, sending),
          );
          // One without a time that can be understood may be new.
          const isKnown = ({ Timestamp }: AlarmHistoryItem) =>
            transitionedAt !== undefined && (Timestamp?.getTime() ?? NaN) <= transitionedAt;
          const items = listIn(reply.AlarmHistoryItems).filter((item) => !isKnown(item));
          return {
            items: items.map(({ HistoryData }) => stateIn(HistoryData)),
            nextToken: reply.NextToken,
          };
        }),
      );
    },
  };
}

/** What every kind of alarm has in common. */
interface AnyAlarm {
  readonly AlarmName?: string | undefined;
  readonly AlarmArn?: string | undefined;
  readonly StateValue?: string | undefined;
  readonly StateReason?: string | undefined;
  readonly StateTransitionedTimestamp?: Date | undefined;
  readonly StateUpdatedTimestamp?: Date | undefined;
  readonly EvaluationState?: string | undefined;
  readonly AlarmConfigurationUpdatedTimestamp?: Date | undefined;
  /** Composite alarms have none. */
  readonly WarmUpConfiguration?: WarmUpConfiguration | undefined;
}

function alarmsOf(reply: DescribeAlarmsCommandOutput): readonly FoundAlarm[] {
  const others: readonly AnyAlarm[] = [
    ...listIn(reply.CompositeAlarms),
    ...listIn(reply.LogAlarms),
  ];
  return [
    ...listIn(reply.MetricAlarms).map((alarm) => foundAlarm(alarm, definitionOf(alarm))),
    ...others.map((alarm) => foundAlarm(alarm, undefined)),
  ];
}

function foundAlarm(alarm: AnyAlarm, definition: AlarmDefinition | undefined): FoundAlarm {
  const changed = alarm.StateTransitionedTimestamp ?? alarm.StateUpdatedTimestamp;
  return {
    name: textIn(alarm.AlarmName),
    arn: textIn(alarm.AlarmArn),
    state: textIn(alarm.StateValue) || 'unknown',
    reason: lineIn(alarm.StateReason),
    transitionedAt: numberIn(changed?.getTime()),
    warmsUpUntil: warmsUpUntil(alarm),
    notEvaluated: notEvaluated(alarm.EvaluationState),
    definition,
  };
}

/** A change of the alarm begins its warm-up; enough data may end it earlier. */
function warmsUpUntil(alarm: AnyAlarm): number | undefined {
  const minutes = numberIn(alarm.WarmUpConfiguration?.WarmUpPeriodDurationInMinutes);
  const from = numberIn(alarm.AlarmConfigurationUpdatedTimestamp?.getTime());
  return minutes === undefined || from === undefined ? undefined : from + minutes * 60_000;
}

/** While CloudWatch cannot evaluate an alarm, the state it shows is the one from before. */
function notEvaluated(state: string | undefined): string | undefined {
  return state === 'EVALUATION_ERROR' || state === 'EVALUATION_FAILURE'
    ? `CloudWatch cannot evaluate it (${state})`
    : undefined;
}

/** An item that cannot be understood counts as ALARM: it may have been that. */
function stateIn(historyData: string | undefined): string {
  try {
    const data: unknown = JSON.parse(historyData ?? '');
    const value = (data as { newState?: { stateValue?: unknown } }).newState?.stateValue;
    return typeof value === 'string' ? value : 'ALARM';
  } catch {
    return 'ALARM';
  }
}
