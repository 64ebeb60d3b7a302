import { readFileSync } from 'node:fs';

import { beforeAll, describe, expect, it } from '@jest/globals';

import { withDefinition } from '../../scripts/state-machine-template.ts';
import { definitionText, stateMachine } from '../../src/core/state-machine/definition.ts';
import { repairPattern } from '../../conformance/repair-pattern.ts';
import { tellingPattern } from '../fixtures/telling-rule.ts';
import { machinePolicy } from '../../src/core/state-machine/role.ts';
import { trustOfService } from '../fixtures/role-template.ts';
import { ask, askInJson, deploy, region } from './server.ts';

const ACCOUNT = '123456789012';
const PLACE = `${region}:${ACCOUNT}`;
const FUNCTIONS = ['checkout', 'cart'].map((name) => `arn:aws:lambda:${PLACE}:function:${name}`);
const TEMPLATE = withDefinition(
  readFileSync('templates/step-functions/cloudformation.yml', 'utf8'),
  definitionText(),
);

interface Rule {
  readonly EventPattern: string;
}
interface Targets {
  readonly Targets: readonly Readonly<Record<string, string>>[];
}

const ruleNamed = async (Name: string) => {
  const { EventPattern: pattern } = await askInJson<Rule>('events', 'AWSEvents.DescribeRule', {
    Name,
  });
  return JSON.parse(pattern) as unknown;
};
const targetsOf = async (Rule: string) =>
  (await askInJson<Targets>('events', 'AWSEvents.ListTargetsByRule', { Rule })).Targets;

const between = (text: string, name: string) =>
  new RegExp(`<${name}>(.*?)</${name}>`, 's').exec(text)?.[1] ?? '';
/** moto keeps the policy of a role in a stack as Python would print it. */
const policyIn = (answer: string, element: string): unknown =>
  JSON.parse(decodeURIComponent(between(answer, element)).replaceAll("'", '"'));
const iam = (parameters: Readonly<Record<string, string>>) =>
  ask('iam', 'us-east-1', { Version: '2010-05-08', ...parameters });

describe.each([
  ['lambda-canary', ''],
  ['carrier', 'oncall@example.com'],
])('on moto, the template of the state machine %s, with a mail to "%s"', (name, email) => {
  const machineArn = `arn:aws:states:${PLACE}:stateMachine:${name}`;
  let made: Readonly<Record<string, string>>;
  beforeAll(async () => {
    made = await deploy(`of-${name}`, TEMPLATE, {
      Name: name,
      FunctionArns: FUNCTIONS.join(','),
      NotifyEmail: email,
    });
  });

  it('makes the machine of the sources', async () => {
    const { definition, roleArn } = await askInJson<{ definition: string; roleArn: string }>(
      'states',
      'AWSStepFunctions.DescribeStateMachine',
      { stateMachineArn: machineArn },
    );
    expect(JSON.parse(definition)).toEqual(stateMachine());
    expect(roleArn).toBe(`arn:aws:iam::${ACCOUNT}:role/${made['Role'] ?? ''}`);
  });

  it.each([
    { id: 'Role', of: 'states', source: `stateMachine:${name}`, policy: machinePolicy(FUNCTIONS) },
    {
      id: 'RepairRole',
      of: 'events',
      source: `rule/${name}-repair`,
      policy: startPolicy(machineArn),
    },
  ])('makes the $id with the least rights, for nobody else', async ({ id, of, source, policy }) => {
    const RoleName = made[id] ?? '';
    const allowed = await iam({
      Action: 'GetRolePolicy',
      RoleName,
      PolicyName: 'lambda-canary',
    });
    expect(policyIn(allowed, 'PolicyDocument')).toEqual(policy);
    const role = await iam({ Action: 'GetRole', RoleName });
    expect(policyIn(role, 'AssumeRolePolicyDocument')).toEqual(
      trustOfService(of, `arn:aws:${of}:${PLACE}:${source}`),
    );
  });

  it('repairs with the same machine, by the event itself', async () => {
    expect(await ruleNamed(`${name}-repair`)).toEqual(repairPattern(machineArn));
    expect(await targetsOf(`${name}-repair`)).toEqual([
      {
        Id: 'machine',
        Arn: machineArn,
        RoleArn: `arn:aws:iam::${ACCOUNT}:role/${made['RepairRole'] ?? ''}`,
      },
    ]);
  });

  it('tells somebody only where a mail address is given', async () => {
    if (email === '') {
      expect(Object.keys(made).sort()).toEqual(['Machine', 'Repair', 'RepairRole', 'Role']);
      return;
    }
    expect(await ruleNamed(`${name}-ended`)).toEqual(tellingPattern(machineArn));
    expect(await targetsOf(`${name}-ended`)).toMatchObject([{ Id: 'topic', Arn: made['Topic'] }]);
  });
});

function startPolicy(machineArn: string): object {
  const start = { Effect: 'Allow', Action: 'states:StartExecution', Resource: machineArn };
  return { Version: '2012-10-17', Statement: [{ Sid: 'Start', ...start }] };
}
