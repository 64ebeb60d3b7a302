import { AwsCallError } from '../../aws/call.ts';
import { describeRouting, routingAt, sameRouting } from '../../core/alias/routing.ts';
import { targetName } from '../../core/alias/target.ts';
import { messageOf } from '../../core/problems.ts';
import { ended, type Ending } from '../../core/report/ending.ts';
import { NOTHING_MOVED } from '../../core/rollout/state.ts';
import { ENDED } from '../../core/state-machine/definition.ts';
import type { ExecutionOf } from '../../core/state-machine/execution.ts';
import {
  NOTHING_TOLD,
  reasonFor,
  tellEvent,
  type ExecutionEnding,
  type Told,
} from '../../core/state-machine/told.ts';
import type { SavedRollout, SavedTarget } from '../../github/saved.ts';
import type { Router } from '../../ports.ts';
import { pauseAfter } from '../alias/route.ts';
import { forget, routerOf, type Surroundings } from '../surroundings.ts';
import { announce, revertAll } from './reversion.ts';

/** A rollout that AWS carries, and what it takes to put it back. */
export interface Followed {
  readonly execution: ExecutionOf;
  readonly saved: SavedRollout;
  /** For people. */
  readonly link: string;
  /** Whether it goes on with a rollout that had moved traffic already. */
  readonly continues: boolean;
}

type Carrier = Pick<Surroundings, 'aws' | 'clock' | 'journal' | 'keep'>;

/** From one look at the history to the next. AWS watches meanwhile, so this is for who reads the log. */
const FOLLOW_MS = 15_000;

/** Tells of an execution until it has ended, or is held for people to decide. */
export async function follow(
  followed: Followed,
  surroundings: Surroundings,
): Promise<Ending | 'cancelled'> {
  const { aws, clock, journal, cancellation } = surroundings;
  let told = NOTHING_TOLD;
  let isBlind = false;
  let misses = 0;
  while (told.ending === undefined) {
    try {
      const options = { signal: cancellation };
      const events = await aws.stepFunctions.history(followed.execution, told.last, options);
      isBlind = false;
      for (const event of events) told = tell(told, event, surroundings);
      // Before what it last did: one that is held may have been stopped since.
      if (told.ending !== undefined) break;
      if (told.state?.phase === 'holding') return held(told.state.reason, followed, surroundings);
    } catch (error) {
      if (cancellation.aborted) return 'cancelled';
      if (!(error instanceof AwsCallError)) throw error;
      const isUnknown = error.name === 'ExecutionDoesNotExist';
      // AWS may not show at once what has just begun; what it showed before is gone with its machine.
      if (isUnknown && (told.last > 0 || ++misses === LOOKS)) {
        return putBack(followed, 'AWS knows of no such execution', surroundings);
      }
      if (error.refused && !isUnknown) return outOfSight(messageOf(error), followed);
      if (!isBlind) journal.warn(`AWS goes on, but cannot be followed: ${messageOf(error)}`);
      isBlind = true;
    }
    await clock.sleep(FOLLOW_MS, cancellation);
    if (cancellation.aborted) return 'cancelled';
  }
  return conclude(told, told.ending, { followed, surroundings });
}

/** Its times are those of AWS's clock, and nothing of a story comes before it begins. */
function tell(
  before: Told,
  event: Parameters<typeof tellEvent>[1],
  { journal }: Pick<Surroundings, 'journal'>,
): Told {
  const { told, entries } = tellEvent(before, event);
  for (const entry of entries) {
    journal.record({ ...entry, at: Math.max(entry.at, journal.startedAt) });
  }
  return told;
}

function held(reason: string, { link }: Followed, surroundings: Surroundings): Ending {
  const { clock, journal } = surroundings;
  forget(surroundings);
  const goesOn = `AWS goes on watching it for as long as hold-for says, and puts the old version back then: ${link}`;
  const said = reason === '' ? 'its checks passed, and another job goes on' : reason;
  const state = { phase: 'held', reason: `${said}. ${goesOn}` } as const;
  journal.record({ type: 'state', at: clock.timeOfDay(), state });
  return ended('held', state.reason);
}

function outOfSight(why: string, { link }: Followed): Ending {
  return ended('started', `How it ended is not known here, AWS goes on with it: ${link}. ${why}`);
}

interface Place {
  readonly followed: Followed;
  readonly surroundings: Carrier;
}

/** What an execution says of its end is said only after the aliases were read here, too. */
export async function conclude(told: Told, end: ExecutionEnding, place: Place): Promise<Ending> {
  const { followed, surroundings } = place;
  const { verdicts } = told;
  const reason = wordsOf(end, told);
  if (end.type === 'succeeded') return promoted(place);
  switch (end.error) {
    case ENDED.reverted:
      return reverted(reason, place);
    case ENDED.failed:
      forget(surroundings);
      return finish({ phase: 'failed', reason }, surroundings);
    case ENDED['taken over']:
      forget(surroundings);
      return ended('started', `another job goes on with it: ${followed.link}`);
    default:
      // Nobody watches any more: no state of the machine ended it, or none could put it back.
      return putBack(followed, reasonFor(reason, verdicts), surroundings);
  }
}

/** The machine's reason, in the words of the report where it was told in those. */
function wordsOf({ type, error, cause }: ExecutionEnding, { variables, state }: Told): string {
  const because = variables['because'];
  if (typeof because === 'string' && state?.phase === 'reverting' && cause.startsWith(because)) {
    return state.reason + cause.slice(because.length);
  }
  const isOurs = error.startsWith('LambdaCanary.');
  return isOurs
    ? cause
    : `the execution was ${type === 'aborted' ? 'stopped' : 'ended by AWS'} (${[error, cause].filter(Boolean).join(': ') || 'without a reason'})`;
}

async function promoted({ followed, surroundings }: Place): Promise<Ending> {
  const others = await notServing(100, followed, surroundings);
  forget(surroundings);
  if (others.length === 0) return finish({ phase: 'promoted' }, surroundings);
  return finish(
    { phase: 'failed', reason: `AWS promoted it, and now ${others.join('; ')}` },
    surroundings,
  );
}

async function reverted(reason: string, { followed, surroundings }: Place): Promise<Ending> {
  const others = await notServing(0, followed, surroundings);
  if (others.length > 0) return putBack(followed, reason, surroundings);
  forget(surroundings);
  return finish({ phase: 'reverted', reason }, surroundings);
}

type Final = Extract<
  Parameters<typeof recordState>[0],
  { phase: 'promoted' | 'reverted' | 'failed' | 'revert-failed' }
>;

function finish(state: Final, surroundings: Carrier): Ending {
  recordState(state, surroundings);
  return ended(state.phase, 'reason' in state ? state.reason : '');
}

function recordState(
  state: Extract<Parameters<Surroundings['journal']['record']>[0], { type: 'state' }>['state'],
  { clock, journal }: Pick<Surroundings, 'clock' | 'journal'>,
): void {
  journal.record({ type: 'state', at: clock.timeOfDay(), state });
}

const LOOKS = 6;

/** @returns what the aliases serve instead; a reading may be old, and what cannot be read is not known to serve it */
async function notServing(
  weight: number,
  { saved }: Followed,
  { aws, clock }: Carrier,
): Promise<readonly string[]> {
  const look = async ({ target, versions }: SavedTarget): Promise<readonly string[]> => {
    try {
      const alias = await aws.aliases.find(target, { urgency: 'shift' });
      if (alias === undefined) return [`${targetName(target)} does not exist`];
      return sameRouting(alias.routing, routingAt(weight, versions))
        ? []
        : [`${targetName(target)} serves ${describeRouting(alias.routing)}`];
    } catch (error) {
      return [`${targetName(target)} could not be read: ${messageOf(error)}`];
    }
  };
  for (let tries = 0; ; tries++) {
    const others = (await Promise.all(saved.targets.map(look))).flat();
    if (others.length === 0 || tries + 1 >= LOOKS) return others;
    await clock.sleep(pauseAfter(tries));
  }
}

/**
 * Puts the old versions back, the aliases first and the execution second: the machine that meets an alias without its mark touches nothing
 * there, and one that is stopped first would leave an alias split that nobody watches.
 */
export async function putBack(
  { execution, saved, link, continues }: Followed,
  why: string,
  surroundings: Carrier,
): Promise<Ending> {
  const { aws, journal, keep } = surroundings;
  const routers: readonly Router[] = saved.targets.map((each) =>
    routerOf({ ...each, account: saved.account }, surroundings),
  );
  const reverting = revertAll(routers);
  attempt(() => {
    // From here on the post step puts back what this process does not live to.
    keep.save({ ...saved, execution: undefined });
    recordState({ phase: 'reverting', reason: why }, surroundings);
    announce(routers, surroundings);
  });
  const { result, detail } = await reverting;
  const because = why.replace(/\.$/, '');
  if (result === 'revert-failed') {
    // No alias is left without a watcher; nor is one repaired whose execution was ended under a name of ours.
    const left = `The execution was not stopped, so that it may see to it: ${link}`;
    const reason = [because, detail, left].join('. ');
    return finish({ phase: result, reason }, surroundings);
  }
  const { reverted: error } = ENDED;
  const cause = why.slice(0, LONGEST_CAUSE);
  try {
    await aws.stepFunctions.stop(execution, { error, cause }, STOPPING);
  } catch (problem) {
    journal.warn(
      `The execution could not be stopped, and ends by itself when it finds the alias: ${messageOf(problem)}`,
    );
  }
  forget(surroundings);
  const reason = [because, detail].filter(Boolean).join('. ');
  const moved = continues || result !== 'reverted' || (await hasMoved(execution, surroundings));
  if (!moved) {
    const nothing = [reason, NOTHING_MOVED].join('. ');
    return finish({ phase: 'failed', reason: nothing }, surroundings);
  }
  return finish({ phase: result === 'untouched' ? 'failed' : result, reason }, surroundings);
}

/** Step Functions takes more, but nobody reads it. */
const LONGEST_CAUSE = 2_000;
const STOPPING = { urgency: 'shift', patienceMs: 10_000 } as const;

/** Whether there was a weight to be put back, by what the execution tells; what it does not tell may have been. */
async function hasMoved(execution: ExecutionOf, { aws }: Carrier): Promise<boolean> {
  try {
    const events = await aws.stepFunctions.history(execution, 0, STOPPING);
    return events.reduce((told, event) => tellEvent(told, event).told, NOTHING_TOLD).hasMoved;
  } catch (error) {
    // One that never began has no history.
    return !(error instanceof AwsCallError && error.name === 'ExecutionDoesNotExist');
  }
}

/** A log that cannot be written stops no revert. */
function attempt(act: () => void): void {
  try {
    act();
  } catch {
    // Its loss is told by whoever writes the log.
  }
}
