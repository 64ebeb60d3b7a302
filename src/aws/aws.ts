import type { Session } from '../core/preflight/session.ts';
import type { Role } from '../core/role.ts';
import type { Clock } from '../ports.ts';
import { createAlarms, type Alarms } from './alarms.ts';
import { createAliases, type Aliases } from './aliases.ts';
import { call } from './call.ts';
import { createClients, type Connect } from './clients.ts';
import { assumeRole, type Credentials } from './credentials.ts';
import { createFunctions, type Functions } from './functions.ts';
import { createInvocations, type Invocations } from './invocations.ts';
import { createLogs, type Logs } from './logs.ts';
import { createMetrics, type Metrics } from './metrics.ts';

/** AWS, as a rollout needs it. */
export interface Aws {
  readonly region: string;
  readonly functions: Functions;
  readonly aliases: Aliases;
  readonly alarms: Alarms;
  readonly metrics: Metrics;
  readonly logs: Logs;
  readonly invocations: Invocations;
  /**
   * The aliases over new connections and with all retries unspent. From the second try on also with new
   * credentials, where the action can get them: the first must not wait for that.
   */
  aliasesForRevert(tries: number): Aliases;
  /** @throws {AwsCallError} when there are no credentials, or the role cannot be assumed */
  session(): Promise<Session>;
}

export interface AwsOptions {
  readonly region: string;
  /** Left out: the credentials of the environment. */
  readonly role: Role | undefined;
  readonly idToken: () => Promise<string>;
  readonly connect: Connect;
  readonly clock: Clock;
}

export function connectAws({ role, ...options }: AwsOptions): Aws {
  const { region, connect } = options;
  const assumed = role && assumeRole({ role, ...options, now: () => options.clock.now() });
  const clients = (credentials: Credentials | undefined) =>
    createClients({ region, connect, ...(credentials && { credentials }) });
  const { lambda, cloudwatch, logs, patient } = clients(assumed?.shared);
  return {
    region,
    functions: createFunctions(lambda, region),
    aliases: createAliases(lambda, region),
    alarms: createAlarms(cloudwatch),
    metrics: createMetrics(cloudwatch),
    logs: createLogs(logs, region),
    invocations: createInvocations(patient, region, options.clock),
    aliasesForRevert(tries) {
      const fresh = clients(tries === 0 ? assumed?.shared : assumed?.renewed());
      return createAliases(fresh.lambda, region);
    },
    async session() {
      const intent = { action: 'Getting AWS credentials', resource: region };
      const { expiration, sessionToken } = await call(intent, undefined, () =>
        lambda.config.credentials(),
      );
      if (assumed !== undefined) return { type: 'renewed' };
      if (expiration !== undefined) return { type: 'temporary', expiresAt: expiration.getTime() };
      return { type: sessionToken === undefined ? 'endless' : 'unknown' };
    },
  };
}
