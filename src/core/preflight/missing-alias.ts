import leven from 'leven';

import { targetName, type Target } from '../alias/target.ts';

/** What is known of a function that has no alias of the name. */
export interface MissingAlias {
  readonly target: Target;
  /** The aliases that it has; undefined when they could not be listed. */
  readonly others: readonly string[] | undefined;
  /** Why they could not. */
  readonly unlisted: string;
  /** Whether the user wants the alias made all the same. */
  readonly mayCreate: boolean;
  /** Whether the function was found by searching: all of those that lack the alias are told of together. */
  readonly isFound: boolean;
}

/**
 * A function's very first alias is made without a word. Where it has others, a name that it does not have is
 * probably misspelt, and an alias made for that would be one that nobody calls.
 * @returns what is wrong with the name, if anything is
 */
export function inspectMissingAlias({
  target,
  others,
  unlisted,
  mayCreate,
  isFound,
}: MissingAlias): readonly string[] {
  if (mayCreate || isFound || others?.length === 0) return [];
  const { functionName, alias } = target;
  const create = 'If it is to be made, where no traffic could be shifted, set create-alias: true.';
  if (others === undefined) {
    return [
      `alias: ${targetName(target)} does not exist, and whether ${functionName} has other aliases is not known: ` +
        `${unlisted} ${create}`,
    ];
  }
  return [
    `alias: ${functionName} has no alias ${alias}, but ${nearestFirst(alias, others).join(', ')}. Name one of these. ${create}`,
  ];
}

const MOST_NAMED = 10;

function nearestFirst(wanted: string, names: readonly string[]): readonly string[] {
  const lower = wanted.toLowerCase();
  const sorted = names
    .map((name) => ({ name, distance: leven(lower, name.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance || a.name.localeCompare(b.name))
    .map(({ name }) => name);
  return sorted.length > MOST_NAMED
    ? [...sorted.slice(0, MOST_NAMED), `… (${sorted.length - MOST_NAMED} more)`]
    : sorted;
}
