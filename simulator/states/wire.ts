import { AwsError } from '../wire/aws-error.ts';
import { checkModel } from '../wire/constraints.ts';
import { number, text, type Members } from '../wire/members.ts';
import { jsonIn, type Handled, type WireRequest } from '../wire/wire.ts';
import type { Execution, Executions, StateMachine } from './executions.ts';
import type { HistoryEvent } from './history.ts';
import type { Json } from './json.ts';
import { STATES_MODEL } from './model.ts';

type Operation = (input: Members) => unknown;

export const STATES_PREFIX = 'AWSStepFunctions.';

/** What a page has when nobody says. */
const PAGE = 100;

/** The operation a request is for, ready to be run; nothing when it is not simulated. */
export function statesOperation(
  executions: Executions,
  { headers, body }: WireRequest,
): Handled | undefined {
  const operation = (headers['x-amz-target'] ?? '').replace(STATES_PREFIX, '');
  const run = new Map(Object.entries(operations(executions))).get(operation);
  if (run === undefined) return undefined;
  const input = jsonIn(body);
  return {
    operation,
    input,
    run: () => {
      checkModel(STATES_MODEL[operation] ?? {}, input, 'ValidationException');
      return { status: 200, body: run(input) };
    },
  };
}

function operations(executions: Executions): Readonly<Record<string, Operation>> {
  const executionOf = (input: Members): Execution => {
    const arn = arnIn(input, 'executionArn', 'execution');
    const found = executions.all.get(arn);
    if (found !== undefined) return found;
    throw new AwsError(400, 'ExecutionDoesNotExist', `Execution Does Not Exist: '${arn}'`);
  };
  const machineOf = (input: Members): StateMachine => {
    const arn = arnIn(input, 'stateMachineArn', 'stateMachine');
    const found = executions.machines.get(arn);
    if (found !== undefined) return found;
    throw new AwsError(400, 'StateMachineDoesNotExist', `State Machine Does Not Exist: '${arn}'`);
  };
  return {
    CreateStateMachine(input) {
      const { arn, createdAt } = executions.createStateMachine({
        name: text(input['name']) ?? '',
        definition: text(input['definition']) ?? '',
      });
      return { stateMachineArn: arn, creationDate: createdAt / 1000 };
    },

    DeleteStateMachine(input) {
      executions.deleteStateMachine(arnIn(input, 'stateMachineArn', 'stateMachine'));
      return {};
    },

    ListStateMachines(input) {
      const { entries, ...more } = page([...executions.machines.values()], input);
      const told = entries.map(({ arn, name, createdAt }) => ({
        stateMachineArn: arn,
        name,
        type: 'STANDARD',
        creationDate: createdAt / 1000,
      }));
      return { stateMachines: told, ...more };
    },

    StartExecution(input) {
      const arn = arnIn(input, 'stateMachineArn', 'stateMachine');
      const started = executions.start(arn, {
        name: text(input['name']),
        input: text(input['input']),
      });
      return { executionArn: started.arn, startDate: started.startedAt / 1000 };
    },

    StopExecution(input) {
      const { arn } = executionOf(input);
      const stopped = executions.stop(arn, {
        error: text(input['error']),
        cause: text(input['cause']),
      });
      return { stopDate: (stopped.stoppedAt ?? 0) / 1000 };
    },

    DescribeExecution(input) {
      const execution = executionOf(input);
      const { output } = execution;
      return {
        ...listed(execution),
        input: execution.input,
        inputDetails: { included: true },
        ...(output === undefined ? {} : { output, outputDetails: { included: true } }),
        error: execution.error,
        cause: execution.cause,
        redriveCount: 0,
      };
    },

    DescribeStateMachine(input) {
      const { arn, name, definition, roleArn, createdAt, type, status } = machineOf(input);
      return {
        stateMachineArn: arn,
        name,
        status,
        definition,
        roleArn,
        type,
        creationDate: createdAt / 1000,
        loggingConfiguration: { level: 'OFF', includeExecutionData: false },
        tracingConfiguration: { enabled: false },
      };
    },

    ListExecutions(input) {
      const { arn } = machineOf(input);
      const status = text(input['statusFilter']);
      const found = [...executions.all.values()]
        .filter(
          (each) => each.machine.arn === arn && (status === undefined || each.status === status),
        )
        .toReversed();
      const { entries, ...more } = page(found, input);
      return { executions: entries.map(listed), ...more };
    },

    GetExecutionHistory(input) {
      const { events } = executionOf(input);
      const { entries, ...more } = page(
        input['reverseOrder'] === true ? events.toReversed() : events,
        input,
      );
      const withData = input['includeExecutionData'] !== false;
      return { events: entries.map((event) => eventBody(event, withData)), ...more };
    },
  };
}

const NO_ARN: Readonly<Record<string, RegExp>> = {
  execution: /^arn:[\w-]+:states:[\w-]+:\d{12}:execution:[^:\s]+:[^:\s]+$/,
  stateMachine: /^arn:[\w-]+:states:[\w-]+:\d{12}:stateMachine:[^:\s]+$/,
};

function arnIn(input: Members, member: string, kind: string): string {
  const arn = text(input[member]) ?? '';
  if (NO_ARN[kind]?.test(arn) === true) return arn;
  throw new AwsError(400, 'InvalidArn', `Invalid Arn: '${arn}'`);
}

function listed(execution: Execution) {
  const { arn, machine, name, status, startedAt, stoppedAt } = execution;
  return {
    executionArn: arn,
    stateMachineArn: machine.arn,
    name,
    status,
    startDate: startedAt / 1000,
    ...(stoppedAt === undefined ? {} : { stopDate: stoppedAt / 1000 }),
  };
}

/** Members that `includeExecutionData: false` leaves out. */
const DATA = new Set([
  'input',
  'inputDetails',
  'output',
  'outputDetails',
  'parameters',
  'assignedVariables',
  'assignedVariablesDetails',
]);

function eventBody({ id, previousEventId, at, type, details }: HistoryEvent, withData: boolean) {
  const shown = Object.entries(details).map(([name, value]) => [
    name,
    withData ? value : withoutData(value),
  ]);
  return {
    timestamp: at / 1000,
    type,
    id,
    previousEventId,
    ...(Object.fromEntries(shown) as object),
  };
}

function withoutData(details: Json): unknown {
  return Object.fromEntries(Object.entries(details ?? {}).filter(([name]) => !DATA.has(name)));
}

interface Page<Entry> {
  readonly entries: readonly Entry[];
  readonly nextToken?: string;
}

/** @throws AwsError InvalidToken */
function page<Entry>(all: readonly Entry[], input: Members): Page<Entry> {
  const token = text(input['nextToken']) ?? '0';
  if (!/^\d+$/.test(token)) throw new AwsError(400, 'InvalidToken', `Invalid Token: '${token}'`);
  const most = number(input['maxResults']) ?? 0;
  const first = Number(token);
  const next = first + (most === 0 ? PAGE : most);
  return {
    entries: all.slice(first, next),
    ...(next < all.length ? { nextToken: String(next) } : {}),
  };
}
