import type { SimulatorClock } from '../time/clock.ts';
import type { Random } from '../time/random.ts';

/** What STS hands out; the AWS SDK takes it as `credentials`. */
export interface SessionCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  readonly expiration: Date;
}

export interface IssuedSession {
  readonly roleArn: string;
  readonly sessionName: string;
  /** Empty for a session made by hand, and for one that was assumed without. */
  readonly webIdentityToken: string;
  readonly accessKeyId: string;
  /** Epoch milliseconds of the simulator's clock, as is {@link expiresAt}. */
  readonly issuedAt: number;
  readonly expiresAt: number;
}

export interface AssumedRole {
  readonly roleArn: string;
  readonly sessionName: string;
  readonly webIdentityToken: string;
  readonly durationSeconds: number;
}

/** The sessions of roles that STS has issued, and whether they last. */
export interface Sessions {
  readonly account: string;
  /** Every session so far, also those that ended, and those made by hand. */
  readonly issued: readonly IssuedSession[];
  assume(role: AssumedRole): SessionCredentials;
  /** A session made by hand; it may be shorter than STS allows. */
  issue(durationSeconds: number): SessionCredentials;
  /** Ends all sessions issued so far. Whoever holds one still believes in the expiration it was told. */
  expireAll(): void;
  /** Never true of a key that was not issued here. */
  hasExpired(accessKeyId: string): boolean;
}

export interface SessionsOptions {
  readonly clock: SimulatorClock;
  readonly random: Random;
  readonly account: string;
}

const KEY_ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const SECRET_ALPHABET = `${KEY_ALPHABET}abcdefghijklmnopqrstuvwxyz0189+/`;

export function createSessions({ clock, random, account }: SessionsOptions): Sessions {
  const issued: IssuedSession[] = [];

  function characters(alphabet: string, length: number): string {
    const one = () => alphabet.charAt(Math.floor(random() * alphabet.length));
    return Array.from({ length }, one).join('');
  }

  function assume({ durationSeconds, ...role }: AssumedRole): SessionCredentials {
    const issuedAt = clock.now();
    // AWS tells the expiration in whole seconds.
    const expiresAt = (Math.floor(issuedAt / 1000) + durationSeconds) * 1000;
    const accessKeyId = `ASIA${characters(KEY_ALPHABET, 16)}`;
    issued.push({ ...role, accessKeyId, issuedAt, expiresAt });
    return {
      accessKeyId,
      secretAccessKey: characters(SECRET_ALPHABET, 40),
      sessionToken: characters(SECRET_ALPHABET, 120),
      expiration: new Date(expiresAt),
    };
  }

  return {
    account,
    issued,
    assume,
    issue: (durationSeconds) =>
      assume({
        roleArn: `arn:aws:iam::${account}:role/by-hand`,
        sessionName: 'by-hand',
        webIdentityToken: '',
        durationSeconds,
      }),
    expireAll() {
      const now = clock.now();
      for (const [index, session] of issued.entries()) {
        issued[index] = { ...session, expiresAt: Math.min(session.expiresAt, now) };
      }
    },
    hasExpired(accessKeyId) {
      const session = issued.find((each) => each.accessKeyId === accessKeyId);
      return session !== undefined && session.expiresAt <= clock.now();
    },
  };
}
