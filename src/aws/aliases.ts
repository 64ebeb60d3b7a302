import {
  CreateAliasCommand,
  GetAliasCommand,
  GetProvisionedConcurrencyConfigCommand,
  UpdateAliasCommand,
  type AliasConfiguration,
  type LambdaClient,
} from '@aws-sdk/client-lambda';

import type { Routing } from '../core/alias/routing.ts';
import type { Target } from '../core/alias/target.ts';
import { intentOf } from '../core/permissions.ts';
import { AwsCallError, call, isNotFound } from './call.ts';
import { textIn } from './reply.ts';

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

/** Reads and writes aliases. Weights are percent on this side, fractions on Lambda's. */
export interface Aliases {
  /** @returns nothing when the function has no such alias, or does not exist. */
  find(target: Target, signal?: AbortSignal): Promise<Alias | undefined>;
  create(target: Target, version: string, signal?: AbortSignal): Promise<Alias>;
  /** Writes only if nobody wrote since the revision: else a `PreconditionFailedException`. */
  update(target: Target, write: AliasWrite, signal?: AbortSignal): Promise<Alias>;
  /** Whether Lambda is moving the alias's provisioned concurrency to another version just now. */
  transition(target: Target, signal?: AbortSignal): Promise<'under way' | 'none' | 'unknown'>;
}

export function createAliases(lambda: LambdaClient, region: string): Aliases {
  const name = ({ functionId, alias }: Target) => ({ FunctionName: functionId, Name: alias });
  const on = ({ functionId }: Target) => ({ on: 'function', functionId, region }) as const;

  return {
    async find(target, signal) {
      try {
        return await call(intentOf('lambda:GetAlias', on(target)), signal, async (options) =>
          aliasOf(await lambda.send(new GetAliasCommand(name(target)), options)),
        );
      } catch (error) {
        if (isNotFound(error)) return undefined;
        throw error;
      }
    },

    create(target, version, signal) {
      const command = new CreateAliasCommand({ ...name(target), FunctionVersion: version });
      return call(intentOf('lambda:CreateAlias', on(target)), signal, async (options) =>
        aliasOf(await lambda.send(command, options)),
      );
    },

    update(target, { routing, description, revisionId }, signal) {
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
      return call(intentOf('lambda:UpdateAlias', on(target)), signal, async (options) =>
        aliasOf(await lambda.send(command, options)),
      );
    },

    async transition(target, signal) {
      const command = new GetProvisionedConcurrencyConfigCommand({
        FunctionName: target.functionId,
        Qualifier: target.alias,
      });
      const intent = intentOf('lambda:GetProvisionedConcurrencyConfig', {
        ...on(target),
        on: 'versions',
      });
      try {
        const reply = await call(intent, signal, (options) => lambda.send(command, options));
        return reply.Status === 'IN_PROGRESS' ? 'under way' : 'none';
      } catch (error) {
        if (!(error instanceof AwsCallError)) throw error;
        return error.name === 'ProvisionedConcurrencyConfigNotFoundException' ? 'none' : 'unknown';
      }
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
      weights: Object.fromEntries(weights.map(([other, part]) => [textIn(other), percentOf(part)])),
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
