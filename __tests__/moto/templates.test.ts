import { readFileSync } from 'node:fs';

import { describe, expect, it } from '@jest/globals';

import { PROVIDER, ROLE_CASES, trustOf, type RoleCase } from '../fixtures/role-template.ts';
import { ask, deploy } from './server.ts';

const between = (text: string, name: string) =>
  new RegExp(`<${name}>(.*?)</${name}>`, 's').exec(text)?.[1] ?? '';

const parametersOf = (each: RoleCase) => ({
  Repository: 'acme/shop',
  OwnerId: '1',
  RepositoryId: '2',
  FunctionName: 'checkout',
  OidcProviderArn: PROVIDER,
  SmokeTest: String(each.smokeTest),
  UploadsCode: String(each.uploadsCode),
  Environment: each.environment ?? '',
  LogGroup: each.logGroup ?? '',
});

/** moto keeps the policy of a role in a stack as Python would print it. */
const policyIn = (answer: string): unknown =>
  JSON.parse(decodeURIComponent(between(answer, 'PolicyDocument')).replaceAll("'", '"'));

describe('on moto, the template for CloudFormation', () => {
  it.each(ROLE_CASES)('makes the least policy and the trust, with $name', async (each) => {
    const template = readFileSync('templates/cloudformation.yml', 'utf8');
    const { Role: RoleName = '' } = await deploy(
      `role-${String(each.smokeTest)}`,
      template,
      parametersOf(each),
    );
    const iam = (parameters: Readonly<Record<string, string>>) =>
      ask('iam', 'us-east-1', { Version: '2010-05-08', ...parameters });
    const policy = await iam({
      Action: 'GetRolePolicy',
      RoleName,
      PolicyName: 'lambda-canary',
    });
    expect(policyIn(policy)).toEqual(each.policy);
    const role = await iam({ Action: 'GetRole', RoleName });
    const trust = decodeURIComponent(between(role, 'AssumeRolePolicyDocument'));
    expect(JSON.parse(trust)).toEqual(trustOf(PROVIDER, each.subjects));
  });
});
