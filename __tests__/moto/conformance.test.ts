import { beforeAll, describe, expect, it } from '@jest/globals';

import { awsSite } from '../../conformance/aws-site.ts';
import { findLeftovers } from '../../conformance/leftovers.ts';
import { session, type Ending } from '../../conformance/session.ts';
import { experimentNamed } from '../fixtures/conformance.ts';
import { endpoint, region } from './server.ts';

/** What can be asked of moto, and what is known of it: it has no revisions, and validates nothing. */
const KNOWN = {
  'weights-0-and-1': 'as assumed',
  'weights-not-rounded': 'as assumed',
  'publish-unchanged': 'as assumed',
  'version-keeps-its-time': 'as assumed',
  'alias-read-at-once': 'as assumed',
  'alarm-left-out': 'as assumed',
  'policy-keeps-revision': 'as assumed',
  'revision-of-each-write': 'differs',
  'old-revision-refused': 'differs',
  'one-of-two-writes': 'differs',
  'weights-cleared': 'differs',
  'roles-must-match': 'differs',
  'dead-letter-must-match': 'differs',
  'refusals-in-order': 'differs',
  'tenant-is-wanted': 'differs',
  'composite-follows': 'not seen',
  'composite-left-out': 'not seen',
  'provisioned-with-weights': 'not seen',
  'alarm-blip-in-history': 'not seen',
} as const;

describe('on moto, a conformance run', () => {
  let ending: Ending;
  let left: readonly unknown[];
  beforeAll(async () => {
    Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'moto', AWS_SECRET_ACCESS_KEY: 'moto' });
    const site = await awsSite({ region, endpoint, role: undefined });
    const experiments = Object.keys(KNOWN).map(experimentNamed);
    const options = {
      experiments,
      stateMachine: undefined,
      keep: false,
      cleanup: false,
      yes: true,
    };
    const person = { tell: () => undefined, agrees: () => Promise.resolve(true) };
    const { signal } = new AbortController();
    ending = await session(options, site, person, signal);
    left = await findLeftovers(site.clients(signal), site);
  }, 120_000);

  it('sees what is known of moto', () => {
    const verdicts = ending.results.map(({ experiment, seen }) => [experiment.id, seen.verdict]);
    expect(Object.fromEntries(verdicts)).toEqual(KNOWN);
  });

  it('makes its roles by a stack, and leaves nothing behind', () => {
    expect(ending.left).toEqual([]);
    expect(left).toEqual([]);
  });
});
