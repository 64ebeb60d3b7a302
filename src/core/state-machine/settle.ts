import { atRevision, choose, done, look, SETTLED, take, write } from './alias.ts';
import { forEach, jsonata, type Asl } from './language.ts';

/**
 * After the promotion: Lambda may go on serving stable while it moves provisioned concurrency. Each alias is `settled`, `moving`,
 * `unread` or somebody else's.
 */
export const SETTLE: Asl = forEach('$targets', 'Take to settle', {
  'Take to settle': take('Look whether it serves the canary'),
  'Look whether it serves the canary': look('Does it serve the canary', 'Not seen'),
  'Does it serve the canary': choose(
    SETTLED,
    {
      settled: { Next: 'Settled' },
      // Somebody may have tidied up: the canary is alone all the same.
      tidy: { Next: 'Settled' },
      moving: { Next: 'Still moving' },
      old: { Next: 'Not seen' },
    },
    'Taken by somebody else',
  ),
  Settled: done('settled'),
  'Still moving': done('moving'),
  'Not seen': done('unread'),
  'Taken by somebody else': done('foreign'),
});

/** How often a mark is tried to be taken off: the promotion stands with it, too. */
const TRIES = 4;

/** Takes the mark off each alias, and reads back that it serves the canary alone. */
export const CONFIRM: Asl = forEach('$targets', 'Take to confirm', {
  'Take to confirm': take('Take the mark off'),
  'Take the mark off': write(
    { version: '$t.canary', weights: '{}', description: '$t.description' },
    'Read back the promotion',
    'Read back the promotion',
  ),
  'Read back the promotion': look('Is it promoted', 'Try to confirm again'),
  'Is it promoted': choose(
    SETTLED,
    {
      tidy: { Next: 'Confirmed' },
      settled: {
        Assign: { t: jsonata(atRevision('$a.RevisionId')) },
        Next: 'Is the mark still to go',
      },
      old: { Next: 'Try to confirm again' },
    },
    'Not confirmed',
  ),
  'Is the mark still to go': {
    Type: 'Choice',
    Choices: [{ Condition: jsonata(`$tries < ${TRIES}`), Next: 'Take the mark off' }],
    Default: 'Confirmed',
  },
  'Try to confirm again': {
    Type: 'Choice',
    Choices: [{ Condition: jsonata(`$tries < ${TRIES}`), Next: 'Wait to confirm' }],
    Default: 'Not confirmed',
  },
  'Wait to confirm': {
    Type: 'Wait',
    Seconds: 1,
    Assign: { tries: jsonata('$tries + 1') },
    Next: 'Read back the promotion',
  },
  Confirmed: done('promoted'),
  'Not confirmed': done('blocked'),
});
