/** What is known of the end of the credentials that a run works with. */
export type SessionEnd =
  /** They are replaced before they end, by the action or by what the SDK gets them from. */
  | { readonly type: 'renews' }
  /** The keys of a user. */
  | { readonly type: 'endless' }
  /** Nobody replaces them. `at` is epoch milliseconds. */
  | { readonly type: 'ends'; readonly at: number }
  /** Temporary, nobody replaces them, and nothing says when they end. There at `since`, the beginning of the process. */
  | { readonly type: 'unknown'; readonly since: number };

/** Credentials that the SDK found, as far as their end is concerned. */
export interface FoundCredentials {
  /** The SDK's names for where they are from. */
  readonly sources: readonly string[];
  /** Epoch milliseconds, where it is told. */
  readonly expiresAt: number | undefined;
  /** Whether they are those of a session, not of a user. */
  readonly isTemporary: boolean;
}

// Written down once, in the environment of the job or in a file. Whatever else the SDK knows (a container, an
// instance, a web identity, a process, a single sign-on) it asks again before the credentials end.
const WRITTEN_DOWN = new Set(['CREDENTIALS_ENV_VARS', 'CREDENTIALS_PROFILE', 'CREDENTIALS_CODE']);

/** @param since when the process began that works with them, epoch milliseconds */
export function sessionEndOf(found: FoundCredentials, since: number): SessionEnd {
  const { sources, expiresAt, isTemporary } = found;
  if (sources.some((source) => !WRITTEN_DOWN.has(source))) return { type: 'renews' };
  if (expiresAt !== undefined) return { type: 'ends', at: expiresAt };
  return isTemporary ? { type: 'unknown', since } : { type: 'endless' };
}
