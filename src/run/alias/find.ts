import { readSettled } from './settled.ts';
import type { Alias } from '../../aws/aliases.ts';
import { targetName, type Target } from '../../core/alias/target.ts';
import type { Config } from '../../inputs/config.ts';
import { messageOf, Refusal } from '../../core/problems.ts';
import { preparationIn, type Surroundings } from '../surroundings.ts';

export interface FoundAlias extends Alias {
  readonly target: Target;
}

/**
 * The aliases as they are, of all targets.
 * @throws {Refusal} when one does not exist or cannot be read
 */
export async function findAliases(
  { requests, region }: Config,
  surroundings: Surroundings,
): Promise<readonly FoundAlias[]> {
  const { aws, clock, note, signal } = preparationIn(surroundings);
  const looks = await Promise.all(
    requests.map(async ({ target }): Promise<FoundAlias | string> => {
      try {
        const { aliases } = aws;
        const alias = await readSettled({ aliases, target, clock, note, signal });
        return alias === undefined
          ? `alias: ${targetName(target)} does not exist in ${region}; check name, region and account.`
          : { target, ...alias };
      } catch (error) {
        signal.throwIfAborted();
        return messageOf(error);
      }
    }),
  );
  const problems = looks.filter((look) => typeof look === 'string');
  if (problems.length > 0) throw new Refusal(problems);
  return looks.filter((look) => typeof look !== 'string');
}
