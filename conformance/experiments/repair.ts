import {
  DescribeExecutionCommand,
  paginateListExecutions,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { CreateStackCommand, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';

import { notSeen, seen, type Experiment, type Seen } from '../experiment.ts';
import { ask, type Lab } from '../lab.ts';
import { makeMachine } from '../machines.ts';
import { TAG } from '../names.ts';
import { repairPattern } from '../repair-pattern.ts';

const RULE = { minutes: 3, uses: { transitions: 20 }, isRecording: false } as const;
const PATIENCE = { everyMs: 3_000, forMs: 3 * 60_000 };
/** What the event of an end should bear of an input, escaped: `core/state-machine/limits.ts`. */
const MOST_INPUT = 150_000;

/** Ends uncaught, unless it is started with the event of such an end: then it tells what came with it. */
const BREAKS = {
  QueryLanguage: 'JSONata',
  StartAt: 'Is it a repair',
  States: {
    'Is it a repair': {
      Type: 'Choice',
      Choices: [{ Condition: '{% $exists($states.input.detail) %}', Next: 'Tell' }],
      Default: 'Break',
    },
    Tell: {
      Type: 'Pass',
      Output: {
        of: '{% $states.input.detail.executionArn %}',
        status: '{% $states.input.detail.status %}',
        input: '{% $states.input.detail.input %}',
      },
      End: true,
    },
    Break: { Type: 'Pass', Output: "{% 1 + 'a' %}", End: true },
  },
};

async function addRule(lab: Lab, machineArn: string): Promise<boolean> {
  const rule = {
    Type: 'AWS::Events::Rule',
    Properties: {
      Name: lab.name(),
      EventPattern: repairPattern(machineArn),
      Targets: [{ Id: 'machine', Arn: machineArn, RoleArn: lab.roles.rules }],
    },
  };
  const StackName = lab.name();
  await lab.cloudformation.send(
    new CreateStackCommand({
      StackName,
      TemplateBody: JSON.stringify({ Resources: { Rule: rule } }),
      Tags: [{ Key: TAG, Value: StackName }],
    }),
  );
  const status = await ask(lab, PATIENCE, async () => {
    const { Stacks: [stack] = [] } = await lab.cloudformation.send(
      new DescribeStacksCommand({ StackName }),
    );
    return stack?.StackStatus === 'CREATE_IN_PROGRESS' ? undefined : stack?.StackStatus;
  });
  return status === 'CREATE_COMPLETE';
}

/** What the execution told that the rule started for another one; undefined when there was none in time. */
async function repairOf(lab: Lab, stateMachineArn: string, broken: string) {
  return ask(lab, PATIENCE, async () => {
    const list = { stateMachineArn, statusFilter: 'SUCCEEDED' } as const;
    for await (const { executions = [] } of paginateListExecutions({ client: lab.sfn }, list)) {
      for (const { executionArn } of executions) {
        const command = new DescribeExecutionCommand({ executionArn });
        const { output = '{}' } = await lab.sfn.send(command);
        const told = JSON.parse(output) as Readonly<Record<string, unknown>>;
        if (told['of'] === broken) return told;
      }
    }
    return undefined;
  });
}

const afterAnEnd =
  (input: string) =>
  async (lab: Lab): Promise<Seen> => {
    if (lab.roles.functions === lab.roles.other) {
      return notSeen('there is only the one role that was given');
    }
    const stateMachineArn = await makeMachine(lab, JSON.stringify(BREAKS));
    if (!(await addRule(lab, stateMachineArn))) return notSeen('the stack of the rule failed');
    const start = new StartExecutionCommand({ stateMachineArn, input });
    const { executionArn = '' } = await lab.sfn.send(start);
    const since = lab.now();
    const told = await repairOf(lab, stateMachineArn, executionArn);
    if (told === undefined) return seen(false, 'no execution was started within three minutes');
    const isWhole = told['input'] === input;
    const words = `started ${Math.round((lab.now() - since) / 1_000)} s after an execution that is ${String(told['status'])}, ${isWhole ? 'with its input as it was' : `with the input ${String(told['input']).slice(0, 200)}`}`;
    return seen(isWhole && told['status'] === 'FAILED', words);
  };

/** The rule of EventBridge that sees to rollouts whose execution ended unforeseen. */
export const REPAIR: readonly Experiment[] = [
  {
    id: 'repair-starts',
    assumes:
      'An end that nothing caught starts the machine again within three minutes, with its event as the input, and the input of before in it as it was.',
    otherwise:
      'Nothing repairs what such an end leaves: rollouts that AWS carries must not be used (core/state-machine/repair.ts).',
    ...RULE,
    run: afterAnEnd(JSON.stringify({ text: 'a "quoted" \\ <b>&amp; ${x} {% y %} \u00e9\n' })),
  },
  {
    id: 'repair-of-much',
    assumes: `The event of an end has the input of its execution up to ${MOST_INPUT} bytes, escaped.`,
    otherwise:
      'What such an end leaves of a large rollout is not repaired: the limit must be lower (core/state-machine/limits.ts).',
    ...RULE,
    run: afterAnEnd(JSON.stringify({ text: '"'.repeat(MOST_INPUT / 4 - 10) })),
  },
];
