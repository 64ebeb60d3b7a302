import {
  CreateStackCommand,
  DescribeStacksCommand,
  type CloudFormationClient,
} from '@aws-sdk/client-cloudformation';

import { machinePolicy } from '../src/core/state-machine/role.ts';
import { ask, type Roles } from './lab.ts';
import { PREFIX, TAG } from './names.ts';
import type { Site } from './site.ts';

const PATIENCE = { everyMs: 3_000, forMs: 5 * 60_000 };

function role(principal: object, policies: readonly object[]): object {
  return {
    Type: 'AWS::IAM::Role',
    Properties: {
      AssumeRolePolicyDocument: {
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Principal: principal, Action: 'sts:AssumeRole' }],
      },
      Policies: policies.map((policy) => ({
        PolicyName: 'conformance',
        PolicyDocument: policy,
      })),
    },
  };
}

/** The roles as a stack: what it has made, it removes as a whole. */
export function rolesTemplate({ region, account }: Pick<Site, 'region' | 'account'>): string {
  const ours = (service: string, rest: string) =>
    `arn:*:${service}:${region}:${account}:${rest}${PREFIX}*`;
  const functions = role({ Service: 'lambda.amazonaws.com' }, [
    {
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
          Resource: ours('logs', 'log-group:/aws/lambda/'),
        },
        { Effect: 'Allow', Action: 'sqs:SendMessage', Resource: ours('sqs', '') },
      ],
    },
  ]);
  const machines = role({ Service: 'states.amazonaws.com' }, [
    machinePolicy([ours('lambda', 'function:')]),
  ]);
  const rules = role({ Service: 'events.amazonaws.com' }, [
    {
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Action: 'states:StartExecution',
          Resource: ours('states', 'stateMachine:'),
        },
      ],
    },
  ]);
  const sessions = role({ AWS: account }, []);
  return JSON.stringify({
    Description: 'Roles of a conformance run of Lambda Canary',
    Resources: {
      Functions: functions,
      Other: functions,
      Machines: machines,
      Rules: rules,
      Sessions: sessions,
    },
    Outputs: Object.fromEntries(
      ['Functions', 'Other', 'Machines', 'Rules', 'Sessions'].map((name) => [
        name,
        { Value: { 'Fn::GetAtt': [name, 'Arn'] } },
      ]),
    ),
  });
}

/** Makes the roles, and waits for them. */
export async function makeRoles(
  site: Pick<Site, 'region' | 'account' | 'now' | 'sleep'>,
  cloudformation: CloudFormationClient,
  stack: string,
): Promise<Roles> {
  await cloudformation.send(
    new CreateStackCommand({
      StackName: stack,
      TemplateBody: rolesTemplate(site),
      Capabilities: ['CAPABILITY_IAM'],
      Tags: [{ Key: TAG, Value: stack }],
    }),
  );
  const made = await ask(site, PATIENCE, async () => {
    const { Stacks: [found] = [] } = await cloudformation.send(
      new DescribeStacksCommand({ StackName: stack }),
    );
    if (found?.StackStatus === 'CREATE_IN_PROGRESS') return undefined;
    if (found?.StackStatus === 'CREATE_COMPLETE') return found;
    throw new Error(`The stack ${stack} is ${found?.StackStatus ?? 'gone'}`);
  });
  const arnOf = (name: string) => {
    const { OutputValue: arn } = made?.Outputs?.find(({ OutputKey: key }) => key === name) ?? {};
    if (arn === undefined) throw new Error(`The stack ${stack} has no role ${name}`);
    return arn;
  };
  return {
    functions: arnOf('Functions'),
    other: arnOf('Other'),
    machines: arnOf('Machines'),
    rules: arnOf('Rules'),
    sessions: arnOf('Sessions'),
  };
}
