import { caught, forEach, jsonata, PATIENTLY, SAID, task, withHelp, type Asl } from './language.ts';
import { WORST } from './verdicts.ts';

/** DescribeAlarms gives up to this many on a page, and there is no second one here. */
const ALARMS_PER_PAGE = 100;
const NO_ALARM = 'lambda-canary watches no alarm';
/** What stands between the name of an alarm and why it could not be read. */
export const UNSEEN_ALARM = ' could not be read: ';
const TYPES = ['MetricAlarm', 'CompositeAlarm', 'LogAlarm'];

/** `foundAlarm` of aws/alarms.ts: the reply of DescribeAlarms becomes the readings of `assess`. */
const READ = `
  $alarms := $append($states.result.MetricAlarms, $append($states.result.CompositeAlarms, $states.result.LogAlarms));
  $read := [$map([$filter($alarms, function($x) { $exists($x.AlarmName) })], function($x) { {
    'name': $x.AlarmName,
    'state': $exists($x.StateValue) ? $x.StateValue : 'unknown',
    'reason': $exists($x.StateReason) ? $x.StateReason : '',
    'at': $max([0, $toMillis($exists($x.StateTransitionedTimestamp) ? $x.StateTransitionedTimestamp : $x.StateUpdatedTimestamp)]),
    'notEvaluated': $x.EvaluationState in ['EVALUATION_ERROR', 'EVALUATION_FAILURE'] ? $x.EvaluationState : ''
  } })];`;

/** `needHistory` of core/checks/alarms.ts: the alarms that may have been red since the reading before. */
const DOUBTFUL = `
  $present := function($name) { $filter($read, function($x) { $x.name = $name })[0] };
  $isRed := $count([$filter($watches, function($w) { $not($w.ignored) and $present($w.name).state = 'ALARM' })]) > 0;
  $doubtful := [$filter($watches, function($w) { (
    $now := $present($w.name);
    $exists($now.name) and $now.at != $w.at and ($now.state != 'ALARM' or $w.ignored)
  ) })];`;

/** `assess` of core/checks/alarms.ts, with histories as a list of the names and the states they went through. */
const ASSESS = `
  $unseen := function($w, $what) { {
    'watch': $w,
    'kind': $readingAt - $w.seenAt > $alarmPolicy.graceMs ? 'fail' : 'error',
    'why': 'alarm ' & $w.name & '${UNSEEN_ALARM}' & $what
  } };
  $statesSince := function($w, $now, $histories) { (
    $history := $filter($histories, function($each) { $each.name = $w.name })[0];
    $not($exists($history.name)) ? [$now.state] :
    $count($history.states) > 0 ? $append($history.states, [$now.state]) :
    $now.state = $w.state ? ['unknown', $now.state] : [$now.state]
  ) };
  $fromFirstGreen := function($all) { (
    $greens := [$map($all, function($each, $index) { $each = 'OK' ? $index })];
    [$filter($all, function($each, $index) { $count($greens) > 0 and $index > $greens[0] })]
  ) };
  $verdictOn := function($now, $all) {
    $now.state = 'ALARM' ? { 'kind': 'fail', 'why': 'alarm ' & $now.name & ' went into ALARM: ' & $now.reason } :
    'ALARM' in $all
      ? { 'kind': 'fail', 'why': 'alarm ' & $now.name & ' was in ALARM between two readings; it is ' & $now.state & ' now: ' & $now.reason } :
    'unknown' in $all
      ? { 'kind': 'fail', 'why': 'alarm ' & $now.name & ' left ' & $now.state & ' and came back between two readings, and its history could not be read: that counts as ALARM' } :
    $now.state = 'OK' or $alarmPolicy.onInsufficientData = 'continue' ? { 'kind': 'pass', 'why': '' } :
    {
      'kind': $alarmPolicy.onInsufficientData = 'wait' ? 'inconclusive' : 'fail',
      'why': 'alarm ' & $now.name & ' is in ' & $now.state & ': ' & $now.reason
    }
  };
  $judgeOne := function($w, $read, $histories) { (
    $now := $filter($read, function($x) { $x.name = $w.name })[0];
    $not($exists($now.name)) ? $unseen($w, 'CloudWatch did not return it: it was deleted, or may no longer be read') :
    $now.notEvaluated != '' ? $unseen($w, 'CloudWatch cannot evaluate it (' & $now.notEvaluated & ')') :
    $not($now.state in ['OK', 'ALARM', 'INSUFFICIENT_DATA']) ? $unseen($w, 'CloudWatch gives its state as ' & $now.state) : (
      $all := $statesSince($w, $now, $histories);
      $ignored := $w.ignored and $not('OK' in $all);
      $verdict := $ignored ? { 'kind': 'pass', 'why': '' } : $verdictOn($now, $w.ignored ? $fromFirstGreen($all) : $all);
      $merge([$verdict, {
        'watch': { 'name': $now.name, 'state': $now.state, 'at': $now.at, 'ignored': $ignored, 'seenAt': $readingAt }
      }])
    )
  ) };
  $assess := function($read, $histories) { (
    $all := [$map($watches, function($w) { $judgeOne($w, $read, $histories) })];
    { 'watches': [$all.watch], 'verdict': $merge([$worst($all), { 'watch': 0 }]), 'doubtful': [], 'read': [] }
  ) };`;

const WATCHES = '$watches := $watched.watches;';

/** What a reading of the alarms comes to. Where a history is needed first, what was read is kept for {@link WITH_HISTORIES}. */
export const READING = withHelp(
  [WATCHES, READ, DOUBTFUL, WORST, ASSESS],
  `$not($isRed) and $count($doubtful) > 0
    ? { 'watches': $watches, 'verdict': { 'kind': 'pass', 'why': '' }, 'doubtful': $doubtful, 'read': $read }
    : $assess($read, [])`,
);

/** The same once the histories are there. */
export const WITH_HISTORIES = withHelp(
  [WATCHES, WORST, ASSESS],
  '$assess($watched.read, $states.result)',
);

/** The same where the alarms could not be read. */
export const UNREADABLE = withHelp(
  [WATCHES, WORST, ASSESS],
  `
  $all := [$map($watches, function($w) { $unseen($w, ${SAID}) })];
  { 'watches': $watches, 'verdict': $merge([$worst($all), { 'watch': 0 }]), 'doubtful': [], 'read': [] }`,
);

export function readAlarms(next: string): Asl {
  return {
    ...task('cloudwatch', 'describeAlarms'),
    ...PATIENTLY,
    Arguments: {
      // No name at all would mean every alarm of the account.
      AlarmNames: jsonata(
        `$count($watched.watches) = 0 ? ['${NO_ALARM}'] : [$watched.watches.name]`,
      ),
      AlarmTypes: TYPES,
      MaxRecords: ALARMS_PER_PAGE,
    },
    Assign: { watched: jsonata(READING) },
    Output: {},
    Next: next,
    ...caught(next, { watched: jsonata(UNREADABLE) }),
  };
}

export const NEEDS_HISTORIES = '$count($watched.doubtful) > 0';

/**
 * The states that an alarm went into since its own last transition, oldest first, by the reply of DescribeAlarmHistory. What cannot be
 * understood, and what is on another page, counts as ALARM.
 */
export const STATES_SINCE = `(
  $w := $states.input;
  $items := [$filter($states.result.AlarmHistoryItems, function($x) { $not($toMillis($x.Timestamp) <= $w.at) })];
  $found := [$map($items, function($x) { (
    $value := $match($x.HistoryData, /"newState":\\{[^{}]*"stateValue":"([A-Z_]+)"/)[0].groups[0];
    $exists($value) ? $value : 'ALARM'
  ) })];
  { 'name': $w.name, 'states': $exists($states.result.NextToken) ? $append($found, ['ALARM']) : $found }
)`;

/** Reads the history of each alarm that may have been red. One that cannot be read explains nothing. */
export function readHistories(next: string): Asl {
  return {
    ...forEach('$watched.doubtful', 'Read history', {
      'Read history': {
        ...task('cloudwatch', 'describeAlarmHistory'),
        ...PATIENTLY,
        Arguments: {
          AlarmName: jsonata('$states.input.name'),
          AlarmTypes: TYPES,
          HistoryItemType: 'StateUpdate',
          StartDate: jsonata('$fromMillis($states.input.at)'),
          EndDate: jsonata('$now()'),
          ScanBy: 'TimestampAscending',
          MaxRecords: ALARMS_PER_PAGE,
        },
        Output: jsonata(STATES_SINCE),
        End: true,
        Catch: [
          {
            ErrorEquals: ['States.ALL'],
            Output: jsonata(`{ 'name': $states.input.name, 'states': [] }`),
            Next: 'Without history',
          },
        ],
      },
      'Without history': { Type: 'Pass', End: true },
    }),
    Assign: { watched: jsonata(WITH_HISTORIES) },
    Output: {},
    Next: next,
  };
}
