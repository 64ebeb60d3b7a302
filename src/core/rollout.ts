import { formatDuration } from './duration.ts';
import { beginningOfMinute, isEarlyInMinute, MINUTE_MS } from './minute.ts';
import type { Bake, Plan, Step } from './plan.ts';
import { formatWeight } from './routing.ts';
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
  | { readonly phase: 'confirming' }
  | { readonly phase: 'reverting'; readonly reason: string };

export type FinalState =
  | { readonly phase: 'promoted' }
  /** Every alias was read back and serves its stable version alone. */
  | { readonly phase: 'reverted'; readonly reason: string }
  /** At least one alias could not be confirmed to serve its stable version. */
  | { readonly phase: 'revert-failed'; readonly reason: string }
  /** Cancelled with `on-cancel: hold`: the aliases stay as they are. */
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
  | { readonly type: 'revert' };

/** @param step index of the first one to be taken */
export function start(plan: Plan, step = 0): State {
  stepAt(plan, step);
  return { phase: 'shifting', step };
}

const FINAL: Readonly<Record<State['phase'], boolean>> = {
  shifting: false,
  baking: false,
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
      return { phase: 'held', reason: `${where(plan, state, at)}: ${verdict.reason}` };
    case 'extend':
      return { ...state, readAt: at };
    case 'pass':
      if (at < state.until) return { ...state, readAt: at };
      return mayLeave(plan, state.step, at)
        ? leave(plan, state.step)
        : { ...state, readAt: at, until: beginningOfMinute(at) + MINUTE_MS };
  }
}

/** No minute with two weights. After the promotion nothing is compared, so it need not wait. */
function mayLeave(plan: Plan, step: number, at: number): boolean {
  const next = plan.steps[step + 1];
  const compares = next !== undefined && next.weight < 100;
  return !plan.onTheMinute || !compares || isEarlyInMinute(at);
}

function bake(plan: Plan, step: number, at: number): State {
  const { bakeMs } = stepAt(plan, step);
  if (bakeMs === 0) return leave(plan, step);
  return { phase: 'baking', step, since: at, until: at + bakeMs, readAt: at };
}

function leave(plan: Plan, step: number): State {
  return step + 1 < plan.steps.length
    ? { phase: 'shifting', step: step + 1 }
    : { phase: 'confirming' };
}

/** `at 25 % (step 2 of 4), after 3 min 12 s`: where in the plan something happened. */
function where(plan: Plan, state: ActiveState, at?: number): string {
  switch (state.phase) {
    case 'shifting':
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
