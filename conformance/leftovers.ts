import {
  DeleteStackCommand,
  DescribeStacksCommand,
  paginateDescribeStacks,
} from '@aws-sdk/client-cloudformation';
import {
  DeleteAlarmsCommand,
  paginateDescribeAlarms,
  type AlarmType,
} from '@aws-sdk/client-cloudwatch';
import { DeleteLogGroupCommand, paginateDescribeLogGroups } from '@aws-sdk/client-cloudwatch-logs';
import { DeleteFunctionCommand, paginateListFunctions } from '@aws-sdk/client-lambda';
import { DeleteStateMachineCommand, paginateListStateMachines } from '@aws-sdk/client-sfn';

import type { Clients } from './clients.ts';
import { ask } from './lab.ts';
import { isOurs, PREFIX } from './names.ts';
import { refusalOf, told } from './refusal.ts';
import type { Site } from './site.ts';

type Kind = 'state machine' | 'function' | 'alarm' | 'log group' | 'stack';

/** Something of ours that is in the account. */
export interface Leftover {
  readonly kind: Kind;
  /** By which it is removed. */
  readonly id: string;
}

const ALARMS: AlarmType[] = ['CompositeAlarm', 'MetricAlarm'];
const GROUPS = `/aws/lambda/${PREFIX}`;
/** Functions before their log groups, so that they log into none anew; roles last of all. */
const ORDER: readonly Kind[] = ['state machine', 'function', 'alarm', 'log group', 'stack'];

/** Everything whose name begins as only ours do, whichever run made it. */
export async function findLeftovers(
  { lambda: client, cloudwatch, logs, sfn, cloudformation }: Clients,
  { roles }: Pick<Site, 'roles'>,
): Promise<readonly Leftover[]> {
  const found: Leftover[] = [];
  const add = (kind: Kind, name: string | undefined, id = name) => {
    const ours = name?.replace(/^\/aws\/lambda\//, '') ?? '';
    if (id !== undefined && isOurs(ours)) found.push({ kind, id });
  };
  for await (const { stateMachines = [] } of paginateListStateMachines({ client: sfn }, {})) {
    for (const { name, stateMachineArn } of stateMachines)
      add('state machine', name, stateMachineArn);
  }
  for await (const { Functions: all = [] } of paginateListFunctions({ client }, {})) {
    for (const { FunctionName: name } of all) add('function', name);
  }
  const alarms = { AlarmNamePrefix: PREFIX, AlarmTypes: ALARMS };
  for await (const {
    CompositeAlarms: composites = [],
    MetricAlarms: all = [],
  } of paginateDescribeAlarms({ client: cloudwatch }, alarms)) {
    for (const { AlarmName: name } of [...composites, ...all]) add('alarm', name);
  }
  const groups = { logGroupNamePrefix: GROUPS };
  for await (const { logGroups = [] } of paginateDescribeLogGroups({ client: logs }, groups)) {
    for (const { logGroupName: name } of logGroups) add('log group', name);
  }
  if (roles !== undefined) return found;
  for await (const { Stacks: all = [] } of paginateDescribeStacks({ client: cloudformation }, {})) {
    for (const { StackName: name } of all) add('stack', name);
  }
  return found;
}

/** Removes what is given. @returns what could not be removed, with AWS's words */
export async function removeAll(
  clients: Clients,
  site: Pick<Site, 'now' | 'sleep'>,
  all: readonly Leftover[],
): Promise<readonly string[]> {
  const left: string[] = [];
  for (const kind of ORDER) {
    for (const each of all.filter((leftover) => leftover.kind === kind)) {
      try {
        await remove(clients, each);
      } catch (error) {
        const refusal = refusalOf(error);
        if (!/NotFound|DoesNotExist/.test(refusal.name))
          left.push(`${kind} ${each.id}: ${told(refusal)}`);
      }
    }
  }
  for (const { id } of all.filter(({ kind }) => kind === 'stack')) {
    if (!(await isGone(clients, site, id))) left.push(`stack ${id}: it is still there`);
  }
  return left;
}

async function remove(clients: Clients, { kind, id }: Leftover): Promise<void> {
  switch (kind) {
    case 'state machine':
      await clients.sfn.send(new DeleteStateMachineCommand({ stateMachineArn: id }));
      return;
    case 'function':
      await clients.lambda.send(new DeleteFunctionCommand({ FunctionName: id }));
      return;
    case 'alarm':
      await clients.cloudwatch.send(new DeleteAlarmsCommand({ AlarmNames: [id] }));
      return;
    case 'log group':
      await clients.logs.send(new DeleteLogGroupCommand({ logGroupName: id }));
      return;
    case 'stack':
      await clients.cloudformation.send(new DeleteStackCommand({ StackName: id }));
  }
}

async function isGone(
  { cloudformation }: Clients,
  site: Pick<Site, 'now' | 'sleep'>,
  stack: string,
): Promise<boolean> {
  const gone = await ask(site, { everyMs: 3_000, forMs: 5 * 60_000 }, async () => {
    try {
      const { Stacks: [found] = [] } = await cloudformation.send(
        new DescribeStacksCommand({ StackName: stack }),
      );
      if (found?.StackStatus === 'DELETE_FAILED') return false;
      return found === undefined || found.StackStatus === 'DELETE_COMPLETE' ? true : undefined;
    } catch (error) {
      // CloudFormation says of a stack that is gone that there never was one.
      if (refusalOf(error).name === 'ValidationError') return true;
      throw error;
    }
  });
  return gone === true;
}
