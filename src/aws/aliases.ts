import {
  CreateAliasCommand,
  GetAliasCommand,
  GetProvisionedConcurrencyConfigCommand,
  ListAliasesCommand,
  UpdateAliasCommand,
  type AliasConfiguration,
  type LambdaClient,
} from '@aws-sdk/client-lambda';

import type { Routing } from '../core/alias/routing.ts';
import type { Target } from '../core/alias/target.ts';
import { intentOf } from '../core/permissions.ts';
import { AwsCallError, isNotFound, type CallOptions } from './call.ts';
import { everyPage, lineIn, listIn, textIn } from './reply.ts';
import type { Service } from './service.ts';

/** An alias at one moment. */
export interface Alias extends AliasWrite {
  readonly arn: string;
}

/** What a write to an alias says. */
export interface AliasWrite {
  readonly routing: Routing;
  readonly description: string;
  /** Changes with every write by anybody; a write that names an old one is refused. */
  readonly revisionId: string;
}

/** What Lambda does with the provisioned concurrency of an alias. */
export type Transition =
  | { readonly type: 'none' }
  | { readonly type: 'under way' }
  /** Lambda gave up, and goes on serving the version that it had. */
  | { readonly type: 'failed'; readonly reason: string }
  /** It may not be asked. */
  | { readonly type: 'unknown' };

/** Reads and writes aliases. Weights are percent on this side, fractions on Lambda's. */
export interface Aliases {
  /** @returns nothing when the function has no such alias, or does not exist. */
  find(target: Target, options?: CallOptions): Promise<Alias | undefined>;
  /** The names of all aliases of the target's function; none when there is no such function. */
  list(target: Target, options?: CallOptions): Promise<readonly string[]>;
  /** Every alias of the target's function, by its name. */
  all(target: Target, options?: CallOptions): Promise<ReadonlyMap<string, Alias>>;
  create(target: Target, version: string, options?: CallOptions): Promise<Alias>;
  /** Writes only if nobody wrote since the revision: else a `PreconditionFailedException`. */
  update(target: Target, write: AliasWrite, options?: CallOptions): Promise<Alias>;
  /** Whether Lambda is moving the alias's provisioned concurrency to another version just now. */
  transition(target: Target, options?: CallOptions): Promise<Transition>;
  /** Whether the alias has provisioned concurrency; nothing when it may not be asked. */
  isProvisioned(target: Target, options?: CallOptions): Promise<boolean | undefined>;
}

export function createAliases(lambda: Service<LambdaClient>, region: string): Aliases {
  const name = ({ functionId, alias }: Target) => ({ FunctionName: functionId, Name: alias });
  const on = ({ functionId }: Target) => ({ on: 'function', functionId, region }) as const;

  /** Lambda's own status; `none` without any, `unknown` when it may not be asked. */
  async function provisionedStatus(
    target: Target,
    options: CallOptions,
  ): Promise<{ readonly type: string; readonly reason: string }> {
    const command = new GetProvisionedConcurrencyConfigCommand({
      FunctionName: target.functionId,
      Qualifier: target.alias,
    });
    const intent = intentOf('lambda:GetProvisionedConcurrencyConfig', {
      ...on(target),
      on: 'versions',
    });
    try {
      const reply = await lambda.call(intent, options, (client, sending) =>
        client.send(command, sending),
      );
      return { type: textIn(reply.Status), reason: lineIn(reply.StatusReason) };
    } catch (error) {
      if (!(error instanceof AwsCallError)) throw error;
      const none = error.name === 'ProvisionedConcurrencyConfigNotFoundException';
      return { type: none ? 'none' : 'unknown', reason: '' };
    }
  }

  function everyAlias(
    target: Target,
    options: CallOptions,
  ): Promise<readonly AliasConfiguration[]> {
    const intent = intentOf('lambda:ListAliases', on(target));
    return everyPage(async (Marker) => {
      const command = new ListAliasesCommand({ FunctionName: target.functionId, Marker });
      const reply = await lambda.call(intent, options, (client, sending) =>
        client.send(command, sending),
      );
      return { items: listIn(reply.Aliases), nextToken: reply.NextMarker };
    });
  }

  return {
    async find(target, options = {}) {
      try {
        const intent = intentOf('lambda:GetAlias', on(target));
        return await lambda.call(intent, options, async (client, sending) =>
          aliasOf(await client.send(new GetAliasCommand(name(target)), sending)),
        );
      } catch (error) {
        if (isNotFound(error)) return undefined;
        throw error;
      }
    },

    async list(target, options = {}) {
      try {
        return (await everyAlias(target, options)).map(({ Name }) => lineIn(Name));
      } catch (error) {
        if (isNotFound(error)) return [];
        throw error;
      }
    },

    async all(target, options = {}) {
      const all = await everyAlias(target, options);
      return new Map(all.map((each) => [lineIn(each.Name), aliasOf(each)]));
    },

    create(target, version, options = {}) {
      const command = new CreateAliasCommand({ ...name(target), FunctionVersion: version });
      const intent = intentOf('lambda:CreateAlias', on(target));
      return lambda.call(intent, options, async (client, sending) =>
        aliasOf(await client.send(command, sending)),
      );
    },

    update(target, { routing, description, revisionId }, options = {}) {
      const command = new UpdateAliasCommand({
        ...name(target),
        // Both in one call, always: a version alone would collide with the weight that is left over
        // ("already included in routing configuration"), and a missing RoutingConfig leaves the old
        // weights in place.
        FunctionVersion: routing.version,
        RoutingConfig: { AdditionalVersionWeights: fractions(routing.weights) },
        Description: description,
        RevisionId: revisionId,
      });
      // A conflict is another operation on the function that goes on just now. Whether somebody else wrote
      // to the alias is asked by its revision, and answered by a failed precondition.
      const passing = ['ResourceConflictException'];
      const intent = { ...intentOf('lambda:UpdateAlias', on(target)), passing };
      return lambda.call(intent, options, async (client, sending) =>
        aliasOf(await client.send(command, sending)),
      );
    },

    async transition(target, options = {}) {
      const status = await provisionedStatus(target, options);
      switch (status.type) {
        case 'FAILED':
          return { type: 'failed', reason: status.reason };
        case 'IN_PROGRESS':
          return { type: 'under way' };
        case 'unknown':
          return { type: 'unknown' };
        default:
          return { type: 'none' };
      }
    },

    async isProvisioned(target, options = {}) {
      const { type } = await provisionedStatus(target, options);
      return type === 'unknown' ? undefined : type !== 'none';
    },
  };
}

function aliasOf(reply: AliasConfiguration): Alias {
  const [arn, version, revisionId] = [reply.AliasArn, reply.FunctionVersion, reply.RevisionId].map(
    textIn,
  );
  if (!arn || !version || !revisionId) {
    throw new Error('Lambda answered with an alias that has no ARN, version or revision');
  }
  const weights = Object.entries(reply.RoutingConfig?.AdditionalVersionWeights ?? {});
  return {
    arn,
    revisionId,
    description: textIn(reply.Description),
    routing: {
      version,
      // A weight of 0 sends nothing anywhere.
      weights: Object.fromEntries(
        weights
          .map(([other, part]) => [textIn(other), percentOf(part)] as const)
          .filter(([, percent]) => percent > 0),
      ),
    },
  };
}

function percentOf(fraction: unknown): number {
  if (typeof fraction === 'number' && fraction >= 0 && fraction <= 1) return fraction * 100;
  throw new Error(`Lambda answered with an alias whose weight is ${JSON.stringify(fraction)}`);
}

function fractions(weights: Routing['weights']): Record<string, number> {
  return Object.fromEntries(
    Object.entries(weights).map(([version, percent]) => [version, percent / 100]),
  );
}
