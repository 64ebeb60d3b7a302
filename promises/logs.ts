import { isForeignTo, statesOf, type Violation } from './history.ts';
import type { Played, Told } from './stage.ts';
import {
  awakeStretch,
  isUnderstood,
  JITTER,
  ownAttempts,
  stretchWithWeight,
  type Stretch,
} from './watching.ts';

/** From the beginning of a reading to the next one there may be this much besides the poll: a turn in a line that was slowed down. */
const SPARE_MS = 4_000;

/** The promises of the logs: they hasten a revert of what is worse, and do nothing else. */
export function ofTheLogs(played: Played, told: Told): readonly Violation[] {
  if (told.config.analysisLogs.mode === 'off') return [];
  return [
    ...revertForCause(played, told),
    ...alarmsAtTheirPace(played, told),
    ...noStepByThemselves(told),
  ];
}

/** 15: what they revert does worse, and was not to be observed only. */
function revertForCause(played: Played, told: Told): readonly Violation[] {
  const reverting = statesOf(told).find(({ state }) => state.phase === 'reverting');
  const byLogs =
    reverting?.state.phase === 'reverting' && reverting.state.reason.includes('errors in the logs');
  if (!byLogs) return [];
  if (told.config.analysisLogs.mode === 'observe') {
    return [{ promise: 15, what: 'the logs were only to be observed, and revert' }];
  }
  const { traffic } = played.scenario;
  // Where others moved the alias, the weight was another one than was believed.
  const isMoved = played.aliases.some((record) => isForeignTo(told, record));
  return traffic?.canaryErrorRate === traffic?.stableErrorRate && !isMoved
    ? [{ promise: 15, what: 'the logs revert a version that is no worse' }]
    : [];
}

/** 11: the alarms are read at their pace, whatever becomes of a search. */
function alarmsAtTheirPace(played: Played, told: Told): readonly Violation[] {
  const stretch = awakeStretch(played, stretchWithWeight(played, told));
  if (stretch === undefined) return [];
  const limitMs = JITTER * told.config.pollIntervalMs + SPARE_MS;
  const asked = ownAttempts(played, told).filter(
    ({ operation, at }) => operation.startsWith('DescribeAlarm') && isIn(stretch, at),
  );
  return asked.flatMap((attempt, index) => {
    const next = asked[index + 1];
    const isAnswered = attempt.operation === 'DescribeAlarms' && isUnderstood(attempt);
    const ms = (next?.at ?? attempt.at) - attempt.at;
    const when = new Date(attempt.at).toISOString();
    return isAnswered && ms > limitMs
      ? [{ promise: 11, what: `for ${Math.round(ms)} ms from ${when} on, no alarm was asked for` }]
      : [];
  });
}

function isIn({ from, to }: Stretch, at: number): boolean {
  return at >= from && at <= to;
}

/** 2: that they see nothing bad ends no step of which an alarm is not known to be well. */
function noStepByThemselves(told: Told): readonly Violation[] {
  const states = statesOf(told);
  return states.flatMap(({ at, state }, index) => {
    const before = states[index - 1]?.state;
    const isLeft =
      before?.phase === 'baking' && (state.phase === 'shifting' || state.phase === 'confirming');
    return isLeft
      ? doubtfulAlarms(told, at).map((check) => ({
          promise: 2,
          what: `a step ended while ${check} was not known to be well`,
        }))
      : [];
  });
}

function doubtfulAlarms({ entries }: Told, at: number): readonly string[] {
  const readings = entries.flatMap((entry) => (entry.type === 'reading' ? entry.findings : []));
  const latest = new Map(
    readings
      .filter((finding) => finding.kind === 'alarm' && finding.at <= at)
      .map(({ check, verdict }) => [check, verdict.kind] as const),
  );
  return [...latest].flatMap(([check, kind]) =>
    kind === 'inconclusive' || kind === 'error' ? [check] : [],
  );
}
