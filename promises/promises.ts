// Longer than most: one function for each promise.
import type { State } from '../src/core/rollout/state.ts';
import type { Target } from '../src/core/alias/target.ts';
import type { RecordedRequest } from '../simulator/simulator.ts';
import {
  awake,
  canaryOf,
  canaryShare,
  describe,
  historyOf,
  isForeignTo,
  isOurs,
  moves,
  planOf,
  isShifted,
  servesAlone,
  stableOf,
  statesOf,
  takesOver,
  truthAtTheEnd,
  written,
  type Violation,
} from './history.ts';
import { ofTheCode } from './code.ts';
import { ofTheCommands } from './commands.ts';
import { ofWhatAwsCarries } from './left-to-aws.ts';
import { ofTheLogs } from './logs.ts';
import { patient } from './patience.ts';
import { ofAllRegions } from './split.ts';
import { unwatched } from './watching.ts';
import { STABLE, STARTS_AT, type Played, type Told, type TrueAlias } from './stage.ts';

/** The slowest that a call can be: three tries of the socket's timeout, and the pauses between them. */
const SLOWEST_READING_MS = 45_000;

/**
 * Compares what the action says with what the simulated AWS knows: which states its aliases really had,
 * which requests came, and what its alarms really did.
 */
export function violationsOf(played: Played): readonly Violation[] {
  const { waves } = played;
  return waves === undefined
    ? ofOneRegion(played)
    : [...[played, ...waves.others].flatMap(ofOneRegion), ...ofAllRegions(played, waves)];
}

function ofOneRegion(played: Played): readonly Violation[] {
  if (played.scenario.carried === undefined)
    return played.told.flatMap((told) => ofRunner(played, told));
  return [
    ...played.told.flatMap((told) => ofFollower(played, told)),
    ...played.carriers.flatMap((told) => ofExecution(played, told)),
    ...ofWhatAwsCarries(played),
  ];
}

function ofRunner(played: Played, told: Told): readonly Violation[] {
  const targets = told.config.requests.map(({ target }) => target);
  return [
    ...targets.flatMap((target) => [
      ...weightOfTheStep(played, told, target),
      ...theOutcomeIsSo(played, told, target),
      ...foreignWritesStand(played, told, target),
      ...stepsInOrder(played, told, target),
      ...whatWasLive(played, told, target),
    ]),
    ...bakedAndWatched(played, told),
    ...noLongerThanWritten(played, told),
    ...revertIsNext(played, told),
    ...nothingIsStranded(played, told),
    ...notWrittenBefore(played, told),
    ...unwatched(played, told),
    ...patient(played, told),
    ...ofTheLogs(played, told),
    ...ofTheCommands(played, told),
    ...ofTheCode(played, told),
  ];
}

/** A process whose rollout AWS carries: what it says and what it writes. */
function ofFollower(played: Played, told: Told): readonly Violation[] {
  const targets = told.config.requests.map(({ target }) => target);
  return [
    ...targets.flatMap((target) => [
      ...theOutcomeIsSo(played, told, target),
      ...foreignWritesStand(played, told, target),
      ...whatWasLive(played, told, target),
    ]),
    ...revertIsNext(played, told),
    ...notWrittenBefore(played, told),
    ...ofTheCode(played, told),
  ];
}

/** An execution: what holds of a runner that carries a rollout itself. */
function ofExecution(played: Played, told: Told): readonly Violation[] {
  const targets = told.config.requests.map(({ target }) => target);
  return [
    ...targets.flatMap((target) => [
      ...weightOfTheStep(played, told, target),
      ...theOutcomeIsSo(played, told, target),
      ...foreignWritesStand(played, told, target),
      ...stepsInOrder(played, told, target),
    ]),
    ...bakedAndWatched(played, told),
    ...noLongerThanWritten(played, told),
    ...revertIsNext(played, told),
    ...unwatched(played, told),
    ...patient(played, told),
  ];
}

/** 1: the alias never sends the canary more than the weight of the step that is running. */
function weightOfTheStep(played: Played, told: Told, target: Target): readonly Violation[] {
  const states = statesOf(told);
  return moves(played, told, target).flatMap((record) => {
    const step = states.findLast(({ at, state }) => at <= record.at && state.phase === 'shifting');
    const allowed =
      step?.state.phase === 'shifting' ? (planOf(told).steps[step.state.step]?.weight ?? 0) : 0;
    return canaryShare(told, record) <= allowed + 0.005
      ? []
      : [
          {
            promise: 1,
            what: `the canary gets ${canaryShare(told, record)} %, allowed are ${allowed} %`,
          },
        ];
  });
}

/** 2 and 8: a step ends after its whole bake, with a reading after it, and nothing red or dark in between. */
function bakedAndWatched(played: Played, told: Told): readonly Violation[] {
  const plan = planOf(told);
  const { pollIntervalMs, monitoringGraceMs } = told.config;
  const states = statesOf(told);
  const readings = played.requests.filter(
    (request) => isReading(request) && request.by === told.process,
  );
  const violations: Violation[] = [];
  for (const [index, { at, state }] of states.entries()) {
    const before = states[index - 1]?.state;
    if (before === undefined || !passes(before, state)) continue;
    const step = before.step;
    const begun = states.findIndex(({ state }) => state.phase === 'baking' && state.step === step);
    const since = states[begun]?.at ?? NaN;
    const over = awake(played, since) + (plan.steps[step]?.bakeMs ?? NaN);
    if (!(awake(played, at) >= over))
      violations.push({ promise: 2, what: `step ${step + 1} ended too early` });
    const seen = readings.findLast((reading) => reading.at <= at);
    if (seen === undefined || awake(played, seen.at) < over) {
      violations.push({
        promise: 2,
        what: `step ${step + 1} ended without a reading after its bake`,
      });
    }
  }

  const [first] = states;
  const promoted = told.ending?.outcome === 'promoted' ? told.endedAt : undefined;
  if (first !== undefined && promoted !== undefined) {
    const last = readings.findLast(({ at }) => at <= promoted)?.at ?? 0;
    violations.push(...redBetween(played, told, { from: first.at, to: last }));
    const passed = states.find(({ state }) => state.phase === 'confirming')?.at ?? promoted;
    violations.push(...blindUntil(played, told, passed));
    const times = [first.at, ...readings.map(({ at }) => at), last].filter(
      (at) => at >= first.at && at <= last,
    );
    const limit = monitoringGraceMs + 1.1 * pollIntervalMs + SLOWEST_READING_MS;
    const longest = Math.max(
      0,
      ...times
        .map((at) => awake(played, at))
        .map((at, index, all) => at - (all[index - 1] ?? at))
        .filter(() => plan.steps.length > 0),
    );
    const shifting = states.filter(({ state }) => state.phase === 'shifting').length;
    // Writing takes its time as well, and no alarm is read meanwhile.
    if (longest > limit + shifting * LONGEST_WRITE_MS) {
      violations.push({ promise: 8, what: `promoted, though blind for ${longest} ms` });
    }
  }
  return violations;
}

/** 2: a step lasts no longer than was written, where no check is out of sight. */
function noLongerThanWritten(played: Played, told: Told): readonly Violation[] {
  const { analysis, monitoringGraceMs } = told.config;
  const plan = planOf(told);
  const { happenings, faultRate, commands } = played.scenario;
  if (happenings.some(({ what }) => OUT_OF_SIGHT.includes(what))) return [];
  if (commands !== undefined && commands.troubles.length > 0) return [];
  const states = statesOf(told);
  return states.flatMap(({ at, state }, index) => {
    const before = states[index - 1]?.state;
    if (before === undefined || !passes(before, state)) return [];
    const begun = states.find(
      ({ state }) => state.phase === 'baking' && state.step === before.step,
    );
    const { weight = 100, bakeMs = NaN } = plan.steps[before.step] ?? {};
    const gates = analysis.mode === 'on';
    const extended = gates && weight < 100 ? bakeMs * analysis.policy.maxExtension : bakeMs;
    const settles = gates && before.step >= plan.steps.length - 2;
    const longest = settles ? Math.max(extended, bakeMs + SETTLED_MS) : extended;
    const alignedMs = analysis.mode === 'off' ? 0 : MINUTE_MS;
    const limit =
      longest +
      alignedMs +
      SLOWEST_READING_MS +
      (faultRate > 0 ? monitoringGraceMs : 0) +
      // The run that is going on, and the one at the end; all of them have their turns.
      2 * (commands?.lastsMs ?? 0) * told.config.checkCommands.length;
    const lasted = awake(played, at) - awake(played, begun?.at ?? NaN);
    return lasted <= limit
      ? []
      : [{ promise: 2, what: `step ${before.step + 1} lasted ${lasted} ms, at most ${limit}` }];
  });
}

const OUT_OF_SIGHT: readonly string[] = [
  'alarm without data',
  'alarm not evaluated',
  'alarm deleted',
  'monitoring dark',
  'slow metrics',
];

const MINUTE_MS = 60_000;
/** A minute that a bake ends in, and two more until its metrics are there. */
const SETTLED_MS = 3 * MINUTE_MS;

const LONGEST_WRITE_MS = 60_000;

function passes(before: State, now: State): before is State & { readonly phase: 'baking' } {
  return (
    before.phase === 'baking' &&
    (now.phase === 'shifting' || now.phase === 'confirming' || isHeld(now))
  );
}

function isHeld(state: State): boolean {
  return state.phase === 'holding' && state.passed;
}

function isReading({ operation, error }: RecordedRequest): boolean {
  return operation === 'DescribeAlarms' && error === '';
}

/** What the alarms really did, blips included. */
function redBetween(
  { simulator, requests }: Played,
  told: Told,
  { from, to }: { readonly from: number; readonly to: number },
): readonly Violation[] {
  // Without history, what lies between two readings cannot be seen, and the run says so.
  const blind = requests.some(
    ({ operation, error }) => operation === 'DescribeAlarmHistory' && error !== '',
  );
  if (blind) return [];
  const names = told.config.alarms.map(({ name }) => name);
  return simulator.alarms.history.flatMap((item) =>
    item.type === 'StateUpdate' &&
    item.to === 'ALARM' &&
    names.includes(item.alarm) &&
    item.at > from &&
    item.at < to
      ? [{ promise: 8, what: `promoted, though ${item.alarm} was in ALARM` }]
      : [],
  );
}

/** Alarms that could not be seen any more from a moment on, and for longer than the grace time. */
function blindUntil(played: Played, told: Told, passed: number): readonly Violation[] {
  const { monitoringGraceMs, pollIntervalMs } = told.config;
  const limit = monitoringGraceMs + 1.1 * pollIntervalMs + SLOWEST_READING_MS + LONGEST_WRITE_MS;
  return played.scenario.happenings.flatMap(({ what, afterMs }) =>
    (what === 'alarm deleted' || what === 'alarm not evaluated') &&
    awake(played, passed) - (STARTS_AT + afterMs) > limit
      ? [{ promise: 8, what: `promoted long after this: ${what}` }]
      : [],
  );
}

/** 3: after a failed check, the next write is the revert. */
function revertIsNext(played: Played, told: Told): readonly Violation[] {
  const reverting = statesOf(told).find(({ state }) => state.phase === 'reverting');
  if (reverting === undefined) return [];
  return told.config.requests.flatMap(({ target }) =>
    written(played, told, target)
      .filter((record) => record.at > reverting.at && canaryShare(told, record) > 0)
      // What was on its way when the revert began may arrive before it.
      .filter((record) => !wasOnItsWay(played, record, reverting.at))
      .map(() => ({ promise: 3, what: 'the canary was written after the revert had begun' })),
  );
}

/** A write names a revision that was read before it was sent: a late one names one from before the revert. */
function wasOnItsWay(played: Played, record: TrueAlias, revertAt: number): boolean {
  const before = historyOf(played, {
    functionId: '',
    functionName: record.functionName,
    alias: 'live',
  })
    .filter(({ at }) => at < record.at)
    .at(-1);
  return before !== undefined && before.at <= revertAt;
}

/** 4: what is said of the end is so. */
function theOutcomeIsSo(played: Played, told: Told, target: Target): readonly Violation[] {
  const { ending } = told;
  const isLast = isLastOf(played, told);
  const history = historyOf(played, target);
  const end = history.findLast(({ at }) => at <= told.endedAt);
  if (ending === undefined || end === undefined || !isShifted(told, target)) return [];
  const lie = (what: string) => [{ promise: 4, what: `says ${ending.outcome}, but ${what}` }];
  const foreignSinceRead = history.some(
    (each) =>
      isForeignTo(told, each) &&
      each.at >= lastReadOf(played, told, target) &&
      each.at <= told.endedAt,
  );
  switch (ending.outcome) {
    case 'promoted':
      if (!servesAlone(end, canaryOf(told, target.functionName)) && !foreignSinceRead)
        return lie(describe(end));
      return isLast && movedByUsAfter(played, told, target) ? lie('a late write moved it') : [];
    case 'reverted':
      if (!servesAlone(end, stableOf(told, target.functionName)) && !foreignSinceRead)
        return lie(describe(end));
      return isLast && movedByUsAfter(played, told, target) ? lie('a late write moved it') : [];
    case 'revert-failed':
      return [
        ...(ending.reason.includes('aws lambda update-alias')
          ? []
          : lie('does not say how to repair the alias')),
        ...(told.endedAt - revertedFrom(told) < LEAST_PATIENCE_MS ? lie('gave up early') : []),
      ];
    default:
      return [];
  }
}

/** Whether nobody came after it who may have moved the alias for a reason of his own. */
function isLastOf({ told: processes, carriers }: Played, told: Told): boolean {
  return carriers.length === 0
    ? processes.at(-1) === told
    : [...processes, ...carriers].every(({ endedAt }) => endedAt <= told.endedAt);
}

const LEAST_PATIENCE_MS = 2 * 60_000;

function revertedFrom(told: Told): number {
  const reverting = statesOf(told).find(({ state }) => state.phase === 'reverting');
  return reverting?.at ?? told.startedAt;
}

/** One that was late, and came after the end, told the process nothing. */
function lastReadOf(
  { requests }: Played,
  { process, endedAt }: Told,
  { functionName }: Target,
): number {
  const read = requests.findLast(
    ({ operation, error, input, by, at }) =>
      operation === 'GetAlias' &&
      at <= endedAt &&
      error === '' &&
      by === process &&
      JSON.stringify(input).includes(`/functions/${functionName}/aliases/`),
  );
  return read?.at ?? 0;
}

/** 4: who was asked to revert puts back what was live before, and not what an alias in motion seems to serve. */
function whatWasLive(played: Played, told: Told, target: Target): readonly Violation[] {
  if (told.config.mode !== 'revert' || told.ending?.outcome !== 'reverted') return [];
  const history = historyOf(played, target).filter(({ at }) => at <= told.endedAt);
  const end = history.at(-1);
  if (end === undefined || history.some(({ by }) => by === 'others')) return [];
  const promoted = [...played.told, ...played.carriers].findLast(
    ({ ending, endedAt }) => ending?.outcome === 'promoted' && endedAt <= told.startedAt,
  );
  const live = promoted === undefined ? STABLE : canaryOf(promoted, target.functionName);
  return end.version === live || end.by !== told.process
    ? []
    : [{ promise: 4, what: `says reverted, but ${describe(end)} was not live before` }];
}

/** Whether a write of ours that was still on its way arrived after the end, and moved traffic. */
function movedByUsAfter(played: Played, told: Told, target: Target): boolean {
  const history = historyOf(played, target);
  return history.some((record, index) => {
    const before = history[index - 1];
    return (
      isOurs(record) &&
      record.at > told.endedAt &&
      before !== undefined &&
      describe(before) !== describe(record)
    );
  });
}

/** 5: somebody else's write is never overwritten. */
function foreignWritesStand(played: Played, told: Told, target: Target): readonly Violation[] {
  const weights = planOf(told).steps.map(({ weight }) => weight);
  const history = historyOf(played, target);
  return history.flatMap((record, index) => {
    const before = history[index - 1];
    if (record.by !== told.process || before === undefined || !isForeignTo(told, before)) return [];
    if (describe(record) === describe(before)) return [];
    // Who changed the description only, or set what this rollout itself had set, did not move it.
    const earlier = history[index - 2];
    const moved = earlier === undefined || describe(earlier) !== describe(before);
    const share = canaryShare(told, before);
    const isOursToo =
      before.version !== '2' && weights.some((weight) => Math.abs(weight - share) < 0.005);
    // That is what it is for.
    if (told.config.mode === 'revert' && Object.keys(before.weights).length > 0) return [];
    // A rival that came and went left the alias as this rollout had found it.
    const isAsFound = servesAlone(before, STABLE) && written(played, told, target)[0] === record;
    return moved && !isOursToo && !isAsFound && before.at > foundAt(told)
      ? [{ promise: 5, what: `wrote ${describe(record)} over ${describe(before)}` }]
      : [];
  });
}

/** When preflight had read the aliases: what was written before that is what the rollout goes on from. */
function foundAt({ entries, startedAt }: Told): number {
  return entries.find(({ type }) => type === 'details')?.at ?? startedAt;
}

/** 6: no step is skipped and none is repeated, whatever became of the replies. */
function stepsInOrder(played: Played, told: Told, target: Target): readonly Violation[] {
  const shares = moves(played, told, target)
    .map((record) => canaryShare(told, record))
    .filter((share) => share > 0)
    .map((share) => Math.round(share * 100) / 100)
    .filter((share, index, all) => share !== all[index - 1]);
  const weights = planOf(told).steps.map(({ weight }) => weight);
  const from = shares[0] === undefined ? 0 : weights.indexOf(shares[0]);
  const expected = weights.slice(from, from + shares.length);
  const fromTheStart = from === 0 || takesOver(told);
  return fromTheStart && shares.every((share, index) => share === expected[index])
    ? []
    : [{ promise: 6, what: `the steps were ${shares.join(', ')}` }];
}

/** 7: nobody is left half-way: not by the last process that had the chance to do something about it. */
function nothingIsStranded(played: Played, told: Told): readonly Violation[] {
  const { ending } = told;
  if (played.told.at(-1) !== told) return [];
  return told.config.requests.flatMap(({ target }) => {
    const truth = truthAtTheEnd(played, target);
    if (truth === undefined || canaryShare(told, truth) === 0 || !isOurs(truth)) return [];
    if (ending === undefined) {
      return [{ promise: 7, what: `nobody puts back that ${describe(truth)}` }];
    }
    const isSuccess = ['promoted', 'unchanged', 'held'].includes(ending.outcome);
    const isSaid =
      ending.outcome === 'revert-failed' ||
      (ending.outcome === 'failed' && WAYS_BACK.some((way) => ending.reason.includes(way)));
    // The promotion of a dead run stands, and the warning of it says so.
    const isLeftOver =
      servesAlone(truth, canaryOf(told, target.functionName)) &&
      moves(played, told, target).length === 0;
    // Who cannot read the alias says that, if there is time to; what another job left there is not to be known.
    const isUnreadable =
      ending.reason.includes('lambda:GetAlias') || lastReadOf(played, told, target) === 0;
    return isSuccess || isSaid || isLeftOver || isUnreadable
      ? []
      : [{ promise: 7, what: `${ending.outcome}, and nobody says that ${describe(truth)}` }];
  });
}

/** Of which at least one is told where the canary is left with requests. */
const WAYS_BACK: readonly string[] = ['aws lambda update-alias', 'mode: revert'];

/** 9: what preflight refuses has written nothing. */
function notWrittenBefore(played: Played, told: Told): readonly Violation[] {
  if (told.process !== 'main' || statesOf(told).length > 0) return [];
  return told.config.requests.flatMap(({ target }) =>
    written(played, told, target).length > 0
      ? [{ promise: 9, what: 'wrote before any step had begun' }]
      : [],
  );
}
