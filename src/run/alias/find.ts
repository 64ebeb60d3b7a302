import type { Alias } from '../../aws/aliases.ts';
import { targetName, type Target } from '../../core/alias/target.ts';
import { messageOf, Refusal } from '../../core/problems.ts';
import type { Config } from '../../inputs/config.ts';
import type { Surroundings } from '../surroundings.ts';

export interface FoundAlias extends Alias {
  readonly target: Target;
}

/**
 * The aliases as they are just now, of all targets.
 * @throws {Refusal} when one does not exist or cannot be read
 */
export async function findAliases(
  { requests, region }: Config,
  { aws, cancellation }: Surroundings,
): Promise<readonly FoundAlias[]> {
  const looks = await Promise.all(
    requests.map(async ({ target }): Promise<FoundAlias | string> => {
      try {
        const alias = await aws.aliases.find(target, { signal: cancellation });
        return alias === undefined
          ? `alias: ${targetName(target)} does not exist in ${region}; check name, region and account.`
          : { target, ...alias };
      } catch (error) {
        cancellation.throwIfAborted();
        return messageOf(error);
      }
    }),
  );
  const problems = looks.filter((look) => typeof look === 'string');
  if (problems.length > 0) throw new Refusal(problems);
  return looks.filter((look) => typeof look !== 'string');
}
