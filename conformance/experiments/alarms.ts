import {
  DescribeAlarmHistoryCommand,
  DescribeAlarmsCommand,
  PutCompositeAlarmCommand,
  PutMetricAlarmCommand,
  SetAlarmStateCommand,
  type AlarmType,
} from '@aws-sdk/client-cloudwatch';

import { notSeen, seen, type Experiment } from '../experiment.ts';
import { invoke, makeTwoVersions } from '../functions.ts';
import { ask, type Lab } from '../lab.ts';
import { TAG } from '../names.ts';

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const ALARM = { minutes: 3, uses: { alarms: 1 }, isRecording: false } as const;

/** An alarm that is red after one minute with more errors than so many of a function. */
export async function putAlarm(lab: Lab, functionName: string, most = 0): Promise<string> {
  const name = lab.name();
  await lab.cloudwatch.send(
    new PutMetricAlarmCommand({
      AlarmName: name,
      Namespace: 'AWS/Lambda',
      MetricName: 'Errors',
      Dimensions: [
        { Name: 'FunctionName', Value: functionName },
        { Name: 'Resource', Value: `${functionName}:live` },
      ],
      Statistic: 'Sum',
      Period: 60,
      EvaluationPeriods: 1,
      Threshold: most,
      ComparisonOperator: 'GreaterThanThreshold',
      TreatMissingData: 'notBreaching',
      Tags: [{ Key: TAG, Value: name }],
    }),
  );
  return name;
}

async function alarm(lab: Lab, name: string) {
  const { MetricAlarms: [found] = [] } = await lab.cloudwatch.send(
    new DescribeAlarmsCommand({ AlarmNames: [name] }),
  );
  return found;
}

const set = (lab: Lab, AlarmName: string, StateValue: 'ALARM' | 'OK') =>
  lab.cloudwatch.send(
    new SetAlarmStateCommand({ AlarmName, StateValue, StateReason: 'conformance' }),
  );

/** As the action asks: left out, CloudWatch tells of alarms on metrics alone. */
const KINDS: AlarmType[] = ['MetricAlarm', 'CompositeAlarm', 'LogAlarm'];

/** A composite alarm that is red when its child is. */
async function putComposite(lab: Lab, child: string): Promise<string> {
  const name = lab.name('all');
  const Tags = [{ Key: TAG, Value: name }];
  await lab.cloudwatch.send(
    new PutCompositeAlarmCommand({ AlarmName: name, AlarmRule: `ALARM("${child}")`, Tags }),
  );
  return name;
}

async function composite(lab: Lab, name: string) {
  const { CompositeAlarms: [found] = [] } = await lab.cloudwatch.send(
    new DescribeAlarmsCommand({ AlarmNames: [name], AlarmTypes: KINDS }),
  );
  return found;
}

export const ALARMS: readonly Experiment[] = [
  {
    id: 'alarm-left-out',
    assumes: 'DescribeAlarms leaves a name that it does not know out, and says nothing of it.',
    otherwise:
      'An alarm that is gone is told in other words than ours; it is an error of preflight either way (run/preflight/alarms.ts).',
    ...ALARM,
    minutes: 1,
    uses: {},
    isRecording: true,
    async run(lab) {
      const { MetricAlarms: found = [] } = await lab.cloudwatch.send(
        new DescribeAlarmsCommand({ AlarmNames: [lab.name('nothing')] }),
      );
      return seen(found.length === 0, `${found.length} alarms`);
    },
  },
  {
    id: 'alarm-blip-in-history',
    assumes:
      'An alarm that went red and green again has both in its history within seconds, and a newer StateTransitionedTimestamp.',
    otherwise: 'A blip between two readings goes unnoticed (run/checks/alarms.ts).',
    ...ALARM,
    async run(lab) {
      const name = await putAlarm(lab, lab.name());
      await set(lab, name, 'OK');
      const before = await alarm(lab, name);
      await lab.sleep(2 * SECOND_MS);
      await set(lab, name, 'ALARM');
      await set(lab, name, 'OK');
      const since = lab.now();
      const both = await ask(lab, { everyMs: SECOND_MS, forMs: MINUTE_MS }, async () => {
        const { AlarmHistoryItems: items = [] } = await lab.cloudwatch.send(
          new DescribeAlarmHistoryCommand({ AlarmName: name, HistoryItemType: 'StateUpdate' }),
        );
        return items.filter(({ HistorySummary: summary = '' }) =>
          /OK to ALARM|ALARM to OK/.test(summary),
        ).length >= 2
          ? true
          : undefined;
      });
      const waitedMs = lab.now() - since;
      const after = await alarm(lab, name);
      const [one = NaN, other = NaN] = [before, after].map((each) =>
        each?.StateTransitionedTimestamp?.getTime(),
      );
      const words = `both ${both === true ? `after ${waitedMs} ms` : 'not within a minute'}; StateTransitionedTimestamp moved by ${other - one} ms`;
      return seen(both === true && waitedMs <= 15 * SECOND_MS && other > one, words);
    },
  },
  {
    id: 'alarm-returns',
    assumes: 'An alarm that was set by hand is back in its true state within two minutes.',
    otherwise:
      'A rehearsal with set-alarm-state leaves an alarm red for longer than docs/alarms.md says.',
    ...ALARM,
    async run(lab) {
      const name = await putAlarm(lab, lab.name());
      await ask(lab, { everyMs: 5 * SECOND_MS, forMs: 5 * MINUTE_MS }, async () =>
        (await alarm(lab, name))?.StateValue === 'OK' ? true : undefined,
      );
      await set(lab, name, 'ALARM');
      const since = lab.now();
      const back = await ask(lab, { everyMs: 5 * SECOND_MS, forMs: 5 * MINUTE_MS }, async () =>
        (await alarm(lab, name))?.StateValue === 'OK' ? lab.now() - since : undefined,
      );
      if (back === undefined) return seen(false, 'still red after five minutes');
      return seen(back <= 2 * MINUTE_MS, `after ${Math.round(back / SECOND_MS)} s`);
    },
  },
  {
    id: 'alarm-follows-errors',
    assumes: 'An alarm of one minute is red at most three minutes after the first failed request.',
    otherwise:
      'Steps that are thought long enough for an alarm are too short (core/preflight/alarm-pace.ts).',
    minutes: 8,
    uses: { alarms: 1, invocations: 60 },
    isRecording: false,
    async run(lab) {
      const { functionName } = await makeTwoVersions(lab);
      const name = await putAlarm(lab, functionName);
      await lab.sleep(MINUTE_MS);
      const since = lab.now();
      const red = await ask(lab, { everyMs: 5 * SECOND_MS, forMs: 6 * MINUTE_MS }, async () => {
        await invoke(lab, { functionName, event: { fails: 'throws' } });
        return (await alarm(lab, name))?.StateValue === 'ALARM' ? lab.now() - since : undefined;
      });
      if (red === undefined) return notSeen('not red within six minutes');
      return seen(red <= 3 * MINUTE_MS, `red after ${Math.round(red / SECOND_MS)} s`);
    },
  },
  {
    id: 'composite-follows',
    assumes:
      'A composite alarm is red within 15 s of its child, is told where composite alarms are asked for, and has both in its history.',
    otherwise:
      'A composite alarm reverts later than docs/alarms.md says, or is taken for one that does not exist (aws/alarms.ts).',
    ...ALARM,
    uses: { alarms: 6 },
    async run(lab) {
      const child = await putAlarm(lab, lab.name());
      await set(lab, child, 'OK');
      const name = await putComposite(lab, child);
      const becomes = (state: string) =>
        ask(lab, { everyMs: SECOND_MS, forMs: MINUTE_MS }, async () =>
          (await composite(lab, name))?.StateValue === state ? lab.now() : undefined,
        );
      if ((await becomes('OK')) === undefined) return notSeen('the composite alarm was never OK');
      await set(lab, child, 'ALARM');
      const since = lab.now();
      const red = await becomes('ALARM');
      if (red === undefined) return seen(false, 'not red within a minute');
      const { AlarmHistoryItems: items = [] } = await lab.cloudwatch.send(
        new DescribeAlarmHistoryCommand({
          AlarmName: name,
          AlarmTypes: KINDS,
          HistoryItemType: 'StateUpdate',
        }),
      );
      const isTold = items.some(({ HistorySummary: words = '' }) => words.includes('OK to ALARM'));
      const words = `red after ${red - since} ms, its history ${isTold ? 'has it' : 'does not have it'}`;
      return seen(red - since <= 15 * SECOND_MS && isTold, words);
    },
  },
  {
    id: 'composite-left-out',
    assumes:
      'DescribeAlarms without kinds tells of alarms on metrics alone, and takes all three kinds at once.',
    otherwise:
      'Composite and log alarms cannot be named, or are told twice (aws/alarms.ts, core/state-machine/alarms.ts).',
    ...ALARM,
    minutes: 1,
    uses: { alarms: 6 },
    isRecording: true,
    async run(lab) {
      const child = await putAlarm(lab, lab.name());
      const name = await putComposite(lab, child);
      const countsOf = async (AlarmTypes?: AlarmType[]) => {
        const command = new DescribeAlarmsCommand({ AlarmNames: [child, name], AlarmTypes });
        const {
          MetricAlarms: metric = [],
          CompositeAlarms: composites = [],
          LogAlarms: log = [],
        } = await lab.cloudwatch.send(command);
        return [metric, composites, log].map(({ length }) => length).join(' + ');
      };
      const words = `${await countsOf()} without kinds, ${await countsOf(KINDS)} with all of them`;
      return seen(words === '1 + 0 + 0 without kinds, 1 + 1 + 0 with all of them', words);
    },
  },
];
