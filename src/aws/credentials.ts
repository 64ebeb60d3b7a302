import { fromWebToken } from '@aws-sdk/credential-provider-web-identity';

import { messageOf } from '../core/problems.ts';
import type { Role } from '../core/role.ts';
import type { Clock } from '../ports.ts';
import { USUAL, type Connect, type Credentials } from './clients.ts';
import { ASSUME_ROLE_FAILED } from './failures.ts';
import { within } from './patience.ts';

type Session = Awaited<ReturnType<Credentials>>;

/** Keeps the session of a role for all clients, and replaces it beside their calls. */
export interface Vault {
  /** The session at hand, as long as it lives: a call waits for the first one, and for one after the last's end. */
  readonly credentials: Credentials;
  /**
   * AWS did not accept the session of a request: somebody may have ended it.
   * @param signedSince when the request was begun, epoch milliseconds
   * @returns whether the next request will be signed in another one, if that can be had
   */
  readonly refuse: (signedSince: number) => boolean;
}

export interface VaultOptions {
  readonly role: Role;
  readonly region: string;
  /** A new one each time: GitHub's are valid for some minutes only (actions/toolkit#2048). */
  readonly idToken: () => Promise<string>;
  readonly connect: Connect;
  readonly clock: Clock;
  /** What stands in for the role while it cannot be assumed. */
  readonly standIn: Credentials | undefined;
}

// Renewed early, so that there is time to try again while the old session lasts.
const RENEW_BEFORE_MS = 10 * 60_000;
const RENEW_AGAIN_AFTER_MS = 30_000;
/** Longer than the connections' own timeouts; only against what does not keep to them. */
const RENEWAL_MS = 2 * 60_000;
/** What GitHub leaves of a cancelled job is minutes: not more of them than this for a role that may not come. */
const STAND_IN_AFTER_MS = 10_000;

/** Sessions of a role that the action assumes itself, for rollouts that outlast one. */
export function createVault(options: VaultOptions): Vault {
  const { role, clock, standIn } = options;
  let session: Session | undefined;
  let renewal: Promise<Session> | undefined;
  let assumedAt = -Infinity;
  let triedAt = -Infinity;
  let doubtedAt = -Infinity;
  let isDoubted = false;
  let standsInFrom: number | undefined;

  function renew(): Promise<Session> {
    triedAt = clock.now();
    renewal ??= within(clock, RENEWAL_MS, assume(options))
      .then((renewed) => {
        session = renewed;
        assumedAt = clock.now();
        return renewed;
      })
      .catch((cause: unknown) => {
        throw failedToAssume(role, cause);
      })
      .finally(() => {
        renewal = undefined;
        isDoubted = false;
      });
    // Whoever waits for it sees the failure; it may be that nobody does.
    renewal.catch(() => undefined);
    return renewal;
  }

  function living(): Session | undefined {
    return session !== undefined && lifeLeft(session) > 0 ? session : undefined;
  }

  function lifeLeft({ expiration }: Session): number {
    return (expiration?.getTime() ?? -Infinity) - clock.now();
  }

  async function provide(): Promise<Session> {
    const atHand = living();
    if (atHand === undefined) return standIn === undefined ? renew() : renewOr(standIn);
    // With the old one AWS would refuse again; but it may have had another reason.
    if (isDoubted) return renew().catch(() => living() ?? renew());
    const isDue = lifeLeft(atHand) < Math.min(RENEW_BEFORE_MS, role.durationMs / 2);
    if (isDue && clock.now() - triedAt >= RENEW_AGAIN_AFTER_MS) void renew();
    return atHand;
  }

  async function renewOr(other: Credentials): Promise<Session> {
    standsInFrom ??= clock.now() + STAND_IN_AFTER_MS;
    const renewed = renew();
    try {
      return await within(clock, Math.max(standsInFrom - clock.now(), 0), renewed);
    } catch {
      // When there is neither, why the role could not be assumed says more.
      return other().catch(() => renewed);
    }
  }

  return {
    credentials: forAllClients(provide),
    refuse(signedSince) {
      if (assumedAt > signedSince || isDoubted) return true;
      // What stood in was refused.
      if (session === undefined) return renewal !== undefined;
      if (clock.now() - doubtedAt < RENEW_AGAIN_AFTER_MS) return false;
      doubtedAt = clock.now();
      isDoubted = true;
      return true;
    },
  };
}

async function assume({ role, region, idToken, connect }: VaultOptions): Promise<Session> {
  const provider = fromWebToken({
    roleArn: role.arn,
    roleSessionName: role.sessionName,
    durationSeconds: Math.floor(role.durationMs / 1000),
    webIdentityToken: await idToken(),
    clientConfig: { region, maxAttempts: 1, ...connect(USUAL) },
  });
  return provider();
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
