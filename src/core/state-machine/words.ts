import type { Why } from './step-end.ts';
import { literal } from './language.ts';

/** What ends the sentence with the numbers. Whoever follows the execution says it with the words of the report instead. */
const WORDS: Readonly<Record<Why, string>> = {
  evidence: '',
  near: '; that is too near to go on',
  unconfirmed: '; that is over it, but the failures of one minute alone do not decide',
  undecided: '; that is too near to go on without a doubt',
  late: '; the metrics of the last minute are not there yet',
  unserved: '; the new version served no request, though some were to be expected',
  missing: '; requests of the new version are missing, and may hang',
  few: '; too few requests of the new version to judge it (min-invocations)',
  '': '',
};

/** Above this it is certain for every practical purpose, and a number of JSONata does not reach further. */
const CERTAIN = 1e6;

/** What the verdict on the metrics rests on: numbers, and why. */
export const SAID_OF_METRICS = `(
  $words := ${literal(WORDS)};
  $verdict := $judged.verdict;
  $so := $verdict.account;
  $exists($so.standing) ? (
    $logE := $so.standing.reverts ? $so.standing.highest : $so.standing.logE;
    'errors of ' & $verdict.of
    & ': canary ' & $so.standing.requests & ' requests, ' & $so.standing.failures & ' failed'
    & '; baseline ' & $so.served & ', ' & $so.failed & ' failed'
    & '; evidence ' & ($logE > ${Math.log(CERTAIN)} ? 'more than ${CERTAIN}' : $string($round($power(${Math.E}, $logE), 1)))
    & ':1 of ' & $round($power(${Math.E}, $policy.rule.enough)) & ':1 needed'
    & $lookup($words, $verdict.why)
  ) : $verdict.why
)`;

/** Where in the plan something happened. */
export const WHERE = `($step < 0 ? 'before the first step: ' : 'at ' & $steps[$step].weight & ' % (step ' & ($step + 1) & ' of ' & $count($steps) & '): ')`;
