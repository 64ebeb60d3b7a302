import { LambdaClient } from '@aws-sdk/client-lambda';
import {
  AssumeRoleWithWebIdentityCommand,
  STSClient,
  type Credentials as WireSession,
} from '@aws-sdk/client-sts';

import { messageOf } from '../core/problems.ts';
import type { Role } from '../core/role.ts';
import type { Clock } from '../ports.ts';
import { USUAL, type Connect, type Credentials } from './clients.ts';
import { ASSUME_ROLE_FAILED } from './failures.ts';
import { never, unlessAborted, within } from './patience.ts';

type Session = Awaited<ReturnType<Credentials>>;

/** Keeps one session for all clients, and replaces it beside their calls. */
export interface Vault {
  /**
   * The session at hand, as long as it lives: a call waits for the first one, for one after the last's end, and a
   * moment for one in place of what AWS refused.
   */
  readonly credentials: Credentials;
  /**
   * AWS did not accept the session of a request: somebody may have ended it.
   * @param signedSince when the request was begun, epoch milliseconds
   * @returns whether the next request will be signed in another one, if that can be had
   */
  readonly refuse: (signedSince: number) => boolean;
}

export interface VaultOptions {
  /** Gets a session, a new one when the last is near its end. */
  readonly source: Source;
  /** What stands in for it while none can be had. */
  readonly standIn: Source | undefined;
  readonly clock: Clock;
}

export type Source = () => Promise<Session>;

// Renewed early, so that there is time to try again while the old session lasts. Where the SDK gets it, it gives
// out the old one until five minutes before the end.
const RENEW_BEFORE_MS = 10 * 60_000;
const RENEW_AGAIN_AFTER_MS = 30_000;
/** Longer than connections take to give up by themselves: against what does not. */
const RENEWAL_MS = 4 * 60_000;
/** How long a call waits for another session than the one that AWS refused, before it tries with what there is. */
const DOUBT_MS = 1_000;
/** What GitHub leaves of a cancelled job is minutes: not more of them than this for a role that may not come. */
const STAND_IN_AFTER_MS = 10_000;

/** Asks for no session before the first call needs one. */
export function createVault({ source, standIn, clock }: VaultOptions): Vault {
  let session: Session | undefined;
  let renewal: Promise<Session> | undefined;
  let renewBeforeMs = 0;
  let renewedAt = -Infinity;
  let triedAt = -Infinity;
  let doubtedAt = -Infinity;
  let isDoubted = false;
  let standsInFrom: number | undefined;

  function renew(): Promise<Session> {
    renewal ??= tryToRenew().finally(() => {
      renewal = undefined;
      isDoubted = false;
    });
    // Whoever waits for it sees the failure; it may be that nobody does.
    renewal.catch(() => undefined);
    return renewal;
  }

  async function tryToRenew(): Promise<Session> {
    triedAt = clock.now();
    session = await inTime(RENEWAL_MS, source());
    renewedAt = clock.now();
    renewBeforeMs = Math.min(RENEW_BEFORE_MS, lifeLeft(session) / 2);
    return session;
  }

  /** Where the SDK gets a session, it listens to no signal. */
  function inTime(ms: number, act: Promise<Session>): Promise<Session> {
    return within(clock, ms, never(), (signal) => unlessAborted(signal, act));
  }

  function living(): Session | undefined {
    return session !== undefined && lifeLeft(session) > 0 ? session : undefined;
  }

  function lifeLeft({ expiration }: Session): number {
    return (expiration?.getTime() ?? Infinity) - clock.timeOfDay();
  }

  async function provide(): Promise<Session> {
    const atHand = living();
    if (atHand === undefined) return standIn === undefined ? renew() : renewOr(standIn);
    if (isDoubted) return renewedSoon();
    const isDue = lifeLeft(atHand) < renewBeforeMs;
    if (isDue && clock.now() - triedAt >= RENEW_AGAIN_AFTER_MS) void renew();
    return atHand;
  }

  /** With the old one AWS may refuse again; but it may have had another reason, and the new one may never come. */
  async function renewedSoon(): Promise<Session> {
    const meanwhile = () => living() ?? renew();
    try {
      return await inTime(Math.max(doubtedAt + DOUBT_MS - clock.now(), 0), renew());
    } catch {
      return standIn === undefined ? meanwhile() : standIn().catch(meanwhile);
    }
  }

  async function renewOr(other: Source): Promise<Session> {
    standsInFrom ??= clock.now() + STAND_IN_AFTER_MS;
    const renewed = renew();
    try {
      return await inTime(Math.max(standsInFrom - clock.now(), 0), renewed);
    } catch {
      // When there is neither, the first one's failure says more.
      return other().catch(() => renewed);
    }
  }

  return {
    credentials: forAllClients(provide),
    refuse(signedSince) {
      if (renewedAt > signedSince || isDoubted) return true;
      // What stood in was refused.
      if (session === undefined) return renewal !== undefined;
      if (clock.now() - doubtedAt < RENEW_AGAIN_AFTER_MS) return false;
      doubtedAt = clock.now();
      isDoubted = true;
      return true;
    },
  };
}

/** What the SDK finds in the environment: variables, profiles, a container's or an instance's role. */
export function environment({
  region,
  connect,
}: {
  readonly region: string;
  readonly connect: Connect;
}): Source {
  const { config } = new LambdaClient({ region, ...connect(USUAL) });
  return () => config.credentials();
}

export interface RoleOptions {
  readonly role: Role;
  readonly region: string;
  /** A new one each time: GitHub's are valid for some minutes only (actions/toolkit#2048). */
  readonly idToken: () => Promise<string>;
  readonly connect: Connect;
}

/** Sessions of a role that the action assumes itself, for rollouts that outlast one. */
export function assumeRole({ role, region, idToken, connect }: RoleOptions): Source {
  return async () => {
    try {
      const client = new STSClient({ region, maxAttempts: 1, ...connect(USUAL) });
      const command = new AssumeRoleWithWebIdentityCommand({
        RoleArn: role.arn,
        RoleSessionName: role.sessionName,
        DurationSeconds: Math.floor(role.durationMs / 1000),
        WebIdentityToken: await idToken(),
      });
      return sessionIn((await client.send(command)).Credentials);
    } catch (cause) {
      throw failedToAssume(role, cause);
    }
  };
}

/** @throws when STS gave none */
function sessionIn(given: WireSession | undefined): Session {
  const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = given ?? {};
  if (AccessKeyId === undefined || SecretAccessKey === undefined || SessionToken === undefined) {
    throw new Error('STS answered without credentials');
  }
  const session = {
    accessKeyId: AccessKeyId,
    secretAccessKey: SecretAccessKey,
    sessionToken: SessionToken,
  };
  return Expiration === undefined ? session : { ...session, expiration: Expiration };
}

function failedToAssume(role: Role, cause: unknown): Error {
  const name = cause instanceof Error ? cause.name : 'Error';
  const error = new Error(
    `the role ${role.arn} could not be assumed (${name}: ${messageOf(cause)}). Check its trust policy and ` +
      'that the job has the permission "id-token: write".',
    { cause },
  );
  error.name = ASSUME_ROLE_FAILED;
  return error;
}

/** Marked so that no client keeps what it got for itself: it asks again with every request. */
function forAllClients(provide: () => Promise<Session>): Credentials {
  return Object.assign(provide, { memoized: true });
}
