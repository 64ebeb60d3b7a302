import type { Mutant } from './mutant.ts';

/** Where the state machine would say something else than the runner. */
export const OF_THE_STATE_MACHINE: readonly Mutant[] = [
  {
    name: 'on AWS: the failures of one minute decide alone',
    file: 'src/core/state-machine/evidence.ts',
    by: '__tests__/core/state-machine/metrics.test.ts',
    from: `'reverts': $so.reverts ? true : $isEnough ? $isConfirmed() : false,`,
    to: `'reverts': $so.reverts ? true : $isEnough,`,
  },
  {
    name: 'on AWS: a minute with two weights is compared',
    file: 'src/core/state-machine/counting.ts',
    by: '__tests__/core/state-machine/metrics.test.ts',
    from: '$not($minute in $mixed) and ',
    to: '',
  },
  {
    name: 'on AWS: minutes that are closed are counted once more',
    file: 'src/core/state-machine/counting.ts',
    by: '__tests__/core/state-machine/metrics.test.ts',
    from: '$entered($closed, $paired($k, $openFrom, $sideBySide))',
    to: '$entered($closed, $paired($k, $first, $sideBySide))',
  },
  {
    name: 'on AWS: a step ends against the evidence',
    file: 'src/core/state-machine/step-end.ts',
    by: '__tests__/core/state-machine/metrics.test.ts',
    from: `$doubt != '' and $mayExtend ? $verdict('extend', $doubt) :`,
    to: '',
  },
  {
    name: 'on AWS: the last minute before the promotion is taken for complete while it still changes',
    file: 'src/core/state-machine/step-end.ts',
    by: '__tests__/core/state-machine/metrics.test.ts',
    from: '$settledTo := $isAwaited ? $min([$to, $awaited - ${MINUTE_MS}]) : $to;',
    to: '$settledTo := $to;',
  },
  {
    name: 'on AWS: an alarm that was red between two readings is green',
    file: 'src/core/state-machine/alarms.ts',
    by: '__tests__/core/state-machine/alarms.test.ts',
    from: `'ALARM' in $all`,
    to: `'never' in $all`,
  },
  {
    name: 'on AWS: a write over a weight that somebody else set is tried again',
    file: 'src/core/state-machine/alias.ts',
    by: '__tests__/core/state-machine/alias.test.ts',
    from: `$not($serves($left)) or ($isClaimed and $text != $t.found) ? 'foreign' :`,
    to: '',
  },
  {
    name: 'on AWS: a revert believes a reading from before its write',
    file: 'src/core/state-machine/alias.ts',
    by: '__tests__/core/state-machine/alias.test.ts',
    from: `$a.RevisionId in $t.past ? 'old' :
  $isAlone($t.stable)`,
    to: '$isAlone($t.stable)',
  },
  {
    name: 'on AWS: an error in a condition strands the alias',
    file: 'src/core/state-machine/definition.ts',
    by: '__tests__/core/state-machine/definition.test.ts',
    from: `            Next: 'Reverting',
          },
        ],
      },
      'Rolled out'`,
    to: `            Next: 'Promoted',
          },
        ],
      },
      'Rolled out'`,
  },
];
