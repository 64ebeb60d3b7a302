import { describe, expect, it } from '@jest/globals';

import { readDefinition } from '../../../simulator/states/definition.ts';
import { stateMachine } from '../../../src/core/state-machine/definition.ts';

const END = { Type: 'Pass', End: true };
const ALARMS = 'arn:aws:states:::aws-sdk:cloudwatch:describeAlarms';

/** What is wrong with a machine of these states; of one state, what it is next to. */
function problemsOf(states: object, machine: object = {}): string {
  const definition = { QueryLanguage: 'JSONata', StartAt: 'First', States: states, ...machine };
  try {
    readDefinition(JSON.stringify(definition));
  } catch (error) {
    expect(error).toMatchObject({ name: 'InvalidDefinition' });
    return (error as Error).message;
  }
  return '';
}

describe('a definition', () => {
  it('that is delivered is known as a whole', () => {
    expect(() => readDefinition(JSON.stringify(stateMachine()))).not.toThrow();
  });

  it.each([
    ['no JSON', '{', 'INVALID_JSON_DESCRIPTION'],
    ['no object', '[]', 'INVALID_JSON_DESCRIPTION'],
    ['no states', '{"QueryLanguage":"JSONata","StartAt":"First"}', 'there are no States at '],
  ])('is refused when it is %s', (_, text, problem) => {
    expect(() => readDefinition(text)).toThrow(problem);
  });

  it.each([
    [
      'another language',
      { First: END },
      { QueryLanguage: 'JSONPath' },
      'Only JSONata is simulated at /QueryLanguage',
    ],
    [
      'a field of the machine that is not known',
      { First: END },
      { Extra: 1 },
      'The field is not simulated at /Extra',
    ],
    [
      'a first state that is none',
      { First: END },
      { StartAt: 'None' },
      'MISSING_TRANSITION_TARGET: "None" is no state at /StartAt',
    ],
    [
      'a type that is not known',
      { First: { Type: 'Magic' } },
      {},
      'The type "Magic" is not simulated at /States/First',
    ],
    [
      'a field of a state that is not known',
      { First: { ...END, ResultPath: null } },
      {},
      'The field is not simulated at /States/First/ResultPath',
    ],
    [
      'a Next that is no state',
      { First: { Type: 'Pass', Next: 'None' } },
      {},
      '"None" is no state at /States/First/Next',
    ],
    ['neither Next nor End', { First: { Type: 'Pass' } }, {}, 'there must be one of Next and End'],
    [
      'both Next and End',
      { First: { ...END, Next: 'First' } },
      {},
      'there must be one of Next and End',
    ],
    [
      'a Default that is no state',
      { First: { Type: 'Choice', Choices: [{ Condition: true, Next: 'First' }], Default: 'None' } },
      {},
      '"None" is no state at /States/First/Default',
    ],
    [
      'a choice without rules',
      { First: { Type: 'Choice', Choices: [] } },
      {},
      'there must be some at /States/First/Choices',
    ],
    [
      'a rule without condition',
      { First: { Type: 'Choice', Choices: [{ Next: 'First' }] } },
      {},
      'no Condition at /States/First/Choices[0]',
    ],
    [
      'a wait of two kinds',
      { First: { Type: 'Wait', Seconds: 1, Timestamp: 'x', End: true } },
      {},
      'there must be one of Seconds and Timestamp',
    ],
    [
      'a resource that is not known',
      { First: { Type: 'Task', Resource: 'arn:aws:states:::sqs:sendMessage', End: true } },
      {},
      'is not simulated at /States/First/Resource',
    ],
    [
      'a member that an action does not have',
      { First: { Type: 'Task', Resource: ALARMS, Arguments: { Alarms: [] }, End: true } },
      {},
      'The field "Alarms" is not supported by Step Functions at /States/First',
    ],
    [
      'a member that an action must have',
      {
        First: {
          Type: 'Task',
          Resource: 'arn:aws:states:::aws-sdk:lambda:getAlias',
          Arguments: { Name: 'live' },
          End: true,
        },
      },
      {},
      'The field "FunctionName" is required but was missing',
    ],
    [
      'a map that is distributed',
      {
        First: {
          Type: 'Map',
          ItemProcessor: {
            ProcessorConfig: { Mode: 'DISTRIBUTED' },
            StartAt: 'In',
            States: { In: END },
          },
          End: true,
        },
      },
      {},
      'Only the mode INLINE is simulated',
    ],
    [
      'a name that is used twice',
      {
        First: {
          Type: 'Parallel',
          Branches: [{ StartAt: 'First', States: { First: END } }],
          End: true,
        },
      },
      {},
      'DUPLICATE_STATE_NAME',
    ],
    [
      'a name that is too long',
      { First: END, ['x'.repeat(81)]: END },
      {},
      'The name is longer than 80 characters',
    ],
    [
      'an expression that is none',
      { First: { ...END, Output: '{% $a + %}' } },
      {},
      'INVALID_JSONATA_EXPRESSION',
    ],
    [
      'an expression in the middle of a text',
      { First: { ...END, Output: 'a {% 1 %}' } },
      {},
      'An expression must be the whole of a text',
    ],
    [
      '$eval, which AWS does not have',
      { First: { ...END, Output: "{% $eval('1') %}" } },
      {},
      'The function $eval() is not simulated',
    ],
    [
      'a function of AWS alone',
      { First: { ...END, Output: '{% $uuid() %}' } },
      {},
      'The function $uuid() is not simulated',
    ],
    [
      'a variable with the name of a function of its own',
      { First: { ...END, Assign: { states: 1 } } },
      {},
      '"states" cannot be the name of a variable',
    ],
    [
      'a variable of an outer scope that is assigned',
      {
        First: {
          Type: 'Parallel',
          Assign: { a: 1 },
          Branches: [{ StartAt: 'In', States: { In: { ...END, Assign: { a: 2 } } } }],
          End: true,
        },
      },
      {},
      'The variable a of an outer scope is assigned at /States/First/Branches[0]',
    ],
    [
      'States.ALL among others',
      {
        First: {
          Type: 'Task',
          Resource: ALARMS,
          Catch: [{ ErrorEquals: ['States.ALL', 'Mine'], Next: 'First' }],
          End: true,
        },
      },
      {},
      'States.ALL must appear alone',
    ],
    [
      'States.ALL before others',
      {
        First: {
          Type: 'Task',
          Resource: ALARMS,
          Retry: [{ ErrorEquals: ['States.ALL'] }, { ErrorEquals: ['Mine'] }],
          End: true,
        },
      },
      {},
      'States.ALL must be last',
    ],
    [
      'a pause between tries that is none',
      {
        First: {
          Type: 'Task',
          Resource: ALARMS,
          Retry: [{ ErrorEquals: ['Mine'], IntervalSeconds: 0.5 }],
          End: true,
        },
      },
      {},
      '0.5 is no number from 1 at /States/First/Retry[0]/IntervalSeconds',
    ],
    [
      'jitter, which would be no game of chance here',
      {
        First: {
          Type: 'Task',
          Resource: ALARMS,
          Retry: [{ ErrorEquals: ['Mine'], JitterStrategy: 'FULL' }],
          End: true,
        },
      },
      {},
      'The field is not simulated at /States/First/Retry[0]/JitterStrategy',
    ],
  ])('is refused with %s', (_, states, machine, problem) => {
    expect(problemsOf(states, machine)).toContain(problem);
  });

  it('is refused with all that is wrong at once', () => {
    const problems = problemsOf({ First: { Type: 'Pass', Extra: 1 }, Second: { Type: 'Magic' } });
    expect(problems.split('; ')).toHaveLength(3);
  });
});
