import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { LambdaClient } from '@aws-sdk/client-lambda';

import { startServer } from '../../simulator/server.ts';
import { createSimulator, type Simulator } from '../../simulator/simulator.ts';

export const MINUTE = 60_000;
export const START = Date.UTC(2026, 10, 23, 14, 0);
export const ARN = 'arn:aws:lambda:eu-west-1:123456789012:function';

/** A simulator behind HTTP with a clock that is cranked by hand, and the clients of the AWS SDK. */
export interface World {
  readonly simulator: Simulator;
  readonly url: string;
  readonly lambda: LambdaClient;
  readonly cloudwatch: CloudWatchClient;
  pass(ms: number): void;
  close(): Promise<void>;
}

export async function startWorld({ seed = 1 } = {}): Promise<World> {
  let now = START;
  const simulator = createSimulator({ clock: { now: () => now }, seed });
  const server = await startServer(simulator);
  const client = {
    region: 'eu-west-1',
    endpoint: server.url,
    credentials: { accessKeyId: 'simulator', secretAccessKey: 'simulator' },
    maxAttempts: 1,
  };
  return {
    simulator,
    url: server.url,
    lambda: new LambdaClient(client),
    cloudwatch: new CloudWatchClient(client),
    pass: (ms) => {
      now += ms;
      simulator.advance();
    },
    close: () => server.close(),
  };
}

/** What an API call was refused with: `412 PreconditionFailedException: …`. */
export async function refusal(call: Promise<unknown>): Promise<string> {
  try {
    await call;
  } catch (error) {
    const { name, message, $metadata } = error as Error & {
      readonly $metadata?: { readonly httpStatusCode?: number };
    };
    return `${$metadata?.httpStatusCode ?? 'no reply'} ${name}: ${message}`;
  }
  return 'nothing was refused';
}
