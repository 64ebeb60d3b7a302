import type { Mutant } from './mutant.ts';

/** Functions that are found by searching. */
export const OF_WHAT_IS_FOUND: readonly Mutant[] = [
  {
    name: 'a job goes on with a part of what another one found',
    file: 'src/core/alias/continuation.ts',
    from: '    ...absent(held, options),',
    to: '',
    by: '__tests__/bundle/found-functions.test.ts',
  },
  {
    name: 'reverted is said of a part of what was found',
    file: 'src/run/modes/revert.ts',
    from: 'config.found.length === 0 ? [] : absentFrom(found, hasEnded)',
    to: 'config.found.length === 0 ? absentFrom(found, hasEnded) : []',
    by: '__tests__/bundle/found-functions.test.ts',
  },
  {
    name: 'functions of a promotion that has ended are missed by a revert',
    file: 'src/run/modes/revert.ts',
    from: 'mark === undefined || hasEnded(mark.nonce) ? []',
    to: 'mark === undefined || (hasEnded(mark.nonce) && mark.weight < 100) ? []',
    by: '__tests__/bundle/found-functions.test.ts',
  },
  {
    name: 'a function that a pattern finds gets an alias that nobody asked for',
    file: 'src/run/preflight/preflight.ts',
    from: 'search === undefined || alias !== undefined || mayCreateAlias',
    to: "search !== ''",
    by: '__tests__/bundle/found-functions.test.ts',
  },
  {
    name: 'a pattern finds what has it in the middle of its name',
    file: 'src/core/function-search.ts',
    from: 'if (!name.startsWith(first)) return false;',
    to: '',
  },
  {
    name: 'a search that finds nothing is passed over',
    file: 'src/inputs/function-names.ts',
    from: 'if (names?.length === 0)',
    to: 'if (names?.length === -1)',
  },
  {
    name: 'more functions move together than AWS can put back soon',
    file: 'src/inputs/function-names.ts',
    from: "limitCount('functions', all,",
    to: "limitCount('functions', named,",
  },
  {
    name: 'a rollback creates an alias for what was found, at what is in $LATEST',
    file: 'src/run/modes/rollback.ts',
    from: 'if (alias === undefined) return nowhereToGoBack(request.target);',
    to: 'if (alias === undefined) return request;',
    by: '__tests__/bundle/found-functions.test.ts',
  },
  {
    name: 'any function that is found takes the place of one that a dead rollout left split',
    file: 'src/core/alias/unfinished.ts',
    from: 'isInTraffic(left, left) ? carrying : found.length',
    to: 'found.length',
  },
  {
    name: 'a function of another account hides one of its name that a search finds',
    file: 'src/run/found-functions.ts',
    from: 'account === (namesake?.account ?? account)',
    to: 'account !== namesake?.account',
    by: '__tests__/bundle/found-functions.test.ts',
  },
];
