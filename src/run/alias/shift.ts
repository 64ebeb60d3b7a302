import type { Alias, AliasWrite } from '../../aws/aliases.ts';
import { AwsCallError } from '../../aws/call.ts';
import { readMark, withMark, type Mark } from '../../core/alias/mark.ts';
import { routingAt } from '../../core/alias/routing.ts';
import { targetName } from '../../core/alias/target.ts';
import { fateOf, type Content, type FailedWrite } from '../../core/alias/write-fate.ts';
import type { Shift, ShiftResult } from '../../ports.ts';
import { foreignReason, isStale, learn, outcomeOf, pauseAfter, type Route } from './route.ts';

/** How often a write is tried against replies that leave open whether it took effect. */
const TRIES = 4;

/**
 * Moves the alias on to a step, and never over somebody else's write: the write names the revision it is based on.
 * @throws only when aborted
 */
export async function shift(route: Route, to: Shift, signal: AbortSignal): Promise<ShiftResult> {
  const { known } = route;
  let reason = '';
  for (let tries = 0; tries < TRIES; tries++) {
    const unansweredBefore = known.unanswered;
    const content = next(route, to);
    if (to.held && contentOf(content).mark === undefined) {
      return { type: 'blocked', reason: noRoom(route) };
    }
    const failure = await write(route, to, { content, signal });
    if (failure === undefined) return { type: 'shifted' };
    reason = failure.message;
    const { answer, onlyRequest } = outcomeOf(failure);
    const present = await readAfter(route, answer, signal);
    const fate = fateOf({
      answer,
      onlyRequest: onlyRequest && !unansweredBefore,
      wanted: contentOf(content),
      left: contentOf(leftIn(route)),
      present: present && contentOf(present),
    });
    if (present === undefined || fate === 'refused') break;
    if (fate === 'foreign') {
      // A later reading that shows what we had left is old.
      known.past.add(leftIn(route).revisionId);
      known.foreign = present;
      return { type: 'blocked', reason: foreignReason(route, present, leftIn(route).routing) };
    }
    learn(route, present);
    if (fate === 'written') {
      route.note(`${targetName(route.target)}: the alias was written, though the reply got lost`);
      known.unanswered = false;
      return { type: 'shifted' };
    }
    // It was tried for as long as a shift may take already.
    if (answer === 'unknown') break;
  }
  return { type: 'blocked', reason };
}

/** A rollout shifts only what it has read before. */
function leftIn({ known, target }: Route): AliasWrite {
  if (known.alias === undefined) throw new Error(`${targetName(target)} was not read before`);
  return known.alias;
}

function markOf({ marks }: Route, { step, held }: Shift): Mark | undefined {
  const mark = marks[step];
  return mark && { ...mark, held };
}

async function write(
  route: Route,
  { weight }: Shift,
  { content, signal }: { readonly content: AliasWrite; readonly signal: AbortSignal },
): Promise<AwsCallError | undefined> {
  const { known, aliases, target } = route;
  // Not when the weight is in force already and only its mark is written.
  const isFirst = !known.begun.has(weight);
  const unansweredBefore = known.unanswered;
  // What waits for its turn, or was refused for sure, moved nothing.
  const onUnanswered = (requests: number) => {
    known.unanswered = unansweredBefore || requests > 0;
    if (requests > 0) known.begun.add(weight);
    else if (isFirst) known.begun.delete(weight);
  };
  try {
    const options = { signal, urgency: 'shift', onUnanswered } as const;
    learn(route, await aliases.update(target, content, options));
    known.unanswered = false;
    return undefined;
  } catch (error) {
    if (!(error instanceof AwsCallError)) throw error;
    return error;
  }
}

function next(route: Route, to: Shift): AliasWrite {
  const left = leftIn(route);
  const { description } = readMark(left.description);
  const mark = markOf(route, to);
  return {
    routing: routingAt(to.weight, route.versions),
    // Somebody may have made the description longer meanwhile: it is theirs, and stays whole.
    description: (mark && withMark(description, mark)) ?? description,
    revisionId: left.revisionId,
  };
}

/** What is held without its mark, no other job could go on with. */
function noRoom({ target }: Route): string {
  return (
    `the description of ${targetName(target)} has become so long that the mark of this rollout has no room in it, and ` +
    'no other job could go on without it'
  );
}

/** A reading from before the write that caused a conflict says nothing about it. */
async function readAfter(
  route: Route,
  answer: FailedWrite['answer'],
  signal: AbortSignal,
): Promise<Alias | undefined> {
  const refused = leftIn(route).revisionId;
  for (let tries = 0; tries < TRIES; tries++) {
    const present = await tryToFind(route, signal);
    if (present === undefined) return undefined;
    const isOld =
      isStale(route, present) || (answer === 'conflict' && present.revisionId === refused);
    if (!isOld) return present;
    await route.clock.sleep(pauseAfter(tries), signal);
    signal.throwIfAborted();
  }
  return undefined;
}

async function tryToFind(
  { aliases, target }: Route,
  signal: AbortSignal,
): Promise<Alias | undefined> {
  try {
    return await aliases.find(target, { signal, urgency: 'shift' });
  } catch (error) {
    if (error instanceof AwsCallError) return undefined;
    throw error;
  }
}

function contentOf({ routing, description }: AliasWrite): Content {
  return { routing, mark: readMark(description).mark };
}
