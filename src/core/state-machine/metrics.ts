import { lambdaMetric, metricOf, type MetricSource } from '../checks/metric-source.ts';
import { MINUTE_MS } from '../minute.ts';
import { COUNTING, WINDOW } from './counting.ts';
import { caught, jsonata, literal, PATIENTLY, SAID, task, withHelp, type Asl } from './language.ts';
import { STEP_END } from './step-end.ts';
import { WORST } from './verdicts.ts';

/** What is counted of each target, and of which of its versions. */
const COUNTS = [
  { id: 'served', name: 'Invocations', version: '$t.stable' },
  { id: 'failed', name: 'Errors', version: '$t.stable' },
  { id: 'requests', name: 'Invocations', version: '$t.canary' },
  { id: 'failures', name: 'Errors', version: '$t.canary' },
] as const;

/** GetMetricData takes 500 queries. */
export const MOST_COMPARED = 500 / COUNTS.length;

function queryOf({ id, name, version }: (typeof COUNTS)[number]): string {
  // The places that a metric's dimensions have for function, alias and version become those of the target in `$t`.
  const filled: MetricSource = metricOf(lambdaMetric(name, 'Sum'), {
    function: '"&$t.functionName&"',
    alias: '"&$t.alias&"',
    version: `"&${version}&"`,
  });
  const dimensions = Object.entries(filled.dimensions).map(
    ([dimension, value]) => `{ 'Name': ${literal(dimension)}, 'Value': "${value}" }`,
  );
  return `{
    'Id': '${id}' & $k,
    'MetricStat': {
      'Metric': {
        'Namespace': ${literal(filled.namespace)}, 'MetricName': ${literal(filled.name)},
        'Dimensions': [${dimensions.join(', ')}]
      },
      'Period': ${MINUTE_MS / 1000}, 'Stat': ${literal(filled.statistic)}
    }
  }`;
}

const QUERIES = `$reduce($map($targets, function($t, $k) { { 'all': [${COUNTS.map(queryOf).join(', ')}] } }), function($so, $each) { $append($so, $each.all) }, [])`;

/** What cannot be seen is a failure once `monitoring-grace` is over; nothing is that where the comparison only observes. */
const UNSEEN = `
  $unseen := function($since, $what) {
    $policy.mode = 'observe' ? { 'kind': 'pass', 'why': '' } :
    { 'kind': $readingAt - $since > $policy.graceMs ? 'fail' : 'error', 'why': 'the metrics could not be read: ' & $what }
  };
  $seenAt := $judged.seenAt = 0 ? $readingAt : $judged.seenAt;`;

/** What the counts of all targets come to: the accounts of their closed minutes, and the gravest verdict. */
export const JUDGED = withHelp(
  [...COUNTING, ...STEP_END, WORST, UNSEEN],
  `
  $complete := $filter($states.result.MetricDataResults, function($each) {
    $exists($each.StatusCode) ? $each.StatusCode = 'Complete' : true
  });
  $count([$complete]) < ${COUNTS.length} * $count($targets)
    ? $merge([$judged, { 'seenAt': $seenAt, 'verdict': $unseen($seenAt, 'CloudWatch did not give all of them') }])
    : (
      $closed := [$map($targets, function($t, $k) { $closedOf($judged.closed[$k], $k) })];
      $current := [$map($closed, function($account, $k) { $currentOf($account, $k) })];
      $verdicts := [$map($current, function($account, $k) { (
        $verdict := $judge($account, $targets[$k]);
        $merge([$verdict, { 'of': $targets[$k].name, 'account': $account }])
      ) })];
      $silent := [$filter($targets, function($t, $k) { $isSilent($current[$k], $t) }).name];
      $seen := $count($silent) > 0 ? $seenAt : $at;
      {
        'closed': $closed, 'openFrom': $openFrom > $first ? $openFrom : $judged.openFrom, 'seenAt': $seen,
        'verdicts': $verdicts,
        'verdict': $worst($append($verdicts, $count($silent) > 0 ? [$unseen($seen, 'no request was counted of ' & $silent[0])] : []))
      }
    )`,
);

/** Reads what both versions of all targets were counted, and judges it. */
export function readMetrics(next: string): Asl {
  return {
    ...task('cloudwatch', 'getMetricData'),
    ...PATIENTLY,
    Arguments: {
      MetricDataQueries: jsonata(QUERIES),
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
          [UNSEEN],
          `$merge([$judged, { 'seenAt': $seenAt, 'verdict': $unseen($seenAt, ${SAID}) }])`,
        ),
      ),
    }),
  };
}
