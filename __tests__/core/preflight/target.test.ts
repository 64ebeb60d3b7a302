import { describe, expect, it } from '@jest/globals';

import {
  describeFacts,
  inspectSmokeTest,
  inspectTarget,
  notActive,
  type TargetFacts,
  type VersionFacts,
} from '../../../src/core/preflight/target.ts';
import { codeFacts } from '../../fixtures/code-facts.ts';

const target = { functionId: 'checkout', functionName: 'checkout', alias: 'live' };
const version = (change: Partial<VersionFacts> = {}): VersionFacts => ({
  version: '7',
  state: 'Active',
  stateReason: '',
  lastUpdateStatus: 'Successful',
  lastUpdateReason: '',
  role: 'arn:role',
  deadLetterArn: '',
  logGroup: '/aws/lambda/checkout',
  logging: { runtime: 'nodejs22.x', format: 'Text', applicationLevel: '', systemLevel: '' },
  codeSha256: 'hash',
  revisionId: 'revision',
  code: codeFacts(),
  functionArn: 'arn:aws:lambda:eu-west-1:123456789012:function:checkout',
  timeoutMs: 3_000,
  description: '',
  publishedAt: undefined,
  configuration: undefined,
  tenantIsolated: false,
  ...change,
});
const facts = (change: Partial<TargetFacts> = {}): TargetFacts => ({
  target,
  region: 'eu-west-1',
  routing: { version: '7', weights: {} },
  stable: version(),
  candidate: version({ version: '$LATEST' }),
  missing: undefined,
  expectedCodeSha256: undefined,
  wanted: undefined,
  isProvisioned: false,
  splits: true,
  ...change,
});
const problems = (change: Partial<TargetFacts>) => inspectTarget(facts(change)).problems;

describe('a target', () => {
  it('that AWS would take has no problems', () => {
    expect(inspectTarget(facts())).toEqual({ problems: [], warnings: [] });
  });

  it('without an alias has nothing to compare', () => {
    const fresh = facts({
      routing: undefined,
      stable: undefined,
      candidate: version({ version: '8' }),
    });
    expect(inspectTarget(fresh).problems).toEqual([]);
    expect(describeFacts(fresh)).toContain('checkout:live does not exist yet');
  });

  it.each([
    ['role', { role: 'arn:other' }],
    ['dead-letter queue', { deadLetterArn: 'arn:queue' }],
  ])('whose %s changed is refused with the one command that moves the alias', (_, change) => {
    const move = (by: string) =>
      `aws lambda update-alias --region eu-west-1 --function-name checkout --name live --function-version ${by} ` +
      "--routing-config 'AdditionalVersionWeights={}'";
    const publish =
      'aws lambda publish-version --region eu-west-1 --function-name checkout --query Version --output text';
    const [latest = ''] = problems({ candidate: version({ version: '$LATEST', ...change }) });
    expect(latest.endsWith(move(`"$(${publish})"`))).toBe(true);
    const [published = ''] = problems({ candidate: version({ version: '8', ...change }) });
    expect(published.endsWith(move('8'))).toBe(true);
  });

  it('whose role changed may be moved as a whole: Lambda asks for the same role of a split only', () => {
    const candidate = version({ version: '8', role: 'arn:other', deadLetterArn: 'arn:queue' });
    expect(problems({ candidate, splits: false })).toEqual([]);
  });

  it('has every problem told at once', () => {
    const candidate = version({
      version: '$LATEST',
      role: 'arn:other',
      deadLetterArn: 'arn:queue',
      lastUpdateStatus: 'Failed',
      lastUpdateReason: 'no disk',
    });
    expect(problems({ candidate, expectedCodeSha256: 'other' })).toEqual([
      'checkout $LATEST: its last update failed (no disk). Update the function again.',
      expect.stringContaining('code-sha256: checkout $LATEST has the hash hash, not other.'),
      expect.stringContaining('version 7 runs as arn:role, the new one as arn:other.'),
      expect.stringContaining('has no dead-letter queue, the new one has the dead-letter queue'),
    ]);
  });

  it('cannot go back to a version that Lambda would not route to', () => {
    const stable = version({ state: 'Failed', stateReason: 'ImageDeleted: gone' });
    expect(problems({ stable })).toEqual([
      expect.stringContaining('serves version 7, which is Failed (ImageDeleted: gone)'),
    ]);
  });

  it('with an idle stable version is warned about, not refused', () => {
    const { problems: none, warnings } = inspectTarget(
      facts({ stable: version({ state: 'Inactive' }) }),
    );
    expect(none).toEqual([]);
    expect(warnings).toEqual([expect.stringContaining('version 7 is Inactive')]);
  });

  it('with provisioned concurrency on its alias is warned of, unless nothing is shifted', () => {
    expect(inspectTarget(facts({ isProvisioned: true })).warnings).toEqual([
      expect.stringContaining('the canary has none of it before the promotion'),
    ]);
    const unchanged = facts({ isProvisioned: true, candidate: version() });
    expect(inspectTarget(unchanged).warnings).toEqual([]);
  });

  it('whose alias serves the wanted version already is not asked for more', () => {
    expect(problems({ candidate: version({ state: 'Inactive' }) })).toEqual([]);
  });

  it.each([
    ['Failed', 'checkout version 8 is Failed'],
    ['Inactive', 'invoke it once'],
    ['Deactivating', 'is Deactivating, not Active'],
  ])('is refused a version that is %s', (state, problem) => {
    expect(problems({ candidate: version({ version: '8', state }) }).join()).toContain(problem);
  });

  it('on $LATEST is told how to repair the alias', () => {
    expect(problems({ routing: { version: '$LATEST', weights: {} } }).join()).toContain(
      'aws lambda update-alias --region eu-west-1 --function-name checkout --name live',
    );
  });

  it('has the state of a version that failed explained', () => {
    const failed = version({ version: '8', state: 'Failed', stateReason: 'InvalidImage: x' });
    expect(notActive(target, failed)).toBe(
      'checkout version 8 is Failed (InvalidImage: x), not Active.',
    );
  });
});

describe('a smoke test', () => {
  it('is not for a function that isolates its tenants', () => {
    expect(inspectSmokeTest(facts())).toEqual([]);
    const isolated = facts({ candidate: version({ version: '8', tenantIsolated: true }) });
    expect(inspectSmokeTest(isolated)).toEqual([expect.stringContaining('isolates its tenants')]);
  });
});
