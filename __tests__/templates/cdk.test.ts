import { execFileSync } from 'node:child_process';
import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { beforeAll, describe, expect, it } from '@jest/globals';

import { PROVIDER, ROLE_CASES, trustOf, type RoleCase } from '../fixtures/role-template.ts';

/** Where scripts/templates.ts has installed the packages of CDK. */
const CDK = process.env['CDK'] ?? '';

const PLACE: Readonly<Record<string, string>> = {
  'AWS::Partition': 'aws',
  'AWS::Region': 'eu-west-1',
  'AWS::AccountId': '123456789012',
};

interface Resource {
  readonly Type: string;
  readonly Properties: {
    readonly AssumeRolePolicyDocument: unknown;
    readonly Policies: readonly { readonly PolicyDocument: unknown }[];
  };
}

/** With what CloudFormation would put in the place of references. */
function resolved(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(resolved);
  if (typeof value !== 'object' || value === null) return value;
  if ('Ref' in value) return PLACE[String(value.Ref)];
  if ('Fn::Join' in value) {
    const [by, parts] = value['Fn::Join'] as [string, readonly unknown[]];
    return parts.map(resolved).join(by);
  }
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, resolved(each)]));
}

function synthesised(each: RoleCase, more: Readonly<Record<string, string>>): readonly Resource[] {
  const { environment, logGroup, smokeTest, uploadsCode } = each;
  const context = {
    repository: 'acme/shop',
    ownerId: '1',
    repositoryId: '2',
    functionName: 'checkout',
    smokeTest: String(smokeTest),
    uploadsCode: String(uploadsCode),
    environment,
    logGroup,
    ...more,
  };
  execFileSync(process.execPath, ['app.ts'], {
    cwd: CDK,
    env: { ...process.env, CDK_OUTDIR: 'out', CDK_CONTEXT_JSON: JSON.stringify(context) },
  });
  const template = readFileSync(join(CDK, 'out/LambdaCanaryRole.template.json'), 'utf8');
  const { Resources: resources } = JSON.parse(template) as {
    readonly Resources: Readonly<Record<string, Resource>>;
  };
  return Object.values(resources);
}

describe('the template for CDK', () => {
  beforeAll(() => {
    for (const file of ['app.ts', 'rollout-role.ts']) {
      cpSync(join('templates/cdk', file), join(CDK, file));
    }
  });

  it('is what its types say', () => {
    const options = ['--ignoreConfig', '--noEmit', '--strict', '--allowImportingTsExtensions'];
    const modules = ['--module', 'nodenext', '--target', 'es2024', '--skipLibCheck'];
    const tsc = join(process.cwd(), 'node_modules/typescript/bin/tsc');
    const check = () =>
      execFileSync(process.execPath, [tsc, ...options, ...modules, 'app.ts'], { cwd: CDK });
    expect(check).not.toThrow();
  });

  it.each(ROLE_CASES)('makes the least policy and the trust, with $name', (each) => {
    const [role, ...others] = synthesised(each, { oidcProviderArn: PROVIDER });
    expect(others).toEqual([]);
    const { AssumeRolePolicyDocument: trust, Policies: policies } = role?.Properties ?? {};
    expect(resolved(policies?.[0]?.PolicyDocument)).toEqual(each.policy);
    expect(trust).toEqual(trustOf(PROVIDER, each.subjects));
  });

  it('makes the provider where the account has none', () => {
    const [first] = ROLE_CASES;
    const types = first === undefined ? [] : synthesised(first, {}).map(({ Type }) => Type);
    expect(types).toEqual(['AWS::IAM::OIDCProvider', 'AWS::IAM::Role']);
  });
});
