import type { Aws } from '../aws/aws.ts';
import {
  matchesPattern,
  type FoundFunctions,
  type FunctionSearch,
} from '../core/function-search.ts';
import { messageOf, Refusal } from '../core/problems.ts';
import type { Config } from '../inputs/config.ts';

/**
 * The functions that the searches find just now, each search's in the order of their names: the plan reads alike whenever nothing has
 * changed.
 * @throws {Refusal} with everything that could not be searched by
 */
export async function findFunctions(
  { searches }: Pick<Config, 'searches'>,
  aws: Pick<Aws, 'functions' | 'taggedFunctions'>,
  signal: AbortSignal,
): Promise<readonly FoundFunctions[]> {
  let listing: Promise<readonly string[]> | undefined;
  const namesOf = async (search: FunctionSearch): Promise<readonly string[]> => {
    if (search.type === 'tag') {
      return aws.taggedFunctions.names(search.key, search.value, signal);
    }
    // One listing serves all patterns.
    listing ??= aws.functions.names(signal);
    return (await listing).filter((name) => matchesPattern(search.pattern, name));
  };
  const problems = new Set<string>();
  const found = await Promise.all(
    searches.map(async (search): Promise<FoundFunctions> => {
      try {
        const names = new Set(await namesOf(search));
        return { search: search.written, functionNames: [...names].toSorted() };
      } catch (error) {
        signal.throwIfAborted();
        problems.add(messageOf(error));
        return { search: search.written, functionNames: [] };
      }
    }),
  );
  if (problems.size > 0) throw new Refusal([...problems]);
  return found;
}
