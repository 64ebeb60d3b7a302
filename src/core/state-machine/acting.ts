import { MOVE_PATIENCE_MS, READ_PATIENCE_MS } from '../alias/patience.ts';
import { MINUTE_MS } from '../minute.ts';
import { UNTRIED } from './alias.ts';
import { HOLD, IS_TO_BE_HELD } from './hold.ts';
import { jsonata, LONGEST_CALL_S, withHelp, type Asl } from './language.ts';
import { MINUTES } from './minutes.ts';
import { CONFIRM, SETTLE } from './settle.ts';
import { SHIFT } from './shift.ts';
import { WHERE } from './words.ts';

/**
 * What is done to the aliases, one call for each and then the alarms are read: `shift` them to the step `$next`, look whether they
 * have `settle`d on the canary, `confirm` the promotion, write that the step is `hold`, or `claim` what another part left.
 */

/** Each target as no call was made for this act yet. */
export const ALL_UNTRIED = `[$map($targets, function($x) { $merge([$x, ${UNTRIED}]) })]`;

/** Where the rollout goes on from a step that is over. */
export const ADVANCING: Asl = {
  act: jsonata(`${IS_TO_BE_HELD} ? 'hold' : $upcoming < $count($steps) ? 'shift' : 'confirm'`),
  next: jsonata(`${IS_TO_BE_HELD} or $upcoming >= $count($steps) ? $step : $upcoming`),
  targets: jsonata(ALL_UNTRIED),
  actedAt: jsonata('$millis()'),
};

/** The alarms are read, and then the act goes on. */
export const READING_BEGINS: Asl = {
  // When the reading began: what it sees is at least that fresh.
  readingAt: jsonata('$millis()'),
  turn: jsonata('$turn + 1'),
};

/**
 * From one look at what Lambda moves to the next, in milliseconds: a move takes many minutes, and each look is thirteen events of the history
 * for each of the targets. What could not be seen is looked at sooner, as there is little patience for that.
 */
const BETWEEN_LOOKS = `$count($targets) * ('unread' in [$targets.fate] ? 1000 : 5000)`;
const IS_LATE = `$millis() - $actedAt > ${MOVE_PATIENCE_MS}`;
const IS_TO_WAIT = `$act = 'settle' and $not(${IS_LATE}) and $millis() - $lookedAt < ${BETWEEN_LOOKS}`;

/** Which act goes on after the alarms were read; none in a bake. */
export const ACTS: readonly Asl[] = [
  { Condition: jsonata(`${IS_TO_WAIT} and $compares`), Next: 'Read metrics' },
  { Condition: jsonata(IS_TO_WAIT), Next: 'Baking' },
  { Condition: jsonata(`$act in ['shift', 'hold', 'claim']`), Next: 'Shifting' },
  { Condition: jsonata(`$act = 'settle'`), Next: 'Settling' },
  { Condition: jsonata(`$act = 'confirm'`), Next: 'Confirming' },
];

const LONGEST_PAUSE_S = 4;

/** Lambda refused, or did not answer: it may not be asked again at once, but the alarms are. */
const BETWEEN_TRIES: Asl = {
  Type: 'Wait',
  Seconds: jsonata(`$min([${LONGEST_PAUSE_S}, $max($append([1], $targets.tries))])`),
  Assign: READING_BEGINS,
  Next: 'Read alarms',
};

const names = (fate: string) => `$join([$targets[fate = '${fate}'].name], ', ')`;

export const TAKEN: Asl = {
  Condition: jsonata(`'taken' in [$targets.fate]`),
  Assign: {
    reason: jsonata(
      `${WHERE} & ${names('taken')} & ' is carried on by the next part of the rollout'`,
    ),
  },
  Next: 'The next part goes on',
};

export function revertWhen(condition: string, reason: string): Asl {
  return {
    Condition: jsonata(condition),
    Assign: { reason: jsonata(reason) },
    Next: 'To be reverted',
  };
}

/** When the bake of the step `$next` is over that begins now; its last reading is early in a minute where the next weight needs that. */
const UNTIL = withHelp(
  MINUTES,
  `
  $end := $millis() + $steps[$next].bakeMs;
  $onTheMinute and $next != $hold.after and $next + 1 < $count($steps) and $steps[$next + 1].weight < 100
    and $not($isEarly($end)) ? $minuteOf($end) + ${MINUTE_MS} : $end`,
);

/** A promotion that another part wrote already is in force since then. */
const CHANGED = `$count($changes) > 0 and $changes[-1].weight = $steps[$next].weight and $steps[$next].weight >= 100`;

const SAID_OF_SHIFT = `(
  $where := $act = 'hold' ? 'the mark that ' & $steps[$next].weight & ' % (step ' & ($next + 1) & ' of ' & $count($steps) & ') is held: ' :
    $act = 'claim' ? 'going on with what another job left: ' :
    'on the way to ' & $steps[$next].weight & ' % (step ' & ($next + 1) & ' of ' & $count($steps) & '): ';
  $where & $join([$targets[fate in ['foreign', 'failed']].(name & (fate = 'foreign' ? ' was moved by somebody else' : ' could not be moved: ' & said))], '; ')
)`;

const IS_SHIFTED = `$count($targets[fate != 'shifted']) = 0`;

const UNREAD_FOR_LONG = `$targets[fate = 'unread' and $millis() - unreadSince > ${READ_PATIENCE_MS}]`;

export const ACTING: Asl = {
  Advance: {
    Type: 'Choice',
    Choices: [
      {
        // What took so long that the alarms would wait for the next call as well.
        Condition: jsonata(`$millis() - $readingAt > ${LONGEST_CALL_S * 1_000}`),
        Assign: READING_BEGINS,
        Next: 'Read alarms',
      },
      { Condition: jsonata(`$act = 'confirm'`), Next: 'Confirming' },
    ],
    Default: 'Shifting',
  },
  Shifting: {
    ...SHIFT,
    Assign: { targets: jsonata('[$states.result]') },
    Output: {},
    Next: 'Shifted by all',
  },
  'Shifted by all': {
    Type: 'Choice',
    Choices: [
      TAKEN,
      revertWhen(`$count($targets[fate in ['foreign', 'failed']]) > 0`, SAID_OF_SHIFT),
      { Condition: jsonata(`$act = 'hold' and ${IS_SHIFTED}`), Next: 'Held' },
      { Condition: jsonata(`$act = 'claim' and ${IS_SHIFTED}`), Next: 'Taken over' },
      {
        Condition: jsonata(IS_SHIFTED),
        Assign: {
          act: jsonata(`$steps[$next].weight < 100 ? 'bake' : 'settle'`),
          begins: false,
          takenOver: false,
          step: jsonata('$next'),
          upcoming: jsonata('$next + 1'),
          since: jsonata('$millis()'),
          actedAt: jsonata('$millis()'),
          shiftedAt: jsonata(`${CHANGED} ? $changes[-1].at : $millis()`),
          until: jsonata(UNTIL),
          settled: jsonata('$steps[$next].weight < 100'),
          changes: jsonata(
            `${CHANGED} ? $changes : $append($changes, [{ 'at': $millis(), 'weight': $steps[$next].weight, 'few': $steps[$next].few }])`,
          ),
        },
        Next: 'How long does it bake',
      },
    ],
    Default: 'Between tries',
  },
  'Between tries': BETWEEN_TRIES,
  ...HOLD,
  'Taken over': {
    Type: 'Pass',
    Assign: { act: 'bake', ...READING_BEGINS },
    Next: 'Read alarms',
  },
  'How long does it bake': {
    Type: 'Choice',
    Choices: [
      { Condition: jsonata('$not($settled)'), Next: 'Settling' },
      {
        // What was read before the weight says nothing of it, and a step is left by what was read at its end.
        Condition: jsonata('$steps[$step].bakeMs = 0'),
        Assign: READING_BEGINS,
        Next: 'Read alarms',
      },
    ],
    Default: 'Baking',
  },
  Settling: {
    ...SETTLE,
    Assign: { targets: jsonata('[$states.result]'), lookedAt: jsonata('$millis()') },
    Output: {},
    Next: 'Settled by all',
  },
  'Settled by all': {
    Type: 'Choice',
    Choices: [
      TAKEN,
      {
        Condition: jsonata(`$count($targets[fate != 'settled']) = 0`),
        Assign: {
          act: 'bake',
          settled: true,
          since: jsonata('$millis()'),
          until: jsonata('$millis() + $steps[$step].bakeMs'),
        },
        Next: 'How long does it bake',
      },
      revertWhen(
        `'foreign' in [$targets.fate]`,
        `${WHERE} & ${names('foreign')} & ' was moved by somebody else'`,
      ),
      revertWhen(
        `'stuck' in [$targets.fate]`,
        `${WHERE} & $join([$targets[fate = 'stuck'].('Lambda could not move the provisioned concurrency of ' & name & ' to version ' & canary & ' (status FAILED' & (said = '' ? '' : ': ' & said) & '), and still serves version ' & stable)], '; ')`,
      ),
      revertWhen(
        // By a look at the alias: where the move was asked about, it may have ended since the one before.
        `${IS_LATE} and $count($targets[fate = 'moving' and asks = 'move']) > 0`,
        `${WHERE} & 'Lambda has not moved the provisioned concurrency of ' & $join([$targets[fate != 'settled'].name], ', ')`,
      ),
      revertWhen(
        `$count(${UNREAD_FOR_LONG}) > 0`,
        `${WHERE} & $join([${UNREAD_FOR_LONG}.(name & ' could not be read: ' & said)], '; ')`,
      ),
      { Condition: jsonata('$compares'), Next: 'Read metrics' },
    ],
    Default: 'Baking',
  },
  Confirming: {
    ...CONFIRM,
    Assign: { targets: jsonata('[$states.result]') },
    Output: {},
    Next: 'Confirmed by all',
  },
  'Confirmed by all': {
    Type: 'Choice',
    Choices: [
      TAKEN,
      { Condition: jsonata(`$count($targets[fate != 'promoted']) = 0`), Next: 'Passed' },
      revertWhen(
        `'blocked' in [$targets.fate] or $millis() - $actedAt > ${READ_PATIENCE_MS}`,
        `'after the last step: ' & $join([$targets[fate != 'promoted'].(name & ' does not serve the new version alone' & (said = '' ? '' : ': ' & said))], ', ')`,
      ),
      {
        // Every mark is off, as far as the answers say: that is read back once the alarms were.
        Condition: jsonata(`$count($targets[fate = 'open' and (answer != '' or tries > 1)]) = 0`),
        Assign: READING_BEGINS,
        Next: 'Read alarms',
      },
    ],
    Default: 'Between tries',
  },
};
