import { LambdaClient } from '@aws-sdk/client-lambda';

import type { Target } from '../core/alias/target.ts';
import type { Role } from '../core/role.ts';
import { accountIn, parseFunctionId } from '../core/text/arn.ts';
import type { Clock } from '../ports.ts';
import { createAliases } from './aliases.ts';
import { USUAL, type Connect } from './clients.ts';
import { environment, type Source } from './credentials.ts';
import type { Queues } from './quotas.ts';
import { createService } from './service.ts';

export interface StandInOptions {
  readonly role: Role;
  /** Aliases that the role has written. */
  readonly targets: readonly Target[];
  readonly region: string;
  readonly connect: Connect;
  readonly queues: Queues;
  readonly clock: Clock;
}

const PATIENCE_MS = 10_000;

/**
 * The credentials of the environment in place of a role's. A job may hold those of another account, with
 * functions and aliases of the same names: they are given out only after one of the aliases was seen with
 * them in the account that it belongs to.
 */
export function createStandIn(options: StandInOptions): Source {
  const { role, targets, region, connect, queues, clock } = options;
  const source = environment(options);
  const client = new LambdaClient({
    region,
    maxAttempts: 1,
    credentials: source,
    ...connect(USUAL),
  });
  const aliases = createAliases(
    createService({
      client,
      revertClient: client,
      queues,
      clock,
      readPatienceMs: PATIENCE_MS,
      refuseSession: () => false,
    }),
    region,
  );
  // A name means the account of whoever asks; an ARN names its own, and tells nothing.
  const accountOf = ({ functionId }: Target) => parseFunctionId(functionId)?.account;
  const probe = targets.find((target) => accountOf(target) === undefined) ?? targets[0];
  let checked: Promise<void> | undefined;

  async function check(): Promise<void> {
    const expected = (probe && accountOf(probe)) ?? accountIn(role.arn);
    const seen =
      probe && (await aliases.find(probe, { urgency: 'revert', patienceMs: PATIENCE_MS }));
    const account = accountIn(seen?.arn ?? '');
    if (account === undefined || account !== expected) {
      throw new Error(
        `the credentials of the environment are not of the account ${expected ?? ''}`,
      );
    }
  }

  return async () => {
    checked ??= check().catch((error: unknown) => {
      checked = undefined;
      throw error;
    });
    await checked;
    return source();
  };
}
