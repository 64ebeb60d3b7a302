import type { Target } from '../core/alias/target.ts';
import type { Role } from '../core/role.ts';
import { sessionEndOf, type SessionEnd } from '../core/session-end.ts';
import type { Clock } from '../ports.ts';
import { createAlarms, type Alarms } from './alarms.ts';
import { createAliases, type Aliases } from './aliases.ts';
import type { CallOptions } from './call.ts';
import { createClients, type Connect } from './clients.ts';
import { createCode, type Code } from './code.ts';
import { assumeRole, createVault, environment } from './credentials.ts';
import { createFunctions, type Functions } from './functions.ts';
import { createInvocations, type Invocations } from './invocations.ts';
import { createLogs, type Logs } from './logs.ts';
import { createLogStreams, type LogStreams } from './log-streams.ts';
import { createMetrics, type Metrics } from './metrics.ts';
import { createQueues } from './quotas.ts';
import { createService } from './service.ts';
import { createStandIn } from './stand-in.ts';
import { createStepFunctions, type StepFunctions } from './step-functions.ts';
import { createTaggedFunctions, type TaggedFunctions } from './tagged.ts';
import { createPublishedVersions, type PublishedVersions } from './versions.ts';

/** AWS, as a rollout needs it. */
export interface Aws {
  readonly region: string;
  readonly functions: Functions;
  readonly code: Code;
  readonly taggedFunctions: TaggedFunctions;
  readonly aliases: Aliases;
  readonly alarms: Alarms;
  readonly metrics: Metrics;
  readonly logs: Logs;
  readonly logStreams: LogStreams;
  readonly invocations: Invocations;
  readonly stepFunctions: StepFunctions;
  readonly versions: PublishedVersions;
  /** @throws {AwsCallError} when there are no credentials, or the role cannot be assumed */
  sessionEnd(options?: CallOptions): Promise<SessionEnd>;
}

export interface AwsOptions {
  readonly region: string;
  /** Left out: the credentials of the environment. */
  readonly role: Role | undefined;
  readonly idToken: () => Promise<string>;
  readonly connect: Connect;
  readonly clock: Clock;
  /**
   * For who must do with what there is: when the role cannot be assumed soon, the credentials of the
   * environment stand in for it, if they are of the account that these aliases are in.
   */
  readonly standInFor?: readonly Target[];
}

// Preflight reads a lot, and may ride out other users of the account's quota; what is read at every poll is
// read again at the next one.
const LAMBDA_PATIENCE_MS = 2 * 60_000;
const WATCH_PATIENCE_MS = 30_000;

/** Sends nothing yet: credentials are looked for with the first call. */
export function connectAws(options: AwsOptions): Aws {
  const { region, role, standInFor: targets, clock } = options;
  const queues = createQueues(clock);
  const vault = createVault({
    source: role === undefined ? environment(options) : assumeRole({ ...options, role }),
    standIn: role && targets && createStandIn({ ...options, role, targets, queues }),
    clock,
  });
  const clients = createClients({ ...options, credentials: vault.credentials });
  const refuseSession = vault.refuse;
  const asked = { queues, clock, refuseSession };
  const lambda = createService({
    ...asked,
    client: clients.lambda,
    revertClient: clients.lambdaForReverts,
    readPatienceMs: LAMBDA_PATIENCE_MS,
  });
  const onlyRead = <Client>(client: Client) =>
    createService({ ...asked, client, revertClient: client, readPatienceMs: WATCH_PATIENCE_MS });
  const uploads = createService({
    ...asked,
    client: clients.patient,
    revertClient: clients.patient,
    readPatienceMs: LAMBDA_PATIENCE_MS,
  });
  const cloudwatch = onlyRead(clients.cloudwatch);
  const logs = onlyRead(clients.logs);
  // Not when they are asked for first: what comes before that may have taken minutes.
  const since = clock.timeOfDay();

  async function sessionEnd(options: CallOptions = {}): Promise<SessionEnd> {
    const intent = { action: 'Getting AWS credentials', resource: region };
    const found = await lambda.call(intent, options, ({ config }) => config.credentials());
    if (role !== undefined) return { type: 'renews' };
    const { $source, expiration, sessionToken } = found as typeof found & Sourced;
    return sessionEndOf(
      {
        sources: Object.keys($source ?? {}),
        expiresAt: expiration?.getTime(),
        isTemporary: sessionToken !== undefined,
      },
      since,
    );
  }

  return {
    region,
    functions: createFunctions(lambda, region),
    code: createCode(uploads, region),
    taggedFunctions: createTaggedFunctions(async () => onlyRead(await clients.tagging())),
    aliases: createAliases(lambda, region),
    alarms: createAlarms(cloudwatch),
    metrics: createMetrics(cloudwatch),
    logs: createLogs(logs, region),
    logStreams: createLogStreams(logs, region),
    invocations: createInvocations(clients.patient, region, clock),
    stepFunctions: createStepFunctions(onlyRead(clients.sfn)),
    versions: createPublishedVersions(lambda, region),
    sessionEnd,
  };
}

/** Where the SDK says its credentials are from. */
interface Sourced {
  readonly $source?: Readonly<Record<string, string>>;
}
