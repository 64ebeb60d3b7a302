import { randomUUID } from 'node:crypto';

import type { GitHubRoute } from './route.ts';

const ISSUER = 'https://token.actions.githubusercontent.com';
const VALID_SECONDS = 5 * 60;

/** GitHub's OIDC provider, of which a runner asks ID tokens. */
export const OIDC_ROUTES: readonly GitHubRoute[] = [
  {
    method: 'GET',
    path: /^\/oidc\/token$/,
    token: 'id-token-request',
    reply({ state, query }) {
      const iat = Math.floor(state.clock.now() / 1000);
      const aud = query.get('audience') ?? 'https://github.com/acme';
      const claims = { iss: ISSUER, aud, iat, exp: iat + VALID_SECONDS, jti: randomUUID() };
      return { status: 200, body: { value: unsigned(claims) } };
    },
  },
];

function unsigned(claims: object): string {
  const encoded = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
  return `${encoded({ typ: 'JWT', alg: 'none' })}.${encoded(claims)}.unsigned`;
}
