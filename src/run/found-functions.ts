import type { Aws } from '../aws/aws.ts';
import {
  matchesPattern,
  type FoundFunctions,
  type FunctionSearch,
} from '../core/function-search.ts';
import { messageOf, Refusal } from '../core/problems.ts';
import { parseFunctionId, type FunctionId } from '../core/text/arn.ts';
import type { Config } from '../inputs/config.ts';

/**
 * The functions that the searches find just now, each search's in the order of their names: the plan reads alike whenever nothing has
 * changed.
 * @throws {Refusal} with everything that could not be searched by, and what is found beside another function of the same name
 */
export async function findFunctions(
  { searches, requests }: Pick<Config, 'searches' | 'requests'>,
  aws: Pick<Aws, 'functions' | 'taggedFunctions'>,
  signal: AbortSignal,
): Promise<readonly FoundFunctions[]> {
  let listing: Promise<readonly FunctionId[]> | undefined;
  const functionsOf = async (search: FunctionSearch): Promise<readonly FunctionId[]> => {
    if (search.type === 'tag') {
      return aws.taggedFunctions.find(search.key, search.value, signal);
    }
    // One listing serves all patterns.
    listing ??= aws.functions.list(signal);
    return (await listing).filter(({ name }) => matchesPattern(search.pattern, name));
  };
  const unfound = new Set<string>();
  const found = await Promise.all(
    searches.map(async (search) => {
      try {
        return { search: search.written, functions: await functionsOf(search) };
      } catch (error) {
        signal.throwIfAborted();
        unfound.add(messageOf(error));
        return { search: search.written, functions: [] };
      }
    }),
  );
  const problems = [
    ...unfound,
    ...found.flatMap(({ search, functions }) => besideNamesakes(search, functions, requests)),
  ];
  if (problems.length > 0) throw new Refusal(problems);
  return found.map(({ search, functions }) => {
    const names = new Set(functions.map(({ name }) => name));
    return { search, functionNames: [...names].toSorted() };
  });
}

/** A name is all that tells the functions of a rollout apart: one of the two would be taken for the other, or left out without a word. */
function besideNamesakes(
  search: string,
  functions: readonly FunctionId[],
  named: Config['requests'],
): readonly string[] {
  return named.flatMap(({ target: { functionId, functionName } }) => {
    const { account } = parseFunctionId(functionId) ?? {};
    const namesake = functions.find(({ name }) => name === functionName);
    return account === undefined || account === (namesake?.account ?? account)
      ? []
      : [
          `function-name: ${search} finds ${functionName} of the account ${namesake?.account ?? ''}, beside ${functionId}: ` +
            'functions of one name cannot move together. Search more narrowly, or give one of the two a job of its own',
        ];
  });
}
