import type { Why } from './step-end.ts';
import { MOST_TOLD } from '../checks/thresholds.ts';
import { literal, withHelp } from './language.ts';

/** What ends the sentence with the numbers. Whoever follows the execution says it with the words of the report instead. */
export const WORDS: Readonly<Record<Why, string>> = {
  evidence: '',
  near: '; that is too near to go on',
  unconfirmed: '; that is over it, but the failures of one minute alone do not decide',
  undecided: '; that is too near to go on without a doubt',
  late: '; the metrics of the last minute are not there yet',
  unserved: '; the new version served no request, though some were to be expected',
  missing: '; requests of the new version are missing, and may hang',
  few: '; too few requests of the new version to judge it (min-invocations)',
  alone: '',
  breached: '',
  unchecked: '; it had no data',
  '': '',
};

/** Above this it is certain for every practical purpose, and a number of JSONata does not reach further. */
const CERTAIN = 1e6;

const SAID_OF_EVIDENCE = `
  $words := ${literal(WORDS)};
  $evidence := function($logE, $enough) {
    'evidence ' & ($logE > ${Math.log(CERTAIN)} ? 'more than ${CERTAIN}' : $string($round($power(${Math.E}, $logE), 1)))
    & ':1 of ' & $round($power(${Math.E}, $enough)) & ':1 needed'
  };
  $percent := function($share) { $string($round(100 * $share, 2)) & ' %' };`;

/** `describeComparison` of core/checks/comparison.ts, as far as numbers of JSONata go. */
const SAID_OF_COMPARISON = `
  $ofComparison := function($verdict, $so) {
    $verdict.check & ' of ' & $verdict.of
    & ': canary ' & $so.standing.requests & ' requests, ' & $so.standing.failures & ' failed'
    & '; baseline ' & $so.served & ', ' & $so.failed & ' failed; '
    & $evidence($so.standing.reverts ? $so.standing.highest : $so.standing.logE, $policy.rule.enough)
  };`;

/** The same for `describePromoted` of core/checks/promoted.ts. */
const SAID_OF_PROMOTED = `
  $ofPromoted := function($verdict, $so) {
    'after the promotion of ' & $verdict.of & ': ' & $so.total & ' requests, ' & $so.bad & ' failed'
    & ', where by what the old version did at most ' & $percent($so.allowed) & ' should have; '
    & $evidence($so.logE, $policy.enoughAlone)
  };`;

/** The same for `describeBreaches` of core/checks/thresholds.ts. */
const SAID_OF_THRESHOLD = `
  $ofThreshold := function($verdict) { (
    $check := $policy.thresholds[$verdict.number];
    $unit := $check.unit = '' ? '' : ' ' & $check.unit;
    $told := [$filter($verdict.breaches, function($each, $index) { $index >= $count($verdict.breaches) - ${MOST_TOLD} })];
    ($check.name = $check.condition ? '' : $check.name & ': ') & $check.measured & ' was '
    & $join([$map($told, function($each) { $string($each.value) & $unit & ' at ' & $fromMillis($each.at, '[H01]:[m01]') })], ', ')
    & ' UTC; it must be ' & $check.order & ' ' & $check.threshold & $unit
    & ($check.of > 1 ? ' (' & $check.failing & ' of ' & $check.of & ' min are too many)' : '') & ', for ' & $verdict.of
  ) };`;

/** What the verdict on the metrics rests on: numbers, and why. */
export const SAID_OF_METRICS = withHelp(
  [SAID_OF_EVIDENCE, SAID_OF_COMPARISON, SAID_OF_PROMOTED, SAID_OF_THRESHOLD],
  `
  $verdict := $judged.verdict;
  $exists($verdict.account.standing) ? $ofComparison($verdict, $verdict.account) & $lookup($words, $verdict.why) :
  $exists($verdict.account.allowed) ? $ofPromoted($verdict, $verdict.account) :
  $exists($verdict.breaches) ? $ofThreshold($verdict) : $verdict.why`,
);

/** Where in the plan something happened. */
export const WHERE = `($step < 0 ? 'before the first step: ' : 'at ' & $steps[$step].weight & ' % (step ' & ($step + 1) & ' of ' & $count($steps) & '): ')`;
