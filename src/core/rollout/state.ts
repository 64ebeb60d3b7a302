// Longer than most: the whole machine of a rollout, to be read from its states to its transitions.

import { formatDuration } from '../text/duration.ts';
import { isEarlyInMinute, untilNextMinute } from '../minute.ts';
import type { Moment } from '../moment.ts';
import { stepAt, type Course, type Plan } from './plan.ts';
import { formatWeight } from './weight.ts';
import type { Verdict } from './verdict.ts';

/**
 * Where a rollout stands. Plain data: the next command follows from it and the plan alone. What lasts (`until`, `readAt`) is told
 * by the steady clock.
 */
export type State = ActiveState | FinalState;

export type ActiveState =
  /** Before a step is taken: everything is read once more, at the moment for the next weight. */
  | {
      readonly phase: 'checking';
      /** The step that comes next. */
      readonly step: number;
      /** The step whose weight an earlier process left in force. */
      readonly standing: number | undefined;
      readonly since: Moment;
      readonly until: number;
      /** When the last reading began; 0 before the first. */
      readonly readAt: number;
    }
  | {
      readonly phase: 'shifting';
      readonly step: number;
      /** The step whose weight is in force until the write takes effect. */
      readonly standing: number | undefined;
    }
  /** The promotion is written, but Lambda may go on serving stable while it moves provisioned concurrency. */
  | {
      readonly phase: 'settling';
      readonly step: number;
      /** When the promotion was written. */
      readonly shiftedAt: Moment;
    }
  | {
      readonly phase: 'baking';
      readonly step: number;
      /** When its weight was written; a promotion bakes only since the alias serves the canary alone. */
      readonly shiftedAt: Moment;
      readonly since: Moment;
      readonly until: number;
      /** When the last reading of this step began; `since` before the first. */
      readonly readAt: number;
    }
  /** The step is over, and is left for another job to go on. */
  | {
      readonly phase: 'holding';
      readonly step: number;
      /** Whether its checks passed, rather than that a person is to decide. */
      readonly passed: boolean;
      readonly reason: string;
    }
  | { readonly phase: 'confirming' }
  | { readonly phase: 'reverting'; readonly reason: string };

/** Before anything is moved. */
export type Checking = State & { readonly phase: 'checking' };

export type FinalState =
  | { readonly phase: 'promoted' }
  /** Every alias was read back and serves its stable version alone. */
  | { readonly phase: 'reverted'; readonly reason: string }
  /** At least one alias could not be confirmed to serve its stable version. */
  | { readonly phase: 'revert-failed'; readonly reason: string }
  /** The aliases stay as they are: for another job or a person to go on, or as `on-cancel: hold` says. */
  | { readonly phase: 'held'; readonly reason: string }
  /** Nothing was moved; or somebody else moved an alias: it was left to them, the others serve stable. */
  | { readonly phase: 'failed'; readonly reason: string };

/** How putting the stable versions back ended, over all targets. `untouched`: no weight had been sent yet. */
export type Reversion = 'reverted' | 'revert-failed' | 'failed' | 'untouched';

/** Something that happened. */
export type Event =
  | { readonly type: 'shifted'; readonly at: Moment }
  /** The alias serves the canary alone. */
  | { readonly type: 'settled'; readonly at: Moment }
  /** A write was refused, failed or met somebody else's; or an adapter broke. */
  | { readonly type: 'blocked'; readonly reason: string }
  /** `at` is when the reading began: what it saw is at least that fresh. */
  | { readonly type: 'assessed'; readonly at: Moment; readonly verdict: Verdict }
  | { readonly type: 'confirmed' }
  /** That the step is over was written on every alias. */
  | { readonly type: 'marked' }
  /** The rollout would outlast what it needs. */
  | { readonly type: 'deadline'; readonly at: Moment }
  | {
      readonly type: 'cancelled';
      readonly at: Moment;
      readonly reason: string;
      readonly hold: boolean;
    }
  | { readonly type: 'reversion'; readonly result: Reversion; readonly detail: string };

/** Where a process begins. */
export interface Beginning {
  /** Index of the first step to be taken. */
  readonly step: number;
  /** Index of the step whose weight an earlier process left in force, if one did. */
  readonly standing: number | undefined;
}

export const FROM_THE_START: Beginning = { step: 0, standing: undefined };

/** Everything is read before the first weight, and before an earlier process is taken over from. */
export function start(course: Course, { step, standing }: Beginning, at: Moment): Checking {
  stepAt(course, step);
  const now = !course.onTheMinute || isEarlyInMinute(at.timeOfDay);
  const until = now ? at.steady : nextMinute(at);
  return { phase: 'checking', step, standing, since: at, until, readAt: 0 };
}

const FINAL: Readonly<Record<State['phase'], boolean>> = {
  checking: false,
  shifting: false,
  settling: false,
  baking: false,
  holding: false,
  confirming: false,
  reverting: false,
  promoted: true,
  reverted: true,
  'revert-failed': true,
  held: true,
  failed: true,
};

export function isFinal(state: State): state is FinalState {
  return FINAL[state.phase];
}

/** The state after an event. An event that makes no sense in the state changes nothing. */
export function advance(course: Course, state: State, event: Event): State {
  if (isFinal(state)) return state;
  switch (event.type) {
    case 'cancelled':
      return onCancelled(course, state, event);
    case 'deadline':
      return onDeadline(course, state, event);
    case 'blocked':
      return reverting(course, state, event.reason);
    case 'assessed':
      return onAssessed(course, state, event);
    case 'shifted':
      return state.phase === 'shifting' ? onShifted(course, state, event) : state;
    case 'settled':
      return state.phase === 'settling'
        ? bake(course, state.step, event.at, state.shiftedAt)
        : state;
    case 'marked':
      return state.phase === 'holding' ? { phase: 'held', reason: state.reason } : state;
    case 'confirmed':
      return state.phase === 'confirming' ? { phase: 'promoted' } : state;
    case 'reversion':
      return state.phase === 'reverting' ? onReversion(state, event) : state;
  }
}

function reverting(course: Course, state: ActiveState, reason: string, at?: Moment): State {
  if (state.phase === 'reverting') return state;
  return { phase: 'reverting', reason: `${whereIn(course, state, at)}: ${reason}` };
}

function onCancelled(
  course: Course,
  state: ActiveState,
  { at, reason, hold }: Event & { readonly type: 'cancelled' },
): State {
  if (state.phase === 'reverting' || !hold || isBeforeFirst(state)) {
    return reverting(course, state, reason, at);
  }
  return { phase: 'held', reason: `${whereIn(course, state, at)}: ${reason}` };
}

/** Where there is nothing yet that could be held: at most a first weight is on its way. */
function isBeforeFirst(state: ActiveState): boolean {
  return 'standing' in state && state.standing === undefined;
}

/** All steps have passed where only the mark is left to be written or taken off. */
function onDeadline(
  course: Course,
  state: ActiveState,
  { at }: Event & { readonly type: 'deadline' },
): State {
  if (state.phase === 'confirming' || state.phase === 'holding') return state;
  const reason = course.deadline?.reason ?? 'the time is over';
  return reverting(course, state, `${reason}, and nothing could be reverted after that`, at);
}

function onReversion(
  state: ActiveState & { readonly phase: 'reverting' },
  { result, detail }: Event & { readonly type: 'reversion' },
): State {
  const said = detail === '' ? [] : [detail];
  if (result === 'untouched') {
    return { phase: 'failed', reason: sentences([state.reason, NOTHING_MOVED, ...said]) };
  }
  return { phase: result, reason: sentences([state.reason, ...said]) };
}

export const NOTHING_MOVED = 'No traffic had been moved';

function sentences([first = '', ...others]: readonly string[]): string {
  return others.length === 0 ? first : [first.replace(/\.$/, ''), ...others].join('. ');
}

/** Somebody sees a failure in whatever phase it comes. */
function onAssessed(
  course: Course,
  state: ActiveState,
  event: Event & { readonly type: 'assessed' },
): State {
  const { at, verdict } = event;
  if (verdict.kind === 'fail') return reverting(course, state, verdict.reason, at);
  switch (state.phase) {
    case 'checking':
      return onChecked(course, state, event);
    case 'baking':
      return onBaked(course, state, event);
    case 'shifting':
    case 'settling':
    case 'holding':
    case 'confirming':
    case 'reverting':
      return state;
  }
}

function onShifted(
  course: Course,
  { step }: ActiveState & { readonly phase: 'shifting' },
  { at }: Event & { readonly type: 'shifted' },
): State {
  return stepAt(course, step).weight < 100
    ? bake(course, step, at)
    : { phase: 'settling', step, shiftedAt: at };
}

function onBaked(
  course: Course,
  state: State & { readonly phase: 'baking' },
  { at, verdict }: Event & { readonly type: 'assessed' },
): State {
  const again: State = { ...state, readAt: at.steady };
  switch (verdict.kind) {
    case 'fail':
      return reverting(course, state, verdict.reason, at);
    case 'error':
      // Whoever judges the checks turns errors into a failure once the grace time is over.
      return again;
    case 'inconclusive':
      return at.steady >= state.until + stepAt(course, state.step).bakeMs
        ? reverting(course, state, `${verdict.reason} (still so after twice the bake time)`, at)
        : again;
    case 'hold':
      return {
        phase: 'holding',
        step: state.step,
        passed: false,
        reason: `${whereIn(course, state, at)}: ${verdict.reason}`,
      };
    case 'extend':
      return again;
    case 'pass':
      if (at.steady < state.until) return again;
      return mayLeave(course, state.step, at)
        ? leave(course, state.step)
        : { ...again, until: nextMinute(at) };
  }
}

/** What an earlier process left, and what is true before the first weight, must pass at the moment of the write. */
function onChecked(
  course: Course,
  state: Checking,
  { at, verdict }: Event & { readonly type: 'assessed' },
): State {
  const again: State = { ...state, readAt: at.steady };
  switch (verdict.kind) {
    case 'fail':
      return reverting(course, state, verdict.reason, at);
    case 'error':
    case 'extend':
      return again;
    case 'inconclusive':
      return at.steady >= state.since.steady + stepAt(course, state.standing ?? state.step).bakeMs
        ? reverting(course, state, `${verdict.reason} (still so after its bake time)`, at)
        : again;
    case 'hold':
    case 'pass':
      if (at.steady < state.until) return again;
      return !course.onTheMinute || isEarlyInMinute(at.timeOfDay)
        ? { phase: 'shifting', step: state.step, standing: state.standing }
        : { ...again, until: nextMinute(at) };
  }
}

/** No minute with two weights. After the promotion nothing is compared, so it need not wait. */
function mayLeave(course: Course, step: number, at: Moment): boolean {
  const next = course.steps[step + 1];
  const compares = next !== undefined && next.weight < 100 && step !== course.holdAfter;
  return !course.onTheMinute || !compares || isEarlyInMinute(at.timeOfDay);
}

/** When the next minute of CloudWatch begins, by the steady clock. */
function nextMinute(at: Moment): number {
  return at.steady + untilNextMinute(at.timeOfDay);
}

function bake(course: Course, step: number, at: Moment, shiftedAt = at): State {
  const { bakeMs } = stepAt(course, step);
  if (bakeMs === 0) return leave(course, step);
  const until = at.steady + bakeMs;
  return { phase: 'baking', step, shiftedAt, since: at, until, readAt: at.steady };
}

function leave(course: Course, step: number): State {
  if (step === course.holdAfter) {
    return {
      phase: 'holding',
      step,
      passed: true,
      reason: passedWords(course, step),
    };
  }
  return step + 1 < course.steps.length
    ? { phase: 'shifting', step: step + 1, standing: step }
    : { phase: 'confirming' };
}

/** Of a step that is left for another job, its checks having passed. */
export function passedWords(plan: Plan, step: number): string {
  return `at ${describeStep(plan, step)}: its checks passed, and another job goes on`;
}

/** `at 25 % (step 2 of 4), after 3 min 12 s`: where in the plan something happened. */
export function whereIn(plan: Plan, state: ActiveState, at?: Pick<Moment, 'steady'>): string {
  switch (state.phase) {
    case 'checking':
      return state.standing === undefined
        ? 'before the first step'
        : `at ${describeStep(plan, state.standing)}`;
    case 'shifting':
      return `on the way to ${describeStep(plan, state.step)}`;
    case 'settling':
    case 'holding':
      return `at ${describeStep(plan, state.step)}`;
    case 'baking': {
      const since =
        at === undefined ? '' : `, after ${formatDuration(at.steady - state.since.steady)}`;
      return `at ${describeStep(plan, state.step)}${since}`;
    }
    case 'confirming':
    case 'reverting':
      return 'after the last step';
  }
}

/** `25 % (step 2 of 4)`; the last step is the promotion. */
export function describeStep(plan: Plan, index: number): string {
  return `${formatWeight(stepAt(plan, index).weight)} (step ${index + 1} of ${plan.steps.length})`;
}
