import type { LambdaClientConfig } from '@aws-sdk/client-lambda';
import { fromWebToken } from '@aws-sdk/credential-provider-web-identity';

import type { Role } from '../core/role.ts';
import { messageOf } from '../core/problems.ts';
import type { Connect } from './clients.ts';

/** What a client of the AWS SDK takes for its credentials. */
export type Credentials = Extract<
  NonNullable<LambdaClientConfig['credentials']>,
  (...args: never[]) => unknown
>;
type Session = Awaited<ReturnType<Credentials>>;

export interface RoleCredentials {
  /** One for all clients: it assumes the role once, and again before the session ends. */
  readonly shared: Credentials;
  /** The same, but the role is assumed anew first, if it can be: for when the session may be spoilt. */
  readonly renewed: () => Credentials;
}

export interface AssumeRoleOptions {
  readonly role: Role;
  readonly region: string;
  /** A new one each time: GitHub's are valid for some minutes only (actions/toolkit#2048). */
  readonly idToken: () => Promise<string>;
  readonly connect: Connect;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** The role could not be assumed. It has a name of its own: STS's names would be taken for the service's. */
export const ASSUME_ROLE_FAILED = 'AssumeRoleFailed';

// Renewed early, so that there is time to try again while the old session lasts.
const RENEW_BEFORE_MS = 10 * 60_000;
const RENEW_AGAIN_AFTER_MS = 30_000;

/** Credentials of a role that the action assumes itself, for rollouts that outlast a session. */
export function assumeRole(options: AssumeRoleOptions): RoleCredentials {
  const { role, region, idToken, connect, now } = options;
  let session: Session | undefined;
  let assuming: Promise<Session> | undefined;
  let triedAt = -Infinity;

  const lifeLeft = () => (session?.expiration?.getTime() ?? -Infinity) - now();

  async function assume(): Promise<Session> {
    triedAt = now();
    try {
      const provider = fromWebToken({
        roleArn: role.arn,
        roleSessionName: role.sessionName,
        durationSeconds: Math.floor(role.durationMs / 1000),
        webIdentityToken: await idToken(),
        clientConfig: { region, ...connect() },
      });
      return await provider();
    } catch (cause) {
      const name = cause instanceof Error ? cause.name : 'Error';
      const error = new Error(
        `the role ${role.arn} could not be assumed (${name}: ${messageOf(cause)}). Check its trust policy and ` +
          'that the job has the permission "id-token: write".',
        { cause },
      );
      error.name = ASSUME_ROLE_FAILED;
      throw error;
    }
  }

  async function renew(): Promise<Session> {
    assuming ??= assume().finally(() => {
      assuming = undefined;
    });
    try {
      session = await assuming;
    } catch (error) {
      // What is still valid is better than nothing; the next request tries again.
      if (session === undefined || lifeLeft() <= 0) throw error;
    }
    return session;
  }

  async function shared(): Promise<Session> {
    const due =
      lifeLeft() < Math.min(RENEW_BEFORE_MS, role.durationMs / 2) &&
      (lifeLeft() <= 0 || now() - triedAt >= RENEW_AGAIN_AFTER_MS);
    return session === undefined || due ? renew() : session;
  }

  function renewed(): Credentials {
    let renewal: Promise<unknown> | undefined;
    return forAllClients(async () => {
      renewal ??= renew();
      await renewal;
      return shared();
    });
  }

  return { shared: forAllClients(shared), renewed };
}

/** Marked so that no client keeps what it got for itself: it asks again with every request. */
function forAllClients(provide: () => Promise<Session>): Credentials {
  return Object.assign(provide, { memoized: true });
}
