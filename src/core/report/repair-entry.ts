import type { Entry } from './entry.ts';

/** So that a person can put the aliases back should nothing else live to do it. @param repairs a command for each */
export function repairEntry(at: number, repairs: readonly string[]): Entry {
  const title = 'To put the old version back by hand, if this should not succeed';
  return { type: 'details', at, title, lines: repairs };
}
