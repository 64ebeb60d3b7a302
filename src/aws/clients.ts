import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';

import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import type { ResourceGroupsTaggingAPIClient } from '@aws-sdk/client-resource-groups-tagging-api';
import { LambdaClient, type LambdaClientConfig } from '@aws-sdk/client-lambda';
import { SFNClient } from '@aws-sdk/client-sfn';

import { readBody } from './body.ts';

/** What a client of the AWS SDK takes for its credentials. */
export type Credentials = Extract<
  NonNullable<LambdaClientConfig['credentials']>,
  (...args: never[]) => unknown
>;

export interface Clients {
  readonly lambda: LambdaClient;
  /** With a connection of its own for every request: one that is kept may be dead without a sign. */
  readonly lambdaForReverts: LambdaClient;
  readonly cloudwatch: CloudWatchClient;
  readonly logs: CloudWatchLogsClient;
  readonly sfn: SFNClient;
  /** Loaded when it is asked for: only who finds functions by a tag needs it. */
  readonly tagging: () => Promise<ResourceGroupsTaggingAPIClient>;
  /** For invocations and uploads: waits as long as a function may run. */
  readonly patient: LambdaClient;
}

export interface ClientOptions {
  readonly region: string;
  readonly credentials: Credentials;
  readonly connect: Connect;
}

/** What a client's connections are like. */
export interface Connection {
  /** How long a request may take that does not say so itself, in milliseconds. */
  readonly timeoutMs: number;
  /** Whether a connection serves further requests. */
  readonly kept: boolean;
}

/** Makes what a client talks through. */
export type Connect = (
  connection: Connection,
) => Pick<LambdaClientConfig, 'requestHandler' | 'customUserAgent'>;

export const USUAL: Connection = { timeoutMs: 10_000, kept: true };
const CONNECTING_MS = 5_000;
/** What a function takes at most, and a little more. */
const INVOCATION: Connection = { timeoutMs: 15 * 60_000 + 30_000, kept: true };

/** How every client talks to AWS: its own sockets, through the proxy that the environment names. */
export const connect: Connect = ({ timeoutMs, kept }) => {
  const agent = { keepAlive: kept, proxyEnv: process.env };
  return {
    requestHandler: {
      connectionTimeout: CONNECTING_MS,
      requestTimeout: timeoutMs,
      throwOnRequestTimeout: true,
      // The request's timeout ends with the first line of the reply; this one holds for all of it.
      socketTimeout: timeoutMs,
      httpAgent: new HttpAgent(agent),
      httpsAgent: new HttpsAgent(agent),
    },
    customUserAgent: 'lambda-canary',
  };
};

/** A client for each service, and for each way of calling it. */
export function createClients({ region, credentials, connect }: ClientOptions): Clients {
  // One request for each that is asked for: the SDK's retries share a budget, and know neither our queue
  // nor our clock.
  const usual = { region, maxAttempts: 1, credentials, streamCollector: readBody };
  return {
    lambda: unlogged(new LambdaClient({ ...usual, ...connect(USUAL) })),
    lambdaForReverts: unlogged(
      new LambdaClient({ ...usual, ...connect({ ...USUAL, kept: false }) }),
    ),
    cloudwatch: unlogged(new CloudWatchClient({ ...usual, ...connect(USUAL) })),
    logs: unlogged(new CloudWatchLogsClient({ ...usual, ...connect(USUAL) })),
    sfn: unlogged(new SFNClient({ ...usual, ...connect(USUAL) })),
    async tagging() {
      const { ResourceGroupsTaggingAPIClient: Client } = await import(
        /* webpackMode: "eager" */ '@aws-sdk/client-resource-groups-tagging-api'
      );
      return unlogged(new Client({ ...usual, ...connect(USUAL) }));
    },
    patient: unlogged(new LambdaClient({ ...usual, ...connect(INVOCATION) })),
  };
}

/**
 * For its log the SDK copies each request and answer, also where nobody reads the log: 13 % of all that a rollout of 500 compared
 * functions allocated.
 */
function unlogged<C extends { readonly middlewareStack: { remove: (name: string) => boolean } }>(
  client: C,
): C {
  client.middlewareStack.remove('loggerMiddleware');
  return client;
}
