import { atRevision, choose, done, FOUND, look, take, write } from './alias.ts';
import { forEach, jsonata, type Asl } from './language.ts';

/**
 * How often putting one alias back is tried, by the number of targets: all of it must fit the history of the execution, of which
 * {@link REVERT_EVENTS} are kept for it. Pauses double up to the longest one, so that this is more than two hours for one alias, and six
 * minutes at least.
 */
const MOST_TRIES = '$max([12, $floor(120 / $count($everyone))])';
const LONGEST_PAUSE_S = 60;
/** Of 25 targets, each tried twelve times with two calls and a pause: events of the history. */
export const REVERT_EVENTS = 5_500;

/** While Lambda moves provisioned concurrency back. */
const MOVE_PAUSE_S = 15;

/**
 * Puts stable back on each alias that this rollout moved, and reads that back. It writes first, on the revision that it knows; one that
 * it cannot know is read first. What somebody else moved is left alone.
 */
export const REVERT: Asl = forEach('$everyone', 'Take to revert', {
  'Take to revert': take('Was it moved'),
  'Was it moved': {
    Type: 'Choice',
    Choices: [
      { Condition: jsonata('$count($t.begun) = 0'), Next: 'Untouched' },
      { Condition: jsonata(`$t.fate = 'foreign'`), Next: 'Left alone' },
      { Condition: jsonata('$repairs'), Next: 'See whose it is' },
    ],
    Default: 'Put back',
  },
  'Put back': write(
    { version: '$t.stable', weights: '{}', description: '$t.description' },
    'See whose it is',
    'See whose it is',
    `{ 'put': true }`,
  ),
  'See whose it is': look('Whose is it', 'Pause'),
  'Whose is it': choose(
    FOUND,
    {
      back: { Next: 'Back' },
      ours: { Assign: { t: jsonata(atRevision('$a.RevisionId')) }, Next: 'May it be tried' },
      moving: { Next: 'Wait for Lambda' },
      old: { Next: 'Pause' },
    },
    'Left alone',
  ),
  'May it be tried': {
    Type: 'Choice',
    Choices: [
      { Condition: jsonata('$tries < 2'), Next: 'Put back' },
      { Condition: jsonata(`$tries < ${MOST_TRIES}`), Next: 'Pause to put back' },
    ],
    Default: 'Not back',
  },
  'Pause to put back': { ...pause(), Next: 'Put back' },
  Pause: { ...pause(), Next: 'May it be read' },
  'May it be read': {
    Type: 'Choice',
    Choices: [{ Condition: jsonata(`$tries < ${MOST_TRIES}`), Next: 'See whose it is' }],
    Default: 'Not back',
  },
  'Wait for Lambda': {
    Type: 'Wait',
    Seconds: MOVE_PAUSE_S,
    Assign: { tries: jsonata('$tries + 1') },
    Next: 'May it be read',
  },
  Back: done('reverted'),
  Untouched: done('untouched'),
  'Left alone': done('foreign'),
  'Not back': done('failed'),
});

function pause(): Asl {
  return {
    Type: 'Wait',
    Seconds: jsonata(`$min([${LONGEST_PAUSE_S}, $power(2, $min([10, $tries]))])`),
    Assign: { tries: jsonata('$tries + 1') },
  };
}
