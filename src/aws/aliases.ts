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
import { functionArn } from '../core/text/arn.ts';
import { AwsCallError, isNotFound, type CallOptions } from './call.ts';
import { textIn } from './reply.ts';
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

/** Reads and writes aliases. Weights are percent on this side, fractions on Lambda's. */
export interface Aliases {
  /** @returns nothing when the function has no such alias, or does not exist. */
  find(target: Target, options?: CallOptions): Promise<Alias | undefined>;
  create(target: Target, version: string, options?: CallOptions): Promise<Alias>;
  /** Writes only if nobody wrote since the revision: else a `PreconditionFailedException`. */
  update(target: Target, write: AliasWrite, options?: CallOptions): Promise<Alias>;
  /** Whether Lambda is moving the alias's provisioned concurrency to another version just now. */
  transition(target: Target, options?: CallOptions): Promise<'under way' | 'none' | 'unknown'>;
}

export function createAliases(lambda: Service<LambdaClient>, region: string): Aliases {
  const name = ({ functionId, alias }: Target) => ({ FunctionName: functionId, Name: alias });
  const intent = (action: string, target: Target) => ({
    action: `lambda:${action}`,
    resource: functionArn(target.functionId, region),
  });

  return {
    async find(target, options = {}) {
      try {
        return await lambda.call(intent('GetAlias', target), options, async (client, sending) =>
          aliasOf(await client.send(new GetAliasCommand(name(target)), sending)),
        );
      } catch (error) {
        if (isNotFound(error)) return undefined;
        throw error;
      }
    },

    create(target, version, options = {}) {
      const command = new CreateAliasCommand({ ...name(target), FunctionVersion: version });
      return lambda.call(intent('CreateAlias', target), options, async (client, sending) =>
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
      const asked = { ...intent('UpdateAlias', target), passing: ['ResourceConflictException'] };
      return lambda.call(asked, options, async (client, sending) =>
        aliasOf(await client.send(command, sending)),
      );
    },

    async transition(target, options = {}) {
      const command = new GetProvisionedConcurrencyConfigCommand({
        FunctionName: target.functionId,
        Qualifier: target.alias,
      });
      const resource = `${functionArn(target.functionId, region)}:${target.alias}`;
      try {
        const reply = await lambda.call(
          { action: 'lambda:GetProvisionedConcurrencyConfig', resource },
          options,
          (client, sending) => client.send(command, sending),
        );
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
