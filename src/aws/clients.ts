import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';

import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { LambdaClient, type LambdaClientConfig } from '@aws-sdk/client-lambda';

import type { Credentials } from './credentials.ts';

export interface Clients {
  readonly lambda: LambdaClient;
  readonly cloudwatch: CloudWatchClient;
  readonly logs: CloudWatchLogsClient;
  /** For invocations: waits as long as a function may run, and sends nothing twice. */
  readonly patient: LambdaClient;
}

export interface ClientOptions {
  readonly region: string;
  /** Left out: those of the environment. */
  readonly credentials?: Credentials;
  readonly connect: Connect;
}

/** Makes what a client talks through. */
export type Connect = (
  socketTimeoutMs?: number,
) => Pick<LambdaClientConfig, 'requestHandler' | 'customUserAgent'>;

// A reply that never comes must not hold up a revert: the SDK waits for ever by default.
const CONNECTION_TIMEOUT_MS = 5_000;
const SOCKET_TIMEOUT_MS = 10_000;
/** What a function takes at most, and a little more. */
const INVOCATION_MS = 15 * 60_000 + 30_000;

/** How every client talks to AWS: its own sockets, through the proxy that the environment names. */
export const connect: Connect = (socketTimeout = SOCKET_TIMEOUT_MS) => {
  const agent = { keepAlive: true, proxyEnv: process.env };
  return {
    requestHandler: {
      connectionTimeout: CONNECTION_TIMEOUT_MS,
      socketTimeout,
      httpAgent: new HttpAgent(agent),
      httpsAgent: new HttpsAgent(agent),
    },
    customUserAgent: 'lambda-canary',
  };
};

export function createClients({ connect, ...options }: ClientOptions): Clients {
  return {
    // All of Lambda's control plane shares 15 requests a second, so throttling is to be expected
    // when several functions move together; eight attempts ride out about half a minute of it.
    lambda: new LambdaClient({ ...options, ...connect(), maxAttempts: 8 }),
    // Read again at the next poll anyway.
    cloudwatch: new CloudWatchClient({ ...options, ...connect(), maxAttempts: 3 }),
    // Asked once, when all is over.
    logs: new CloudWatchLogsClient({ ...options, ...connect(), maxAttempts: 2 }),
    patient: new LambdaClient({ ...options, ...connect(INVOCATION_MS), maxAttempts: 1 }),
  };
}
