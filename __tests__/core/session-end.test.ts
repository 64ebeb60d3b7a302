import { describe, expect, it } from '@jest/globals';

import { sessionEndOf, type SessionEnd } from '../../src/core/session-end.ts';

const SEEN = 1_000;
const END = 5_000;

describe('the end of the credentials', () => {
  it.each<[string, string[], number | undefined, boolean, SessionEnd]>([
    ['variables that name it', ['CREDENTIALS_ENV_VARS'], END, true, { type: 'ends', at: END }],
    [
      'variables that do not',
      ['CREDENTIALS_ENV_VARS'],
      undefined,
      true,
      { type: 'unknown', since: SEEN },
    ],
    ['a user’s keys', ['CREDENTIALS_ENV_VARS'], undefined, false, { type: 'endless' }],
    [
      'a session in a profile',
      ['CREDENTIALS_PROFILE'],
      undefined,
      true,
      { type: 'unknown', since: SEEN },
    ],
    ['nothing that is known', [], END, true, { type: 'ends', at: END }],
    ['a container', ['CREDENTIALS_HTTP'], END, true, { type: 'renews' }],
    ['an instance', ['CREDENTIALS_IMDS'], END, true, { type: 'renews' }],
    [
      'a web identity',
      ['CREDENTIALS_ENV_VARS_STS_WEB_ID_TOKEN', 'CREDENTIALS_STS_ASSUME_ROLE_WEB_ID'],
      END,
      true,
      { type: 'renews' },
    ],
    ['a process', ['CREDENTIALS_PROCESS'], END, true, { type: 'renews' }],
    [
      'a role of a profile',
      ['CREDENTIALS_PROFILE_SOURCE_PROFILE', 'CREDENTIALS_STS_ASSUME_ROLE'],
      END,
      true,
      { type: 'renews' },
    ],
  ])('is, of %s', (_, sources, expiresAt, isTemporary, end) => {
    expect(sessionEndOf({ sources, expiresAt, isTemporary }, SEEN)).toEqual(end);
  });
});
