import { globSync, readFileSync } from 'node:fs';

import { describe, expect, it } from '@jest/globals';

import { USUAL } from '../../scripts/permissions-section.ts';
import type { CodeSource } from '../../src/core/versions/code.ts';
import { arnOf, PERMISSIONS, type Wishes } from '../../src/core/permissions.ts';

const needed = (wishes: Partial<Wishes>) =>
  Object.entries(PERMISSIONS)
    .filter(([, { isNeeded }]) => isNeeded({ ...USUAL, ...wishes }))
    .map(([action]) => action);

/** As IAM calls what the SDK calls otherwise. */
const SERVICES: Readonly<Record<string, string>> = {
  sfn: 'states',
  'resource-groups-tagging-api': 'tag',
};
const SEARCHES = ['lambda:ListFunctions', 'tag:GetResources'];
const OF_A_RUNNER = Object.keys(PERMISSIONS).filter(
  (each) => !/^(states:|s3:|lambda:UpdateFunctionCode)/.test(each) && !SEARCHES.includes(each),
);
const S3: CodeSource = { type: 's3', bucket: 'builds', key: 'code.zip', version: undefined };
const withCode = (source: CodeSource) => [{ version: undefined, code: { source } }];
const LOOKS = ['lambda:GetAlias', 'lambda:GetProvisionedConcurrencyConfig'];

describe('permissions', () => {
  it('are those of the calls that the adapters make, and no others', () => {
    const calls = globSync('src/aws/*.ts').flatMap((file) => {
      const source = readFileSync(file, 'utf8');
      const client = /@aws-sdk\/client-(?:cloudwatch-)?([\w-]+)'/.exec(source)?.[1] ?? '';
      const service = SERVICES[client] ?? client;
      return [...source.matchAll(/new (\w+)Command\(/g)].map(([, command]) =>
        // The one call whose permission has another name.
        `${service}:${command ?? ''}`.replace(/:Invoke$/, ':InvokeFunction'),
      );
    });
    // Nobody signs it: the trust policy of the role decides.
    const allowed = calls.filter((call) => !call.endsWith(':AssumeRoleWithWebIdentity'));
    // Lambda itself makes those to S3, with the permissions of who asks it to.
    const own = Object.keys(PERMISSIONS).filter((action) => !action.startsWith('s3:'));
    expect(new Set(allowed)).toEqual(new Set(own));
  });

  it('to find functions are those of the searches that there are', () => {
    const searching = (...types: readonly ('pattern' | 'tag')[]) =>
      needed({ searches: types.map((type) => ({ type })) }).filter((each) =>
        SEARCHES.includes(each),
      );
    expect(searching()).toEqual([]);
    expect(searching('pattern')).toEqual(['lambda:ListFunctions']);
    expect(searching('tag', 'pattern')).toEqual(SEARCHES);
    const alone = needed({ requests: [], searches: [{ type: 'tag' }] });
    expect(alone).toContain('lambda:PublishVersion');
  });

  it('to invoke are needed with a smoke test alone', () => {
    const smokeTests = new Map([['checkout', []]]);
    const retention = { keep: 5, keepForMs: 0 };
    expect(needed({ smokeTests, retention })).toEqual(OF_A_RUNNER);
    expect(needed({ retention })).toEqual(
      OF_A_RUNNER.filter((action) => action !== 'lambda:InvokeFunction'),
    );
  });

  it('to upload are those of where the code is, and of putting back what was there', () => {
    const uploading = (wishes: Partial<Wishes>) =>
      needed(wishes).filter((each) => !OF_A_RUNNER.includes(each) && !each.startsWith('states:'));
    const update = 'lambda:UpdateFunctionCode';
    expect(uploading({ requests: withCode({ type: 'path', path: 'dist' }) })).toEqual([update]);
    expect(uploading({ requests: withCode(S3) })).toEqual([update, 's3:GetObject']);
    expect(uploading({ requests: withCode({ ...S3, version: 'v1' }) })).toEqual([
      update,
      's3:GetObjectVersion',
    ]);
    expect(uploading({ requests: withCode(S3), dryRun: true })).toEqual([]);
    expect(uploading({})).toEqual([]);
    expect(uploading({ onRevertLatest: 'restore', mode: 'revert' })).toEqual([update]);
    expect(arnOf({ on: 'object', bucket: 'builds', key: 'a/b.zip', region: 'cn-north-1' })).toBe(
      'arn:aws-cn:s3:::builds/a/b.zip',
    );
  });

  it('to have AWS carry a rollout are those of its mode, and no others than those to look at it', () => {
    const onAws = (wishes: Partial<Wishes>) =>
      needed({ engine: 'step-functions', ...wishes }).filter((each) => each.startsWith('states:'));
    expect(onAws({})).toEqual(
      Object.keys(PERMISSIONS).filter((each) => each.startsWith('states:')),
    );
    expect(onAws({ mode: 'status' })).toEqual([
      'states:DescribeExecution',
      'states:GetExecutionHistory',
    ]);
    expect(onAws({ mode: 'revert' })).toContain('states:StopExecution');
  });

  it('to publish are not needed where versions are given, or where nothing is begun', () => {
    for (const wishes of [
      { requests: [{ version: '7', code: undefined }] },
      { mode: 'step' },
    ] as const) {
      expect(needed(wishes)).not.toContain('lambda:PublishVersion');
    }
  });

  it('to watch are those of what is watched', () => {
    const watching = (wishes: Partial<Wishes>) =>
      needed(wishes).filter((action) => action.startsWith('cloudwatch:'));
    expect(watching({ alarms: [] })).toEqual(['cloudwatch:GetMetricData']);
    expect(watching({ alarms: [], analysis: { mode: 'off' } })).toEqual([]);
    expect(watching({ alarms: [], analysis: { mode: 'off' }, metricChecks: [{}] })).toEqual([
      'cloudwatch:GetMetricData',
    ]);
  });

  it('to write are needed neither to look nor to plan', () => {
    expect(needed({ mode: 'status' })).toEqual([...LOOKS, 'cloudwatch:DescribeAlarms']);
    const writes = /:(?:Update|Create|Publish|Invoke)/;
    expect(needed({ dryRun: true }).filter((action) => writes.test(action))).toEqual([]);
  });

  it('to revert are those of the alias alone', () => {
    expect(new Set(needed({ mode: 'revert' }))).toEqual(new Set([...LOOKS, 'lambda:UpdateAlias']));
  });

  it.each([
    ['eu-west-1', 'aws'],
    ['cn-north-1', 'aws-cn'],
  ])('are on resources of the partition of %s', (region, partition) => {
    const functionId = '123456789012:function:checkout';
    const name = '/aws/lambda/checkout';
    expect([
      arnOf({ on: 'versions', functionId, region }),
      arnOf({ on: 'log group', name, region, account: '*' }),
    ]).toEqual([
      `arn:${partition}:lambda:${region}:123456789012:function:checkout:*`,
      `arn:${partition}:logs:${region}:*:log-group:/aws/lambda/checkout:*`,
    ]);
  });
});
