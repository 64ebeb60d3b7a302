import { MOVE_PATIENCE_MS } from '../alias/patience.ts';
import {
  asShown,
  choose,
  done,
  FOUND,
  GONE,
  having,
  look,
  TAKE,
  TAKE_UNTRIED,
  unwritten,
  write,
  written,
} from './alias.ts';
import {
  forEach,
  jsonata,
  LONGEST_CALL_S,
  ONCE,
  PATIENTLY,
  SAID,
  task,
  type Asl,
} from './language.ts';

/**
 * How often putting one alias back is tried, by the number of targets: all of it must fit the history of the execution, of which
 * {@link REVERT_EVENTS} are kept for it. Pauses double up to the longest one, so that this is more than two hours for one alias, and six
 * minutes at least.
 */
const MOST_TRIES = '$max([12, $floor(120 / $count($everyone))])';
const LONGEST_PAUSE_S = 60;
/** Of 25 targets, each tried twelve times with two calls and a pause: events of the history. */
export const REVERT_EVENTS = 5_500;

/**
 * While Lambda moves provisioned concurrency back: with many targets there are few tries, and it is to have its time all the same. The last
 * pause has no look after it.
 */
const MOVE_PAUSE_S = `$max([15, $ceil(${MOVE_PATIENCE_MS / 1000} / (${MOST_TRIES} - 1))])`;

/**
 * Whether a write of ours that was not answered can come no more: each of them named the revision that was known, and the alias has
 * another one. Only a write gives it that, be it on stable alone already.
 */
const IS_KEPT_OUT = '($not($t.unanswered) or $a.RevisionId != $t.revision)';

const TRIED = `{ 'tries': $t.tries + 1 }`;

/**
 * Puts stable back on each alias that this rollout moved, and reads that back. It writes first, on the revision that it knows; one that
 * it cannot know is read first. What somebody else moved, or the next part of the rollout has taken over, is left alone.
 */
export const REVERT: Asl = forEach('$everyone', 'Was it moved', {
  'Was it moved': {
    Type: 'Choice',
    Choices: [
      { Condition: jsonata('$count($states.input.begun) = 0'), ...TAKE, Next: 'Untouched' },
      { Condition: jsonata(`$states.input.fate = 'foreign'`), ...TAKE, Next: 'Left alone' },
      {
        Condition: jsonata(`$states.input.fate = 'taken'`),
        ...TAKE,
        Next: 'Left to the next part',
      },
      { Condition: jsonata('$repairs'), ...TAKE_UNTRIED, Next: 'See whose it is' },
    ],
    Default: 'Put back',
    ...TAKE_UNTRIED,
  },
  'Put back': {
    ...write({ version: '$t.stable', weights: '{}', description: '$t.description' }),
    ...PATIENTLY,
    Assign: written(`$merge([${TRIED}, { 'put': true }])`),
    Next: 'See whose it is',
    ...unwritten('See whose it is'),
  },
  'See whose it is': {
    ...look('Whose is it'),
    ...PATIENTLY,
    Catch: [
      { ErrorEquals: [GONE], Next: 'Left alone' },
      {
        ErrorEquals: ['States.ALL'],
        Assign: having(`{ 'said': ${SAID}, 'tries': $t.tries + 1 }`),
        Next: 'Pause',
      },
    ],
  },
  'Whose is it': choose(
    FOUND,
    {
      back: { Next: 'Back for good' },
      ours: { Assign: asShown(), Next: 'May it be tried' },
      moving: { Assign: asShown(), Next: 'Ask about the way back' },
      old: { Next: 'Pause' },
      taken: { Next: 'Left to the next part' },
    },
    'Left alone',
  ),
  'Back for good': {
    Type: 'Choice',
    Choices: [
      { Condition: jsonata(`$t.put or $not($repairs) and ${IS_KEPT_OUT}`), Next: 'Back' },
      { Condition: jsonata('$not($repairs)'), Assign: asShown(), Next: 'May it be tried' },
      // A write of the execution that ended may still be on its way, for as long as the network likes.
      {
        Condition: jsonata(`$t.asks != 'nothing'`),
        Assign: asShown(),
        Next: 'Keep a late write out',
      },
    ],
    Default: 'Nothing to put back',
  },
  // What it serves already, and says already: of this, only the revision is new, and every write of before names another one.
  'Keep a late write out': {
    ...write({ version: '$t.stable', weights: '{}', description: '$t.description' }),
    ...PATIENTLY,
    Assign: written(`{ 'asks': 'nothing' }`),
    Next: 'See whose it is',
    ...unwritten('Wait for a late write'),
  },
  'Wait for a late write': {
    Type: 'Wait',
    Seconds: LONGEST_CALL_S,
    Assign: having(`{ 'asks': 'nothing' }`),
    Next: 'See whose it is',
  },
  'May it be tried': {
    Type: 'Choice',
    Choices: [
      { Condition: jsonata('$t.tries < 2'), Next: 'Put back' },
      { Condition: jsonata(`$t.tries < ${MOST_TRIES}`), Next: 'Pause to put back' },
    ],
    Default: 'Not back',
  },
  'Pause to put back': { ...pause(), Next: 'Put back' },
  Pause: { ...pause(), Next: 'May it be read' },
  'May it be read': {
    Type: 'Choice',
    Choices: [{ Condition: jsonata(`$t.tries < ${MOST_TRIES}`), Next: 'See whose it is' }],
    Default: 'Not back',
  },
  'Ask about the way back': {
    ...task('lambda', 'getProvisionedConcurrencyConfig'),
    ...ONCE,
    Arguments: { FunctionName: jsonata('$t.functionId'), Qualifier: jsonata('$t.alias') },
    Assign: having(`{ 'move': $states.result.Status }`),
    Output: {},
    Next: 'How does the way back go',
    // It may not be asked, or not now: then it is waited for.
    Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Wait for Lambda' }],
  },
  'How does the way back go': {
    Type: 'Choice',
    Choices: [
      {
        // Lambda leaves its weights as they are then, for ever, until somebody writes.
        Condition: jsonata(`$t.move = 'FAILED' and $t.tries < ${MOST_TRIES}`),
        Next: 'Wait to put back again',
      },
    ],
    Default: 'Wait for Lambda',
  },
  'Wait to put back again': {
    Type: 'Wait',
    Seconds: jsonata(MOVE_PAUSE_S),
    // With the write these are more calls than else: it counts twice.
    Assign: having(TRIED),
    Next: 'Put back',
  },
  'Wait for Lambda': {
    Type: 'Wait',
    Seconds: jsonata(MOVE_PAUSE_S),
    Assign: having(TRIED),
    Next: 'May it be read',
  },
  Back: done('reverted'),
  'Nothing to put back': done('back'),
  Untouched: done('untouched'),
  'Left alone': done('foreign'),
  'Left to the next part': done('taken'),
  'Not back': done('failed'),
});

function pause(): Asl {
  return {
    Type: 'Wait',
    Seconds: jsonata(`$min([${LONGEST_PAUSE_S}, $power(2, $min([10, $t.tries]))])`),
    Assign: having(TRIED),
  };
}
