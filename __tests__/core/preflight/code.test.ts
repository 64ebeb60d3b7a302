import { describe, expect, it } from '@jest/globals';

import { inspectCode, inspectRestoring } from '../../../src/core/preflight/code.ts';
import type { TargetFacts, VersionFacts } from '../../../src/core/preflight/target.ts';
import type { CodeFacts, CodeSource } from '../../../src/core/versions/code.ts';
import { codeFacts, wantedCode } from '../../fixtures/code-facts.ts';

const IMAGE = '123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop/checkout';
const DIGEST = `sha256:${'a'.repeat(64)}`;
const path: CodeSource = { type: 'path', path: 'dist' };
const image = (uri: string): CodeSource => ({ type: 'image', uri });
const version = (code: Partial<CodeFacts> = {}): VersionFacts => ({
  version: '$LATEST',
  revisionId: 'r',
  state: 'Active',
  stateReason: '',
  lastUpdateStatus: 'Successful',
  lastUpdateReason: '',
  role: '',
  deadLetterArn: '',
  logGroup: '',
  logging: { runtime: '', format: '', applicationLevel: '', systemLevel: '' },
  codeSha256: 'there',
  code: codeFacts(code),
  timeoutMs: undefined,
  functionArn: '',
  description: '',
  publishedAt: undefined,
  configuration: undefined,
  tenantIsolated: false,
});
const facts = (change: Partial<TargetFacts>): TargetFacts => ({
  target: { functionId: 'checkout', functionName: 'checkout', alias: 'live' },
  region: 'eu-west-1',
  routing: undefined,
  stable: undefined,
  missing: undefined,
  candidate: version(),
  expectedCodeSha256: undefined,
  wanted: undefined,
  isProvisioned: false,
  splits: true,
  ...change,
});
const ofImages = version({ packageType: 'Image', resolvedImageUri: `${IMAGE}@${DIGEST}` });

describe('code that is to be uploaded', () => {
  it.each<[string, Partial<TargetFacts>]>([
    ['none', {}],
    ['a zip file', { wanted: wantedCode(path, { codeSha256: 'new', bytes: 50 * 1024 ** 2 }) }],
    ['an image of the region', { candidate: ofImages, wanted: wantedCode(image(`${IMAGE}:v1`)) }],
    [
      'what is there already, however large it is',
      { wanted: wantedCode(path, { codeSha256: 'there', bytes: 51 * 1024 ** 2 }) },
    ],
    [
      'what has the hash that was named',
      { wanted: wantedCode(path, { codeSha256: 'new' }), expectedCodeSha256: 'new' },
    ],
  ])('has no problem with %s', (_, change) => {
    expect(inspectCode(facts(change))).toEqual([]);
  });

  it.each<[Partial<TargetFacts>, string]>([
    [{ wanted: wantedCode(image(`${IMAGE}:v1`)) }, 'checkout is a function of zip files'],
    [
      { candidate: ofImages, wanted: wantedCode(path) },
      'checkout is a function of container images',
    ],
    [
      { wanted: wantedCode(path, { codeSha256: 'new', bytes: 50 * 1024 ** 2 + 1 }) },
      'Lambda takes at most 50 MB in a request',
    ],
    [
      { wanted: wantedCode(path, { codeSha256: 'new' }), expectedCodeSha256: 'other' },
      'dist has the hash new, not other',
    ],
    [
      {
        candidate: ofImages,
        wanted: wantedCode(image(`${IMAGE.replace('eu-west-1', 'us-east-1')}:v1`)),
      },
      'is in us-east-1',
    ],
  ])('is refused for %j', (change, problem) => {
    expect(inspectCode(facts(change)).join()).toContain(problem);
  });
});

describe('code that may have to be restored', () => {
  it('is that of an image, or in S3; of a zip file that Lambda alone has it is refused', () => {
    const object = { bucket: 'builds', key: 'old.zip', version: 'v1' };
    expect(inspectRestoring(facts({}), ofImages)).toEqual([]);
    expect(inspectRestoring(facts({}), version({ object }))).toEqual([]);
    expect(inspectRestoring(facts({}), undefined)).toEqual([]);
    expect(inspectRestoring(facts({}), version()).join()).toContain('from Lambda alone');
  });
});
