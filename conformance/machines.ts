import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  StartExecutionCommand,
  type DescribeExecutionCommandOutput,
} from '@aws-sdk/client-sfn';

import { ask, type Lab } from './lab.ts';
import { TAG } from './names.ts';
import { refusalOf } from './refusal.ts';

/** A role is known to Step Functions some seconds after it was made. */
const PATIENCE = { everyMs: 2_000, forMs: 120_000 };

/** @returns its ARN */
export async function makeMachine(lab: Lab, definition: string): Promise<string> {
  const name = lab.name();
  const command = new CreateStateMachineCommand({
    name,
    definition,
    roleArn: lab.roles.machines,
    tags: [{ key: TAG, value: name }],
  });
  const made = await ask(lab, PATIENCE, async () => {
    try {
      return await lab.sfn.send(command);
    } catch (error) {
      if (refusalOf(error).message.includes('authorized to assume')) return undefined;
      throw error;
    }
  });
  if (made?.stateMachineArn === undefined)
    throw new Error('The role was not known within two minutes');
  return made.stateMachineArn;
}

/** Runs states to their end, from the first one on. @throws when there is no end within two minutes */
export async function execute(lab: Lab, states: object): Promise<DescribeExecutionCommandOutput> {
  const definition = { QueryLanguage: 'JSONata', StartAt: Object.keys(states)[0], States: states };
  const stateMachineArn = await makeMachine(lab, JSON.stringify(definition));
  const { executionArn } = await lab.sfn.send(
    new StartExecutionCommand({ stateMachineArn, input: '{}' }),
  );
  const ended = await ask(lab, PATIENCE, async () => {
    const execution = await lab.sfn.send(new DescribeExecutionCommand({ executionArn }));
    return execution.status === 'RUNNING' ? undefined : execution;
  });
  if (ended === undefined) throw new Error('The execution did not end within two minutes');
  return ended;
}
