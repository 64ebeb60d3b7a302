/** How functions are named that are to be found. */
export type FunctionSearch =
  /** By name, `*` standing for any characters: `checkout-*`. */
  | { readonly type: 'pattern'; readonly written: string; readonly pattern: string }
  /** By a tag that has this very value: `tag:team=shop`. */
  | {
      readonly type: 'tag';
      readonly written: string;
      readonly key: string;
      readonly value: string;
    };

/** What a search came to. */
export interface FoundFunctions {
  /** As it was written: `checkout-*`, `tag:team=shop`. */
  readonly search: string;
  readonly functionNames: readonly string[];
}

/** Whether a name is as the pattern has it, in time that grows with their lengths and not with the number of stars. */
export function matchesPattern(pattern: string, name: string): boolean {
  const [first = '', ...others] = pattern.split('*');
  const last = others.pop();
  if (last === undefined) return pattern === name;
  if (!name.startsWith(first)) return false;
  let from = first.length;
  for (const part of others) {
    const at = name.indexOf(part, from);
    if (at === -1) return false;
    from = at + part.length;
  }
  return name.length - last.length >= from && name.endsWith(last);
}

/** `checkout-* finds 2 functions` */
export function describeFound({ search, functionNames: { length } }: FoundFunctions): string {
  return `${search} finds ${length === 1 ? '1 function' : `${length} functions`}`;
}

/**
 * Of functions that were found and have no such alias. A name that was written is meant; one that a pattern finds may be of a function
 * that is not deployed by this alias at all, so nothing is created for it without being asked.
 */
export function inspectFoundWithout(
  alias: string,
  lacking: readonly { readonly functionName: string; readonly search: string }[],
): readonly string[] {
  const bySearch = Map.groupBy(lacking, ({ search }) => search);
  return [...bySearch].map(([search, found]) => {
    const names = found.map(({ functionName }) => functionName).join(', ');
    return (
      `function-name: ${search} finds functions without the alias ${alias}: ${names}. Search more narrowly, or name the ` +
      'functions; if their aliases are to be made, where no traffic could be shifted, set create-alias: true.'
    );
  });
}
