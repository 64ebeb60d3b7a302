import type { Mutant } from './mutant.ts';

/** What whoever takes over from another process, or is taken over from, must not lose. */
export const OF_TAKING_OVER: readonly Mutant[] = [
  {
    name: 'a rollout after one that was put back is never saved for the post step',
    file: 'src/github/saved.ts',
    from: 'named = false;\n    },',
    to: '},',
  },
];
