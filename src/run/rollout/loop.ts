import {
  advance,
  isFinal,
  FROM_THE_START,
  start,
  type ActiveState,
  type Beginning,
  type Event,
  type FinalState,
  type State,
} from '../../core/rollout/state.ts';
import { bakeTakenOver, command, readingDue, type Command } from '../../core/rollout/command.ts';
import type { Course } from '../../core/rollout/plan.ts';
import { latestTimeOfDay, type Moment } from '../../core/moment.ts';
import { mayBeHeld, messageOf } from '../../core/problems.ts';
import type {
  Clock,
  ConfirmResult,
  Journal,
  Router,
  SettleResult,
  ShiftResult,
} from '../../ports.ts';
import { momentOf } from '../moment.ts';
import { announce, revertAll } from './reversion.ts';
import { startWatch, type Reading, type Watch, type Watched } from './watch.ts';

/** What a rollout needs from the world. */
export interface World {
  /** One per target; they move in lock-step. */
  readonly routers: readonly Router[];
  /** Read from before the first weight to the end, whatever else goes on. */
  readonly watched: readonly Watched[];
  readonly clock: Clock;
  readonly journal: Pick<Journal, 'record'>;
  /** Aborted when the run is cancelled; its reason says by what. */
  readonly cancellation: AbortSignal;
  readonly onCancel: 'revert' | 'hold';
  /** The poll interval, jittered anew each time: many jobs share one CloudWatch quota. */
  readonly pollIntervalMs: () => number;
}

/**
 * Runs a plan to its end: asks the core for the next command, performs it while the checks are watched, and feeds back
 * whatever happened first.
 * @param from where to begin, in a rollout that another process began
 */
export async function rollOut(
  course: Course,
  world: World,
  from: Beginning = FROM_THE_START,
): Promise<FinalState> {
  const begun = momentOf(world.clock);
  const beginning = start(course, from, begun);
  const watch = startWatch(world.watched, world.clock, bakeTakenOver(course, beginning));
  let state: State = beginning;
  try {
    for (;;) {
      if (state.phase === 'reverting') {
        watch.stop();
        state = advance(course, state, await reversion(state, world));
        continue;
      }
      const unrecorded = record(state, world);
      if (isFinal(state)) return state;
      const event =
        unrecorded ?? (await eventOf(command(course, state), { course, world, watch, begun }));
      state = advance(course, state, event);
    }
  } finally {
    watch.stop();
  }
}

/** A rollout that cannot be written down cannot be put back by another process either: it ends here. */
function record(state: State, { journal, clock }: World): Event | undefined {
  try {
    journal.record({ type: 'state', at: clock.timeOfDay(), state });
    return undefined;
  } catch (error) {
    return { type: 'blocked', reason: `the state could not be saved: ${messageOf(error)}` };
  }
}

/** The write leaves first; that it does so is told only then. */
async function reversion(state: ActiveState, world: World): Promise<Event> {
  const reverting = revertAll(world.routers);
  record(state, world);
  attempt(() => {
    announce(world.routers, world);
  });
  return { type: 'reversion', ...(await reverting) };
}

/** A log that cannot be written stops no revert. */
function attempt(act: () => void): void {
  try {
    act();
  } catch {
    // Its loss is told by whoever writes the log.
  }
}

interface Place {
  readonly course: Course;
  readonly world: World;
  readonly watch: Watch;
  /** When this process began to roll out. */
  readonly begun: Moment;
}

/** The one place where an exception of an adapter becomes an event, and so leads to a revert. */
async function eventOf(command: Command, place: Place): Promise<Event> {
  const { world, watch } = place;
  const { cancellation } = world;
  const over = new AbortController();
  const signal = AbortSignal.any([cancellation, over.signal]);
  try {
    cancellation.throwIfAborted();
    return await Promise.race([
      ...(command.type === 'assess' ? [] : [failureOf(watch, world, signal)]),
      perform(command, { world, watch, signal }),
      ...(mayBeCutOff(command) ? [deadlineOf(place, signal)] : []),
      abortion(cancellation, over.signal),
    ]);
  } catch (error) {
    return cancellation.aborted ? cancelled(world) : { type: 'blocked', reason: messageOf(error) };
  } finally {
    over.abort(new Error('something else came first'));
  }
}

interface Action {
  readonly world: World;
  readonly watch: Watch;
  readonly signal: AbortSignal;
}

async function perform(command: Command, { world, watch, signal }: Action): Promise<Event> {
  const { routers, clock, pollIntervalMs } = world;
  switch (command.type) {
    case 'assess': {
      const due = readingDue(command, pollIntervalMs());
      return assessed(await watch.read(due, command.bake, signal), world);
    }
    case 'shift': {
      const due = { ...command, held: false };
      const blocked = await onAll(routers, (router) => router.shift(due, signal));
      return blocked ?? { type: 'shifted', at: momentOf(clock) };
    }
    case 'settle': {
      const blocked = await onAll(routers, (router) => router.settle(signal));
      return blocked ?? { type: 'settled', at: momentOf(clock) };
    }
    case 'hold': {
      const held = { ...command, held: true };
      const blocked = await onAll(routers, (router) => router.shift(held, signal));
      return blocked ?? { type: 'marked' };
    }
    case 'confirm': {
      const blocked = await onAll(routers, (router) => router.confirm(signal));
      return blocked ?? { type: 'confirmed' };
    }
    case 'revert':
      return { type: 'reversion', ...(await revertAll(routers)) };
  }
}

async function failureOf(watch: Watch, world: World, signal: AbortSignal): Promise<Event> {
  return assessed(await watch.failure(signal), world);
}

function assessed(reading: Reading, { journal }: World): Event {
  const { at, verdict, findings, warnings } = reading;
  const { timeOfDay } = at;
  for (const text of warnings) journal.record({ type: 'warning', at: timeOfDay, text });
  journal.record({ type: 'reading', at: timeOfDay, verdict, findings });
  return { type: 'assessed', at, verdict };
}

type Outcome = ShiftResult | SettleResult | ConfirmResult;

/** All at once; the first that is blocked decides, and the others are not waited for. */
async function onAll(
  routers: readonly Router[],
  act: (router: Router) => Promise<Outcome>,
): Promise<Event | undefined> {
  return new Promise((resolve, reject) => {
    const acts = routers.map(async (router) => {
      const outcome = await act(router);
      if (outcome.type === 'blocked') resolve(outcome);
    });
    Promise.all(acts).then(() => {
      resolve(undefined);
    }, reject);
  });
}

/** Where only a mark is left to be written or taken off, all checks have passed. */
function mayBeCutOff({ type }: Command): boolean {
  return type !== 'confirm' && type !== 'hold';
}

/** A clock that stands still with the machine is looked at again from time to time. */
const DEADLINE_LOOK_MS = 30_000;

async function deadlineOf(
  { course: { deadline }, world: { clock }, begun }: Place,
  signal: AbortSignal,
): Promise<Event> {
  if (deadline === undefined) return new Promise(() => undefined);
  const leftMs = () => deadline.at - latestTimeOfDay(begun, momentOf(clock));
  while (!signal.aborted && leftMs() > 0) {
    await clock.sleep(Math.min(leftMs(), DEADLINE_LOOK_MS), signal);
  }
  return { type: 'deadline', at: momentOf(clock) };
}

/** @param over ends the listening: there is one more of it with every command */
function abortion(cancellation: AbortSignal, over: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    cancellation.addEventListener(
      'abort',
      () => {
        reject(cancellation.reason as Error);
      },
      { once: true, signal: over },
    );
  });
}

function cancelled({ cancellation, clock, onCancel }: World): Event {
  const reason = messageOf(cancellation.reason);
  const hold = onCancel === 'hold' && mayBeHeld(cancellation.reason);
  return { type: 'cancelled', at: momentOf(clock), reason, hold };
}
