import type { Mutant } from './mutant.ts';

/** What is believed of a call that was not answered. */
export const OF_CALLS: readonly Mutant[] = [
  {
    name: 'a promotion is confirmed without reading it back',
    file: 'src/run/alias/confirm.ts',
    from: '    const result = await settle(route, signal);',
    to: "    if (failure === undefined) return { type: 'confirmed' };\n    const result = await settle(route, signal);",
  },
  {
    name: 'a mark that may have been taken off counts as one that was not',
    file: 'src/run/alias/confirm.ts',
    from: 'known.unanswered = unansweredBefore || requests > 0;\n  };\n  try {\n    const write',
    to: '};\n  try {\n    const write',
  },
];
