import { readFileSync } from 'node:fs';

import { describe, expect, it } from '@jest/globals';

import { PROVIDER, ROLE_CASES, trustOf, type RoleCase } from '../fixtures/role-template.ts';
import { ask, region } from './server.ts';

const between = (text: string, name: string) =>
  new RegExp(`<${name}>(.*?)</${name}>`, 's').exec(text)?.[1] ?? '';

async function deploy(stack: string, each: RoleCase): Promise<void> {
  const parameters = {
    Repository: 'acme/shop',
    OwnerId: '1',
    RepositoryId: '2',
    FunctionName: 'checkout',
    OidcProviderArn: PROVIDER,
    SmokeTest: String(each.smokeTest),
    Environment: each.environment ?? '',
    LogGroup: each.logGroup ?? '',
  };
  const given = Object.entries(parameters).flatMap(([name, value], index): [string, string][] => [
    [`Parameters.member.${index + 1}.ParameterKey`, name],
    [`Parameters.member.${index + 1}.ParameterValue`, value],
  ]);
  const created = await ask('cloudformation', region, {
    Action: 'CreateStack',
    Version: '2010-05-15',
    StackName: stack,
    TemplateBody: readFileSync('templates/cloudformation.yml', 'utf8'),
    'Capabilities.member.1': 'CAPABILITY_IAM',
    ...Object.fromEntries(given),
  });
  expect(created).toContain('<StackId>');
}

/** moto keeps the policy of a role in a stack as Python would print it. */
const policyIn = (answer: string): unknown =>
  JSON.parse(decodeURIComponent(between(answer, 'PolicyDocument')).replaceAll("'", '"'));

describe('on moto, the template for CloudFormation', () => {
  it.each(ROLE_CASES)('makes the least policy and the trust, with $name', async (each) => {
    const stack = `role-${String(each.smokeTest)}`;
    await deploy(stack, each);
    const iam = (parameters: Readonly<Record<string, string>>) =>
      ask('iam', 'us-east-1', { Version: '2010-05-08', ...parameters });
    const stacks = await ask('cloudformation', region, {
      Action: 'DescribeStacks',
      Version: '2010-05-15',
      StackName: stack,
    });
    expect(between(stacks, 'StackStatus')).toBe('CREATE_COMPLETE');
    const RoleName = /:role\/([\w-]+)/.exec(stacks)?.[1] ?? '';
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
