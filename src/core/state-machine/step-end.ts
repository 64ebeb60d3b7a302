import { PATIENCE } from '../checks/silence.ts';
import { CERTAINLY_SOME, DOUBTFUL_LOG, type Doubt } from '../checks/step-end.ts';
import { MINUTE_MS } from '../minute.ts';

/** Why a target's verdict is what it is: what is said of it in words is made of this and of the numbers. */
export type Why =
  | 'evidence'
  | 'near'
  | 'unconfirmed'
  | 'undecided'
  | 'late'
  | 'unserved'
  | 'missing'
  | 'few'
  | 'alone'
  | 'breached'
  | 'unchecked'
  | '';

const WHY_OF: Readonly<Record<Exclude<Doubt, 'none'>, Why>> = {
  some: 'near',
  enough: 'unconfirmed',
};

/** `doubtIn` of core/checks/step-end.ts; 'none' is the empty text. */
const DOUBT = `
  $doubtIn := function($standing) { (
    $logE := $standing.reverts ? $standing.highest : $standing.logE;
    $standing.failures < $rule.floor * $standing.requests ? '' :
    $logE >= $rule.enough ? '${WHY_OF.enough}' :
    $logE >= $max([$rule.enough - ${DOUBTFUL_LOG}, $rule.enough / 2]) ? '${WHY_OF.some}' : ''
  ) };`;

/**
 * `endOf` of core/checks/scope.ts, where no two looks were alike: what is waited for before and after the promotion has settled once it
 * cannot change any more.
 */
const VERDICTS = `
  $pass := { 'kind': 'pass', 'why': '' };
  $verdict := function($kind, $why) { { 'kind': $kind, 'why': $why } };
  $inconclusive := function($why) {
    $policy.onInconclusive = 'promote' or ($takenOver and $policy.onInconclusive = 'hold') ? { 'kind': 'pass', 'why': $why } :
    { 'kind': $policy.onInconclusive = 'hold' ? 'hold' : 'fail', 'why': $why }
  };
  $bake := $steps[$step];
  $isOver := $at >= $since + $bake.bakeMs;
  $lastBaked := ($isEarly($since + $bake.bakeMs) ? $lastBefore($since + $bake.bakeMs) : $minuteOf($since + $bake.bakeMs));
  $awaited := $bake.weight >= 100 ? $lastBefore($shiftedAt) : $lastBaked;
  $isAwaited := $isOver and ($bake.weight >= 100 or $bake.promotionNext)
    and $at - ($awaited + ${MINUTE_MS}) < $policy.latestMs;
  $settledTo := $isAwaited ? $min([$to, $awaited - ${MINUTE_MS}]) : $to;
  $mayExtend := $at < $since + $bake.longestMs;`;

/** `judgePromoted` of core/checks/step-end.ts. */
const PROMOTED = `
  $judgePromoted := function($doubt) {
    $settledTo < $lastBefore($shiftedAt) ? ($isOver ? $verdict('extend', 'late') : $pass) :
    $doubt = '' ? $pass :
    $doubt = '${WHY_OF.some}' ? ($policy.onInconclusive = 'revert' ? $verdict('fail', $doubt) : $verdict('pass', $doubt)) :
    $verdict('fail', $doubt)
  };`;

/** `judgeTraffic` of core/checks/step-end.ts. Of a step that was taken over, whoever baked it asked whether it saw enough traffic. */
const TRAFFIC = `
  $expectedIn := function($account, $t) { (
    $minutes := $bake.bakeMs / ${MINUTE_MS};
    $own := $floor(($settledTo - $firstWhole($since)) / ${MINUTE_MS}) + 1;
    $own > 0 ? $account.inStep.canary / $own * $minutes :
    ($count($account.recent) = 0 ? $t.requestsPerMinute : $sum($account.recent.(served + requests)) / $count($account.recent))
      * $minutes * $bake.weight / 100
  ) };
  $isMissing := function($account) {
    $logMean($map([0..($count($weights[0].few) - 1)], function($bet) {
      $sum($map($weights, function($weight, $index) { (
        $counted := $account.under[$index];
        $weight.weight >= 100 ? 0 : $counted.canary * $weight.few[$bet].canary + $counted.baseline * $weight.few[$bet].baseline
      ) }))
    })) >= $rule.enoughMissing
  };
  $judgeTraffic := function($account, $t) { (
    $isSettled := $settledTo >= $lastBaked;
    $isEnough := $account.inStep.canary >= $policy.minInvocations;
    $willBe := $expectedIn($account, $t) >= $policy.minInvocations;
    $not($isSettled) and ($bake.promotionNext or ($not($takenOver) and $not($isEnough) and $not($willBe) and $mayExtend))
      ? $verdict('extend', 'late') :
    $takenOver ? $pass :
    $account.inStep.canary = 0 and $account.inStep.baseline * $bake.weight / (100 - $bake.weight) >= ${CERTAINLY_SOME}
      ? $verdict('fail', 'unserved') :
    $isMissing($account) ? $verdict($mayExtend ? 'extend' : 'fail', 'missing') :
    $isEnough or $not($isSettled) ? $pass :
    $mayExtend ? $verdict('extend', 'few') : $inconclusive('few')
  ) };`;

/**
 * `judgeComparison` of core/checks/comparison.ts: the verdict on a target, by its account. Whether there was enough traffic is told by
 * Lambda's own count of requests, not by what the user has compared.
 */
const JUDGE = `
  $judgeStanding := function($standing, $traffic) { (
    $doubt := $doubtIn($standing);
    $policy.mode = 'observe' ? $pass :
    $standing.reverts ? $verdict('fail', 'evidence') :
    $bake.weight >= 100 ? $judgePromoted($doubt) :
    $not($isOver) ? $pass :
    $doubt != '' and $mayExtend ? $verdict('extend', $doubt) :
    $doubt = '${WHY_OF.enough}' ? $verdict('fail', $doubt) : (
      $enough := $traffic();
      $doubt = '' or $enough.kind != 'pass' ? $enough : $inconclusive('undecided')
    )
  ) };
  $judge := function($account, $t) { $judgeStanding($account.standing, function() { $judgeTraffic($account, $t) }) };
  $judgeCompared := function($account) { $judgeStanding($account.standing, function() { $pass }) };`;

/** `silence` of core/checks/silence.ts: whether requests should have been counted and were not. */
const SILENCE = `
  $isSilent := function($account, $t) {
    $bake.weight < 100 and $t.pauseMs != null ? $account.silent * ${MINUTE_MS} > ${PATIENCE} * $t.pauseMs : false
  };`;

/** `$judge`, `$judgeCompared` and `$isSilent`, in the scope of what was counted. */
export const STEP_END = [DOUBT, VERDICTS, PROMOTED, TRAFFIC, JUDGE, SILENCE];
