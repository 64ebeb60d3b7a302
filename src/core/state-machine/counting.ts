import { RECENT_MINUTES } from '../checks/counted.ts';
import { HORIZON_MS } from '../checks/ledger.ts';
import { MINUTE_MS } from '../minute.ts';
import { EVIDENCE } from './evidence.ts';
import { literal } from './language.ts';
import { MINUTES } from './minutes.ts';
import { NOTHING_COMPARED } from './nothing-counted.ts';
import { ALONE_ENTERED } from './promoted.ts';
import { SERIES, WANTED_METRICS } from './queries.ts';
import { MEASURED } from './thresholds.ts';

/**
 * `scopeOf` of core/checks/scope.ts: when, and over which minutes, is judged. Weights come into force by `$changes`; `$begun` is
 * empty, or has the moment at which an earlier execution began. No more minutes are read at once than a reply has room for: the next
 * reading goes on from there.
 */
const SCOPE = `
  $rule := $policy.rule;
  $at := $readingAt;
  $weights := [$map($changes, function($change) { $merge([$change, { 'from': $firstWhole($change.at) }]) })];
  $mixed := [$map($changes, function($change) { $isEarly($change.at) ? -1 : $minuteOf($change.at) })];
  $from := $firstWhole($min($append([$changes.at], $begun)));
  $first := $max([$from, $judged.openFrom]);
  $to := $min([$lastSettled($at), $first + ($policy.mostMinutes - 1) * ${MINUTE_MS}]);
  $sideBySide := $steps[$step].weight < 100 ? $to : $min([$to, $lastBefore($shiftedAt)]);`;

/** `minutesBetween` of core/minute.ts. */
const BETWEEN = `
  $minutesBetween := function($first, $last) {
    $last < $first ? [] : [$map([0..$floor(($last - $first) / ${MINUTE_MS})], function($index) { $first + $index * ${MINUTE_MS} })]
  };`;

/**
 * `pairMinutes` of core/checks/pairing.ts, of the numbers of four metrics and that of the target. Where nothing was said of bad ones,
 * those of Lambda are late, and those of others are none.
 */
const PAIRING = `
  $whole := function($value) { $max([0, $floor($value + 0.5)]) };
  $paired := function($of, $isLate, $k, $minutes) { (
    $served := $seriesOf($of.served, $k); $failed := $seriesOf($of.failed, $k);
    $requests := $seriesOf($of.requests, $k); $failures := $seriesOf($of.failures, $k);
    $countsAt := function($all, $bad, $minute) { (
      $total := $whole($lookup($all, $minute));
      $said := $lookup($bad, $minute);
      $total = 0 ? { 'total': 0, 'bad': 0 } :
      $exists($said) ? { 'total': $total, 'bad': $min([$total, $whole($said)]) } :
      $isLate ? {} : { 'total': $total, 'bad': 0 }
    ) };
    [$map($minutes, function($minute) { (
      $baseline := $countsAt($served, $failed, $string($minute));
      $canary := $countsAt($requests, $failures, $string($minute));
      $not($minute in $mixed) and $exists($baseline.total) and $exists($canary.total)
        ? {
            'at': $minute, 'served': $baseline.total, 'failed': $baseline.bad,
            'requests': $canary.total, 'failures': $canary.bad
          }
    ) })]
  ) };`;

/** `entered` of core/checks/counted.ts: what the evidence needs, and for Lambda's own errors what tells how much traffic there was. */
const ENTERING = `
  $compared := function($account, $minutes) {
    $reduce($minutes, function($so, $m) { {
      'standing': $staked($so.standing, $m),
      'served': $so.served + $m.served,
      'failed': $so.failed + $m.failed
    } }, $exists($account) ? $account : ${literal(NOTHING_COMPARED)})
  };
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
      $merge([$so, {
        'standing': $staked($so.standing, $m),
        'served': $so.served + $m.served,
        'failed': $so.failed + $m.failed,
        'recent': [$filter($recent, function($each, $index) { $index >= $count($recent) - ${RECENT_MINUTES} })],
        'silent': $m.served + $m.requests > 0 ? 0 : $so.silent + 1,
        'inStep': $m.at >= $begin ? $more($so.inStep, $m) : $so.inStep,
        'under': [$map($so.under, function($each, $index) { $index = $inForce ? $more($each, $m) : $each })]
      }])
    ) }, $merge([$account, { 'inStep': $inStep, 'under': $under }]))
  ) };`;

/** `withReading` of core/checks/ledger.ts: minutes that cannot change any more are added up for good. */
const LEDGER = `
  $openFrom := $max([$first, $min([$minuteOf($at - ${HORIZON_MS}), $to + ${MINUTE_MS}])]);
  $isClosing := $openFrom > $first;
  $withMinutes := function($account, $k, $start, $last) { (
    $both := $minutesBetween($start, $min([$sideBySide, $last]));
    $all := $minutesBetween($start, $last);
    $merge([$policy.errors = null ? $account : $entered($account, $paired($policy.errors, true, $k, $both)), {
      'compared': [$map($policy.compared, function($each, $n) { $compared($account.compared[$n], $paired($each, false, $k, $both)) })],
      'alone': $policy.alone = null ? $account.alone : $enteredAlone($account.alone, $k, $all),
      'measured': [$map($policy.thresholds, function($check, $n) { $measuredIn($check, [$account.measured[$n].values], $k, $all) })]
    }])
  ) };
  $closedOf := function($account, $k) { $isClosing ? $withMinutes($account, $k, $first, $openFrom - ${MINUTE_MS}) : $account };
  $currentOf := function($closed, $k) { $withMinutes($closed, $k, $openFrom, $to) };`;

/** `$closedOf` and `$currentOf`, of the account of a target and its number, and the scope. */
export const COUNTING = [
  ...MINUTES,
  ...EVIDENCE,
  SCOPE,
  WANTED_METRICS,
  SERIES,
  BETWEEN,
  PAIRING,
  ENTERING,
  ...ALONE_ENTERED,
  MEASURED,
  LEDGER,
];

/** From and to which moment is read; one minute at least, as CloudWatch wants an end after the beginning. */
export const WINDOW = {
  from: `$min([$first, $to])`,
  to: `$to + ${MINUTE_MS}`,
  help: [...MINUTES, SCOPE],
};
