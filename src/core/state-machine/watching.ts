import { MINUTE_MS } from '../minute.ts';
import { ACTING, ACTS, ADVANCING, READING_BEGINS, revertWhen } from './acting.ts';
import { GONE, MOVED, UNTRIED } from './alias.ts';
import { NEEDS_HISTORIES, readAlarms, readHistories } from './alarms.ts';
import { IS_LEFT, IS_TO_BE_HELD, LEFT_REASON, PACE } from './hold.ts';
import { jsonata, LONGEST_CALL_S, ONCE, task, withHelp, type Asl } from './language.ts';
import { readMetrics } from './metrics.ts';
import { MINUTES } from './minutes.ts';
import { WORST } from './verdicts.ts';
import { SAID_OF_METRICS, WHERE } from './words.ts';

/** Nothing is compared before there is a weight. */
const COMPARES = `$compares and $step >= 0`;

/** A step is over when its time is, and what was read was read after that. */
const IS_OVER = '$settled and $readingAt >= $until';

const NEXT_IS_COMPARED = `($onTheMinute and $not(${IS_TO_BE_HELD}) and $upcoming < $count($steps) and $steps[$upcoming].weight < 100)`;

/**
 * `mayLeave` of core/rollout/state.ts: no minute with two weights, as far as that can be helped. By the reading, not by when it came
 * to an end: where each look hangs, that is never early in a minute, and the step would have no end.
 */
const MAY_LEAVE = withHelp(MINUTES, `$not(${NEXT_IS_COMPARED}) or $isEarly($readingAt)`);
const NEXT_MINUTE = withHelp(MINUTES, `$minuteOf($millis()) + ${MINUTE_MS}`);

/** What alarms and metrics say together; metrics only where they are compared. */
const KIND = `(
  ${WORST}
  $worst([$watched.verdict, ${COMPARES} ? $judged.verdict : { 'kind': 'pass' }]).kind
)`;

const REASON = `${WHERE} & ($watched.verdict.kind = ${KIND} ? $watched.verdict.why : ${SAID_OF_METRICS})`;

/** People have decided to go on with what was held for them. */
const PASSES = `(${KIND} = 'pass' or ${KIND} = 'hold' and $begins)`;

/** The alarms of a reading, judged: a red one is followed by the revert, and by nothing else. */
const RED = revertWhen(`$watched.verdict.kind = 'fail'`, `${WHERE} & $watched.verdict.why`);
const COMPARED = { Condition: jsonata(COMPARES), Next: 'Read metrics' };

const LOOKED_AT = '$targets[$turn % $count($targets)]';

/** What hangs is not waited for longer than the alarms may wait: two calls have hung by then. */
const LEFT_FOR_LOOK_S = `$max([1, $min([${LONGEST_CALL_S}, ${2 * LONGEST_CALL_S} - $ceil(($millis() - $readingAt) / 1000)])])`;

/**
 * A write by somebody else is met by the next one of ours; in a step of days that is late. One alias a turn costs the history little,
 * however many there are. No step waits for it.
 */
const LOOK: Asl = {
  ...task('lambda', 'getAlias'),
  ...ONCE,
  TimeoutSeconds: jsonata(LEFT_FOR_LOOK_S),
  Arguments: {
    FunctionName: jsonata(`${LOOKED_AT}.functionId`),
    Name: jsonata(`${LOOKED_AT}.alias`),
  },
  Assign: {
    moved: jsonata(withHelp([`$t := ${LOOKED_AT};`, '$a := $states.result;'], MOVED)),
  },
  Output: {},
  Next: 'Decide',
  Catch: [
    { ErrorEquals: [GONE], Assign: { moved: 'foreign' }, Next: 'Decide' },
    { ErrorEquals: ['States.ALL'], Assign: { moved: 'no' }, Next: 'Decide' },
  ],
};

/** Between looks at an alias that could not be read, or was read as it was before the promotion. */
const UNREAD_MS = 5_000;

/** Where an alias stands, and that nothing was done to it yet. */
const TARGETS = `[$map($states.input.targets, function($x) { $merge([$x, ${UNTRIED}, {
  'past': [], 'put': false, 'unanswered': false,
  'serves': $x.standing < 0 ? 0 : $states.input.steps[$x.standing].weight
}]) })]`;

/**
 * The bake of what another part left is over: what is left of it is its extension. `bakeTakenOver` of core/rollout/command.ts.
 */
const SINCE = `($states.input.standing >= 0 and $states.input.standing < $states.input.first
  ? $millis() - $states.input.steps[$states.input.standing].bakeMs : $millis())`;

/** What was counted in the step that stands goes on to be, under its new beginning. */
const ACCOUNTS = `[$map($states.input.accounts, function($x) {
  $exists($x.inStep) and $states.input.standing < $states.input.first
    ? $merge([$x, { 'inStep': $merge([$x.inStep, { 'step': ${SINCE} }]) }]) : $x
})]`;

/** From the first reading to the last: the branch that carries the rollout. */
export const WATCHING: Asl = {
  Checking: {
    Type: 'Pass',
    Assign: {
      targets: jsonata(TARGETS),
      watched: jsonata(
        `{ 'watches': [$map($states.input.alarms, function($x) { $merge([$x, { 'seenAt': $millis() }]) })], 'verdict': { 'kind': 'pass', 'why': '' }, 'doubtful': [], 'read': [] }`,
      ),
      judged: jsonata(
        `{ 'closed': ${ACCOUNTS}, 'openFrom': $states.input.openFrom, 'seenAt': 0, 'verdicts': [], 'verdict': { 'kind': 'pass', 'why': '' } }`,
      ),
      alarmPolicy: jsonata('$states.input.alarmPolicy'),
      policy: jsonata('$states.input.policy'),
      compares: jsonata('$states.input.compares'),
      onTheMinute: jsonata('$states.input.onTheMinute'),
      pollMs: jsonata('$states.input.pollMs'),
      hold: jsonata('$states.input.hold'),
      begun: jsonata('$states.input.begun'),
      changes: jsonata('$states.input.changes'),
      turn: 0,
      moved: 'no',
      act: jsonata(`$states.input.standing < 0 ? 'bake' : 'claim'`),
      // Nothing is shifted before it was asked whether this may begin, or go on with what another part left.
      begins: true,
      step: jsonata('$states.input.standing'),
      upcoming: jsonata('$states.input.first'),
      next: jsonata('$states.input.standing'),
      takenOver: jsonata(
        '$states.input.standing >= 0 and $states.input.standing < $states.input.first',
      ),
      held: false,
      settled: true,
      since: jsonata(SINCE),
      actedAt: jsonata('$millis()'),
      readingAt: jsonata('$millis()'),
      lookedAt: 0,
      shiftedAt: jsonata(
        `$count($states.input.changes) > 0 ? $states.input.changes[-1].at : $millis()`,
      ),
      until: jsonata(
        withHelp(
          MINUTES,
          `$states.input.onTheMinute and $not($isEarly($millis())) ? $minuteOf($millis()) + ${MINUTE_MS} : $millis()`,
        ),
      ),
      reason: jsonata(`''`),
    },
    Next: 'What is there',
  },
  'What is there': {
    Type: 'Choice',
    Choices: [{ Condition: jsonata(`$act = 'claim'`), Next: 'Shifting' }],
    Default: 'Baking',
  },
  Baking: {
    Type: 'Wait',
    Seconds: jsonata(
      `(
        $longest := $step < 0 ? $until + 1000 : $since + $steps[$step].longestMs;
        $end := $millis() >= $until ? $longest : $until;
        $pace := $not($settled) ? ('unread' in [$targets.fate] ? ${UNREAD_MS} : $min([${PACE}, ${MINUTE_MS}])) :
          ${KIND} = 'error' ? $min([${PACE}, ${MINUTE_MS}]) : ${PACE};
        $due := $readingAt + $pace - $millis();
        $max([1, $ceil($min([$settled and $millis() < $end ? $end - $millis() : $due, $due]) / 1000)])
      )`,
    ),
    Assign: READING_BEGINS,
    Next: 'Read alarms',
  },
  'Read alarms': readAlarms('Judge alarms'),
  'Judge alarms': {
    Type: 'Choice',
    Choices: [
      RED,
      { Condition: jsonata(NEEDS_HISTORIES), Next: 'Read histories' },
      ...ACTS,
      COMPARED,
    ],
    Default: 'Look at an alias',
  },
  'Read histories': readHistories('Judge histories'),
  'Judge histories': {
    Type: 'Choice',
    Choices: [RED, ...ACTS, COMPARED],
    Default: 'Look at an alias',
  },
  'Read metrics': readMetrics('Look at an alias'),
  'Look at an alias': LOOK,
  Decide: {
    Type: 'Choice',
    Choices: [
      {
        Condition: jsonata(`$moved = 'taken'`),
        Assign: {
          reason: jsonata(
            `${WHERE} & ${LOOKED_AT}.name & ' is carried on by the next part of the rollout'`,
          ),
        },
        Next: 'The next part goes on',
      },
      {
        Condition: jsonata(`$moved = 'foreign'`),
        Assign: {
          reason: jsonata(`${WHERE} & ${LOOKED_AT}.name & ' was moved by somebody else'`),
          targets: jsonata(
            `[$map($targets, function($x, $k) { $k = $turn % $count($targets) ? $merge([$x, { 'fate': 'foreign' }]) : $x })]`,
          ),
        },
        Next: 'To be reverted',
      },
      revertWhen(`${KIND} = 'fail'`, REASON),
      revertWhen(IS_LEFT, `${WHERE} & ${LEFT_REASON}`),
      {
        Condition: jsonata(`${KIND} = 'hold' and $not($held) and $not($begins)`),
        Assign: { ...ADVANCING, act: 'hold', next: jsonata('$step'), reason: jsonata(REASON) },
        Next: 'Advance',
      },
      revertWhen(
        `${KIND} = 'inconclusive' and $settled and $readingAt >= ($step < 0 ? $since + $steps[0].bakeMs : $until + $steps[$step].bakeMs)`,
        `${REASON} & ($begins ? ' (still so after its bake time)' : ' (still so after twice the bake time)')`,
      ),
      {
        Condition: jsonata(`$not($held) and ${PASSES} and ${IS_OVER} and $not(${MAY_LEAVE})`),
        Assign: { until: jsonata(NEXT_MINUTE) },
        Next: 'Baking',
      },
      {
        Condition: jsonata(`$not($held) and ${PASSES} and ${IS_OVER}`),
        Assign: ADVANCING,
        Next: 'Advance',
      },
    ],
    Default: 'Baking',
  },
  ...ACTING,
  Passed: ended('promoted'),
  'To be reverted': ended('reverted'),
  'The next part goes on': ended('taken over'),
};

function ended(as: 'promoted' | 'reverted' | 'taken over'): Asl {
  return {
    Type: 'Pass',
    Output: jsonata(`{ 'as': '${as}', 'targets': $targets, 'reason': $reason }`),
    End: true,
  };
}
