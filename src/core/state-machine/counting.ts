import { RECENT_MINUTES } from '../checks/counted.ts';
import { HORIZON_MS } from '../checks/ledger.ts';
import { MINUTE_MS } from '../minute.ts';
import { EVIDENCE } from './evidence.ts';
import { MINUTES } from './minutes.ts';

/**
 * `scopeOf` of core/checks/scope.ts: when, and over which minutes, is judged. Weights come into force by `$changes`; `$begun` is
 * empty, or has the moment at which an earlier execution began.
 */
const SCOPE = `
  $rule := $policy.rule;
  $at := $readingAt;
  $weights := [$map($changes, function($change) { $merge([$change, { 'from': $firstWhole($change.at) }]) })];
  $mixed := [$map($changes, function($change) { $isEarly($change.at) ? -1 : $minuteOf($change.at) })];
  $from := $firstWhole($min($append([$changes.at], $begun)));
  $to := $lastSettled($at);
  $sideBySide := $steps[$step].weight < 100 ? $to : $min([$to, $lastBefore($shiftedAt)]);`;

/** `pairMinutes` of core/checks/pairing.ts, over the reply of GetMetricData; `$k` is the number of the target. */
const PAIRING = `
  $seriesOf := function($id) { (
    $result := $states.result.MetricDataResults[Id = $id];
    $values := [$result.Values];
    $merge([$map([$result.Timestamps], function($time, $index) {
      { $string($minuteOf($toMillis($time))): $values[$index] }
    })])
  ) };
  $whole := function($value) { $max([0, $floor($value + 0.5)]) };
  $paired := function($k, $first, $last) { (
    $served := $seriesOf('served' & $k); $failed := $seriesOf('failed' & $k);
    $requests := $seriesOf('requests' & $k); $failures := $seriesOf('failures' & $k);
    $countsAt := function($all, $bad, $minute) { (
      $total := $whole($lookup($all, $minute));
      $total = 0 ? { 'total': 0, 'bad': 0 } :
      $exists($lookup($bad, $minute)) ? { 'total': $total, 'bad': $min([$total, $whole($lookup($bad, $minute))]) } : {}
    ) };
    [$map([0..$floor(($last - $first) / ${MINUTE_MS})], function($index) { (
      $minute := $first + $index * ${MINUTE_MS};
      $baseline := $countsAt($served, $failed, $string($minute));
      $canary := $countsAt($requests, $failures, $string($minute));
      $not($minute in $mixed) and $exists($baseline.total) and $exists($canary.total)
        ? {
            'at': $minute, 'served': $baseline.total, 'failed': $baseline.bad,
            'requests': $canary.total, 'failures': $canary.bad
          }
    ) })]
  ) };`;

/** `entered` of core/checks/counted.ts. */
const ENTERING = `
  $entered := function($account, $minutes) { (
    $begin := $firstWhole($since);
    $inStep := $account.inStep.step = $since ? $account.inStep : { 'step': $since, 'baseline': 0, 'canary': 0 };
    $under := [$map($weights, function($weight, $index) {
      $index < $count($account.under) ? $account.under[$index] : { 'baseline': 0, 'canary': 0 }
    })];
    $more := function($so, $m) { $merge([$so, { 'baseline': $so.baseline + $m.served, 'canary': $so.canary + $m.requests }]) };
    $reduce($minutes, function($so, $m) { (
      $inForce := $count([$filter($weights, function($weight) { $weight.from <= $m.at })]) - 1;
      $recent := $append($so.recent, [{ 'served': $m.served, 'requests': $m.requests }]);
      {
        'standing': $staked($so.standing, $m),
        'served': $so.served + $m.served,
        'failed': $so.failed + $m.failed,
        'recent': [$filter($recent, function($each, $index) { $index >= $count($recent) - ${RECENT_MINUTES} })],
        'silent': $m.served + $m.requests > 0 ? 0 : $so.silent + 1,
        'inStep': $m.at >= $begin ? $more($so.inStep, $m) : $so.inStep,
        'under': [$map($so.under, function($each, $index) { $index = $inForce ? $more($each, $m) : $each })]
      }
    ) }, $merge([$account, { 'inStep': $inStep, 'under': $under }]))
  ) };`;

/** `withReading` of core/checks/ledger.ts: minutes that cannot change any more are added up for good. */
const LEDGER = `
  $first := $max([$from, $judged.openFrom]);
  $openFrom := $max([$first, $min([$minuteOf($at - ${HORIZON_MS}), $to + ${MINUTE_MS}])]);
  $closedOf := function($account, $k) {
    $openFrom > $first
      ? $entered($account, $paired($k, $first, $min([$sideBySide, $openFrom - ${MINUTE_MS}])))
      : $account
  };
  $currentOf := function($closed, $k) { $entered($closed, $paired($k, $openFrom, $sideBySide)) };`;

/** `$closedOf` and `$currentOf`, of the account of a target and its number, and the scope. */
export const COUNTING = [...MINUTES, ...EVIDENCE, SCOPE, PAIRING, ENTERING, LEDGER];

/** From and to which moment is read; one minute at least, as CloudWatch wants an end after the beginning. */
export const WINDOW = {
  from: `$min([$max([$from, $judged.openFrom]), $to])`,
  to: `$to + ${MINUTE_MS}`,
  help: [...MINUTES, SCOPE],
};
