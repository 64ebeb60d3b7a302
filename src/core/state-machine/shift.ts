import {
  asShown,
  choose,
  done,
  FATE,
  having,
  look,
  PUT_BACK,
  TAKE,
  unwritten,
  WANTED,
  write,
  written,
} from './alias.ts';
import { forEach, jsonata, ONCE, SAID, withHelp, type Asl } from './language.ts';

/** How often a write is tried that was not answered with success, and how often a look at what became of it. */
const TRIES = 4;

/**
 * Two may begin at once to go on with the same rollout. Each first claims the same alias, and who has that one is the next part: if each
 * began with another one, both would leave the rollout to the other, and nobody would watch it.
 */
const FIRST_CLAIMED = '$sort([$targets[standing >= 0].name])[0]';
const WAITS_FOR_FIRST = `$act = 'claim' and $states.input.name != ${FIRST_CLAIMED} and $targets[name = ${FIRST_CLAIMED}].fate != 'shifted'`;

/** What was refused, and does not show, was not begun: a revert has nothing to put back then, and must not say that it did. */
const STILL_BEGUN = `($t.answer = 'refused' and $t.isFirst ? [$filter($t.begun, function($x) { $x != $wanted })] : $t.begun)`;

/**
 * One call for each alias on the way to the weight and the mark of `$act`: a write, or, where the write before it was not answered
 * with success, the look that tells what became of it. The alarms are read between; an alias that is there is not asked anything.
 * Each is `shifted`, `open`, somebody else's, `taken` over, or has `failed`.
 */
export const SHIFT: Asl = forEach('$targets', 'Take', {
  Take: {
    Type: 'Choice',
    Choices: [
      {
        Condition: jsonata(
          `$states.input.fate = 'shifted' or ($act = 'claim' and $states.input.standing < 0)`,
        ),
        ...TAKE,
        Next: 'Shifted',
      },
      { Condition: jsonata(WAITS_FOR_FIRST), ...TAKE, Next: 'To be claimed later' },
      {
        Condition: jsonata(`$states.input.asks = 'look'`),
        ...TAKE,
        Next: 'Look',
      },
      {
        // What is left to others without its mark, none of them could go on with.
        Condition: jsonata(
          withHelp(['$t := $states.input;', WANTED], `$act != 'shift' and $not($fits)`),
        ),
        ...TAKE,
        Next: 'No room',
      },
    ],
    Default: 'Write',
    Assign: {
      t: jsonata(
        withHelp(
          ['$t := $states.input;', WANTED],
          `(
            $isFirst := $not($wanted in $t.begun);
            $merge([$t, { 'isFirst': $isFirst, 'begun': [$append($t.begun, $isFirst ? [$wanted] : [])] }])
          )`,
        ),
      ),
    },
  },
  Write: {
    ...write({
      version: withHelp([WANTED], '$wanted >= 100 ? $t.canary : $t.stable'),
      weights: withHelp([WANTED], '$wanted >= 100 ? {} : { $t.canary: $wanted / 100 }'),
      // Somebody may have made the description longer: it is theirs, and stays whole.
      description: withHelp([WANTED], '$fits ? $says : $t.description'),
    }),
    ...ONCE,
    Assign: written(withHelp([WANTED], `{ 'serves': $wanted }`)),
    Next: 'Shifted',
    ...unwritten('To be looked at', `{ 'asks': 'look' }`),
  },
  Look: {
    ...look('Was it put back'),
    ...ONCE,
    Catch: [
      {
        ErrorEquals: ['States.ALL'],
        Assign: having(`{ 'said': ${SAID}, 'unread': $t.unread + 1 }`),
        Next: 'May it be looked at',
      },
    ],
  },
  'Was it put back': {
    Type: 'Choice',
    Choices: [{ Condition: jsonata(PUT_BACK), Next: 'Moved by somebody else' }],
    Default: 'What became of it',
  },
  'What became of it': choose(
    FATE,
    {
      written: {
        Assign: asShown(withHelp([WANTED], `{ 'serves': $wanted, 'unanswered': false }`)),
        Next: 'Shifted',
      },
      old: { Assign: having(`{ 'unread': $t.unread + 1 }`), Next: 'May it be looked at' },
      again: {
        Assign: asShown(withHelp([WANTED], `{ 'asks': 'write', 'begun': ${STILL_BEGUN} }`)),
        Next: 'May it be written',
      },
      taken: { Next: 'Moved by the next part' },
    },
    'Moved by somebody else',
  ),
  'May it be looked at': {
    Type: 'Choice',
    Choices: [{ Condition: jsonata(`$t.unread < ${TRIES}`), Next: 'To be looked at' }],
    Default: 'Not shifted',
  },
  'May it be written': {
    Type: 'Choice',
    Choices: [{ Condition: jsonata(`$t.tries < ${TRIES}`), Next: 'To be written' }],
    Default: 'Not shifted',
  },
  Shifted: done('shifted'),
  'To be claimed later': done('open'),
  'To be looked at': done('open'),
  'To be written': done('open'),
  'Moved by somebody else': done('foreign'),
  'Moved by the next part': done('taken'),
  'No room': done(
    'failed',
    `{ 'said': 'its description has become so long that the mark has no room in it, and nobody could go on without it' }`,
  ),
  'Not shifted': done('failed'),
});
