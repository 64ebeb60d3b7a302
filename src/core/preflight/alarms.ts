import { didYouMean } from '../text/guess.ts';
import { warmingUp, type AlarmReading } from '../checks/alarms.ts';
import { because, type Inspection } from '../inspection.ts';

/** From which states of its alarms a rollout may begin. */
export interface AlarmStartPolicy {
  readonly onAlarmAtStart: 'fail' | 'ignore-until-ok';
  readonly onInsufficientData: 'continue' | 'wait' | 'revert';
  /** When the alarms were read, by the time of day; epoch milliseconds. */
  readonly at: number;
  /** Names of alarms that there are, for a name that there is not; undefined when they are not known. */
  readonly others: readonly string[] | undefined;
  /** Otherwise it goes on, and an alarm that is red is a check that has failed. */
  readonly begins: boolean;
}

const MISSING_ALARM =
  'Check the name, the region and the account; a composite alarm is returned only with ' +
  'cloudwatch:DescribeAlarms on "*".';

/** Whether the named alarms exist and are in a state from which a rollout may begin. */
export function inspectAlarms(
  names: readonly string[],
  alarms: readonly AlarmReading[],
  policy: AlarmStartPolicy,
): Inspection {
  const problems: string[] = [];
  const warnings: string[] = [];
  let isFirst = true;
  for (const name of names) {
    const alarm = alarms.find((candidate) => candidate.name === name);
    if (alarm === undefined) {
      const meant = policy.others === undefined ? '' : didYouMean(name, policy.others);
      const hint = meant === '' ? '.' : meant.replace(/^; did/, '. Did');
      problems.push(
        `alarms: CloudWatch returned no alarm named ${name}${hint}${isFirst ? ` ${MISSING_ALARM}` : ''}`,
      );
      isFirst = false;
    } else if (alarm.notEvaluated !== undefined) {
      problems.push(`alarms: the state of ${name} is no evidence: ${alarm.notEvaluated}.`);
    } else if (!policy.begins) {
      continue;
    } else if (alarm.state === 'ALARM' && policy.onAlarmAtStart === 'fail') {
      problems.push(
        `alarms: ${name} is in ALARM before the rollout${because(alarm.reason)}. ` +
          'If this rollout is the repair, set on-alarm-at-start: ignore-until-ok.',
      );
    } else if (alarm.state === 'ALARM') {
      warnings.push(
        `Alarm ${name} is in ALARM already; it counts once it was OK. Until then it cannot tell a bad canary.`,
      );
    } else if (alarm.state === 'INSUFFICIENT_DATA' && policy.onInsufficientData === 'revert') {
      problems.push(
        `alarms: ${name} is in INSUFFICIENT_DATA${because(alarm.reason)}${warmingUp(alarm, policy.at)} and ` +
          'on-insufficient-data is revert: the first step would be reverted at once.',
      );
    } else if (warmingUp(alarm, policy.at) !== '') {
      warnings.push(
        `Alarm ${name} is in INSUFFICIENT_DATA${warmingUp(alarm, policy.at)}; until then it cannot tell a bad canary.`,
      );
    }
  }
  return { problems, warnings };
}
