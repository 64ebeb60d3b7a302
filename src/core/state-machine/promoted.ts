import { LASTING_MINUTES, TOLERATED_TIMES } from '../checks/promoted.ts';
import { Z } from '../statistics/interval.ts';
import { BETS_WITH_LN } from './evidence.ts';

/** `afterMinuteAlone` of core/statistics/alone.ts. */
const AFTER_MINUTE = `
  $afterMinuteAlone := function($so, $m) { (
    $bad := $min([$m.bad, $m.total]);
    $candidates := $append($so.weightiest, [{ 'total': $m.total, 'bad': $bad }]);
    $weighsMore := function($one, $other, $isFirst) {
      $one.bad = $other.bad and $one.total = $other.total ? $isFirst : $one.bad >= $other.bad and $one.total <= $other.total
    };
    {
      'total': $so.total + $m.total,
      'bad': $so.bad + $bad,
      'weightiest': $bad = 0 ? [$so.weightiest] : [$filter($candidates, function($each, $index) {
        $count([$filter($candidates, function($other, $place) { $weighsMore($other, $each, $place < $index) })]) < ${LASTING_MINUTES - 1}
      })]
    }
  ) };`;

/** `minutesSince` of core/checks/promoted.ts. While the alias is on its way, what it counts is not the canary's. */
const MINUTES_SINCE = `
  $minutesAlone := function($k, $minutes) { (
    $requests := $seriesOf($policy.alone.requests, $k); $failures := $seriesOf($policy.alone.failures, $k);
    $ofAlias := $seriesOf($policy.alone.ofAlias, $k); $failuresOfAlias := $seriesOf($policy.alone.failuresOfAlias, $k);
    $orNone := function($value) { $exists($value) ? $value : 0 };
    [$map($minutes, function($minute) { (
      $total := $lookup($requests, $string($minute));
      $bad := $lookup($failures, $string($minute));
      $minute >= $minuteOf($shiftedAt) ? (
        $exists($total) ? ($exists($bad) ? { 'total': $total, 'bad': $bad }) :
        $settled and $minute >= $since ? {
          'total': $orNone($lookup($ofAlias, $string($minute))), 'bad': $orNone($lookup($failuresOfAlias, $string($minute)))
        }
      )
    ) })]
  ) };`;

/** `enteredAlone` of core/checks/promoted.ts; what the baseline did stands in the account of the errors. */
const ENTERED = `
  $enteredAlone := function($alone, $k, $minutes) {
    $steps[$step].weight < 100 ? $alone : $reduce($minutesAlone($k, $minutes), $afterMinuteAlone, $alone)
  };`;

/** `$enteredAlone`, of an account, the number of the target, and minutes. */
export const ALONE_ENTERED = [AFTER_MINUTE, MINUTES_SINCE, ENTERED];

/** `allowedAfter` of core/checks/promoted.ts, with `rateInterval` of core/statistics/interval.ts. */
const ALLOWED = `
  $highestRate := function($total, $bad) {
    $total = 0 ? 1 : (
      $rate := $bad / $total;
      $squared := ${Z * Z} / $total;
      $center := ($rate + $squared / 2) / (1 + $squared);
      $half := ${Z} / (1 + $squared) * $sqrt($rate * (1 - $rate) / $total + $squared / (4 * $total));
      $min([1, $center + $half])
    )
  };
  $allowedAfter := function($total, $bad) {
    ${TOLERATED_TIMES} * $rule.ratio * $max([$rule.floor, $highestRate($total, $bad)]) + $rule.margin
  };`;

/** `judgeAlone` of core/statistics/alone.ts. */
const JUDGE_ALONE = `
  $evidenceAlone := function($alone, $allowed) {
    $logMean($map(${BETS_WITH_LN}, function($b) { (
      $stakeOf := function($m) { $m.bad * $b.ln - $m.total * $allowed * ($b.bet - 1) };
      $weighty := $sort([$map([$alone.weightiest], $stakeOf)], function($one, $other) { $one < $other });
      $stakeOf($alone) - $sum([$filter($weighty, function($stake, $index) { $index < ${LASTING_MINUTES - 1} and $stake > 0 })])
    ) }))
  };`;

/** `judgePromoted` of core/checks/promoted.ts: the verdict on the version of a target that is alone, by its account. */
const VERDICT = `
  $judgePromotedAlone := function($account) { (
    $allowed := $allowedAfter($account.served, $account.failed);
    $logE := $evidenceAlone($account.alone, $allowed);
    $merge([$policy.aloneReverts and $logE >= $policy.enoughAlone ? $verdict('fail', 'alone') : $pass, { 'account': {
      'served': $account.served, 'failed': $account.failed, 'total': $account.alone.total, 'bad': $account.alone.bad,
      'allowed': $allowed, 'logE': $logE
    } }])
  ) };`;

/** `$judgePromotedAlone`, in the scope of what was counted. */
export const PROMOTED_ALONE = [ALLOWED, JUDGE_ALONE, VERDICT];
