import { PLACEHOLDER } from '../metric-source.ts';
import { MINUTE_MS } from '../minute.ts';
import { literal } from './language.ts';

/** What every metric is called in a reply: else CloudWatch puts all dimensions there, and the reply must not be too large. */
export const LABEL = 'm';

/**
 * `sources` of core/checks/reader.ts and `wantedBy` of core/checks/ledger.ts: which metrics of the plan are of use now. Their ids tell
 * metric and target by their numbers.
 */
export const WANTED_METRICS = `
  $wanted := [$map($policy.metrics, function($metric, $i) {
    ($metric.alone ? $steps[$step].weight >= 100 : true) and ($metric.until = 'end' or $first <= $sideBySide)
      ? $merge([$metric, { 'number': $i }])
  })];
  $idOf := function($i, $k) { 'm' & $i & '_' & $k };`;

/** The same, for whoever reads a reply afterwards. @param metric its number in the plan; @param target its number in the rollout */
export function queryId(metric: number, target: number): string {
  return `m${metric}_${target}`;
}

/** `metricsOf` of core/checks/metric-source.ts, as GetMetricData takes it. */
export const QUERIES = `
  [$map($targets, function($t, $k) { { 'all': [$map($wanted, function($metric) { {
    'Id': $idOf($metric.number, $k),
    'Label': ${literal(LABEL)},
    'MetricStat': {
      'Metric': {
        'Namespace': $metric.namespace, 'MetricName': $metric.name,
        'Dimensions': [$map($metric.dimensions, function($dimension) { {
          'Name': $dimension.Name,
          'Value': $replace($dimension.Value, /${PLACEHOLDER.source}/, function($place) { $lookup({
            'function': $t.functionName, 'alias': $t.alias,
            'version': $metric.version = 'stable' ? $t.stable : $t.canary
          }, $place.groups[0]) })
        } })]
      },
      'Period': ${MINUTE_MS / 1000}, 'Stat': $metric.statistic
    }
  } })] } }).all]`;

/** What was read: `$seriesOf` a metric and a target has the values by the texts of their minutes. */
export const SERIES = `
  $complete := [$filter($states.result.MetricDataResults, function($each) {
    $exists($each.StatusCode) ? $each.StatusCode = 'Complete' : true
  })];
  $read := $merge([$map($complete, function($result) { (
    $values := [$result.Values];
    { $result.Id: $merge([$map([$result.Timestamps], function($time, $index) {
      { $string($minuteOf($toMillis($time))): $values[$index] }
    })]) }
  ) })]);
  $seriesOf := function($i, $k) { (
    $found := $lookup($read, $idOf($i, $k));
    $exists($found) ? $found : {}
  ) };`;
