import { missingOf } from '../../core/alias/continuation.ts';
import { standingOf } from '../../core/alias/ownership.ts';
import { nothingToRevert, reversibleIn, unclearWhatToRevert } from '../../core/alias/reversible.ts';
import { isSplit } from '../../core/alias/routing.ts';
import { sameTarget } from '../../core/alias/target.ts';
import { readMark } from '../../core/alias/mark.ts';
import { Refusal } from '../../core/problems.ts';
import { executionArn } from '../../core/alias/execution.ts';
import { endedBack, type Ending } from '../../core/report/ending.ts';
import type { Reversion } from '../../core/rollout/state.ts';
import { count } from '../../core/text/numbers.ts';
import { accountIn } from '../../core/text/arn.ts';
import type { Config } from '../../inputs/config.ts';
import { executionIn, stopReverted } from '../alias/carrier.ts';
import { findAliases, type FoundAlias } from '../alias/find.ts';
import { forget, saveIfPossible, type Surroundings } from '../surroundings.ts';
import { lookAfterLatest } from '../versions/latest.ts';
import { findPredecessor } from '../versions/predecessor.ts';
import { revertSaved, type Left } from '../rollout/clean-up.ts';
import { endedPromotions } from './ended.ts';
import { recordPosition } from '../rollout/progress.ts';

/** A rollout that goes on meanwhile may move an alias before it notices; then it is looked at again. */
const TRIES = 3;
const WHY = 'because it was asked for (mode: revert)';

/** Reverts by what the aliases alone show, whoever began the rollout. */
export async function revertOnRequest(config: Config, surroundings: Surroundings): Promise<Ending> {
  const { region, role } = config;
  const found = await findAliases(config, surroundings);
  const hasEnded = await endedPromotions(found, config, surroundings);
  const leftIn = (aliases: readonly FoundAlias[]) =>
    aliases.flatMap(({ target, ...alias }): readonly Left[] => {
      const reversible = reversibleIn(alias, hasEnded);
      if (reversible.type !== 'reversible') return [];
      const { versions, nonces, begun } = reversible;
      return [{ target, versions, nonces, begun, alias }];
    });
  const unclear = found
    .filter((alias) => reversibleIn(alias, hasEnded).type === 'unclear')
    .map(({ target, ...alias }) => unclearWhatToRevert(target, alias, region));
  const absent = config.found.length === 0 ? [] : absentFrom(found, hasEnded);
  const all = leftIn(found);
  if (all.length === 0) {
    const done = found.filter((alias) => reversibleIn(alias, hasEnded).type === 'nothing');
    const nothing = done.map(async (alias) =>
      nothingToRevert(alias.target, alias, await versionBefore(alias, surroundings)),
    );
    throw new Refusal([...unclear, ...(await Promise.all(nothing))]);
  }

  let targets = all;
  for (let tries = 1; ; tries++) {
    const account = accountIn(found[0]?.arn ?? '');
    saveIfPossible({ region, role, account, targets: targets.map(withoutAlias) }, surroundings);
    const reverting = revertSaved({ targets }, surroundings);
    if (tries === 1) recordWhereItStood(found, surroundings);
    const { result, detail } = await reverting;
    // One that AWS watches is not stopped before its alias is safe.
    if (result !== 'revert-failed') await stopExecutions(found, config, surroundings);
    if (result !== 'revert-failed') forget(surroundings);
    if (result !== 'failed' || tries === TRIES) {
      if (result === 'reverted') await lookAfterLatest(true, config, surroundings);
      return ending(result, detail, [...unclear, ...absent]);
    }
    const present = await findAliases(config, surroundings);
    if (all.every((target) => isBack(target, present))) {
      await lookAfterLatest(true, config, surroundings);
      return ending('reverted', '', [...unclear, ...absent]);
    }
    const left = leftIn(present);
    targets = all.map((each) => left.find(({ target }) => sameTarget(target, each.target)) ?? each);
  }
}

/** Of a rollout whose functions were found by searching: that not all of them are found now. Who names them knows what is asked for. */
function absentFrom(
  found: readonly FoundAlias[],
  hasEnded: (nonce: string) => boolean,
): readonly string[] {
  const marked = found.flatMap(({ target, description }) => {
    const { mark } = readMark(description);
    // A promotion that has ended may have left its mark on some: there is nothing of it to put back.
    return mark === undefined || hasEnded(mark.nonce) ? [] : [{ target, mark }];
  });
  const rollouts = Map.groupBy(marked, ({ mark }) => mark.nonce);
  return [...rollouts.values()].flatMap((held) => {
    const missing = missingOf(held);
    if (missing === 0) return [];
    const { targets = 0 } = held[0]?.mark ?? {};
    // One that is back, or was not reached, carries no mark; nor does any other function.
    return found.length > held.length
      ? [
          `Of the rollout of ${count(targets, 'function')}, ${held.length} ${held.length === 1 ? 'is' : 'are'} found with its mark: the others are back ` +
            'already or were never moved, or they are not found and still split. mode: status with the names of all of them says which; ' +
            'the summary and the output report of the job that began it have them.',
        ]
      : [
          `${count(missing, 'function')} of the rollout of ${targets} ${missing === 1 ? 'is' : 'are'} not found, and not put back: ` +
            'a tag was taken away, a function deleted, or an alias moved by hand. Run mode: revert once more with their names ' +
            'alone in function-name; the summary and the output report of the job that began it have all.',
        ];
  });
}

/** Nothing is done with it here: where it cannot be told, it is not known. */
async function versionBefore(
  alias: FoundAlias,
  surroundings: Surroundings,
): Promise<string | undefined> {
  try {
    return (await findPredecessor(alias, surroundings))?.version;
  } catch {
    surroundings.cancellation.throwIfAborted();
    return undefined;
  }
}

function recordWhereItStood(found: readonly FoundAlias[], surroundings: Surroundings): void {
  const [mark] = found
    .map((alias) => standingOf(alias, () => false))
    .flatMap((each) => (each.type === 'moved' ? [each.mark] : []));
  if (mark !== undefined) recordPosition(surroundings, mark);
}

/** Of what AWS carries, the alias comes first and the execution second: it touches no alias that does not carry its mark. */
async function stopExecutions(
  found: readonly FoundAlias[],
  config: Config,
  surroundings: Surroundings,
): Promise<void> {
  const carried = new Map(
    found.flatMap(({ description, arn }) => {
      const { mark } = readMark(description);
      if (mark?.carriedBy !== 'aws') return [];
      const execution = executionIn(mark, { config, arn }, surroundings.aws.region);
      return [[executionArn(execution), execution] as const];
    }),
  );
  for (const execution of carried.values()) await stopReverted(execution, WHY, surroundings);
}

function withoutAlias({ target, versions, nonces, begun }: Left): Left {
  return { target, versions, nonces, begun };
}

/** @param unclear why others were left: then not all that was asked for is done */
function ending(
  result: Exclude<Reversion, 'untouched'>,
  detail: string,
  unclear: readonly string[],
): Ending {
  const outcome = result === 'reverted' && unclear.length > 0 ? 'failed' : result;
  const reason = [`${WHY}.`, detail, ...unclear].filter(Boolean).join(' ');
  return { ...endedBack(result, reason), outcome, askedFor: true };
}

function isBack({ target, versions }: Left, present: readonly FoundAlias[]): boolean {
  return present.some(
    ({ target: other, routing }) =>
      sameTarget(other, target) && routing.version === versions.stable && !isSplit(routing),
  );
}
