import {
  add,
  evaluationFailure,
  field,
  until,
  withinLimit,
  type Branch,
  type Entered,
} from './branch.ts';
import { matches, retryAfter, StateFailure, type Retries } from './failure.ts';
import { textOf, type Json, type JsonObject } from './json.ts';
import type {
  ChoiceState,
  Fallible,
  FailState,
  Leaving,
  MapState,
  ParallelState,
  Program,
  State,
  TaskState,
  WaitState,
} from './machine.ts';
import { runMap, runParallel } from './branches.ts';
import { runTask } from './task.ts';

/** What a state came to, before it is left. */
interface Done {
  readonly output: Json;
  readonly assigned: JsonObject;
  readonly next: string | undefined;
}

/**
 * Runs states from the first to an end. @returns the output of the last one
 * @throws StateFailure when one failed that nothing catches
 * @throws Halted when the branch was halted
 */
export async function runProgram(
  branch: Branch,
  { StartAt, States }: Program,
  input: Json,
): Promise<Json> {
  let name = StartAt;
  let value = input;
  for (;;) {
    const state = States[name];
    if (state === undefined) throw new Error(`There is no state ${name}`);
    const { output, next } = await runState(branch, name, state, value);
    if (next === undefined) return output;
    name = next;
    value = output;
  }
}

async function runState(branch: Branch, name: string, state: State, input: Json): Promise<Done> {
  const event = add(branch, `${state.Type}StateEntered`, {
    stateEnteredEventDetails: {
      name,
      input: JSON.stringify(input),
      inputDetails: { truncated: false },
    },
  });
  const entered = { name, input, event, at: branch.course.clock.now() };
  const done = await resultOf(branch, entered, state);
  // What is assigned can be seen by the states that follow, and by nothing in this one.
  Object.assign(branch.own, done.assigned);
  const assigned = Object.entries(done.assigned).map(([variable, value]) => [
    variable,
    JSON.stringify(value),
  ]);
  add(branch, `${state.Type}StateExited`, {
    stateExitedEventDetails: {
      name,
      output: JSON.stringify(done.output),
      outputDetails: { truncated: false },
      ...(assigned.length === 0
        ? {}
        : {
            assignedVariables: Object.fromEntries(assigned) as JsonObject,
            assignedVariablesDetails: { truncated: false },
          }),
    },
  });
  return done;
}

function resultOf(branch: Branch, entered: Entered, state: State): Promise<Done> {
  switch (state.Type) {
    case 'Pass':
    case 'Succeed':
      return left(branch, entered, state, { result: entered.input });
    case 'Choice':
      return chosen(branch, entered, state);
    case 'Wait':
      return waited(branch, entered, state);
    case 'Task':
    case 'Map':
    case 'Parallel':
      return attempted(branch, entered, state);
    case 'Fail':
      return failed(branch, entered, state);
  }
}

/** What a state is left with. */
interface Left {
  /** The output, unless something else is asked for. */
  readonly result: Json;
  /** Members of `$states` besides input and context. */
  readonly more?: JsonObject;
  /** In front of the names of the fields. */
  readonly prefix?: string;
}

async function left(
  branch: Branch,
  entered: Entered,
  { Assign = {}, Output, Next }: Leaving,
  { result, more = {}, prefix = '' }: Left,
): Promise<Done> {
  const assigned = (await field(branch, entered, `${prefix}Assign`, Assign, more)) as JsonObject;
  const output =
    Output === undefined ? result : await field(branch, entered, `${prefix}Output`, Output, more);
  withinLimit(entered.name, assigned);
  withinLimit(entered.name, output);
  for (const variable of Object.keys(assigned)) {
    if (!(variable in branch.outer)) continue;
    throw new StateFailure(
      'States.Runtime',
      `The variable '${variable}' of an outer scope must not be assigned in '${entered.name}'`,
    );
  }
  return { output, assigned, next: Next };
}

async function chosen(branch: Branch, entered: Entered, state: ChoiceState): Promise<Done> {
  const result = entered.input;
  for (const [index, rule] of state.Choices.entries()) {
    const prefix = `Choices[${index}]/`;
    const holds = await field(branch, entered, `${prefix}Condition`, rule.Condition);
    if (typeof holds !== 'boolean') {
      throw evaluationFailure(
        branch,
        entered,
        `${prefix}Condition`,
        `The Condition '${JSON.stringify(rule.Condition)}' must be a boolean, not ${JSON.stringify(holds)}.`,
      );
    }
    if (holds) return await left(branch, entered, rule, { result, prefix });
  }
  if (state.Default === undefined) {
    throw new StateFailure(
      'States.NoChoiceMatched',
      `An error occurred while executing the state '${entered.name}' (entered at the event id #${entered.event}). Failed to transition out of the state. The state does not point to a next state.`,
    );
  }
  const { Assign, Output } = state;
  const leaving = {
    ...(Assign === undefined ? {} : { Assign }),
    ...(Output === undefined ? {} : { Output }),
  };
  return await left(branch, entered, { ...leaving, Next: state.Default }, { result });
}

/** As long as Step Functions waits. */
const LONGEST_WAIT_S = 99_999_999;

async function waited(branch: Branch, entered: Entered, state: WaitState): Promise<Done> {
  const name = state.Seconds === undefined ? 'Timestamp' : 'Seconds';
  const given = await field(branch, entered, name, state[name] ?? null);
  const moment = name === 'Seconds' ? entered.at + Number(given) * 1000 : Date.parse(textOf(given));
  const isFit =
    name === 'Seconds'
      ? Number.isInteger(given) && Number(given) >= 0 && Number(given) <= LONGEST_WAIT_S
      : typeof given === 'string' && !Number.isNaN(moment);
  if (!isFit) {
    throw evaluationFailure(
      branch,
      entered,
      name,
      name === 'Seconds'
        ? `The Seconds parameter must be an integer from 0 to ${LONGEST_WAIT_S}, not ${JSON.stringify(given)}.`
        : `The Timestamp parameter must be an ISO 8601 timestamp, not ${JSON.stringify(given)}.`,
    );
  }
  await until(branch, moment);
  return await left(branch, entered, state, { result: entered.input });
}

async function attempted(
  branch: Branch,
  entered: Entered,
  state: TaskState | MapState | ParallelState,
): Promise<Done> {
  const retries: Retries = new Map();
  for (;;) {
    try {
      const result = await tried(branch, entered, state);
      return await left(branch, entered, state, { result, more: { result } });
    } catch (failure) {
      if (!(failure instanceof StateFailure)) throw failure;
      const { clock } = branch.course;
      const pause = retryAfter(state.Retry ?? [], retries, failure);
      if (pause !== undefined) {
        await until(branch, clock.now() + pause * 1000);
        continue;
      }
      if (state.Type !== 'Task')
        add(branch, `${state.Type}StateFailed`, failedDetails(state, failure));
      return await caught(branch, entered, state, failure);
    }
  }
}

function failedDetails(
  { Type }: MapState | ParallelState,
  { error, reason }: StateFailure,
): JsonObject {
  return {
    [`${Type === 'Map' ? 'map' : 'parallel'}StateFailedEventDetails`]: { error, cause: reason },
  };
}

function tried(
  branch: Branch,
  entered: Entered,
  state: TaskState | MapState | ParallelState,
): Promise<Json> {
  switch (state.Type) {
    case 'Task':
      return runTask(branch, entered, state);
    case 'Map':
      return runMap(branch, entered, state, runProgram);
    case 'Parallel':
      return runParallel(branch, entered, state, runProgram);
  }
}

/** @throws the failure itself when no catcher has its error */
async function caught(
  branch: Branch,
  entered: Entered,
  { Catch = [] }: Fallible,
  failure: StateFailure,
): Promise<Done> {
  const index = Catch.findIndex((each) => matches(each, failure.error));
  const catcher = Catch[index];
  if (catcher === undefined) throw failure;
  const errorOutput = { Error: failure.error, Cause: failure.reason };
  return await left(branch, entered, catcher, {
    result: errorOutput,
    more: { errorOutput },
    prefix: `Catch[${index}]/`,
  });
}

async function failed(branch: Branch, entered: Entered, state: FailState): Promise<never> {
  const error = await field(branch, entered, 'Error', state.Error ?? '');
  const cause = await field(branch, entered, 'Cause', state.Cause ?? '');
  for (const [name, value] of Object.entries({ Error: error, Cause: cause })) {
    if (typeof value === 'string') continue;
    throw evaluationFailure(
      branch,
      entered,
      name,
      `The ${name} must be a string, not ${JSON.stringify(value)}.`,
    );
  }
  throw new StateFailure(textOf(error), textOf(cause));
}
