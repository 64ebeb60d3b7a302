import {
  DescribeExecutionCommand,
  GetExecutionHistoryCommand,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn';

import { seen, type Experiment, type Seen } from '../experiment.ts';
import { makeTwoVersions } from '../functions.ts';
import type { Lab } from '../lab.ts';
import { execute } from '../machines.ts';
import { refused, told } from '../refusal.ts';
import { putAlarm } from './alarms.ts';

const STATES = { minutes: 2, uses: { transitions: 10 }, isRecording: false } as const;
const DESCRIBE_ALARMS = 'arn:aws:states:::aws-sdk:cloudwatch:describeAlarms';
const GET_ALIAS = 'arn:aws:states:::aws-sdk:lambda:getAlias';
const UPDATE_ALIAS = 'arn:aws:states:::aws-sdk:lambda:updateAlias';
const WAITED_S = 5;
/** What is assigned at once may have 262,144 bytes. */
const TOO_MANY_BYTES = 300_000;

/** How Step Functions does what the definition in `src/core/state-machine` relies on. */
export const STATES_OF_AWS: readonly Experiment[] = [
  {
    id: 'states-empty-lists',
    assumes: 'What a task results in has the lists that are empty.',
    otherwise:
      'Nothing breaks: the expressions bear both. The simulator has it as leavesOutEmptyLists.',
    ...STATES,
    async run(lab) {
      const { output } = await execute(lab, {
        Ask: {
          Type: 'Task',
          Resource: DESCRIBE_ALARMS,
          Arguments: { AlarmNames: [lab.name('nothing')] },
          Output: '{% $exists($states.result.MetricAlarms) %}',
          End: true,
        },
      });
      return seen(output === 'true', output === 'true' ? 'an empty list' : 'no list');
    },
  },
  {
    id: 'states-moments',
    assumes:
      'Moments in results of tasks are texts that $toMillis understands, to the second at least.',
    otherwise:
      'No alarm would be known to have moved: `watched.read` has 0 (core/state-machine/alarms.ts).',
    ...STATES,
    async run(lab) {
      const name = await putAlarm(lab, lab.name());
      const at = lab.now();
      const { output = '', error = '' } = await execute(lab, {
        Ask: {
          Type: 'Task',
          Resource: DESCRIBE_ALARMS,
          Arguments: { AlarmNames: [name] },
          Assign: { text: '{% $states.result.MetricAlarms[0].StateUpdatedTimestamp %}' },
          Next: 'Tell',
        },
        Tell: {
          Type: 'Pass',
          Output: { text: '{% $text %}', ms: '{% $toMillis($text) %}' },
          End: true,
        },
      });
      if (output === '') return seen(false, `the execution ended with ${error}`);
      const { text, ms } = JSON.parse(output) as { readonly text: unknown; readonly ms: number };
      return seen(Math.abs(ms - at) < 5 * 60_000, JSON.stringify(text));
    },
  },
  {
    id: 'states-wait-assigns',
    assumes: 'A Wait evaluates its Assign when it is over, not when it is entered.',
    otherwise:
      'A step would end by a reading of before its bake: rollouts that AWS carries must not be used (core/state-machine/acting.ts).',
    ...STATES,
    async run(lab) {
      const { output = '' } = await execute(lab, {
        Begin: { Type: 'Pass', Assign: { before: '{% $millis() %}' }, Next: 'Bake' },
        Bake: {
          Type: 'Wait',
          Seconds: WAITED_S,
          Assign: { after: '{% $millis() %}' },
          Next: 'Tell',
        },
        Tell: { Type: 'Pass', Output: '{% $after - $before %}', End: true },
      });
      const ms = Number(output);
      return seen(
        ms >= 0.8 * WAITED_S * 1_000,
        `${ms} ms after it was entered, of a wait of ${WAITED_S} s`,
      );
    },
  },
  {
    id: 'states-catch-output',
    assumes: 'A catcher of States.ALL catches an Output of its state that cannot be evaluated.',
    otherwise:
      'An answer in another form than expected would end a rollout without a revert of its own; the rule repairs it (core/state-machine/repair.ts).',
    ...STATES,
    async run(lab) {
      return whatIsCaught(lab, {
        Type: 'Task',
        Resource: DESCRIBE_ALARMS,
        Arguments: { AlarmNames: [lab.name('nothing')] },
        Output: "{% 1 + 'a' %}",
      });
    },
  },
  {
    id: 'states-choice-throws',
    assumes:
      'A condition that cannot be evaluated ends with States.QueryEvaluationError, which the Parallel around it catches.',
    otherwise:
      'A mistake in a condition would end a rollout without a revert of its own (core/state-machine/definition.ts).',
    ...STATES,
    async run(lab) {
      const inner = {
        StartAt: 'Ask',
        States: {
          Ask: {
            Type: 'Choice',
            Choices: [{ Condition: "{% 1 + 'a' = 2 %}", Next: 'End' }],
            Default: 'End',
          },
          End: { Type: 'Pass', End: true },
        },
      };
      return whatIsCaught(lab, {
        Type: 'Parallel',
        Branches: [inner],
      });
    },
  },
  {
    id: 'states-stop-ended',
    assumes: 'StopExecution of an execution that is over is answered, and changes nothing.',
    otherwise:
      'A job that stops what has just ended says that it could not (aws/step-functions.ts).',
    ...STATES,
    async run(lab) {
      const { executionArn, stopDate } = await execute(lab, { Only: { Type: 'Pass', End: true } });
      const refusal = await refused(lab.sfn.send(new StopExecutionCommand({ executionArn })));
      const after = await lab.sfn.send(new DescribeExecutionCommand({ executionArn }));
      const isSame =
        after.status === 'SUCCEEDED' && after.stopDate?.getTime() === stopDate?.getTime();
      return seen(refusal === undefined && isSame, `${told(refusal)}; then ${after.status ?? ''}`);
    },
  },
  {
    id: 'states-lambda-errors',
    assumes:
      'Refusals of Lambda are called Lambda.PreconditionFailedException and Lambda.ResourceNotFoundException.',
    otherwise:
      'A write that somebody else overtook would be taken for one without an answer, and made again (core/state-machine/alias.ts).',
    ...STATES,
    async run(lab) {
      const { functionName: FunctionName } = await makeTwoVersions(lab);
      const RevisionId = '00000000-0000-0000-0000-000000000000';
      const live = { FunctionName, Name: 'live' };
      return namesOfErrors(
        lab,
        'Lambda.PreconditionFailedException, Lambda.ResourceNotFoundException',
        [
          { Resource: UPDATE_ALIAS, Arguments: { ...live, Description: 'late', RevisionId } },
          { Resource: GET_ALIAS, Arguments: { ...live, Name: 'missing' } },
        ],
      );
    },
  },
  {
    id: 'states-cloudwatch-errors',
    assumes: 'CloudWatch’s ValidationError is called CloudWatch.ValidationErrorException.',
    otherwise:
      'Nothing breaks: whatever CloudWatch refuses is not seeing (core/state-machine/alarms.ts). The simulator has another name.',
    ...STATES,
    async run(lab) {
      const name = lab.name();
      return namesOfErrors(lab, 'CloudWatch.ValidationErrorException', [
        { Resource: DESCRIBE_ALARMS, Arguments: { AlarmNames: [name], AlarmNamePrefix: name } },
      ]);
    },
  },
  {
    id: 'states-too-much-data',
    assumes:
      'A variable that is too large ends an execution with States.DataLimitExceeded, which no catcher catches.',
    otherwise:
      'Nothing breaks: readings are kept small (core/state-machine/payload.ts). If it is caught, a rollout reverts by itself, and the rule has less to repair.',
    ...STATES,
    async run(lab) {
      const { status, error = 'no error' } = await execute(lab, {
        Fill: {
          Type: 'Parallel',
          Branches: [
            {
              StartAt: 'Large',
              States: {
                Large: {
                  Type: 'Pass',
                  Assign: { large: `{% $pad('', ${TOO_MANY_BYTES}) %}` },
                  End: true,
                },
              },
            },
          ],
          Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Caught' }],
          End: true,
        },
        Caught: { Type: 'Pass', End: true },
      });
      return seen(
        status === 'FAILED' && error === 'States.DataLimitExceeded',
        `${status ?? ''}, ${error}`,
      );
    },
  },
  {
    id: 'states-history-without-data',
    assumes:
      'GetExecutionHistory without data leaves out input, output and variables, and no name.',
    otherwise:
      'Nothing breaks: the action asks for the data (aws/step-functions.ts). The simulator leaves out something else.',
    ...STATES,
    async run(lab) {
      const { executionArn } = await execute(lab, {
        Only: { Type: 'Pass', Assign: { kept: 'here' }, Output: 'told', End: true },
      });
      const command = new GetExecutionHistoryCommand({ executionArn, includeExecutionData: false });
      const { events = [] } = await lab.sfn.send(command);
      const entered = events.find(({ stateEnteredEventDetails: each }) => each !== undefined);
      const exited = events.find(({ stateExitedEventDetails: each }) => each !== undefined);
      const details = { ...entered?.stateEnteredEventDetails, ...exited?.stateExitedEventDetails };
      const shown = Object.entries(details)
        .filter(([, value]) => value !== undefined)
        .map(([member]) => member);
      return seen(shown.join() === 'name', `${events.length} events, with ${shown.join(', ')}`);
    },
  },
];

/** Under which names a catcher gets what these tasks are refused with, one after the other. */
async function namesOfErrors(
  lab: Lab,
  expected: string,
  tasks: readonly { readonly Resource: string; readonly Arguments: object }[],
): Promise<Seen> {
  const states = tasks.map((task, index): [string, object] => [
    `Ask ${index}`,
    {
      Type: 'Task',
      ...task,
      Catch: [
        {
          ErrorEquals: ['States.ALL'],
          Assign: { [`error${index}`]: '{% $states.errorOutput.Error %}' },
          Next: index + 1 < tasks.length ? `Ask ${index + 1}` : 'Tell',
        },
      ],
      Next: 'Accepted',
    },
  ]);
  const names = tasks.map((_, index) => `$error${index}`);
  const { output = '', error = '' } = await execute(lab, {
    ...Object.fromEntries(states),
    Tell: { Type: 'Pass', Output: `{% ${names.join(" & ', ' & ")} %}`, End: true },
    Accepted: { Type: 'Pass', Output: 'one was accepted', End: true },
  });
  const told = output === '' ? error : (JSON.parse(output) as string);
  return seen(told === expected, told);
}

/** Whether a catcher of everything catches what this state's expressions throw. */
async function whatIsCaught(lab: Lab, state: object): Promise<Seen> {
  const Catch = [
    { ErrorEquals: ['States.ALL'], Output: '{% $states.errorOutput.Error %}', Next: 'Caught' },
  ];
  const {
    status,
    output = '',
    error = '',
  } = await execute(lab, {
    Throwing: { ...state, Catch, End: true },
    Caught: { Type: 'Pass', End: true },
  });
  const words = status === 'SUCCEEDED' ? `caught ${output}` : `not caught: ${error}`;
  return seen(words === 'caught "States.QueryEvaluationError"', words);
}
