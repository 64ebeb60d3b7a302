import type { RolloutId } from '../../core/alias/mark.ts';
import { reversibleIn } from '../../core/alias/reversible.ts';
import { sameTarget, targetName, type Target } from '../../core/alias/target.ts';
import { messageOf, Refusal } from '../../core/problems.ts';
import type { Ending } from '../../core/report/ending.ts';
import type { Config, TargetRequest } from '../../inputs/config.ts';
import { findAliases, type FoundAlias } from '../alias/find.ts';
import type { Surroundings } from '../surroundings.ts';
import { findPredecessor, noPredecessor } from '../versions/predecessor.ts';
import { endedPromotions } from './ended.ts';
import { begin } from './start.ts';

/**
 * A rollout of the version that was live before: the same steps, checks and report, of a version that exists.
 * @throws {Refusal} when a rollout is under way, which is to be reverted and not rolled back, or no older version is known
 */
export async function rollBack(
  config: Config,
  id: RolloutId,
  surroundings: Surroundings,
): Promise<Ending> {
  return begin(await withPredecessors(config, surroundings), id, surroundings);
}

/**
 * The inputs with the version to go back to, where none was given.
 * @throws {Refusal} as {@link rollBack}
 */
export async function withPredecessors(
  config: Config,
  surroundings: Surroundings,
): Promise<Config> {
  const found = await findAliases(config, surroundings);
  const hasEnded = await endedPromotions(found, config, surroundings);
  const underWay = found.filter((alias) => reversibleIn(alias, hasEnded).type !== 'nothing');
  if (underWay.length > 0) throw new Refusal(underWay.map(toBeReverted));

  const requests = await Promise.all(
    config.requests.map(async (request): Promise<TargetRequest | string> => {
      const alias = found.find(({ target }) => sameTarget(target, request.target));
      // One that was found by searching; what is created for it would be no older version.
      if (alias === undefined) return nowhereToGoBack(request.target);
      if (request.version !== undefined) return request;
      try {
        return await goingBack(request, alias, surroundings);
      } catch (error) {
        surroundings.cancellation.throwIfAborted();
        return messageOf(error);
      }
    }),
  );
  const problems = requests.filter((each) => typeof each === 'string');
  if (problems.length > 0) throw new Refusal(problems);
  return { ...config, requests: requests.filter((each) => typeof each !== 'string') };
}

async function goingBack(
  request: TargetRequest,
  alias: FoundAlias,
  surroundings: Surroundings,
): Promise<TargetRequest | string> {
  const before = await findPredecessor(alias, surroundings);
  if (before === undefined) return noPredecessor(alias);
  const { version, because } = before;
  surroundings.journal.note(
    `${targetName(request.target)}: going back from version ${alias.routing.version} to version ${version}, ${because}`,
  );
  return { ...request, version };
}

function nowhereToGoBack(target: Target): string {
  return (
    `alias: ${targetName(target)} does not exist, and there is no version to go back to. Search more narrowly, or name the ` +
    'functions in function-name.'
  );
}

function toBeReverted({ target }: FoundAlias): string {
  return (
    `${targetName(target)}: a rollout is under way, or was left unfinished. Set mode: revert, which puts back the ` +
    'version that was live before it.'
  );
}
