import type { Target } from '../src/core/alias/target.ts';
import {
  awake,
  canaryShare,
  historyOf,
  isOurs,
  isShifted,
  moves,
  planOf,
  statesOf,
  stableOf,
  takesOver,
  takesOverAt,
  type Violation,
  failuresOf,
} from './history.ts';
import { meansEndAt } from './means.ts';
import type { Attempt, Played, Told } from './stage.ts';

/** A request waits so long for its answer, and so long passes before it is sent again. */
const ONE_CALL_MS = 10_000 + 5_000;
/** A reading is tried for 30 s; its last request may then still wait for its answer. */
const ONE_READING_MS = 40_000;
export const JITTER = 1.1;
export const REVERT_LEAVES_WITHIN_MS = 1_000;
/** Between two calls, while a quota that others use up is given way to. */
const SLOWEST_PACE_MS = 300;
const PACE_RECOVERS_MS = 10_000;
/** From the first weight to the first minute that is over and complete. */
/** There is nothing new to be read of metrics more often. */
const NEW_MINUTE_MS = 60_000;
const FIRST_METRICS_MS = 4 * 60_000;
/** Kept free before the end of the means. */
const REVERT_MS = 3 * 60_000;

/** The promises of who watches: 8 and 11 to 14. */
export function unwatched(played: Played, told: Told): readonly Violation[] {
  const targets = told.config.requests.map(({ target }) => target);
  return [
    ...watchedThroughout(played, told),
    ...revertWaitsForNothing(played, told),
    ...overBeforeItsMeans(played, told),
    ...targets.flatMap((target) => gapIsJudged(played, told, target)),
  ];
}

export interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** From the first weight that a process is answerable for to its decision to revert, or its end. */
export function stretchWithWeight(played: Played, told: Told): Stretch | undefined {
  const states = statesOf(told);
  const takenOverAt = takesOverAt(played, told);
  if (states.length === 0 && takenOverAt === undefined) return undefined;
  const first = told.config.requests
    .flatMap(({ target }) => moves(played, told, target))
    .filter((record) => canaryShare(told, record) > 0);
  const from = takenOverAt ?? Math.min(...first.map(({ at }) => at));
  const to =
    // What is taken back after its promotion, because of another region, is not watched until then.
    states.find(({ state }) => state.phase === 'reverting' || state.phase === 'promoted')?.at ??
    (states.length === 0 ? revertedAt(played, told, from) : undefined) ??
    told.endedAt;
  return from < to ? { from, to } : undefined;
}

/** When it began to write the way back. */
function revertedAt(played: Played, told: Told, from: number): number | undefined {
  return played.attempts.find(
    (attempt) =>
      attempt.by === told.process &&
      attempt.at >= from &&
      puts(attempt, stableOf(told, attempt.functionName)),
  )?.at;
}

/** 11: and 8: what cannot be read for longer than the grace leads to a revert. */
function watchedThroughout(played: Played, told: Told): readonly Violation[] {
  const stretch = awakeStretch(played, stretchWithWeight(played, told));
  if (stretch === undefined) return [];
  const { pollIntervalMs, monitoringGraceMs, analysis } = told.config;
  const poll = JITTER * pollIntervalMs;
  const attempts = ownAttempts(played, told);
  const alarms = attempts.filter(({ operation }) => operation.startsWith('DescribeAlarm'));
  const seen = alarms.filter((each) => each.operation === 'DescribeAlarms' && isUnderstood(each));
  const compared = analysis.mode === 'on' ? stretchOfComparison(played, told, stretch) : undefined;
  return [
    ...longerThan(poll + ONE_CALL_MS, longestGap(stretch, alarms), 11, 'no alarm was asked for'),
    ...(compared === undefined
      ? []
      : longerThan(
          NEW_MINUTE_MS + poll + ONE_CALL_MS,
          longestGap(
            compared,
            attempts.filter(({ operation }) => operation === 'GetMetricData'),
          ),
          11,
          'no metric was asked for',
        )),
    ...longerThan(
      monitoringGraceMs + poll + 2 * ONE_READING_MS,
      longestGap(stretch, seen),
      8,
      'no alarm was seen, and nothing was reverted',
    ),
  ];
}

/** As the time that the process lived through. */
export function awakeStretch(played: Played, stretch: Stretch | undefined): Stretch | undefined {
  return stretch && { from: awake(played, stretch.from), to: awake(played, stretch.to) };
}

export function ownAttempts(played: Played, told: Told): readonly Attempt[] {
  return played.attempts
    .filter(({ by }) => by === told.process)
    .map((attempt) => ({ ...attempt, at: awake(played, attempt.at) }));
}

/** While both versions serve, and minutes of it are over. */
function stretchOfComparison(
  played: Played,
  told: Told,
  { from, to }: Stretch,
): Stretch | undefined {
  const promotion = planOf(told).steps.length - 1;
  const promoted = statesOf(told).find(
    ({ state }) => state.phase === 'shifting' && state.step === promotion,
  );
  const [begin, end] = [
    from + FIRST_METRICS_MS,
    Math.min(to, promoted === undefined ? to : awake(played, promoted.at)),
  ];
  return begin < end ? { from: begin, to: end } : undefined;
}

/** The longest time without an attempt, its beginning and its end included. */
function longestGap({ from, to }: Stretch, attempts: readonly Attempt[]): Gap {
  const times = [...attempts.map(({ at }) => at).filter((at) => at > from && at < to), to];
  let since = from;
  let longest: Gap = { ms: 0, since };
  for (const at of times) {
    if (at - since > longest.ms) longest = { ms: at - since, since };
    since = at;
  }
  return longest;
}

interface Gap {
  readonly ms: number;
  readonly since: number;
}

function longerThan(
  limitMs: number,
  { ms, since }: Gap,
  promise: number,
  what: string,
): readonly Violation[] {
  return ms <= limitMs
    ? []
    : [
        {
          promise,
          what: `for ${Math.round(ms)} ms from ${new Date(since).toISOString()} on, ${what}`,
        },
      ];
}

export function isUnderstood({ heard }: Attempt): boolean {
  return heard?.understood === true;
}

/** 12: after a red reading, a cancellation or any other decision, the writes of the revert leave within a second. */
function revertWaitsForNothing(played: Played, told: Told): readonly Violation[] {
  const decidedAt = decisionOf(played, told);
  if (decidedAt === undefined) return [];
  const limitMs = REVERT_LEAVES_WITHIN_MS + refusalsTake(played, told, decidedAt);
  const elapsed = (at: number) => awake(played, at) - awake(played, decidedAt);
  // Who was killed meanwhile had no time to.
  if (told.ending === undefined && elapsed(told.endedAt) < limitMs) return [];
  return told.config.requests.flatMap(({ target }) => {
    if (!isShiftedBy(played, told, target, decidedAt)) return [];
    const wanted = stableOf(told, target.functionName);
    const left = leavesBy(played, told, { at: decidedAt, target, wanted });
    const when = new Date(decidedAt).toISOString();
    return left
      ? []
      : [
          {
            promise: 12,
            what: `${target.functionName} is not written within ${limitMs} ms of ${when}`,
          },
        ];
  });
}

/** Whether a write of the way back leaves as soon as it must, after the decision. */
export function leavesBy(
  played: Played,
  told: Told,
  {
    at: decidedAt,
    target,
    wanted,
  }: { readonly at: number; readonly target: Target; readonly wanted: string },
): boolean {
  const limitMs = REVERT_LEAVES_WITHIN_MS + refusalsTake(played, told, decidedAt);
  return played.attempts.some(
    (attempt) =>
      attempt.by === told.process &&
      attempt.functionName === target.functionName &&
      attempt.at >= decidedAt &&
      awake(played, attempt.at) - awake(played, decidedAt) <= limitMs &&
      puts(attempt, wanted),
  );
}

/** Where AWS has just refused calls for being too many, those of several functions leave at the slowest pace. */
function refusalsTake(played: Played, told: Told, at: number): number {
  const refused = played.requests.some(
    ({ by, error, at: when }) =>
      by === told.process &&
      error === 'TooManyRequestsException' &&
      when > at - PACE_RECOVERS_MS &&
      when <= at + REVERT_LEAVES_WITHIN_MS,
  );
  return refused ? told.config.requests.length * SLOWEST_PACE_MS : 0;
}

/** When a process that moves traffic knows that it must put it back. */
function decisionOf(played: Played, told: Told): number | undefined {
  const states = statesOf(told);
  const from = takesOverAt(played, told) ?? states[0]?.at;
  if (from === undefined) return undefined;
  const decisions = states.filter(({ state }) => state.phase === 'reverting').map(({ at }) => at);
  const red = played.attempts
    .filter(({ by, heard }) => by === told.process && heard?.red === true)
    .map(({ heard }) => heard?.at ?? 0);
  const cancelled =
    told.cancelledAt !== undefined && told.config.onCancel === 'revert' ? [told.cancelledAt] : [];
  const known = [...decisions, ...red, ...failuresOf(played, told), ...cancelled].filter(
    (at) => at >= from,
  );
  return known.length === 0 ? undefined : Math.min(...known);
}

/** Whether an alias sends the canary requests, by the doing of this process or of one that it goes on from. */
function isShiftedBy(played: Played, told: Told, target: Target, at: number): boolean {
  const record = historyOf(played, target).findLast((each) => each.at <= at && each.by !== 'AWS');
  return (
    record !== undefined &&
    isShifted(told, target) &&
    canaryShare(told, record) > 0 &&
    (record.by === told.process || (takesOver(told) && isOurs(record) && record.by !== 'rival'))
  );
}

function puts({ operation, version, routing }: Attempt, wanted: string): boolean {
  return (
    operation === 'UpdateAlias' && version === wanted && Object.keys(routing ?? {}).length === 0
  );
}

/** 13: a rollout is over before the end of its means, with time enough for a revert. */
function overBeforeItsMeans(played: Played, told: Told): readonly Violation[] {
  if (statesOf(told).length === 0) return [];
  const endsAt = meansEndAt(told);
  const last = endsAt - REVERT_MS;
  const wakes = played.suspensions.find(({ at, ms }) => at <= endsAt && at + ms >= last);
  const noticedBy = wakes === undefined ? last : wakes.at + wakes.ms;
  const [after] = played.attempts.filter(
    (attempt) => attempt.by === told.process && attempt.at > noticedBy && movesOn(told, attempt),
  );
  const late =
    after === undefined
      ? []
      : [
          {
            promise: 13,
            what: `wrote a weight ${Math.round(after.at - last)} ms after the deadline`,
          },
        ];
  const outlasts =
    wakes === undefined && told.endedAt > endsAt && told.ending?.outcome !== 'revert-failed';
  const split = told.config.requests.filter(({ target }) =>
    isShiftedBy(played, told, target, endsAt),
  );
  return outlasts && split.length > 0
    ? [...late, { promise: 13, what: 'the canary has weight after the end of the means' }]
    : late;
}

/** Whether it sends the canary more than there was before; a mark alone moves nothing. */
function movesOn(told: Told, attempt: Attempt): boolean {
  const { version, routing, functionName, at } = attempt;
  if (attempt.operation !== 'UpdateAlias' || version === undefined) return false;
  const share = canaryShare(told, { functionName, version, weights: routing ?? {} });
  const before = statesOf(told).findLast((each) => each.at <= at)?.state.phase;
  return share > 0 && before === 'shifting';
}

/** 14: what was red since the rollout began, also while no process lived, is not gone on with. */
function gapIsJudged(played: Played, told: Told, target: Target): readonly Violation[] {
  if (!takesOver(told)) return [];
  const { attempts, simulator } = played;
  const own = attempts.filter(({ by }) => by === told.process);
  const historyIsDenied = own.some(
    ({ operation, heard }) => operation === 'DescribeAlarmHistory' && heard?.understood !== true,
  );
  const history = historyOf(played, target).filter(({ at }) => at < told.startedAt);
  // A rollout of before was put back, and what was red then is no matter of the one that came after it.
  const back = history.findLastIndex(
    ({ version, weights }) => version === history[0]?.version && Object.keys(weights).length === 0,
  );
  const begun = history.slice(back + 1).find(({ by, weights }) => {
    return by !== 'preparation' && by !== 'others' && Object.keys(weights).length > 0;
  });
  if (begun === undefined || historyIsDenied) return [];
  const names = told.config.alarms.map(({ name }) => name);
  const red = simulator.alarms.history.find(
    (item) =>
      item.type === 'StateUpdate' &&
      item.to === 'ALARM' &&
      names.includes(item.alarm) &&
      item.at > begun.at &&
      item.at < told.startedAt,
  );
  if (red === undefined) return [];
  const goesOn = own.some((attempt) => movesOn(told, attempt));
  const outcome = told.ending?.outcome;
  return goesOn || outcome === 'promoted' || outcome === 'held'
    ? [{ promise: 14, what: `goes on, though ${red.alarm} was in ALARM before it began` }]
    : [];
}
