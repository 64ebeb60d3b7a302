import { MOVE_PATIENCE_MS, READ_PATIENCE_MS } from '../alias/patience.ts';
import { MINUTE_MS } from '../minute.ts';
import { IS_MOVED } from './alias.ts';
import { NEEDS_HISTORIES, readAlarms, readHistories } from './alarms.ts';
import { jsonata, PATIENTLY, task, withHelp, type Asl } from './language.ts';
import { readMetrics } from './metrics.ts';
import { MINUTES } from './minutes.ts';
import { CONFIRM, SETTLE } from './settle.ts';
import { SHIFT } from './shift.ts';
import { WORST } from './verdicts.ts';
import { SAID_OF_METRICS, WHERE } from './words.ts';

/** Nothing is compared before there is a weight. */
const COMPARES = `$compares and $step >= 0`;

/** A step is over when its time is, and what was read was read after that. */
const IS_OVER = '$settled and $readingAt >= $until';

const NEXT_IS_COMPARED = `($onTheMinute and $step + 1 < $count($steps) and $steps[$step + 1].weight < 100)`;

/** `mayLeave` of core/rollout/state.ts: no minute with two weights, as far as that can be helped. */
const MAY_LEAVE = withHelp(MINUTES, `$not(${NEXT_IS_COMPARED}) or $isEarly($millis())`);
const NEXT_MINUTE = withHelp(MINUTES, `$minuteOf($millis()) + ${MINUTE_MS}`);

/** When the bake of the step `$next` is over that begins now; its last reading is at the beginning of a minute where the next weight needs that. */
const UNTIL = `(
  $end := $millis() + $steps[$next].bakeMs;
  $onTheMinute and $next + 1 < $count($steps) and $steps[$next + 1].weight < 100
    ? $ceil($end / ${MINUTE_MS}) * ${MINUTE_MS} : $end
)`;

/** What alarms and metrics say together; metrics only where they are compared. */
const KIND = `(
  ${WORST}
  $worst([$watched.verdict, ${COMPARES} ? $judged.verdict : { 'kind': 'pass' }]).kind
)`;

const REASON = `${WHERE} & ($watched.verdict.kind = ${KIND} ? $watched.verdict.why : ${SAID_OF_METRICS})`;

function revertWhen(condition: string, reason: string): Asl {
  return {
    Condition: jsonata(condition),
    Assign: { reason: jsonata(reason) },
    Next: 'To be reverted',
  };
}

/** The alarms of a reading, judged: a red one is followed by the revert, and by nothing else. */
const RED = revertWhen(`$watched.verdict.kind = 'fail'`, `${WHERE} & $watched.verdict.why`);
const UNSETTLED = { Condition: jsonata('$not($settled)'), Next: 'Settling' };
const COMPARED = { Condition: jsonata(COMPARES), Next: 'Read metrics' };

const LOOKED_AT = '$targets[$turn % $count($targets)]';

/**
 * A write by somebody else is met by the next one of ours; in a step of days that is late. One alias a turn costs the history little,
 * however many there are. No step waits for it.
 */
const LOOK: Asl = {
  ...task('lambda', 'getAlias'),
  ...PATIENTLY,
  Arguments: {
    FunctionName: jsonata(`${LOOKED_AT}.functionId`),
    Name: jsonata(`${LOOKED_AT}.alias`),
  },
  Assign: {
    moved: jsonata(withHelp([`$t := ${LOOKED_AT};`, '$a := $states.result;'], IS_MOVED)),
  },
  Output: {},
  Next: 'Decide',
  Catch: [{ ErrorEquals: ['States.ALL'], Assign: { moved: false }, Next: 'Decide' }],
};

/** From the first reading to the last: the branch that carries the rollout. */
export const WATCHING: Asl = {
  Checking: {
    Type: 'Pass',
    Assign: {
      targets: jsonata(
        `[$map($states.input.targets, function($x) { $merge([$x, { 'begun': [], 'past': [], 'put': false, 'fate': '' }]) })]`,
      ),
      watched: jsonata(
        `{ 'watches': [$map($states.input.alarms, function($x) { $merge([$x, { 'seenAt': $millis() }]) })], 'verdict': { 'kind': 'pass', 'why': '' }, 'doubtful': [], 'read': [] }`,
      ),
      judged: jsonata(
        `{ 'closed': $states.input.accounts, 'openFrom': 0, 'seenAt': 0, 'verdicts': [], 'verdict': { 'kind': 'pass', 'why': '' } }`,
      ),
      alarmPolicy: jsonata('$states.input.alarmPolicy'),
      policy: jsonata('$states.input.policy'),
      compares: jsonata('$states.input.compares'),
      onTheMinute: jsonata('$states.input.onTheMinute'),
      pollMs: jsonata('$states.input.pollMs'),
      begun: jsonata('$states.input.begun'),
      changes: [],
      turn: 0,
      moved: false,
      step: -1,
      next: 0,
      settled: true,
      since: jsonata('$millis()'),
      shiftedAt: jsonata('$millis()'),
      until: jsonata(
        withHelp(
          MINUTES,
          `$states.input.onTheMinute and $not($isEarly($millis())) ? $minuteOf($millis()) + ${MINUTE_MS} : $millis()`,
        ),
      ),
      reason: jsonata(`''`),
    },
    Next: 'Baking',
  },
  Baking: {
    Type: 'Wait',
    Seconds: jsonata(
      `(
        $longest := $step < 0 ? $until + 1000 : $since + $steps[$step].longestMs;
        $end := $millis() >= $until ? $longest : $until;
        $settled and $millis() < $end ? $max([1, $ceil($min([$pollMs, $end - $millis()]) / 1000)]) : $ceil($pollMs / 1000)
      )`,
    ),
    Assign: {
      // When the reading began: what it sees is at least that fresh.
      readingAt: jsonata('$millis()'),
      turn: jsonata('$turn + 1'),
    },
    Next: 'Read alarms',
  },
  'Read alarms': readAlarms('Judge alarms'),
  'Judge alarms': {
    Type: 'Choice',
    Choices: [
      RED,
      { Condition: jsonata(NEEDS_HISTORIES), Next: 'Read histories' },
      UNSETTLED,
      COMPARED,
    ],
    Default: 'Look at an alias',
  },
  'Read histories': readHistories('Judge histories'),
  'Judge histories': {
    Type: 'Choice',
    Choices: [RED, UNSETTLED, COMPARED],
    Default: 'Look at an alias',
  },
  'Read metrics': readMetrics('Look at an alias'),
  'Look at an alias': LOOK,
  Decide: {
    Type: 'Choice',
    Choices: [
      {
        Condition: jsonata('$moved'),
        Assign: {
          reason: jsonata(`${WHERE} & ${LOOKED_AT}.name & ' was moved by somebody else'`),
          targets: jsonata(
            `[$map($targets, function($x, $k) { $k = $turn % $count($targets) ? $merge([$x, { 'fate': 'foreign' }]) : $x })]`,
          ),
        },
        Next: 'To be reverted',
      },
      revertWhen(`${KIND} in ['fail', 'hold']`, REASON),
      revertWhen(
        `${KIND} = 'inconclusive' and $readingAt >= ($step < 0 ? $since + $steps[0].bakeMs : $until + $steps[$step].bakeMs)`,
        `${REASON} & ' (still so after its bake time)'`,
      ),
      {
        Condition: jsonata(`${KIND} = 'pass' and ${IS_OVER} and $not(${MAY_LEAVE})`),
        Assign: { until: jsonata(NEXT_MINUTE) },
        Next: 'Baking',
      },
      { Condition: jsonata(`${KIND} = 'pass' and ${IS_OVER}`), Next: 'Advance' },
    ],
    Default: 'Baking',
  },
  Advance: {
    Type: 'Choice',
    Choices: [
      {
        Condition: jsonata('$step + 1 < $count($steps)'),
        Assign: { next: jsonata('$step + 1') },
        Next: 'Shifting',
      },
    ],
    Default: 'Confirming',
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
      {
        Condition: jsonata(`$count($targets[fate != 'shifted']) = 0`),
        Assign: {
          step: jsonata('$next'),
          since: jsonata('$millis()'),
          shiftedAt: jsonata('$millis()'),
          until: jsonata(UNTIL),
          settled: jsonata('$steps[$next].weight < 100'),
          changes: jsonata(
            `$append($changes, [{ 'at': $millis(), 'weight': $steps[$next].weight, 'few': $steps[$next].few }])`,
          ),
        },
        Next: 'How long does it bake',
      },
    ],
    Default: 'To be reverted',
    Assign: {
      reason: jsonata(
        `'on the way to ' & $steps[$next].weight & ' % (step ' & ($next + 1) & ' of ' & $count($steps) & '): ' & $join([$targets[fate != 'shifted'].(name & (fate = 'foreign' ? ' was moved by somebody else' : ' could not be moved: ' & said))], '; ')`,
      ),
    },
  },
  'How long does it bake': {
    Type: 'Choice',
    Choices: [UNSETTLED, { Condition: jsonata('$steps[$step].bakeMs = 0'), Next: 'Advance' }],
    Default: 'Baking',
  },
  Settling: {
    ...SETTLE,
    Assign: { targets: jsonata('[$states.result]') },
    Output: {},
    Next: 'Settled by all',
  },
  'Settled by all': {
    Type: 'Choice',
    Choices: [
      {
        Condition: jsonata(`$count($targets[fate != 'settled']) = 0`),
        Assign: {
          settled: true,
          since: jsonata('$millis()'),
          until: jsonata('$millis() + $steps[$step].bakeMs'),
        },
        Next: 'How long does it bake',
      },
      revertWhen(
        `'foreign' in [$targets.fate]`,
        `${WHERE} & $join([$targets[fate = 'foreign'].name], ', ') & ' was moved by somebody else'`,
      ),
      revertWhen(
        `$millis() - $shiftedAt > ${MOVE_PATIENCE_MS}`,
        `${WHERE} & 'Lambda has not moved the provisioned concurrency of ' & $join([$targets[fate != 'settled'].name], ', ')`,
      ),
      revertWhen(
        `'unread' in [$targets.fate] and $millis() - $shiftedAt > ${READ_PATIENCE_MS}`,
        `${WHERE} & $join([$targets[fate = 'unread'].(name & ' could not be read: ' & said)], '; ')`,
      ),
      COMPARED,
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
    Choices: [{ Condition: jsonata(`$count($targets[fate != 'promoted']) = 0`), Next: 'Passed' }],
    Default: 'To be reverted',
    Assign: {
      reason: jsonata(
        `'after the last step: ' & $join([$targets[fate != 'promoted'].name], ', ') & ' does not serve the new version alone'`,
      ),
    },
  },
  Passed: {
    Type: 'Pass',
    Output: jsonata(`{ 'passed': true, 'targets': $targets, 'reason': '' }`),
    End: true,
  },
  'To be reverted': {
    Type: 'Pass',
    Output: jsonata(`{ 'passed': false, 'targets': $targets, 'reason': $reason }`),
    End: true,
  },
};
