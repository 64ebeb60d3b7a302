import {
  GetProvisionedConcurrencyConfigCommand,
  PutProvisionedConcurrencyConfigCommand,
} from '@aws-sdk/client-lambda';

import { notSeen, seen, type Experiment, type Seen } from '../experiment.ts';
import { makeTwoVersions } from '../functions.ts';
import { ask, type Lab } from '../lab.ts';
import { refused, told } from '../refusal.ts';
import { read, split, write } from './alias-writes.ts';

const MINUTE_MS = 60_000;
const EVERY_MS = 5_000;
/** As long as Terraform waits. */
const PATIENCE_MS = 15 * MINUTE_MS;
const PROVISIONED = { minutes: 12, uses: { provisionedMinutes: 30 }, isRecording: false } as const;

/** What a promotion of an alias with provisioned concurrency looks like. */
interface Move {
  readonly answered: string;
  /** Each routing that GetAlias showed, in order. */
  readonly shown: readonly string[];
  readonly lastedMs: number;
  readonly hasNewRevision: boolean;
}

async function provision(lab: Lab): Promise<string | undefined> {
  const { functionName: FunctionName } = await makeTwoVersions(lab);
  const allocation = { FunctionName, Qualifier: 'live', ProvisionedConcurrentExecutions: 1 };
  await lab.lambda.send(new PutProvisionedConcurrencyConfigCommand(allocation));
  const ready = await untilReady(lab, FunctionName);
  return ready === 'READY' ? FunctionName : undefined;
}

/** @returns the status that it does not leave any more; undefined when it takes too long */
function untilReady(lab: Lab, FunctionName: string): Promise<string | undefined> {
  return ask(lab, { everyMs: EVERY_MS, forMs: PATIENCE_MS }, async () => {
    const command = new GetProvisionedConcurrencyConfigCommand({ FunctionName, Qualifier: 'live' });
    const { Status: status } = await lab.lambda.send(command);
    return status === 'IN_PROGRESS' ? undefined : status;
  });
}

const weights = (reply: Awaited<ReturnType<typeof read>>) =>
  JSON.stringify(reply.RoutingConfig?.AdditionalVersionWeights ?? {});

async function moved(lab: Lab): Promise<Move | undefined> {
  const functionName = await provision(lab);
  if (functionName === undefined) return undefined;
  const written = await write(lab, functionName, { FunctionVersion: '2' });
  const since = lab.now();
  const shown: string[] = [];
  let revision = written.RevisionId;
  await ask(lab, { everyMs: EVERY_MS, forMs: PATIENCE_MS }, async () => {
    const alias = await read(lab, functionName);
    if (shown.at(-1) !== weights(alias)) shown.push(weights(alias));
    revision = alias.RevisionId;
    return weights(alias) === '{}' ? true : undefined;
  });
  const hasNewRevision = revision !== written.RevisionId;
  return { answered: weights(written), shown, lastedMs: lab.now() - since, hasNewRevision };
}

const ofMove = (judge: (move: Move) => Seen) => async (lab: Lab) => {
  const move = await moved(lab);
  return move === undefined ? notSeen('provisioned concurrency did not get ready') : judge(move);
};

export const PROVISIONED_CONCURRENCY: readonly Experiment[] = [
  {
    id: 'provisioned-move-shown',
    assumes:
      'While provisioned concurrency moves, GetAlias shows weight 1 for the old version, and the answer to UpdateAlias none.',
    otherwise:
      'A promotion is believed to be over while the old version still serves, or taken for a split of somebody else (run/alias/settle.ts).',
    ...PROVISIONED,
    run: ofMove(({ answered, shown }) =>
      seen(
        answered === '{}' && shown.join() === '{"1":1},{}',
        `answered ${answered}, then shown ${shown.join(', then ')}`,
      ),
    ),
  },
  {
    id: 'provisioned-move-lasts',
    assumes: 'The move is over within 15 minutes.',
    otherwise:
      'A promotion is given up, and reverted, while Lambda is still at it (run/alias/settle.ts).',
    ...PROVISIONED,
    run: ofMove(({ lastedMs }) =>
      seen(lastedMs < PATIENCE_MS, `${Math.round(lastedMs / 1_000)} s`),
    ),
  },
  {
    id: 'provisioned-move-revision',
    assumes: 'The end of the move gives the alias another RevisionId.',
    otherwise:
      'Nothing breaks: the code reads the alias anew either way. The simulator has it as transitionChangesRevisionId.',
    ...PROVISIONED,
    run: ofMove(({ hasNewRevision }) =>
      seen(hasNewRevision, hasNewRevision ? 'another revision' : 'the same revision'),
    ),
  },
  {
    id: 'provisioned-move-back',
    assumes:
      'A move that is written back before it has ended moves back, and is ready within 15 minutes.',
    otherwise:
      'A revert in the middle of such a promotion is not confirmed in time (run/alias/revert.ts).',
    ...PROVISIONED,
    minutes: 20,
    async run(lab) {
      const functionName = await provision(lab);
      if (functionName === undefined) return notSeen('provisioned concurrency did not get ready');
      await write(lab, functionName, { FunctionVersion: '2' });
      await lab.sleep(20_000);
      const back = { FunctionVersion: '1', RoutingConfig: { AdditionalVersionWeights: {} } };
      const refusal = await refused(write(lab, functionName, back));
      if (refusal !== undefined) return seen(false, told(refusal));
      const status = (await untilReady(lab, functionName)) ?? 'IN_PROGRESS';
      const alias = await read(lab, functionName);
      const words = `${status}, on version ${alias.FunctionVersion ?? ''} with ${weights(alias)}`;
      return seen(words === 'READY, on version 1 with {}', words);
    },
  },
  {
    id: 'provisioned-with-weights',
    assumes: 'Provisioned concurrency is refused for an alias that is split, with 400.',
    otherwise:
      'It can be given in the middle of a rollout, whose promotion then moves it (run/alias/settle.ts finds that out by looks).',
    minutes: 1,
    uses: { provisionedMinutes: 5 },
    isRecording: true,
    async run(lab) {
      const { functionName: FunctionName } = await makeTwoVersions(lab);
      await write(lab, FunctionName, split('2', 0.1));
      const allocation = { FunctionName, Qualifier: 'live', ProvisionedConcurrentExecutions: 1 };
      const refusal = await refused(
        lab.lambda.send(new PutProvisionedConcurrencyConfigCommand(allocation)),
      );
      return seen(refusal?.status === 400, told(refusal));
    },
  },
];
