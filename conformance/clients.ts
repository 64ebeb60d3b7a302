import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { SFNClient } from '@aws-sdk/client-sfn';
import { STSClient } from '@aws-sdk/client-sts';

import { keepCalls, type Around, type Call } from './calls.ts';

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Of a session. */
  readonly sessionToken?: string;
}

export interface Place {
  readonly region: string;
  /** Undefined: AWS. */
  readonly endpoint: string | undefined;
  /** Undefined: those of the environment. */
  readonly credentials: Credentials | undefined;
  /** How often a call is sent that is throttled, or has no reply. */
  readonly maxAttempts: number;
  readonly around: Around;
}

export interface Clients {
  readonly lambda: LambdaClient;
  readonly cloudwatch: CloudWatchClient;
  readonly logs: CloudWatchLogsClient;
  readonly sfn: SFNClient;
  readonly cloudformation: CloudFormationClient;
  readonly sts: STSClient;
  /** Every call that they made. */
  readonly calls: readonly Call[];
}

export function createClients({
  region,
  endpoint,
  credentials,
  maxAttempts,
  around,
}: Place): Clients {
  const usual = { region, maxAttempts };
  // The SDK takes an undefined endpoint for a given one.
  const placed = endpoint === undefined ? usual : { ...usual, endpoint };
  const given = credentials === undefined ? placed : { ...placed, credentials };
  const clients = {
    lambda: new LambdaClient(given),
    cloudwatch: new CloudWatchClient(given),
    logs: new CloudWatchLogsClient(given),
    sfn: new SFNClient(given),
    cloudformation: new CloudFormationClient(given),
    sts: new STSClient(given),
  };
  const calls: Call[] = [];
  for (const client of Object.values(clients)) keepCalls(client, calls, around);
  return { ...clients, calls };
}
