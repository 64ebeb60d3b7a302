import { formatDuration } from '../text/duration.ts';
import { beginningOfMinute, isEarlyInMinute, MINUTE_MS } from '../minute.ts';
import type { Bake, Plan, Step } from './plan.ts';
import { formatWeight } from '../alias/routing.ts';
import type { Verdict } from './verdict.ts';

/** Where a rollout stands. Plain data: the next command follows from it and the plan alone. */
export type State = ActiveState | FinalState;

export type ActiveState =
  | { readonly phase: 'shifting'; readonly step: number }
  | {
      readonly phase: 'baking';
      readonly step: number;
      readonly since: number;
      readonly until: number;
      /** When the last reading of this step began; `since` before the first. */
      readonly readAt: number;
    }
  /** The weight of the step is in force since an earlier job: what it left is looked at before going on. */
  | {
      readonly phase: 'rechecking';
      readonly step: number;
      readonly since: number;
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

export type FinalState =
  | { readonly phase: 'promoted' }
  /** Every alias was read back and serves its stable version alone. */
  | { readonly phase: 'reverted'; readonly reason: string }
  /** At least one alias could not be confirmed to serve its stable version. */
  | { readonly phase: 'revert-failed'; readonly reason: string }
  /** The aliases stay as they are: for another job or a person to go on, or as `on-cancel: hold` says. */
  | { readonly phase: 'held'; readonly reason: string }
  /** Somebody else moved an alias: it was left to them, the others serve stable. */
  | { readonly phase: 'failed'; readonly reason: string };

/** How putting the stable versions back ended, over all targets. */
export type Reversion = 'reverted' | 'revert-failed' | 'failed';

/** Something that happened. Times are epoch milliseconds of the clock port. */
export type Event =
  | { readonly type: 'shifted'; readonly at: number }
  /** A write was refused, failed or met somebody else's; or an adapter broke. */
  | { readonly type: 'blocked'; readonly reason: string }
  /** `at` is when the reading began: what it saw is at least that fresh. */
  | { readonly type: 'assessed'; readonly at: number; readonly verdict: Verdict }
  | { readonly type: 'confirmed' }
  /** That the step is over was written on every alias. */
  | { readonly type: 'marked' }
  | {
      readonly type: 'cancelled';
      readonly at: number;
      readonly reason: string;
      readonly hold: boolean;
    }
  | { readonly type: 'reversion'; readonly result: Reversion; readonly detail: string };

/** What to do next. */
export type Command =
  | { readonly type: 'shift'; readonly step: number; readonly weight: number }
  /** Read all checks again; {@link readingDue} says when. */
  | {
      readonly type: 'assess';
      readonly readAt: number;
      readonly until: number;
      readonly bake: Bake;
    }
  | { readonly type: 'confirm' }
  /** Write on the aliases that the step is over. */
  | { readonly type: 'hold'; readonly step: number; readonly weight: number }
  | { readonly type: 'revert' };

/** Where a process begins. */
export interface Beginning {
  /** Index of the first step to be taken. */
  readonly step: number;
  /** Whether what an earlier job left at the step before is looked at first. */
  readonly recheck: boolean;
}

export const FROM_THE_START: Beginning = { step: 0, recheck: false };

export function start(plan: Plan, { step, recheck }: Beginning, at: number): State {
  stepAt(plan, step);
  return recheck
    ? { phase: 'rechecking', step: step - 1, since: at, readAt: 0 }
    : { phase: 'shifting', step };
}

const FINAL: Readonly<Record<State['phase'], boolean>> = {
  shifting: false,
  baking: false,
  rechecking: false,
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

export function command(plan: Plan, state: ActiveState): Command {
  switch (state.phase) {
    case 'shifting':
      return { type: 'shift', step: state.step, weight: stepAt(plan, state.step).weight };
    case 'baking':
      return {
        type: 'assess',
        readAt: state.readAt,
        until: state.until,
        bake: {
          ...stepAt(plan, state.step),
          since: state.since,
          promotionNext: state.step === plan.steps.length - 2,
        },
      };
    case 'rechecking':
      return {
        type: 'assess',
        readAt: state.readAt,
        until: state.since,
        // Not the end of a step: whether it saw enough traffic was asked by the job that baked it.
        bake: { ...stepAt(plan, state.step), since: state.since, promotionNext: false },
      };
    case 'holding':
      return { type: 'hold', step: state.step, weight: stepAt(plan, state.step).weight };
    case 'confirming':
      return { type: 'confirm' };
    case 'reverting':
      return { type: 'revert' };
  }
}

/**
 * When the next reading is due: an interval after the last one, and in any case right at the end
 * of the bake, so that the interval does not lengthen the step.
 */
export function readingDue(
  { readAt, until }: Pick<Command & { readonly type: 'assess' }, 'readAt' | 'until'>,
  intervalMs: number,
): number {
  return readAt < until ? Math.min(readAt + intervalMs, until) : readAt + intervalMs;
}

/** The state after an event. An event that makes no sense in the state changes nothing. */
export function advance(plan: Plan, state: State, event: Event): State {
  if (isFinal(state)) return state;
  if (event.type === 'cancelled') return onCancelled(plan, state, event);
  if (event.type === 'blocked') return onBlocked(plan, state, event);
  switch (state.phase) {
    case 'shifting':
      return event.type === 'shifted' ? bake(plan, state.step, event.at) : state;
    case 'baking':
      return event.type === 'assessed' ? onAssessed(plan, state, event) : state;
    case 'rechecking':
      return event.type === 'assessed' ? onRechecked(plan, state, event) : state;
    case 'holding':
      return event.type === 'marked' ? { phase: 'held', reason: state.reason } : state;
    case 'confirming':
      return event.type === 'confirmed' ? { phase: 'promoted' } : state;
    case 'reverting':
      if (event.type !== 'reversion') return state;
      return {
        phase: event.result,
        reason:
          event.detail === ''
            ? state.reason
            : `${state.reason.replace(/\.$/, '')}. ${event.detail}`,
      };
  }
}

function onBlocked(
  plan: Plan,
  state: ActiveState,
  { reason }: Event & { readonly type: 'blocked' },
): State {
  if (state.phase === 'reverting') return state;
  return { phase: 'reverting', reason: `${where(plan, state)}: ${reason}` };
}

function onCancelled(
  plan: Plan,
  state: ActiveState,
  { at, reason, hold }: Event & { readonly type: 'cancelled' },
): State {
  if (state.phase === 'reverting') return state;
  return {
    phase: hold ? 'held' : 'reverting',
    reason: `${where(plan, state, at)}: ${reason}`,
  };
}

function onAssessed(
  plan: Plan,
  state: State & { readonly phase: 'baking' },
  { at, verdict }: Event & { readonly type: 'assessed' },
): State {
  switch (verdict.kind) {
    case 'fail':
      return { phase: 'reverting', reason: `${where(plan, state, at)}: ${verdict.reason}` };
    case 'error':
      // Whoever judges the checks turns errors into a failure once the grace time is over.
      return { ...state, readAt: at };
    case 'inconclusive':
      return at >= state.until + stepAt(plan, state.step).bakeMs
        ? {
            phase: 'reverting',
            reason: `${where(plan, state, at)}: ${verdict.reason} (still so after twice the bake time)`,
          }
        : { ...state, readAt: at };
    case 'hold':
      return {
        phase: 'holding',
        step: state.step,
        passed: false,
        reason: `${where(plan, state, at)}: ${verdict.reason}`,
      };
    case 'extend':
      return { ...state, readAt: at };
    case 'pass':
      if (at < state.until) return { ...state, readAt: at };
      return mayLeave(plan, state.step, at)
        ? leave(plan, state.step)
        : { ...state, readAt: at, until: beginningOfMinute(at) + MINUTE_MS };
  }
}

/** What an earlier job left must pass once more, now. */
function onRechecked(
  plan: Plan,
  state: State & { readonly phase: 'rechecking' },
  { at, verdict }: Event & { readonly type: 'assessed' },
): State {
  const again: State = { ...state, readAt: at };
  switch (verdict.kind) {
    case 'fail':
      return { phase: 'reverting', reason: `${where(plan, state)}: ${verdict.reason}` };
    case 'error':
      return again;
    case 'inconclusive':
      return at >= state.since + stepAt(plan, state.step).bakeMs
        ? {
            phase: 'reverting',
            reason: `${where(plan, state)}: ${verdict.reason} (still so after its bake time)`,
          }
        : again;
    case 'hold':
    case 'extend':
    case 'pass':
      return { phase: 'shifting', step: state.step + 1 };
  }
}

/** No minute with two weights. After the promotion nothing is compared, so it need not wait. */
function mayLeave(plan: Plan, step: number, at: number): boolean {
  const next = plan.steps[step + 1];
  const compares = next !== undefined && next.weight < 100 && step !== plan.holdAfter;
  return !plan.onTheMinute || !compares || isEarlyInMinute(at);
}

function bake(plan: Plan, step: number, at: number): State {
  const { bakeMs } = stepAt(plan, step);
  if (bakeMs === 0) return leave(plan, step);
  return { phase: 'baking', step, since: at, until: at + bakeMs, readAt: at };
}

function leave(plan: Plan, step: number): State {
  if (step === plan.holdAfter) {
    return {
      phase: 'holding',
      step,
      passed: true,
      reason: `at ${describeStep(plan, step)}: its checks passed, and another job goes on`,
    };
  }
  return step + 1 < plan.steps.length
    ? { phase: 'shifting', step: step + 1 }
    : { phase: 'confirming' };
}

/** `at 25 % (step 2 of 4), after 3 min 12 s`: where in the plan something happened. */
function where(plan: Plan, state: ActiveState, at?: number): string {
  switch (state.phase) {
    case 'shifting':
    case 'rechecking':
    case 'holding':
      return `at ${describeStep(plan, state.step)}`;
    case 'baking': {
      const since = at === undefined ? '' : `, after ${formatDuration(at - state.since)}`;
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

/** @throws if the plan has no such step: a program error. */
export function stepAt(plan: Plan, index: number): Step {
  const step = plan.steps[index];
  if (step === undefined) throw new Error(`The plan has no step ${index}`);
  return step;
}
