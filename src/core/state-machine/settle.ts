import {
  asShown,
  choose,
  done,
  having,
  look,
  SETTLED,
  TAKE,
  unwritten,
  write,
  written,
} from './alias.ts';
import { forEach, jsonata, ONCE, SAID, task, type Asl } from './language.ts';

const unread = having(`{ 'said': ${SAID} }`);

/** Since when no look has shown how it is: one that cannot be read for a moment, while Lambda moves for minutes, is nothing. */
const UNREAD_SINCE = `'unreadSince': $t.fate = 'unread' ? $t.unreadSince : $millis()`;

/** One move may end between two calls; a split that stays without any is somebody's. */
const MORE_STAYS = `'stays': ($exists($t.stays) ? $t.stays : 0) + 1`;
const HAS_STAYED = `($exists($t.stays) ? $t.stays > 1 : false)`;

/**
 * After the promotion: Lambda may go on serving stable while it moves provisioned concurrency. One call for each alias, by
 * turns a look at it and what Lambda says of its move: it is `settled`, `moving`, `stuck` where Lambda could not move it, `unread`, `taken`
 * over or somebody else's.
 */
export const SETTLE: Asl = forEach('$targets', 'Take to settle', {
  'Take to settle': {
    Type: 'Choice',
    Choices: [
      { Condition: jsonata(`$states.input.asks = 'move'`), ...TAKE, Next: 'Ask about the move' },
    ],
    Default: 'Look whether it serves the canary',
    ...TAKE,
  },
  'Ask about the move': {
    ...task('lambda', 'getProvisionedConcurrencyConfig'),
    ...ONCE,
    Arguments: { FunctionName: jsonata('$t.functionId'), Qualifier: jsonata('$t.alias') },
    Assign: {
      t: jsonata(
        `$merge([$t, {
          'asks': 'look', 'move': $states.result.Status, 'said': $exists($states.result.StatusReason) ? $states.result.StatusReason : ''
        }, $states.result.Status in ['IN_PROGRESS', 'FAILED'] ? { 'stays': 0 } : { ${MORE_STAYS} }])`,
      ),
    },
    Output: {},
    Next: 'How does the move go',
    Catch: [
      {
        ErrorEquals: ['Lambda.ProvisionedConcurrencyConfigNotFoundException'],
        Assign: having(`{ 'asks': 'look', 'move': 'none', ${MORE_STAYS} }`),
        Next: 'How does the move go',
      },
      // It may not be asked, or not now: then the patience for a move decides.
      {
        ErrorEquals: ['States.ALL'],
        Assign: having(`{ 'asks': 'look' }`),
        Next: 'Still moving',
      },
    ],
  },
  'How does the move go': {
    Type: 'Choice',
    Choices: [{ Condition: jsonata(`$t.move = 'FAILED'`), Next: 'Not moved' }],
    Default: 'Still moving',
  },
  'Look whether it serves the canary': {
    ...look('Does it serve the canary'),
    ...ONCE,
    Catch: [
      {
        ErrorEquals: ['States.ALL'],
        Assign: having(`{ 'said': ${SAID}, ${UNREAD_SINCE} }`),
        Next: 'Not seen',
      },
    ],
  },
  'Does it serve the canary': choose(
    SETTLED,
    {
      settled: { Assign: asShown(), Next: 'Settled' },
      // Somebody may have tidied up: the canary is alone all the same.
      tidy: { Assign: asShown(), Next: 'Settled' },
      moving: { Assign: having(`{ 'asks': 'move' }`), Next: 'Still moving' },
      old: {
        Assign: having(`{ 'said': 'it reads as it was before the promotion', ${UNREAD_SINCE} }`),
        Next: 'Not seen',
      },
      taken: { Next: 'Taken by the next part' },
    },
    'Taken by somebody else',
  ),
  Settled: done('settled'),
  'Not moved': done('stuck'),
  'Still moving': done('moving', `${HAS_STAYED} ? { 'fate': 'foreign' } : {}`),
  'Not seen': done('unread'),
  'Taken by the next part': done('taken'),
  'Taken by somebody else': done('foreign'),
});

/** How often a mark is tried to be taken off: the promotion stands with it, too. */
const TRIES = 4;

/**
 * One call for each alias: the write that takes the mark off, or, once that was tried, the look that shows whether the alias serves the
 * canary alone. The alarms are read between. Each is `promoted`, `open`, `taken` over or `blocked`.
 */
export const CONFIRM: Asl = forEach('$targets', 'Take to confirm', {
  'Take to confirm': {
    Type: 'Choice',
    Choices: [
      {
        Condition: jsonata(`$states.input.fate = 'promoted'`),
        ...TAKE,
        Next: 'Confirmed',
      },
      {
        Condition: jsonata(`$states.input.asks = 'look'`),
        ...TAKE,
        Next: 'Read back the promotion',
      },
    ],
    Default: 'Take the mark off',
    ...TAKE,
  },
  'Take the mark off': {
    ...write({ version: '$t.canary', weights: '{}', description: '$t.description' }),
    ...ONCE,
    Assign: written(`{ 'asks': 'look', 'tries': $t.tries + 1 }`),
    Next: 'To be read back',
    ...unwritten('To be read back', `{ 'asks': 'look' }`),
  },
  'Read back the promotion': {
    ...look('Is it promoted'),
    ...ONCE,
    Catch: [{ ErrorEquals: ['States.ALL'], Assign: unread, Next: 'To be read again' }],
  },
  'Is it promoted': choose(
    SETTLED,
    {
      tidy: { Next: 'Confirmed' },
      settled: { Assign: asShown(`{ 'asks': 'write' }`), Next: 'Is the mark still to go' },
      old: { Next: 'To be read again' },
      taken: { Next: 'Confirmed by the next part' },
    },
    'Not confirmed',
  ),
  'Is the mark still to go': {
    Type: 'Choice',
    Choices: [{ Condition: jsonata(`$t.tries < ${TRIES}`), Next: 'To be taken off' }],
    Default: 'Confirmed',
  },
  Confirmed: done('promoted'),
  'To be read back': done('open'),
  'To be read again': done('open'),
  'To be taken off': done('open'),
  'Confirmed by the next part': done('taken'),
  'Not confirmed': done('blocked'),
});
