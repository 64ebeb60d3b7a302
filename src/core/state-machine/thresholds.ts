import { STALE_MINUTES } from '../checks/threshold-reader.ts';
import { MINUTE_MS } from '../minute.ts';

/** What a number of JSON cannot be is no value. */
const CALCULATED = `
  $calculated := function($left, $operator, $right) {
    $operator = '+' ? $left + $right :
    $operator = '-' ? $left - $right :
    $operator = '*'
      ? ($abs($right) <= 1 ? $left * $right : $abs($left) <= ${Number.MAX_VALUE} / $abs($right) ? $left * $right) :
    $abs($right) >= 1 ? $left / $right :
    $right != 0 ? ($abs($left) <= ${Number.MAX_VALUE} * $abs($right) ? $left / $right)
  };`;

/** `valueAt` of core/checks/thresholds.ts. */
const VALUE = `
  $valueOf := function($x, $sourceAt) {
    $x.kind = 'number' ? $x.value :
    $x.kind = 'source' ? $sourceAt($x.index) : (
      $left := $valueOf($x.left, $sourceAt);
      $right := $valueOf($x.right, $sourceAt);
      $exists($left) and $exists($right) ? $calculated($left, $x.operator, $right)
    )
  };`;

/**
 * `measuredIn` of core/checks/thresholds.ts, with `seriesFor` of core/checks/threshold-reader.ts: the last minutes that have data, as many
 * as a check goes by.
 */
export const MEASURED = `
  ${CALCULATED}
  ${VALUE}
  $measuredIn := function($check, $before, $k, $minutes) { (
    $isAlone := $steps[$step].weight >= 100 and $settled;
    $aloneFrom := $firstWhole($since);
    $sources := [$map($check.sources, function($i, $n) { { 'own': $seriesOf($i, $k), 'ofAlias': $seriesOf($check.ofAlias[$n], $k) } })];
    $measured := $append($before, [$map($minutes, function($minute) { (
      $value := $valueOf($check.expression, function($n) { (
        $own := $lookup($sources[$n].own, $string($minute));
        $exists($own) ? $own : $isAlone and $minute >= $aloneFrom ? $lookup($sources[$n].ofAlias, $string($minute))
      ) });
      $exists($value) ? { 'at': $minute, 'value': $value }
    ) })]);
    { 'values': [$filter($measured, function($each, $index) { $index >= $count($measured) - $check.of })] }
  ) };`;

/**
 * `evaluateCheck` of core/checks/thresholds.ts and the finding of core/checks/threshold-reader.ts. A step that was taken over is asked of
 * since then: `$since` is by its bake before.
 */
export const THRESHOLDS = `
  $holds := function($check, $value) {
    $check.order = '<' ? $value < $check.threshold :
    $check.order = '<=' ? $value <= $check.threshold :
    $check.order = '>' ? $value > $check.threshold : $value >= $check.threshold
  };
  $judgeThreshold := function($check, $values) { (
    $breaches := [$filter($values, function($each) { $not($holds($check, $each.value)) })];
    $fails := $count($breaches) >= $check.failing;
    $isUnchecked := $count($values) = 0 and $isOver and $to >= $firstWhole($takenOver ? $since + $bake.bakeMs : $since);
    $isStale := $count($values) = 0 ? true : $values[-1].at <= $to - ${STALE_MINUTES * MINUTE_MS};
    $merge([
      $fails ? $verdict('fail', 'breached') : $isUnchecked ? $verdict('pass', 'unchecked') : $pass,
      { 'state': $fails ? 'FAIL' : $isStale ? 'NO DATA' : 'OK', 'breaches': $fails ? $breaches : [] },
      $isStale ? {} : { 'latest': $values[-1].value }
    ])
  ) };`;
