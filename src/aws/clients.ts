import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { LambdaClient } from '@aws-sdk/client-lambda';

export interface Clients {
  readonly lambda: LambdaClient;
  readonly cloudwatch: CloudWatchClient;
}

// A reply that never comes must not hold up a revert: the SDK waits for ever by default.
const requestHandler = { connectionTimeout: 5_000, socketTimeout: 10_000 };
const customUserAgent = 'lambda-canary';

export function createClients(region: string): Clients {
  return {
    // All of Lambda's control plane shares 15 requests a second, so throttling is to be expected
    // when several functions move together; eight attempts ride out about half a minute of it.
    lambda: new LambdaClient({ region, requestHandler, customUserAgent, maxAttempts: 8 }),
    // Read again at the next poll anyway.
    cloudwatch: new CloudWatchClient({ region, requestHandler, customUserAgent, maxAttempts: 3 }),
  };
}
