import { COUNTING, WINDOW } from './counting.ts';
import { caught, jsonata, ONCE, SAID, task, withHelp, type Asl } from './language.ts';
import { PROMOTED_ALONE } from './promoted.ts';
import { QUERIES, WANTED_METRICS } from './queries.ts';
import { STEP_END } from './step-end.ts';
import { THRESHOLDS } from './thresholds.ts';
import { WORST } from './verdicts.ts';

/** How it begins that metrics could not be read, and what of them where no request was counted. */
export const UNSEEN = 'the metrics could not be read: ';
export const SILENT = 'no request was counted of ';

/** What cannot be seen is a failure once `monitoring-grace` is over; nothing is that where nothing that is measured reverts. */
const DARK = `
  $unseen := function($since, $what) {
    $not($policy.reverts) ? { 'kind': 'pass', 'why': '' } :
    { 'kind': $readingAt - $since > $policy.graceMs ? 'fail' : 'error', 'why': '${UNSEEN}' & $what }
  };
  $seenAt := $judged.seenAt = 0 ? $readingAt : $judged.seenAt;`;

/** Of a comparison, what is told of it: an account is not kept twice. Of Lambda's own errors, also what tells of the traffic. */
const TOLD = `
  $told := function($so) { {
    'standing': {
      'logE': $so.standing.logE, 'highest': $so.standing.highest, 'reverts': $so.standing.reverts,
      'requests': $so.standing.requests, 'failures': $so.standing.failures
    },
    'served': $so.served, 'failed': $so.failed
  } };
  $toldOfTraffic := function($so, $why) { $merge([$told($so), {
    'inStep': { 'baseline': $so.inStep.baseline, 'canary': $so.inStep.canary }, 'silent': $so.silent
  }, $why = 'missing' ? { 'under': $so.under } : {}]) };
  $ofErrors := function($account, $t) { (
    $so := $judge($account, $t);
    $merge([$so, { 'of': $t.name, 'check': $policy.errors.name, 'account': $toldOfTraffic($account, $so.why) }])
  ) };`;

/** Everything that is judged, in the order of `createMetricChecks` of run/checks/metrics.ts. */
const VERDICTS = `
  $comparisonsOf := function($account, $t) { $append(
    $policy.errors = null ? [] : [$ofErrors($account, $t)],
    [$map($policy.compared, function($each, $n) {
      $merge([$judgeCompared($account.compared[$n]), { 'of': $t.name, 'check': $each.name, 'account': $told($account.compared[$n]) }])
    })]
  ) };
  $thresholdsOf := function($account, $t) {
    [$map($policy.thresholds, function($check, $n) {
      $merge([$judgeThreshold($check, [$account.measured[$n].values]), { 'of': $t.name, 'check': $check.name, 'number': $n }])
    })]
  };
  $verdictsOn := function($current) { $append(
    [$map($current, function($account, $k) { { 'all': $comparisonsOf($account, $targets[$k]) } }).all],
    $append(
      $bake.weight < 100 or $policy.alone = null ? [] :
        [$map($current, function($account, $k) { $merge([$judgePromotedAlone($account), { 'of': $targets[$k].name }]) })],
      [$map($current, function($account, $k) { { 'all': $thresholdsOf($account, $targets[$k]) } }).all]
    )
  ) };`;

/** What was read of all targets comes to: the accounts of their closed minutes, and the gravest verdict. */
export const JUDGED = withHelp(
  [...COUNTING, ...STEP_END, ...PROMOTED_ALONE, THRESHOLDS, WORST, DARK, TOLD, VERDICTS],
  `
  $count($complete) < $count($wanted) * $count($targets)
    ? $merge([$judged, { 'seenAt': $seenAt, 'verdict': $unseen($seenAt, 'CloudWatch did not give all of them') }])
    : (
      $closed := [$map($targets, function($t, $k) { $closedOf($judged.closed[$k], $k) })];
      $current := [$map($closed, function($account, $k) { $currentOf($account, $k) })];
      $verdicts := $verdictsOn($current);
      $silent := [$filter($targets, function($t, $k) { $isSilent($current[$k], $t) }).name];
      $seen := $count($silent) > 0 ? $seenAt : $at;
      {
        'closed': $closed, 'openFrom': $isClosing ? $openFrom : $judged.openFrom, 'seenAt': $seen,
        'verdicts': $verdicts,
        'verdict': $worst($append($verdicts, $count($silent) > 0 ? [$unseen($seen, '${SILENT}' & $silent[0])] : []))
      }
    )`,
);

/** Reads all metrics of all targets, and judges them. */
export function readMetrics(next: string): Asl {
  return {
    ...task('cloudwatch', 'getMetricData'),
    ...ONCE,
    Arguments: {
      MetricDataQueries: jsonata(withHelp([...WINDOW.help, WANTED_METRICS], QUERIES)),
      StartTime: jsonata(withHelp(WINDOW.help, `$fromMillis(${WINDOW.from})`)),
      EndTime: jsonata(withHelp(WINDOW.help, `$fromMillis(${WINDOW.to})`)),
      ScanBy: 'TimestampAscending',
    },
    Assign: { judged: jsonata(JUDGED) },
    Output: {},
    Next: next,
    ...caught(next, {
      judged: jsonata(
        withHelp(
          [DARK],
          `$merge([$judged, { 'seenAt': $seenAt, 'verdict': $unseen($seenAt, ${SAID}) }])`,
        ),
      ),
    }),
  };
}
