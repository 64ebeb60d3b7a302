import {
  assess,
  beginSince,
  needHistory,
  unread,
  type AlarmPolicy,
  type AlarmWatch,
  type AlarmsReading,
  type AlarmHistory,
  type SinceBegun,
} from '../../core/checks/alarms.ts';
import type { Alarms } from '../../aws/alarms.ts';
import { AwsCallError } from '../../aws/call.ts';
import type { Moment } from '../../core/moment.ts';
import type { Checks } from '../../ports.ts';

/** Watches alarms: one call for all of them, and one more for each that may have blipped. */
export function createAlarmChecks(
  alarms: Alarms,
  begin: readonly AlarmWatch[],
  policy: AlarmPolicy,
): Checks {
  return watching(alarms, begin, policy, (watches) => watches);
}

export interface TakenOverAlarms extends AlarmPolicy, SinceBegun {
  readonly names: readonly string[];
}

/**
 * Watches alarms that an earlier process watched and this one has not read yet, from when the rollout began.
 */
export function takeOverAlarms(
  alarms: Alarms,
  { names, begunAt, at, onAlarmAtStart, ...policy }: TakenOverAlarms,
): Checks {
  const begin = names.map((name) => unread(name, at));
  return watching(alarms, begin, policy, (watches, reading) =>
    beginSince(watches, reading.alarms, { begunAt, at: reading.at, onAlarmAtStart }),
  );
}

type Read = Extract<AlarmsReading, { readonly type: 'read' }>;

/** @param known what is remembered of the alarms, with what a reading shows of them for the first time */
function watching(
  alarms: Alarms,
  begin: readonly AlarmWatch[],
  policy: AlarmPolicy,
  known: (watches: readonly AlarmWatch[], reading: Read) => readonly AlarmWatch[],
): Checks {
  let watches = begin;

  async function read(at: Moment, signal: AbortSignal): Promise<AlarmsReading> {
    try {
      const names = watches.map(({ name }) => name);
      return { type: 'read', at, alarms: await alarms.read(names, signal) };
    } catch (error) {
      if (!(error instanceof AwsCallError)) throw error;
      return { type: 'unreadable', at, problem: error.message };
    }
  }

  async function historyOf(watch: AlarmWatch, signal: AbortSignal): Promise<AlarmHistory> {
    try {
      return { type: 'states', states: await alarms.history(watch, signal) };
    } catch (error) {
      if (!(error instanceof AwsCallError)) throw error;
      return { type: 'unreadable', problem: error.message };
    }
  }

  return {
    async assess(at, _bake, signal) {
      const reading = await read(at, signal);
      if (reading.type === 'read') watches = known(watches, reading);
      const doubtful = reading.type === 'read' ? needHistory(watches, reading.alarms) : [];
      // All at once: no alarm is read again before the last history is there.
      const histories = new Map(
        await Promise.all(
          doubtful.map(async (watch) => [watch.name, await historyOf(watch, signal)] as const),
        ),
      );
      const assessment = assess(watches, reading, histories, policy);
      watches = assessment.watches;
      const { verdict, findings } = assessment;
      return { verdict, findings, warnings: [] };
    },
  };
}
