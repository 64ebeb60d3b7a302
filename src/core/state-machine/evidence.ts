import { BETS } from '../statistics/betting.ts';
import { literal } from './language.ts';

/**
 * JSONata has no logarithm. The 64th root is near 1, where the series of the area tangent hardly needs three terms; one step of
 * Halley's method on `e^y = x`, which triples the correct digits, leaves nothing but rounding, for x from 1/1000 to 10,000. Each step
 * of an expression costs: of all that is evaluated in a reading, this is most.
 */
const LN = `
  $ln := function($x) { (
    $root := $power($x, 0.015625);
    $z := ($root - 1) / ($root + 1);
    $y := 128 * $z * (1 + $z * $z * (${1 / 3} + $z * $z / 5));
    $e := $power(${Math.E}, $y);
    $y + 2 * ($x - $e) / ($x + $e)
  ) };`;

/** `logMean` of core/statistics/betting.ts. */
const LOG_MEAN = `
  $logMean := function($logs) { (
    $greatest := $max($logs);
    $greatest + $ln($sum($map($logs, function($log) { $power(${Math.E}, $log - $greatest) })) / $count($logs))
  ) };`;

export const LOGARITHMS = [LN, LOG_MEAN];

/** The bets with their logarithms. */
export const BETS_WITH_LN = literal(BETS.map((bet) => ({ bet, ln: Math.log(bet) })));

/** A minute in which nothing failed takes no logarithm: there are many of those. */
const STAKES = `
  $saysNothing := function($m) {
    $m.served = 0 or $m.requests = 0 or ($m.failures + $m.failed = 0 and $rule.margin = 0)
  };
  $stakesOf := function($m) { (
    $share := $rule.ratio * $m.requests / ($rule.ratio * $m.requests + $m.served);
    $bad := $m.failures + $m.failed;
    $map(${BETS_WITH_LN}, function($b) { (
      $spread := 1 + $share * ($b.bet - 1);
      $tolerated := $rule.margin * $m.requests * ($b.bet - 1) * (1 - $share) / $spread;
      ($m.failures * $b.ln - ($bad = 0 ? 0 : $bad * $ln($spread)) - $tolerated) / $rule.burst
    ) })
  ) };`;

const UNCONFIRMED = `
  $isCovered := function($stakes, $by) {
    $count([$filter($stakes, function($stake, $bet) { $stake > $by[$bet] })]) = 0
  };
  $withStakes := function($all, $stakes) {
    $isCovered($stakes, ${literal(BETS.map(() => 0))}) or
    $count([$filter($all, function($other) { $isCovered($stakes, $other.stakes) })]) > 0
      ? $all
      : $append([$filter($all, function($other) { $not($isCovered($other.stakes, $stakes)) })], [{ 'stakes': $stakes }])
  };`;

const STAKED = `
  $staked := function($so, $m) { (
    $isNothing := $saysNothing($m);
    $stakes := $isNothing ? [] : $stakesOf($m);
    $wealth := $isNothing ? $so.wealth : $map($so.wealth, function($each, $bet) { $each + $stakes[$bet] });
    $failures := $so.failures + $m.failures;
    $requests := $so.requests + $m.requests;
    $logE := $isNothing ? $so.logE : $logMean($wealth);
    $unconfirmed := $isNothing or $m.failures >= $rule.confirm ? $so.unconfirmed : $withStakes($so.unconfirmed, $stakes);
    $isConfirmed := function() {
      $count([$filter($unconfirmed, function($each) {
        $logMean($map($wealth, function($all, $bet) { $all - $each.stakes[$bet] })) < $rule.enough
      })]) = 0
    };
    $isEnough := $logE >= $rule.enough and $failures >= $rule.floor * $requests;
    {
      'wealth': $wealth, 'failures': $failures, 'requests': $requests, 'logE': $logE,
      'highest': $max([$so.highest, $logE]),
      'reverts': $so.reverts ? true : $isEnough ? $isConfirmed() : false,
      'unconfirmed': $unconfirmed
    }
  ) };`;

/**
 * `judge` of core/statistics/evidence.ts in JSONata: `$staked(standing, minute)` is `afterMinute`, with the rule in `$rule`. Of a minute,
 * `served` and `failed` are the baseline's, `requests` and `failures` the canary's.
 */
export const EVIDENCE = [...LOGARITHMS, STAKES, UNCONFIRMED, STAKED];
