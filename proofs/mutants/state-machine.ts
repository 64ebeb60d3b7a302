import type { Mutant } from './mutant.ts';

/** Where the state machine would say something else than the runner. */
export const OF_THE_STATE_MACHINE: readonly Mutant[] = [
  {
    name: 'on AWS: the failures of one minute decide alone',
    file: 'src/core/state-machine/evidence.ts',
    from: `'reverts': $so.reverts ? true : $isEnough ? $isConfirmed() : false,`,
    to: `'reverts': $so.reverts ? true : $isEnough,`,
  },
  {
    name: 'on AWS: a minute with two weights is compared',
    file: 'src/core/state-machine/counting.ts',
    from: '$not($minute in $mixed) and ',
    to: '',
  },
  {
    name: 'on AWS: minutes are never closed twice, but counted twice',
    file: 'src/core/state-machine/counting.ts',
    from: '$entered($closed, $paired($k, $openFrom, $sideBySide))',
    to: '$entered($closed, $paired($k, $first, $sideBySide))',
  },
  {
    name: 'on AWS: a step ends against the evidence',
    file: 'src/core/state-machine/step-end.ts',
    from: `$doubt != '' and $mayExtend ? $verdict('extend', $doubt) :`,
    to: '',
  },
  {
    name: 'on AWS: an alarm that was red between two readings is green',
    file: 'src/core/state-machine/alarms.ts',
    from: `'ALARM' in $all`,
    to: `'never' in $all`,
  },
  {
    name: 'on AWS: a write over a weight that somebody else set is tried again',
    file: 'src/core/state-machine/alias.ts',
    from: `$not($serves($left)) or ($isClaimed and $text != $t.found) ? 'foreign' :`,
    to: '',
  },
  {
    name: 'on AWS: a revert believes a reading from before its write',
    file: 'src/core/state-machine/alias.ts',
    from: `$a.RevisionId in $t.past ? 'old' :
  $isAlone($t.stable)`,
    to: '$isAlone($t.stable)',
  },
  {
    name: 'on AWS: an error in a condition strands the alias',
    file: 'src/core/state-machine/definition.ts',
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
