import type { Alias } from '../../aws/aliases.ts';
import { targetName, type Target } from '../../core/alias/target.ts';
import { messageOf, Refusal } from '../../core/problems.ts';
import type { Config } from '../../inputs/config.ts';
import type { Surroundings } from '../surroundings.ts';

export interface FoundAlias extends Alias {
  readonly target: Target;
}

/**
 * The aliases as they are just now, of all targets. A function that was found by searching need not have one: it may have come since.
 * @throws {Refusal} when one does not exist or cannot be read, or there is none
 */
export async function findAliases(
  { requests, region, found }: Pick<Config, 'requests' | 'region' | 'found'>,
  { aws, cancellation }: Surroundings,
): Promise<readonly FoundAlias[]> {
  const looks = await Promise.all(
    requests.map(async ({ target, foundBy }): Promise<FoundAlias | string | undefined> => {
      try {
        const alias = await aws.aliases.find(target, { signal: cancellation });
        if (alias !== undefined) return { target, ...alias };
        return foundBy === undefined
          ? `alias: ${targetName(target)} does not exist in ${region}; check name, region and account.`
          : undefined;
      } catch (error) {
        cancellation.throwIfAborted();
        return messageOf(error);
      }
    }),
  );
  const problems = looks.filter((look) => typeof look === 'string');
  if (problems.length > 0) throw new Refusal(problems);
  const aliases = looks.filter((look) => typeof look === 'object');
  if (aliases.length === 0) throw new Refusal([noneOf(found, requests[0]?.target.alias ?? '')]);
  return aliases;
}

function noneOf(found: Config['found'], alias: string): string {
  const searches = found.map(({ search }) => search).join(', ');
  return `alias: no function that ${searches} finds has the alias ${alias}; check the name, the region and the account.`;
}
