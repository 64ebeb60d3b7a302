import * as core from '@actions/core';

const AUDIENCE = 'sts.amazonaws.com';
// The library tries again and again; the session that is to be renewed does not last for ever.
const PATIENCE_MS = 15_000;

/** A token of GitHub's OIDC provider that STS takes for a role. */
export async function fetchIdToken(): Promise<string> {
  const patience = AbortSignal.timeout(PATIENCE_MS);
  const timeout = new Promise<never>((_, reject) => {
    patience.addEventListener('abort', () => {
      reject(new Error(`GitHub gave no ID token within ${PATIENCE_MS / 1000} s`));
    });
  });
  return Promise.race([core.getIDToken(AUDIENCE), timeout]);
}
