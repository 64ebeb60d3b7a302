import { beforeEach, describe, expect, it } from '@jest/globals';

import {
  createStatesWorld,
  detailsOf,
  outputOf,
  typesOf,
  type StatesWorld,
} from '../../fixtures/states-world.ts';

let world: StatesWorld;
beforeEach(() => {
  world = createStatesWorld();
});

const end = { Type: 'Pass', End: true };

describe('a variable', () => {
  it('has its new value in the states that follow, and not in the state that assigns it', async () => {
    const execution = await world.run({
      First: { Type: 'Pass', Assign: { a: 1, b: 'x' }, Next: 'Second' },
      Second: {
        Type: 'Pass',
        Assign: { a: '{% $a + 1 %}', b: '{% $a %}' },
        Output: '{% $a %}',
        Next: 'Third',
      },
      Third: {
        Type: 'Pass',
        Output: { a: '{% $a %}', b: '{% $b %}', given: '{% $states.input %}' },
        End: true,
      },
    });
    expect(outputOf(execution)).toEqual({ a: 2, b: 1, given: 1 });
  });

  it('is told by the history, as JSON', async () => {
    const execution = await world.run({
      First: { Type: 'Pass', Assign: { a: 'x', list: [1, '{% 1 + 1 %}'] }, End: true },
    });
    expect(detailsOf(execution, 'PassStateExited')).toEqual([
      {
        name: 'First',
        output: '{}',
        outputDetails: { truncated: false },
        assignedVariables: { a: '"x"', list: '[1,2]' },
        assignedVariablesDetails: { truncated: false },
      },
    ]);
  });

  it('of a branch is its own, and that of the branches around can be read', async () => {
    const execution = await world.run({
      Begin: { Type: 'Pass', Assign: { outside: 'o' }, Next: 'All' },
      All: {
        Type: 'Map',
        Items: [1, 2],
        ItemProcessor: {
          StartAt: 'Keep',
          States: {
            Keep: { Type: 'Pass', Assign: { mine: '{% $states.input %}' }, Next: 'Tell' },
            Tell: { Type: 'Pass', Output: '{% $outside & $mine %}', End: true },
          },
        },
        Next: 'After',
      },
      After: {
        Type: 'Pass',
        Output: { all: '{% $states.input %}', gone: '{% $exists($mine) %}' },
        End: true,
      },
    });
    expect(outputOf(execution)).toEqual({ all: ['o1', 'o2'], gone: false });
  });

  it.each([
    ['matched', true, 'rule'],
    ['did not match', false, 'default'],
  ])('is assigned by the rule of a choice that %s', async (_, go, assigned) => {
    const execution = await world.run(
      {
        Which: {
          Type: 'Choice',
          Choices: [
            { Condition: '{% $states.input.go %}', Assign: { by: 'rule' }, Next: 'Tell' },
            { Condition: '{% $not($states.input.go) and false %}', Next: 'Tell' },
          ],
          Assign: { by: 'default' },
          Default: 'Tell',
        },
        Tell: { Type: 'Pass', Output: '{% $by %}', End: true },
      },
      { go },
    );
    expect(outputOf(execution)).toBe(assigned);
  });
});

describe('an expression', () => {
  it('that returns nothing fails its state, which the history says where', async () => {
    const execution = await world.run({
      First: { Type: 'Pass', Assign: { x: { y: '{% $states.input.missing %}' } }, End: true },
    });
    const cause =
      "An error occurred while executing the state 'First' (entered at the event id #2). The JSONata expression " +
      "'$states.input.missing' specified for the field 'Assign/x/y' returned nothing (undefined).";
    expect(execution).toMatchObject({
      status: 'FAILED',
      error: 'States.QueryEvaluationError',
      cause,
    });
    expect(typesOf(execution)).toEqual([
      'ExecutionStarted',
      'PassStateEntered',
      'EvaluationFailed',
      'ExecutionFailed',
    ]);
    expect(detailsOf(execution, 'EvaluationFailed')).toMatchObject([
      { error: 'States.QueryEvaluationError', state: 'First', location: 'Assign/x/y' },
    ]);
  });

  it.each([
    [
      'a condition by the number of its rule',
      {
        Type: 'Choice',
        Choices: [
          { Condition: '{% false %}', Next: 'End' },
          { Condition: '{% $nothing %}', Next: 'End' },
        ],
      },
      'Choices[1]/Condition',
    ],
    [
      'a condition that is no boolean',
      { Type: 'Choice', Choices: [{ Condition: '{% 1 %}', Next: 'End' }] },
      'Choices[0]/Condition',
    ],
    ['a wait', { Type: 'Wait', Seconds: '{% $nothing %}', Next: 'End' }, 'Seconds'],
    ['a wait for half a second', { Type: 'Wait', Seconds: '{% 0.5 %}', Next: 'End' }, 'Seconds'],
    [
      'items',
      {
        Type: 'Map',
        Items: '{% $nothing %}',
        ItemProcessor: { StartAt: 'In', States: { In: end } },
        Next: 'End',
      },
      'Items',
    ],
    [
      'items that are no list',
      {
        Type: 'Map',
        Items: '{% 1 %}',
        ItemProcessor: { StartAt: 'In', States: { In: end } },
        Next: 'End',
      },
      'Items',
    ],
    [
      'arguments',
      {
        Type: 'Task',
        Resource: 'arn:aws:states:::aws-sdk:cloudwatch:describeAlarms',
        Arguments: { AlarmNames: ['{% $nothing %}'] },
        Next: 'End',
      },
      'Arguments/AlarmNames[0]',
    ],
    ['an output', { Type: 'Pass', Output: '{% $sum("a") %}', Next: 'End' }, 'Output'],
    [
      'a function for a value',
      { Type: 'Pass', Output: '{% { "f": function($x) { $x } } %}', Next: 'End' },
      'Output',
    ],
    ['the cause of a failure', { Type: 'Fail', Error: 'Mine', Cause: '{% $nothing %}' }, 'Cause'],
  ])('is looked for in its field: %s', async (_, state, location) => {
    const execution = await world.run({ State: state, End: end });
    expect(execution.error).toBe('States.QueryEvaluationError');
    expect(detailsOf(execution, 'EvaluationFailed')).toMatchObject([{ state: 'State', location }]);
  });

  it('has one moment, and is over before the event loop comes round', async () => {
    let turns = 0;
    const count = () => {
      turns++;
      if (execution.status === 'RUNNING') setImmediate(count);
    };
    const long =
      '$sum($map([1..2000], function($x) { $reduce([1..5], function($a, $b) { $a + $b }) * 0 + $x }))';
    const execution = world.start({
      First: {
        Type: 'Pass',
        Output: `{% { "sum": ${long}, "same": $millis() = $toMillis($now()) } %}`,
        End: true,
      },
    });
    setImmediate(count);
    await execution.ended;
    expect([turns, outputOf(execution)]).toEqual([0, { sum: 2_001_000, same: true }]);
  });
});

describe('a wait', () => {
  it('is as long as it says, to the millisecond', async () => {
    const execution = await world.run({
      First: { Type: 'Wait', Seconds: '{% 30 * 2 %}', Next: 'Second' },
      Second: { Type: 'Wait', Seconds: 5, Assign: { at: '{% $millis() %}' }, Next: 'Third' },
      Third: { Type: 'Pass', Output: '{% $millis() - $at %}', End: true },
    });
    expect([world.passed(), outputOf(execution)]).toEqual([65_000, 0]);
  });

  it('of one branch passes beside that of another', async () => {
    const branch = (name: string, seconds: number) => ({
      StartAt: name,
      States: { [name]: { Type: 'Wait', Seconds: seconds, Output: name, End: true } },
    });
    const execution = await world.run({
      Both: { Type: 'Parallel', Branches: [branch('long', 60), branch('short', 20)], End: true },
    });
    expect([world.passed(), outputOf(execution)]).toEqual([60_000, ['long', 'short']]);
  });
});

describe('a failure', () => {
  const failing = { Type: 'Fail', Error: 'Mine', Cause: '{% "because of " & $states.input %}' };
  const map = (more: object) => ({
    Type: 'Map',
    Items: [1, 2, 3],
    ItemProcessor: {
      StartAt: 'Is it the second',
      States: {
        'Is it the second': {
          Type: 'Choice',
          Choices: [{ Condition: '{% $states.input = 2 %}', Next: 'Wait a second' }],
          Default: 'Wait long',
        },
        'Wait a second': { Type: 'Wait', Seconds: 1, Next: 'Failing' },
        Failing: failing,
        'Wait long': { Type: 'Wait', Seconds: 600, End: true },
      },
    },
    End: true,
    ...more,
  });

  it('ends the execution with its error and cause', async () => {
    const execution = await world.run({ Failing: failing }, 'no reason');
    expect(execution).toMatchObject({
      status: 'FAILED',
      error: 'Mine',
      cause: 'because of no reason',
    });
    expect(typesOf(execution)).toEqual(['ExecutionStarted', 'FailStateEntered', 'ExecutionFailed']);
  });

  it('of an iteration halts the others, and fails the map', async () => {
    const execution = await world.run({ All: map({}) });
    expect(execution).toMatchObject({ status: 'FAILED', error: 'Mine', cause: 'because of 2' });
    expect(world.passed()).toBe(1_000);
    expect(typesOf(execution).slice(-5)).toEqual([
      'MapIterationFailed',
      'MapIterationAborted',
      'MapIterationAborted',
      'MapStateFailed',
      'ExecutionFailed',
    ]);
  });

  it('that is caught leaves nothing of the other iterations behind', async () => {
    const execution = await world.run({
      All: map({ Catch: [{ ErrorEquals: ['Mine'], Next: 'Longer' }] }),
      Longer: { Type: 'Wait', Seconds: 900, End: true },
    });
    expect(typesOf(execution).slice(-4)).toEqual([
      'MapStateExited',
      'WaitStateEntered',
      'WaitStateExited',
      'ExecutionSucceeded',
    ]);
  });

  it('is caught by the first catcher that has its name, which says where it goes on', async () => {
    const caught = map({
      Catch: [
        { ErrorEquals: ['Yours'], Next: 'Wrong' },
        {
          ErrorEquals: ['Mine'],
          Assign: { why: '{% $states.errorOutput.Cause %}' },
          Output: '{% $states.errorOutput.Error %}',
          Next: 'Right',
        },
        { ErrorEquals: ['States.ALL'], Next: 'Wrong' },
      ],
    });
    const execution = await world.run({
      All: caught,
      Wrong: end,
      Right: { Type: 'Pass', Output: '{% $states.input & " " & $why %}', End: true },
    });
    expect(outputOf(execution)).toBe('Mine because of 2');
    expect(typesOf(execution)).toContain('MapStateExited');
  });

  it('of an expression in a branch is caught by the parallel around it', async () => {
    const execution = await world.run({
      Around: {
        Type: 'Parallel',
        Branches: [
          {
            StartAt: 'Wait',
            States: { Wait: { Type: 'Wait', Seconds: '{% $nothing %}', End: true } },
          },
        ],
        Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Caught' }],
        End: true,
      },
      Caught: { Type: 'Pass', Output: '{% $states.input.Error %}', End: true },
    });
    expect(outputOf(execution)).toBe('States.QueryEvaluationError');
  });

  it('is not caught by States.ALL when too much data is handed on', async () => {
    const execution = await world.run({
      Around: {
        Type: 'Parallel',
        Branches: [
          {
            StartAt: 'Much',
            States: { Much: { Type: 'Pass', Output: '{% $pad("", 262145, "x") %}', End: true } },
          },
        ],
        Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Caught' }],
        End: true,
      },
      Caught: end,
    });
    expect(execution).toMatchObject({ status: 'FAILED', error: 'States.DataLimitExceeded' });
  });

  it('of a history that is full ends the execution where it stands', async () => {
    const execution = await world.run({
      Again: { Type: 'Pass', Next: 'And again' },
      'And again': { Type: 'Pass', Next: 'Again' },
    });
    expect(execution).toMatchObject({
      status: 'FAILED',
      cause: 'The execution reached the maximum number of history events (25000).',
    });
    expect([execution.events.length, execution.events.at(-1)?.type]).toEqual([
      25_000,
      'ExecutionFailed',
    ]);
  });

  it('of time ends the execution as timed out', async () => {
    const execution = await world.run(
      { Long: { Type: 'Wait', Seconds: 600, End: true } },
      {},
      { TimeoutSeconds: 60 },
    );
    expect(execution).toMatchObject({ status: 'TIMED_OUT', error: 'States.Timeout' });
    expect([world.passed(), execution.events.at(-1)?.type]).toEqual([60_000, 'ExecutionTimedOut']);
  });
});
