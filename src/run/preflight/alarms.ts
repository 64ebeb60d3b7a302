import type { FoundAlarm } from '../../aws/alarms.ts';
import { assess, watch, watchSince, type AlarmWatch } from '../../core/checks/alarms.ts';
import { inspectAlarms } from '../../core/preflight/alarms.ts';
import type { Inspection } from '../../core/inspection.ts';
import { CheckFailed, messageOf } from '../../core/problems.ts';
import type { AlarmId } from '../../core/text/arn.ts';
import type { Config } from '../../inputs/config.ts';
import { momentOf } from '../moment.ts';
import type { Surroundings } from '../surroundings.ts';

export interface LookAtAlarms extends Inspection {
  readonly found: readonly FoundAlarm[];
  readonly watches: readonly AlarmWatch[];
}

/**
 * The alarms as they are now, with what stands against beginning a rollout under them, and what it takes to
 * watch them from here on.
 * @param begunAt when the rollout began that is taken over, by the time of day
 * @param isWatched whether it is watched meanwhile: then a failing alarm reverts it at once
 * @throws {CheckFailed} for that
 */
export async function lookAtAlarms(
  config: Config,
  { aws, clock, cancellation }: Surroundings,
  { begunAt, isWatched }: { readonly begunAt: number | undefined; readonly isWatched: boolean },
): Promise<LookAtAlarms> {
  const { alarms, onAlarmAtStart } = config;
  const names = alarms.map(({ name }) => name);
  const at = momentOf(clock);
  try {
    const found = await aws.alarms.read(names, cancellation);
    const begins = begunAt === undefined;
    const { problems, warnings } = inspectAlarms(names, found, {
      ...config,
      at: at.timeOfDay,
      begins,
      others: await othersThan(names, found, { aws, cancellation }),
    });
    const watches = found.map((alarm) =>
      begins ? watch(alarm, at) : watchSince(alarm, { begunAt, at, onAlarmAtStart }),
    );
    const { verdict } = assess(watches, { type: 'read', at, alarms: found }, new Map(), config);
    if (!begins && isWatched && verdict.kind === 'fail') throw new CheckFailed(verdict);
    return { problems: [...problems, ...elsewhere(alarms, found)], warnings, found, watches };
  } catch (error) {
    if (error instanceof CheckFailed) throw error;
    cancellation.throwIfAborted();
    return { problems: [messageOf(error)], warnings: [], found: [], watches: [] };
  }
}

/** What else there is, to tell what was meant by a name that there is not. */
async function othersThan(
  names: readonly string[],
  found: readonly FoundAlarm[],
  { aws, cancellation }: Pick<Surroundings, 'aws' | 'cancellation'>,
): Promise<readonly string[] | undefined> {
  const missing = names.filter((name) => !found.some((alarm) => alarm.name === name));
  if (missing.length === 0) return undefined;
  try {
    return await aws.alarms.some(cancellation);
  } catch {
    cancellation.throwIfAborted();
    return undefined;
  }
}

/** DescribeAlarms answers by name with the caller's own alarms, whatever account an ARN named. */
function elsewhere(wanted: readonly AlarmId[], found: readonly FoundAlarm[]): readonly string[] {
  return wanted.flatMap(({ name, account }) => {
    const alarm = found.find((candidate) => candidate.name === name);
    return account === undefined || alarm === undefined || alarm.arn.includes(`:${account}:`)
      ? []
      : [
          `alarms: ${name} of account ${account} cannot be read with credentials of another account.`,
        ];
  });
}

/** Whether history can be read, asked of one alarm: in mid-rollout is too late to learn that it cannot. */
export async function lookForBlips(
  [watch]: readonly AlarmWatch[],
  { aws, cancellation }: Surroundings,
): Promise<readonly string[]> {
  if (watch === undefined) return [];
  try {
    await aws.alarms.history(watch, cancellation);
    return [];
  } catch (error) {
    cancellation.throwIfAborted();
    return [
      `The history of alarms cannot be read, so an alarm that goes red and green again between two polls may ` +
        `be missed, or count as red without need: ${messageOf(error)}`,
    ];
  }
}
