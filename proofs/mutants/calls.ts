import type { Mutant } from './mutant.ts';

/** What is left out because another call says it, said where none does. */
export const OF_CALLS: readonly Mutant[] = [
  {
    name: 'a promotion is confirmed by a write on a revision that nobody read',
    file: 'src/run/alias/confirm.ts',
    from: 'const proves = settledAs === alias.revisionId &&',
    to: "const proves = alias.revisionId !== '' &&",
  },
  {
    name: 'a mark that may have been taken off counts as one that was not',
    file: 'src/run/alias/confirm.ts',
    from: '  known.unanswered = true;\n',
    to: '',
  },
];
