import type { Target } from '../src/core/alias/target.ts';
import type { Outcome } from '../src/core/report/ending.ts';
import { ENDED } from '../src/core/state-machine/definition.ts';
import { startedByIn } from './carrier.ts';
import {
  canaryOf,
  canaryShare,
  describe,
  historyOf,
  isOurs,
  isShifted,
  moves,
  servesAlone,
  stableOf,
  truthAtTheEnd,
  type Violation,
} from './history.ts';
import type { Played, Told } from './stage.ts';
import { leavesBy, REVERT_LEAVES_WITHIN_MS } from './watching.ts';

/** What holds of a rollout that AWS carries besides what holds of any: executions end, and leave nothing half-way. */
export function ofWhatAwsCarries(played: Played): readonly Violation[] {
  return [
    ...allEnd(played),
    ...nothingIsLeftHalfWay(played),
    ...played.told.flatMap((told) => cancellationReverts(played, told)),
    ...stoppedAfterTheAlias(played),
    ...played.told.flatMap((told) => whatIsOverIsOver(played, told)),
  ];
}

function allEnd({ carriers }: Played): readonly Violation[] {
  return carriers
    .filter(({ endedAt }) => endedAt === Infinity)
    .map(({ process }) => ({ promise: 7, what: `${process} goes on for ever` }));
}

/** 7: whoever dies, the alias is whole in the end, or somebody says how to make it so. */
function nothingIsLeftHalfWay(played: Played): readonly Violation[] {
  const all = [...played.told, ...played.carriers];
  const [any] = played.told;
  return (any?.config.requests ?? []).flatMap(({ target }) => {
    const truth = truthAtTheEnd(played, target);
    const owner = all.find(({ process }) => process === truth?.by);
    if (truth === undefined || owner === undefined || !isOurs(truth)) return [];
    if (canaryShare(owner, truth) === 0) return [];
    const said = all.filter(({ endedAt }) => endedAt >= truth.at).map(({ ending }) => ending);
    const isSaid = said.some(
      (ending) =>
        ending?.outcome === 'revert-failed' ||
        (ending?.outcome === 'failed' && SAID_OF_IT.some((said) => ending.reason.includes(said))),
    );
    const isPromoted =
      servesAlone(truth, canaryOf(owner, target.functionName)) &&
      said.some((ending) => ending?.outcome === 'promoted' || ending?.outcome === 'unchanged');
    return isSaid || isPromoted
      ? []
      : [{ promise: 7, what: `nobody puts back that ${describe(truth)}, by ${truth.by}` }];
  });
}

/** The way back, or that all marks were off already when somebody stopped the execution. */
const SAID_OF_IT = ['aws lambda update-alias', 'every alias serves the new version alone'];

/** 12: who is cancelled while AWS carries its rollout writes the way back at once. */
function cancellationReverts(played: Played, told: Told): readonly Violation[] {
  const { cancelledAt, config, died } = told;
  if (cancelledAt === undefined || died !== 'cancelled' || config.onCancel !== 'revert') return [];
  const carrier = played.carriers.find(({ process }) => process === `AWS for ${told.process}`);
  const isFollowed = told.entries.some(({ type, at }) => type === 'carrier' && at <= cancelledAt);
  if (carrier === undefined || !isFollowed || carrier.endedAt <= cancelledAt) return [];
  return config.requests.flatMap(({ target }) => {
    const record = historyOf(played, target).findLast(({ at }) => at <= cancelledAt);
    const isAtStake =
      record !== undefined &&
      isShifted(told, target) &&
      canaryShare(told, record) > 0 &&
      isOurs(record);
    const wanted = stableOf(told, target.functionName);
    return !isAtStake ||
      leavesBy(played, told, { at: knownAt(played, told, target), target, wanted })
      ? []
      : [{ promise: 12, what: `${target.functionName} is not written back when cancelled` }];
  });
}

/** AWS wrote last, so what the way back is based on must be read: the first answer to that counts, if it is one of the first call. */
function knownAt({ attempts }: Played, told: Told, { functionName }: Target): number {
  const cancelledAt = told.cancelledAt ?? Infinity;
  const readings = attempts.filter(
    ({ by, operation, functionName: of, at }) =>
      by === told.process &&
      of === functionName &&
      at >= cancelledAt &&
      operation.startsWith('GET ') &&
      operation.includes('/aliases/'),
  );
  const [first] = readings;
  const isLate = first === undefined || first.at > cancelledAt + REVERT_LEAVES_WITHIN_MS;
  const answered = readings.find(({ heard }) => heard?.understood === true)?.heard;
  return isLate || first.heard?.understood === true ? cancelledAt : (answered?.at ?? cancelledAt);
}

/** 4: of a rollout that is said to be over, or to have been put back, AWS moves nothing afterwards. */
function whatIsOverIsOver(played: Played, told: Told): readonly Violation[] {
  const { ending, endedAt, config, startedAt } = told;
  if (ending === undefined || GOES_ON.includes(ending.outcome)) return [];
  const isOfIt = (carrier: Told) =>
    carrier.process === `AWS for ${told.process}` ||
    (config.mode === 'revert' && ending.outcome === 'reverted' && carrier.startedAt < startedAt);
  return played.carriers.filter(isOfIt).flatMap((carrier) =>
    config.requests.flatMap(({ target }) =>
      moves(played, carrier, target)
        .filter((record) => record.at > endedAt && canaryShare(carrier, record) > 0)
        .map((record) => ({
          promise: 4,
          what: `${told.process} says ${ending.outcome}, and then ${describe(record)} by ${record.by}`,
        })),
    ),
  );
}

const GOES_ON: readonly Outcome[] = ['started', 'held', 'status'];

/** 11: nobody of ours stops an execution while its alias is split. */
function stoppedAfterTheAlias(played: Played): readonly Violation[] {
  return played.requests.flatMap(({ operation, error, input, at, by }) => {
    const told = played.told.find(({ process }) => process === by);
    if (operation !== 'StopExecution' || error !== '' || told === undefined) return [];
    const { error: why, executionArn = '' } = input as Readonly<Record<string, string>>;
    if (why !== ENDED.reverted) return [];
    const stopped = startedByIn(executionArn);
    return told.config.requests.flatMap(({ target }) => {
      const record = historyOf(played, target).findLast((each) => each.at <= at);
      return record?.by !== `AWS for ${stopped}` || canaryShare(told, record) === 0
        ? []
        : [{ promise: 11, what: `${told.process} stopped an execution while ${describe(record)}` }];
    });
  });
}
