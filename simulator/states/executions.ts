import { AwsError } from '../wire/aws-error.ts';
import type { SimulatorClock } from '../time/clock.ts';
import type { Branch, StatesTime } from './branch.ts';
import { readDefinition } from './definition.ts';
import { Halted, StateFailure } from './failure.ts';
import { createHistory, type History, type HistoryEvent } from './history.ts';
import { runProgram } from './interpreter.ts';
import type { Json, JsonObject } from './json.ts';
import type { Machine } from './machine.ts';
import { sendBy, type Answer } from './send.ts';
import type { Random } from '../time/random.ts';
import type { WireRequest } from '../wire/wire.ts';

export type Status = 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED';

export interface StateMachine {
  readonly arn: string;
  readonly name: string;
  readonly roleArn: string;
  /** As it was given. */
  readonly definition: string;
  readonly createdAt: number;
  readonly type: 'STANDARD' | 'EXPRESS';
  readonly status: 'ACTIVE' | 'DELETING';
}

export interface Execution {
  readonly arn: string;
  readonly name: string;
  readonly machine: StateMachine;
  /** As it was given. */
  readonly input: string;
  readonly startedAt: number;
  readonly status: Status;
  readonly stoppedAt: number | undefined;
  readonly output: string | undefined;
  readonly error: string | undefined;
  readonly cause: string | undefined;
  readonly events: readonly HistoryEvent[];
  /** Resolves when it has ended. */
  readonly ended: Promise<void>;
}

export interface Why {
  readonly error?: string | undefined;
  readonly cause?: string | undefined;
}

/** State machines, and their executions on the simulator's own time. */
export interface Executions {
  readonly machines: ReadonlyMap<string, StateMachine>;
  readonly all: ReadonlyMap<string, Execution>;
  /** @throws AwsError when the definition is not one, or uses what is not simulated */
  createStateMachine(given: {
    readonly name: string;
    readonly definition: string | object;
    /** Left out: STANDARD. */
    readonly type?: StateMachine['type'];
  }): StateMachine;
  /** Its executions go on until AWS comes to them; it is gone only then. */
  beginDeletion(arn: string): void;
  /** One that does not exist is deleted without a word. What runs of it goes on. */
  deleteStateMachine(arn: string): void;
  /** @throws AwsError StateMachineDoesNotExist, ExecutionAlreadyExists, InvalidName, InvalidExecutionInput */
  start(
    machineArn: string,
    given?: { readonly name?: string | undefined; readonly input?: string | undefined },
  ): Execution;
  /** Nothing of it goes on from now. What it has sent already may still take effect. @throws AwsError ExecutionDoesNotExist */
  stop(arn: string, why?: Why): Execution;
  /** Calls the listener with each event of each execution, right after it was added. */
  onEvent(listener: (event: HistoryEvent, execution: Execution) => void): void;
  /** Calls the listener with each execution that has ended. */
  onEnd(listener: (execution: Execution) => void): void;
}

/** An execution whose history is full ends, and nothing in it learns of that. */
export const MOST_EVENTS = 25_000;

const LONGEST_NAME = 80;
// eslint-disable-next-line no-control-regex
const NOT_IN_NAMES = /[\s<>{}[\]?*"#%\\^|~`$&,;:/\u0000-\u001f\u007f-\u009f]/;

interface Running extends Execution {
  status: Status;
  stoppedAt: number | undefined;
  output: string | undefined;
  error: string | undefined;
  cause: string | undefined;
}

export interface ExecutionsWorld {
  readonly clock: SimulatorClock;
  readonly time: StatesTime | undefined;
  readonly region: string;
  readonly account: string;
  /** Whether results of tasks come without the lists that are empty. */
  readonly leavesOutEmptyLists: boolean;
  readonly random: Random;
  /** Answers what the execution of a name asks of AWS. */
  readonly handle: (request: WireRequest, execution: string) => Answer;
}

export function createExecutions(world: ExecutionsWorld): Executions {
  const { clock, region, account } = world;
  const prefix = `arn:aws:states:${region}:${account}`;
  const machines = new Map<string, StateMachine>();
  const programs = new Map<string, Machine>();
  const all = new Map<string, Running>();
  const eventListeners: ((event: HistoryEvent, execution: Execution) => void)[] = [];
  const endListeners: ((execution: Execution) => void)[] = [];

  function begin(machine: StateMachine, name: string, input: string): Running {
    const { time } = world;
    if (time === undefined)
      throw new Error('Executions need the time: createSimulator({ time, … })');
    const arn = `${prefix}:execution:${machine.name}:${name}`;
    const program = programs.get(machine.arn);
    if (program === undefined) throw new Error(`${machine.arn} has no program`);
    const controller = new AbortController();
    let resolve: () => void = () => undefined;
    const history: History = createHistory(clock, (event) => {
      if (event.id === MOST_EVENTS - 1 && execution.status === 'RUNNING') {
        end('FAILED', {
          error: 'States.Runtime',
          cause: `The execution reached the maximum number of history events (${MOST_EVENTS}).`,
        });
      }
      for (const listener of eventListeners) listener(event, execution);
    });
    const execution: Running = {
      arn,
      name,
      machine,
      input,
      startedAt: clock.now(),
      status: 'RUNNING',
      stoppedAt: undefined,
      output: undefined,
      error: undefined,
      cause: undefined,
      events: history.events,
      ended: new Promise((settle) => {
        resolve = settle;
      }),
    };

    function end(
      status: Exclude<Status, 'RUNNING'>,
      { error, cause, output }: Why & { readonly output?: string },
    ): void {
      if (execution.status !== 'RUNNING') return;
      Object.assign(execution, { status, error, cause, output, stoppedAt: clock.now() });
      cancelTimeout();
      controller.abort();
      const place = { previous: status === 'ABORTED' ? 0 : history.events.length };
      history.add(place, ...lastEvent(status, { error, cause, output }));
      for (const listener of endListeners) listener(execution);
      resolve();
    }
    const { TimeoutSeconds } = program;
    const cancelTimeout =
      TimeoutSeconds === undefined
        ? () => undefined
        : time.at(clock.now() + TimeoutSeconds * 1000, () => {
            end('TIMED_OUT', { error: 'States.Timeout' });
          });
    ends.set(arn, end);
    all.set(arn, execution);

    const value = JSON.parse(input) as Json;
    const { roleArn } = machine;
    const context: JsonObject = {
      Execution: {
        Id: arn,
        Name: name,
        Input: value,
        RoleArn: roleArn,
        StartTime: new Date(clock.now()).toISOString(),
      },
      StateMachine: { Id: machine.arn, Name: machine.name },
    };
    const course = {
      leavesOutEmptyLists: world.leavesOutEmptyLists,
      clock,
      time,
      region,
      history,
      send: sendBy((request) => world.handle(request, name), { clock, time }),
      context,
    };
    const branch: Branch = {
      course,
      own: {},
      outer: {},
      place: { previous: 0 },
      signal: controller.signal,
      context: {},
    };
    history.add(branch.place, 'ExecutionStarted', {
      executionStartedEventDetails: { input, inputDetails: { truncated: false }, roleArn },
    });
    runProgram(branch, program, value).then(
      (output) => {
        end('SUCCEEDED', { output: JSON.stringify(output) });
      },
      (failure: unknown) => {
        if (failure instanceof Halted) return;
        if (failure instanceof StateFailure)
          end('FAILED', { error: failure.error, cause: failure.reason });
        // A defect of the simulator or of a test's rule, and no behaviour of AWS.
        else
          end('FAILED', {
            error: 'Simulator.Defect',
            cause: failure instanceof Error ? (failure.stack ?? failure.message) : String(failure),
          });
      },
    );
    return execution;
  }

  const ends = new Map<string, (status: 'ABORTED', why: Why) => void>();

  return {
    machines,
    all,
    createStateMachine({ name, definition, type = 'STANDARD' }) {
      refuseName(name);
      const text = typeof definition === 'string' ? definition : JSON.stringify(definition);
      const arn = `${prefix}:stateMachine:${name}`;
      const program = readDefinition(text);
      const machine = {
        arn,
        name,
        roleArn: `arn:aws:iam::${account}:role/${name}`,
        definition: text,
        createdAt: clock.now(),
        type,
        status: 'ACTIVE' as const,
      };
      machines.set(arn, machine);
      programs.set(arn, program);
      return machine;
    },
    beginDeletion(arn) {
      const machine = machines.get(arn);
      if (machine !== undefined) machines.set(arn, { ...machine, status: 'DELETING' });
    },
    deleteStateMachine(arn) {
      machines.delete(arn);
    },
    start(machineArn, { name = uuid(world.random), input = '{}' } = {}) {
      refuseName(name);
      const machine = machines.get(machineArn);
      if (machine === undefined) {
        throw new AwsError(
          400,
          'StateMachineDoesNotExist',
          `State Machine Does Not Exist: '${machineArn}'`,
        );
      }
      refuseInput(input);
      const arn = `${prefix}:execution:${machine.name}:${name}`;
      const before = all.get(arn);
      if (before === undefined) return begin(machine, name, input);
      // The same start again is the same execution, as long as it runs.
      if (before.status === 'RUNNING' && before.input === input) return before;
      throw new AwsError(400, 'ExecutionAlreadyExists', `Execution Already Exists: '${arn}'`);
    },
    stop(arn, why = {}) {
      const execution = all.get(arn);
      if (execution === undefined) {
        throw new AwsError(400, 'ExecutionDoesNotExist', `Execution Does Not Exist: '${arn}'`);
      }
      ends.get(arn)?.('ABORTED', why);
      return execution;
    },
    onEvent: (listener) => void eventListeners.push(listener),
    onEnd: (listener) => void endListeners.push(listener),
  };
}

function lastEvent(
  status: Exclude<Status, 'RUNNING'>,
  { error, cause, output }: Why & { readonly output?: string | undefined },
): readonly [string, JsonObject] {
  const why = {
    ...(error === undefined ? {} : { error }),
    ...(cause === undefined ? {} : { cause }),
  };
  switch (status) {
    case 'SUCCEEDED':
      return [
        'ExecutionSucceeded',
        {
          executionSucceededEventDetails: {
            output: output ?? '',
            outputDetails: { truncated: false },
          },
        },
      ];
    case 'FAILED':
      return ['ExecutionFailed', { executionFailedEventDetails: why }];
    case 'TIMED_OUT':
      return ['ExecutionTimedOut', { executionTimedOutEventDetails: why }];
    case 'ABORTED':
      return ['ExecutionAborted', { executionAbortedEventDetails: why }];
  }
}

function refuseName(name: string): void {
  if (name !== '' && name.length <= LONGEST_NAME && !NOT_IN_NAMES.test(name)) return;
  throw new AwsError(400, 'InvalidName', `Invalid Name: '${name}'`);
}

function refuseInput(input: string): void {
  try {
    JSON.parse(input);
  } catch (error) {
    throw new AwsError(
      400,
      'InvalidExecutionInput',
      `Invalid State Machine Execution Input: '${(error as Error).message}'`,
    );
  }
}

/** As AWS names what nobody named. */
function uuid(random: Random): string {
  const digits = Array.from({ length: 32 }, () => Math.floor(random() * 16).toString(16)).join('');
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
