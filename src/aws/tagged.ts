import type { ResourceGroupsTaggingAPIClient } from '@aws-sdk/client-resource-groups-tagging-api';

import { intentOf } from '../core/permissions.ts';
import { parseFunctionId, type FunctionId } from '../core/text/arn.ts';
import { understood } from './call.ts';
import { everyPage, listIn, textIn } from './reply.ts';
import type { Service } from './service.ts';

/** Finds functions by their tags. */
export interface TaggedFunctions {
  /**
   * The functions that have this very value under the key, in the account and region. One that was deleted just now, or
   * tagged, may still be there or not yet.
   */
  readonly find: (
    key: string,
    value: string,
    signal: AbortSignal,
  ) => Promise<readonly FunctionId[]>;
}

/** What the service gives at most: ResourcesPerPage is 1 to 100. */
const RESOURCES_A_PAGE = 100;

export function createTaggedFunctions(
  tagging: () => Promise<Service<ResourceGroupsTaggingAPIClient>>,
): TaggedFunctions {
  return {
    async find(key, value, signal) {
      const intent = intentOf('tag:GetResources', { on: 'everything' });
      // Only who searches by a tag pays for the client.
      const { GetResourcesCommand } = await import(
        /* webpackMode: "eager" */ '@aws-sdk/client-resource-groups-tagging-api'
      );
      const service = await tagging();
      return understood(intent, signal, () =>
        everyPage(async (PaginationToken) => {
          const command = new GetResourcesCommand({
            ResourceTypeFilters: ['lambda:function'],
            TagFilters: [{ Key: key, Values: [value] }],
            ResourcesPerPage: RESOURCES_A_PAGE,
            PaginationToken,
          });
          return service.call(intent, { signal }, async (client, sending) => {
            const reply = await client.send(command, sending);
            const items = listIn(reply.ResourceTagMappingList).flatMap(
              ({ ResourceARN }) => parseFunctionId(textIn(ResourceARN)) ?? [],
            );
            return { items, nextToken: reply.PaginationToken };
          });
        }),
      );
    },
  };
}
