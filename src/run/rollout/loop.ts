import {
  advance,
  command,
  isFinal,
  readingDue,
  FROM_THE_START,
  start,
  type Beginning,
  type Command,
  type Event,
  type FinalState,
  type Reversion,
  type State,
} from '../../core/rollout/state.ts';
import type { Plan } from '../../core/rollout/plan.ts';
import { isRunnerGone, messageOf } from '../../core/problems.ts';
import type { Checks, Clock, Journal, RevertResult, Router, ShiftResult } from '../../ports.ts';

/** What a rollout needs from the world. */
export interface World {
  /** One per target; they move in lock-step. */
  readonly routers: readonly Router[];
  readonly checks: Checks;
  readonly clock: Clock;
  readonly journal: Journal;
  /** Aborted when the run is cancelled; its reason says by what. */
  readonly cancellation: AbortSignal;
  readonly onCancel: 'revert' | 'hold';
  /** The poll interval, jittered anew each time: many jobs share one CloudWatch quota. */
  readonly pollIntervalMs: () => number;
}

/**
 * Runs a plan to its end: asks the core for the next command, performs it, feeds the event back.
 * @param from where to begin, in a rollout that another process began
 */
export async function rollOut(
  plan: Plan,
  world: World,
  from: Beginning = FROM_THE_START,
): Promise<FinalState> {
  let state = start(plan, from, world.clock.now());
  for (;;) {
    const unrecorded = record(state, world);
    if (isFinal(state)) return state;
    const next = command(plan, state);
    const event = next.type === 'revert' ? undefined : unrecorded;
    state = advance(plan, state, event ?? (await eventOf(next, world)));
  }
}

/** A rollout that cannot be written down cannot be put back by another process either: it ends here. */
function record(state: State, { journal, clock }: World): Event | undefined {
  try {
    journal.record({ type: 'state', at: clock.now(), state });
    return undefined;
  } catch (error) {
    return { type: 'blocked', reason: `the state could not be saved: ${messageOf(error)}` };
  }
}

/** The one place where an exception of an adapter becomes an event, and so leads to a revert. */
async function eventOf(command: Command, world: World): Promise<Event> {
  try {
    if (command.type !== 'revert') world.cancellation.throwIfAborted();
    return await perform(command, world);
  } catch (error) {
    const reason = messageOf(error);
    if (command.type === 'revert') {
      return { type: 'reversion', result: 'revert-failed', detail: reason };
    }
    return world.cancellation.aborted ? cancelled(world) : { type: 'blocked', reason };
  }
}

async function perform(command: Command, world: World): Promise<Event> {
  const { routers, clock, cancellation } = world;
  switch (command.type) {
    case 'shift': {
      const results = await all(routers, (router) => router.shift(command, cancellation));
      return blocked(results) ?? { type: 'shifted', at: clock.now() };
    }
    case 'assess':
      return assess(command, world);
    case 'hold': {
      const held = { ...command, held: true };
      const results = await all(routers, (router) => router.shift(held, cancellation));
      return blocked(results) ?? { type: 'marked' };
    }
    case 'confirm': {
      const results = await all(routers, (router) => router.confirm(cancellation));
      return blocked(results) ?? { type: 'confirmed' };
    }
    case 'revert':
      return { type: 'reversion', ...(await revertAll(routers)) };
  }
}

async function assess(
  command: Command & { readonly type: 'assess' },
  { checks, clock, journal, cancellation, pollIntervalMs }: World,
): Promise<Event> {
  await clock.sleep(readingDue(command, pollIntervalMs()) - clock.now(), cancellation);
  cancellation.throwIfAborted();
  const at = clock.now();
  const assessment = await checks.assess(at, command.bake, cancellation);
  const { verdict, measurements, comparisons, durations, warnings } = assessment;
  for (const text of warnings) journal.record({ type: 'warning', at, text });
  journal.record({ type: 'measurements', at, measurements, verdict });
  if (comparisons.length > 0) journal.record({ type: 'comparisons', at, comparisons, durations });
  return { type: 'assessed', at, verdict };
}

/** Waits for all, so that no call is left running behind the next command. */
async function all<T>(
  routers: readonly Router[],
  act: (router: Router) => Promise<T>,
): Promise<readonly T[]> {
  const settled = await Promise.allSettled(routers.map(act));
  return settled.map((result) => {
    if (result.status === 'rejected') throw result.reason;
    return result.value;
  });
}

function blocked(results: readonly { readonly type: string }[]): Event | undefined {
  const reasons = results
    .filter(
      (result): result is ShiftResult & { readonly type: 'blocked' } => result.type === 'blocked',
    )
    .map(({ reason }) => reason);
  return reasons.length === 0 ? undefined : { type: 'blocked', reason: reasons.join(' ') };
}

/** Puts stable back on all targets, and says the gravest of what became of them. */
export async function revertAll(
  routers: readonly Router[],
): Promise<{ readonly result: Reversion; readonly detail: string }> {
  const results = await all(routers, (router) => router.revert());
  const has = (type: RevertResult['type']) => results.some((result) => result.type === type);
  return {
    result: has('unconfirmed') ? 'revert-failed' : has('foreign') ? 'failed' : 'reverted',
    detail: results
      .flatMap((result) => (result.type === 'reverted' ? [] : [result.detail]))
      .join(' '),
  };
}

function cancelled({ cancellation, clock, onCancel }: World): Event {
  const reason = messageOf(cancellation.reason);
  const hold = onCancel === 'hold' && !isRunnerGone(cancellation.reason);
  return { type: 'cancelled', at: clock.now(), reason, hold };
}
