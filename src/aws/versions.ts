import {
  DeleteFunctionCommand,
  GetAccountSettingsCommand,
  GetPolicyCommand,
  ListEventSourceMappingsCommand,
  ListProvisionedConcurrencyConfigsCommand,
  ListVersionsByFunctionCommand,
  type LambdaClient,
} from '@aws-sdk/client-lambda';

import type { Target } from '../core/alias/target.ts';
import { intentOf } from '../core/permissions.ts';
import type { CodeStorage, ListedVersion } from '../core/versions/old.ts';
import { isNotFound, understood } from './call.ts';
import { everyPage, lineIn, listIn, numberIn, textIn } from './reply.ts';
import type { Service } from './service.ts';

/** Published versions that are there, what needs them, and their end. */
export interface PublishedVersions {
  readonly list: (target: Target, signal: AbortSignal) => Promise<readonly ListedVersion[]>;
  /** The qualifiers, aliases among them, that have provisioned concurrency. */
  readonly provisioned: (target: Target, signal: AbortSignal) => Promise<ReadonlySet<string>>;
  /** Who calls this version by its number, as far as Lambda is told; undefined for nobody. */
  readonly callerOf: (
    target: Target,
    version: string,
    signal: AbortSignal,
  ) => Promise<string | undefined>;
  /** Deletes one version; one that is not there is deleted. Lambda refuses it while an alias names it. */
  readonly remove: (target: Target, version: string, signal: AbortSignal) => Promise<void>;
  readonly storage: (signal: AbortSignal) => Promise<CodeStorage>;
}

const EVERYTHING = { on: 'everything' } as const;

export function createPublishedVersions(
  lambda: Service<LambdaClient>,
  region: string,
): PublishedVersions {
  const of = <On extends 'function' | 'versions'>({ functionId }: Target, on: On) => ({
    on,
    functionId,
    region,
  });

  async function eventSourceOf(
    { functionId }: Target,
    version: string,
    signal: AbortSignal,
  ): Promise<string | undefined> {
    const intent = intentOf('lambda:ListEventSourceMappings', EVERYTHING);
    // One that is enough is on the first page.
    const command = new ListEventSourceMappingsCommand({
      FunctionName: `${functionId}:${version}`,
    });
    return lambda.call(intent, { signal }, async (client, sending) => {
      const [first] = listIn((await client.send(command, sending)).EventSourceMappings);
      return first && `the event source ${lineIn(first.EventSourceArn) || lineIn(first.UUID)}`;
    });
  }

  async function hasPolicy(target: Target, version: string, signal: AbortSignal): Promise<boolean> {
    const command = new GetPolicyCommand({ FunctionName: target.functionId, Qualifier: version });
    try {
      await lambda.call(
        intentOf('lambda:GetPolicy', of(target, 'versions')),
        { signal },
        (client, sending) => client.send(command, sending),
      );
      return true;
    } catch (error) {
      if (isNotFound(error)) return false;
      throw error;
    }
  }

  return {
    list(target, signal) {
      const intent = intentOf('lambda:ListVersionsByFunction', of(target, 'function'));
      return understood(intent, signal, () =>
        everyPage(async (Marker) => {
          const command = new ListVersionsByFunctionCommand({
            FunctionName: target.functionId,
            Marker,
          });
          const reply = await lambda.call(intent, { signal }, (client, sending) =>
            client.send(command, sending),
          );
          const items = listIn(reply.Versions).map((each) => {
            const publishedAt = Date.parse(textIn(each.LastModified));
            return {
              version: textIn(each.Version),
              publishedAt: Number.isNaN(publishedAt) ? undefined : publishedAt,
              codeBytes: numberIn(each.CodeSize) ?? 0,
            };
          });
          return { items, nextToken: reply.NextMarker };
        }),
      );
    },

    async provisioned(target, signal) {
      const intent = intentOf('lambda:ListProvisionedConcurrencyConfigs', of(target, 'function'));
      const arns = await understood(intent, signal, () =>
        everyPage(async (Marker) => {
          const command = new ListProvisionedConcurrencyConfigsCommand({
            FunctionName: target.functionId,
            Marker,
          });
          const reply = await lambda.call(intent, { signal }, (client, sending) =>
            client.send(command, sending),
          );
          const items = listIn(reply.ProvisionedConcurrencyConfigs).map(({ FunctionArn }) =>
            textIn(FunctionArn),
          );
          return { items, nextToken: reply.NextMarker };
        }),
      );
      return new Set(arns.map((arn) => arn.slice(arn.lastIndexOf(':') + 1)));
    },

    async callerOf(target, version, signal) {
      const eventSource = await eventSourceOf(target, version, signal);
      if (eventSource !== undefined) return eventSource;
      return (await hasPolicy(target, version, signal))
        ? 'a resource policy of its own, which lets somebody call it'
        : undefined;
    },

    async remove(target, version, signal) {
      // Without a number, the same call deletes the function.
      if (!/^\d+$/.test(version)) throw new Error(`"${version}" is not the number of a version`);
      const command = new DeleteFunctionCommand({
        FunctionName: target.functionId,
        Qualifier: version,
      });
      try {
        await lambda.call(
          intentOf('lambda:DeleteFunction', of(target, 'versions')),
          { signal },
          (client, sending) => client.send(command, sending),
        );
      } catch (error) {
        if (!isNotFound(error)) throw error;
      }
    },

    storage(signal) {
      const intent = intentOf('lambda:GetAccountSettings', EVERYTHING);
      return lambda.call(intent, { signal }, async (client, sending) => {
        const reply = await client.send(new GetAccountSettingsCommand({}), sending);
        const used = numberIn(reply.AccountUsage?.TotalCodeSize);
        const limit = numberIn(reply.AccountLimit?.TotalCodeSize);
        if (used === undefined || limit === undefined) {
          throw new Error('Lambda answered without how much code there is and may be');
        }
        return { used, limit };
      });
    },
  };
}
