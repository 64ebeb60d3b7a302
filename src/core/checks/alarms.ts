import type { Moment } from '../moment.ts';
import { formatDuration } from '../text/duration.ts';
import type { SeenState } from './seen.ts';
import { PASS, worst, type Verdict } from '../rollout/verdict.ts';

/** One alarm as CloudWatch showed it. */
export interface AlarmReading {
  readonly name: string;
  /** `OK`, `ALARM` or `INSUFFICIENT_DATA`; an open set, as AWS's enums are. */
  readonly state: string;
  /** AWS's own words. */
  readonly reason: string;
  /** When the state last changed, by AWS's clock: only ever compared with its other readings. */
  readonly transitionedAt: number | undefined;
  /** Until when CloudWatch lets it stay in INSUFFICIENT_DATA, by its clock; undefined when it does not warm up. */
  readonly warmsUpUntil: number | undefined;
  /** Why the state is not evidence (CloudWatch could not evaluate the alarm); undefined when it is. */
  readonly notEvaluated: string | undefined;
}

/** One reading of all alarms. `at`: when it began. */
export type AlarmsReading =
  | { readonly type: 'read'; readonly at: Moment; readonly alarms: readonly AlarmReading[] }
  | { readonly type: 'unreadable'; readonly at: Moment; readonly problem: string };

/** The states an alarm went through since the reading before, the present one last. */
export type AlarmHistory =
  | { readonly type: 'states'; readonly states: readonly string[] }
  | { readonly type: 'unreadable'; readonly problem: string };

export interface AlarmPolicy {
  readonly onInsufficientData: 'continue' | 'wait' | 'revert';
  /** How long an alarm may be unreadable before that is a failure. */
  readonly monitoringGraceMs: number;
}

/** What is remembered of an alarm between two readings. */
export interface AlarmWatch {
  readonly name: string;
  readonly state: string;
  readonly transitionedAt: number | undefined;
  /** Red when the rollout began, and not green since: it does not count yet. */
  readonly ignored: boolean;
  /** When it was last readable, by the steady clock; what the grace time counts from. */
  readonly seenAt: number;
}

/** What an alarm was seen to be in; its detail is AWS's own words, or why it cannot be read. */
export interface AlarmFinding extends SeenState {
  readonly kind: 'alarm';
}

export interface AlarmsAssessment {
  readonly watches: readonly AlarmWatch[];
  readonly findings: readonly AlarmFinding[];
  readonly verdict: Verdict;
}

/** Begins to watch an alarm. One that is already red counts only after it was green once. */
export function watch(reading: AlarmReading, at: Moment): AlarmWatch {
  return { ...seen(reading, at), ignored: reading.state === 'ALARM' };
}

/** How far the clocks of AWS and of a runner may be apart: both are set by time servers. */
const CLOCK_SKEW_MS = 5_000;

export interface SinceBegun {
  /** When the rollout began, by the time of day. Epoch milliseconds. */
  readonly begunAt: number;
  readonly at: Moment;
  readonly onAlarmAtStart: 'fail' | 'ignore-until-ok';
}

/**
 * Goes on watching an alarm that an earlier process of the rollout watched, and nobody since: it counts as it is, and
 * if it changed since the rollout began, its history tells whether it was red. One that was red then and has not
 * changed since is still ignored, where the rollout was begun so.
 */
export function watchSince(
  reading: AlarmReading,
  { begunAt, at, onAlarmAtStart }: SinceBegun,
): AlarmWatch {
  const { transitionedAt, state } = reading;
  const since = begunAt - CLOCK_SKEW_MS;
  const changed = transitionedAt === undefined || transitionedAt > since;
  if (changed) return { ...seen(reading, at), state: 'OK', transitionedAt: since, ignored: false };
  const ignored = state === 'ALARM' && onAlarmAtStart === 'ignore-until-ok';
  return { ...seen(reading, at), ignored };
}

/** Not read yet by a process that takes over: all that is known is since when it sees nothing. */
export function unread(name: string, at: Moment): AlarmWatch {
  return {
    name,
    state: UNREAD,
    transitionedAt: undefined,
    ignored: false,
    seenAt: at.steady,
  };
}

/** Begins to watch the alarms that a reading shows for the first time; see {@link watchSince}. */
export function beginSince(
  watches: readonly AlarmWatch[],
  alarms: readonly AlarmReading[],
  takenOver: SinceBegun,
): readonly AlarmWatch[] {
  return watches.map((before) => {
    const now = alarms.find(({ name }) => name === before.name);
    return before.state === UNREAD && now !== undefined ? watchSince(now, takenOver) : before;
  });
}

/**
 * The alarms whose present state does not tell whether they were red since the reading before.
 * `StateTransitionedTimestamp` moves only when the state changes, so it betrays an alarm that went
 * red and green again between two readings; only then is its history worth a call.
 */
export function needHistory(
  watches: readonly AlarmWatch[],
  alarms: readonly AlarmReading[],
): readonly AlarmWatch[] {
  const present = (watch: AlarmWatch) => alarms.find(({ name }) => name === watch.name);
  // A plain failure decides by itself, and the revert must not wait for anything.
  if (watches.some((before) => !before.ignored && present(before)?.state === 'ALARM')) return [];
  return watches.filter((before) => {
    const now = present(before);
    if (now === undefined || now.transitionedAt === before.transitionedAt) return false;
    return now.state !== 'ALARM' || before.ignored;
  });
}

/**
 * Judges a reading of the alarms. Not being able to see is not health, but has a grace time.
 * `histories`: what was read of the alarms that {@link needHistory} named.
 */
export function assess(
  watches: readonly AlarmWatch[],
  reading: AlarmsReading,
  histories: ReadonlyMap<string, AlarmHistory>,
  policy: AlarmPolicy,
): AlarmsAssessment {
  const judged = watches.map((before) =>
    judge(before, reading, histories.get(before.name), policy),
  );
  return {
    watches: judged.map(({ after }) => after),
    findings: judged.map(({ after, state, detail, verdict }) => ({
      kind: 'alarm',
      at: reading.at.timeOfDay,
      check: after.name,
      state,
      detail,
      verdict,
    })),
    verdict: worst(judged.map(({ verdict }) => verdict)),
  };
}

interface JudgedAlarm {
  readonly after: AlarmWatch;
  readonly state: string;
  readonly detail: string;
  readonly verdict: Verdict;
}

function judge(
  before: AlarmWatch,
  reading: AlarmsReading,
  history: AlarmHistory | undefined,
  policy: AlarmPolicy,
): JudgedAlarm {
  if (reading.type === 'unreadable') return unseen(before, reading.at, reading.problem, policy);
  const now = reading.alarms.find(({ name }) => name === before.name);
  if (now === undefined) {
    const problem = 'CloudWatch did not return it: it was deleted, or may no longer be read';
    return unseen(before, reading.at, problem, policy);
  }
  if (now.notEvaluated !== undefined) {
    return unseen(before, reading.at, now.notEvaluated, policy);
  }
  if (!KNOWN_STATES.has(now.state)) {
    return unseen(before, reading.at, `CloudWatch gives its state as ${now.state}`, policy);
  }
  const states = statesSince(before, now, history);
  const ignored = before.ignored && !states.includes('OK');
  // An ignored alarm counts from its first green on; one that never was ignored counts throughout.
  const counted = before.ignored ? states.slice(states.indexOf('OK') + 1) : states;
  return {
    after: { ...seen(now, reading.at), ignored },
    state: now.state,
    detail: `${now.reason}${warmingUp(now, reading.at.timeOfDay)}`,
    verdict: ignored ? PASS : judgeStates(now, counted, { ...policy, at: reading.at }),
  };
}

function judgeStates(
  now: AlarmReading,
  states: readonly string[],
  policy: AlarmPolicy & { readonly at: Moment },
): Verdict {
  if (now.state !== 'ALARM' && states.includes('ALARM')) {
    return {
      kind: 'fail',
      reason: `alarm ${now.name} was in ALARM between two readings; it is ${now.state} now: ${now.reason}`,
    };
  }
  if (now.state !== 'ALARM' && states.includes(UNKNOWN)) {
    return {
      kind: 'fail',
      reason:
        `alarm ${now.name} left ${now.state} and came back between two readings, and its history ` +
        'could not be read: that counts as ALARM',
    };
  }
  const reason = `${now.reason}${warmingUp(now, policy.at.timeOfDay)}`;
  return verdictOnState({ ...now, reason }, policy.onInsufficientData);
}

/** What an alarm means that is in a state, whatever it was in before. */
export function verdictOnState(
  { name, state, reason }: Pick<AlarmReading, 'name' | 'state' | 'reason'>,
  onInsufficientData: AlarmPolicy['onInsufficientData'],
): Verdict {
  if (state === 'OK') return PASS;
  if (state === 'ALARM')
    return { kind: 'fail', reason: `alarm ${name} went into ALARM: ${reason}` };
  const said = `alarm ${name} is in ${state}: ${reason}`;
  switch (onInsufficientData) {
    case 'continue':
      return PASS;
    case 'wait':
      return { kind: 'inconclusive', reason: said };
    case 'revert':
      return { kind: 'fail', reason: said };
  }
}

/**
 * ` (it is warming up for up to 12 min)`; empty for an alarm that is not.
 * @param at the time of day
 */
export function warmingUp({ state, warmsUpUntil = 0 }: AlarmReading, at: number): string {
  return state === 'INSUFFICIENT_DATA' && warmsUpUntil > at
    ? ` (it is warming up for up to ${formatDuration(warmsUpUntil - at)})`
    : '';
}

function unseen(before: AlarmWatch, at: Moment, problem: string, policy: AlarmPolicy): JudgedAlarm {
  const graceMs = policy.monitoringGraceMs;
  const dark = { darkMs: at.steady - before.seenAt, graceMs, problem };
  return {
    after: before,
    state: UNREADABLE,
    detail: problem,
    verdict: verdictInTheDark(before.name, dark),
  };
}

/** The state of an alarm that cannot be read. */
export const UNREADABLE = 'unreadable';

/** @param dark for how long the alarm could not be read, how long that may be, and why. Milliseconds */
export function verdictInTheDark(
  name: string,
  {
    darkMs,
    graceMs,
    problem,
  }: Readonly<Record<'darkMs' | 'graceMs', number>> & { readonly problem: string },
): Verdict {
  const reason = `alarm ${name} could not be read for ${formatDuration(darkMs)}: ${problem}`;
  return darkMs > graceMs
    ? { kind: 'fail', reason: `${reason} (monitoring-grace is ${formatDuration(graceMs)})` }
    : { kind: 'error', reason };
}

const KNOWN_STATES: ReadonlySet<string> = new Set(['OK', 'ALARM', 'INSUFFICIENT_DATA']);
const UNKNOWN = 'unknown';
const UNREAD = 'unread';

function statesSince(
  before: AlarmWatch,
  now: AlarmReading,
  history: AlarmHistory | undefined,
): readonly string[] {
  if (history === undefined) return [now.state];
  // Without the permission on "*", the history of a composite alarm is empty: that explains nothing.
  const explains = history.type === 'states' && history.states.length > 0;
  if (explains) return [...history.states, now.state];
  // Without history: a changed state is taken for one step, but one that changed and is the same
  // again was something else in between, and that may have been ALARM.
  return now.state === before.state ? [UNKNOWN, now.state] : [now.state];
}

function seen(reading: AlarmReading, at: Moment): Omit<AlarmWatch, 'ignored'> {
  return {
    name: reading.name,
    state: reading.state,
    transitionedAt: reading.transitionedAt,
    seenAt: at.steady,
  };
}
