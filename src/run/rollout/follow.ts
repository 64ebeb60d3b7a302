import { AwsCallError } from '../../aws/call.ts';
import { describeRouting, routingAt, sameRouting } from '../../core/alias/routing.ts';
import { targetName } from '../../core/alias/target.ts';
import { messageOf } from '../../core/problems.ts';
import { ended, type Ending } from '../../core/report/ending.ts';
import { ENDED, OWN_ERRORS } from '../../core/state-machine/definition.ts';
import {
  foreignIn,
  NOTHING_TOLD,
  tellEvent,
  whereTold,
  type ExecutionEnding,
  type Told,
} from '../../core/state-machine/told.ts';
import type { SavedTarget } from '../../github/saved.ts';
import type { Seen } from '../../ports.ts';
import { leftAlone } from '../alias/revert.ts';
import { pauseAfter } from '../alias/route.ts';
import { forget, leavePassed, type Surroundings } from '../surroundings.ts';
import { finish, putBack, type Carrier, type Followed } from './put-back.ts';

/** From one look at the history to the next. AWS watches meanwhile, so this is for who reads the log. */
const FOLLOW_MS = 15_000;

/** Tells of an execution until it has ended, is held for people to decide, or the job is cancelled. */
export async function follow(
  followed: Followed,
  surroundings: Surroundings,
): Promise<Ending | { readonly cancelledAt: Told }> {
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
      if (cancellation.aborted) return { cancelledAt: told };
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
    if (cancellation.aborted) return { cancelledAt: told };
  }
  return confirmEnd(told, told.ending, { followed, surroundings });
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

function held(reason: string, { link, saved }: Followed, surroundings: Surroundings): Ending {
  const { clock, journal } = surroundings;
  leavePassed(saved, surroundings);
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
export async function confirmEnd(told: Told, end: ExecutionEnding, place: Place): Promise<Ending> {
  const { followed, surroundings } = place;
  const reason = wordsOf(end, told);
  if (end.type === 'succeeded') return promoted(end, place);
  switch (end.error) {
    case ENDED.reverted:
      return reverted(reason, end, place);
    case ENDED.failed:
      return failed(reason, { told, end, place });
    case ENDED['taken over']:
      forget(surroundings);
      return ended('started', `another job goes on with it: ${followed.link}`);
    default:
      // Nobody watches any more: no state of the machine ended it, or none could put it back.
      return putBack(followed, reason, surroundings);
  }
}

/** The machine's reason, in the words of the report where it was told in those. */
function wordsOf({ at, type, error, cause }: ExecutionEnding, told: Told): string {
  const { because, state } = told;
  if (because !== '' && state?.phase === 'reverting' && cause.startsWith(because)) {
    return state.reason + cause.slice(because.length);
  }
  if (error.startsWith(OWN_ERRORS)) return cause;
  const by = type === 'aborted' ? 'stopped' : 'ended by AWS';
  const why = [error, cause].filter(Boolean).join(': ') || 'without a reason';
  return `${whereTold(told, at)}the execution was ${by} (${why})`;
}

/** Nothing had been moved, or somebody else moved it: what they left is looked at here, for the machine keeps nothing of it. */
async function failed(
  reason: string,
  {
    told,
    end,
    place,
  }: { readonly told: Told; readonly end: ExecutionEnding; readonly place: Place },
): Promise<Ending> {
  const { followed, surroundings } = place;
  const foreign = foreignIn(told);
  const left = followed.saved.targets.filter(({ target }) => foreign.includes(targetName(target)));
  const looks = await Promise.all(left.map((each) => lookAtLeft(each, surroundings)));
  forget(surroundings);
  // What was looked at says more than that they were left.
  const why = looks.length > 0 && told.state?.phase === 'reverting' ? told.state.reason : reason;
  const said = [why.replace(/\.$/, ''), ...looks].join('. ');
  return finish({ phase: 'failed', reason: said }, surroundings, end.at);
}

async function lookAtLeft({ target, versions }: SavedTarget, { aws }: Carrier): Promise<string> {
  try {
    const alias = await aws.aliases.find(target, { urgency: 'shift' });
    return alias === undefined
      ? `${targetName(target)} does not exist any more`
      : leftAlone({ target, versions, region: aws.region }, alias);
  } catch (error) {
    return `${targetName(target)} could not be read: ${messageOf(error)}`;
  }
}

async function promoted(
  { at }: ExecutionEnding,
  { followed, surroundings }: Place,
): Promise<Ending> {
  const { others, aliases } = await lookAtServing(100, followed, surroundings);
  if (others.length === 0) {
    const { saved } = followed;
    const targets = saved.targets.map((each, index) => ({
      ...each,
      settledAs: aliases[index]?.revisionId,
    }));
    leavePassed({ ...saved, targets }, surroundings, aliases);
    return finish({ phase: 'promoted' }, surroundings, at);
  }
  forget(surroundings);
  return finish(
    { phase: 'failed', reason: `AWS promoted it, and now ${others.join('; ')}` },
    surroundings,
  );
}

async function reverted(
  reason: string,
  { at }: ExecutionEnding,
  { followed, surroundings }: Place,
): Promise<Ending> {
  const { others } = await lookAtServing(0, followed, surroundings);
  if (others.length > 0) return putBack(followed, reason, surroundings);
  forget(surroundings);
  return finish({ phase: 'reverted', reason }, surroundings, at);
}

const LOOKS = 6;

/** What the aliases serve instead, and those that serve what they are to; a reading may be old, and what cannot be read is not known. */
interface Serving {
  readonly others: readonly string[];
  /** In the order of the targets. */
  readonly aliases: readonly (Seen | undefined)[];
}

async function lookAtServing(
  weight: number,
  { saved }: Followed,
  { aws, clock }: Carrier,
): Promise<Serving> {
  const look = async ({ target, versions }: SavedTarget) => {
    try {
      const alias = await aws.aliases.find(target, { urgency: 'shift' });
      if (alias === undefined) return { other: `${targetName(target)} does not exist` };
      return sameRouting(alias.routing, routingAt(weight, versions))
        ? { alias }
        : { other: `${targetName(target)} serves ${describeRouting(alias.routing)}` };
    } catch (error) {
      return { other: `${targetName(target)} could not be read: ${messageOf(error)}` };
    }
  };
  for (let tries = 0; ; tries++) {
    const looks = await Promise.all(saved.targets.map(look));
    const others = looks.flatMap(({ other }) => other ?? []);
    if (others.length === 0 || tries + 1 >= LOOKS) {
      return { others, aliases: looks.map(({ alias }) => alias) };
    }
    await clock.sleep(pauseAfter(tries));
  }
}
