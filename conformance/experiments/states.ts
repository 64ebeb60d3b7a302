import { DescribeExecutionCommand, StopExecutionCommand } from '@aws-sdk/client-sfn';

import { seen, type Experiment, type Seen } from '../experiment.ts';
import type { Lab } from '../lab.ts';
import { execute } from '../machines.ts';
import { refused, told } from '../refusal.ts';
import { putAlarm } from './alarms.ts';

const STATES = { minutes: 2, uses: { transitions: 10 }, isRecording: false } as const;
const DESCRIBE_ALARMS = 'arn:aws:states:::aws-sdk:cloudwatch:describeAlarms';
const WAITED_S = 5;

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
];

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
