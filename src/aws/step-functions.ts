import {
  DescribeExecutionCommand,
  DescribeStateMachineCommand,
  GetExecutionHistoryCommand,
  StartExecutionCommand,
  StopExecutionCommand,
  type HistoryEvent,
  type SFNClient,
} from '@aws-sdk/client-sfn';

import {
  executionArn,
  stateMachineArn,
  type ExecutionOf,
  type MachinePlace,
} from '../core/alias/execution.ts';
import type { Execution, ExecutionEvent, ExecutionStatus } from '../core/state-machine/event.ts';
import { intentOf } from '../core/permissions.ts';
import { AwsCallError, understood, type CallOptions } from './call.ts';
import { everyPage, lineIn, listIn, numberIn, textIn } from './reply.ts';
import type { Service } from './service.ts';

/** Starts state machines of Step Functions, and tells what became of them. */
export interface StepFunctions {
  /** Nothing when there is no such machine. @throws {AwsCallError} */
  describeMachine(machine: MachinePlace, options: CallOptions): Promise<MachineFound | undefined>;
  /**
   * Starts an execution. Once more under the same name it is the same one: so a start whose reply got lost is made again.
   * @throws {AwsCallError} when it is not known to have been started
   */
  start(execution: ExecutionOf, input: string, options: CallOptions): Promise<void>;
  /** Nothing where there is none of that name, or none any more. @throws {AwsCallError} */
  describe(execution: ExecutionOf, options: CallOptions): Promise<Execution | undefined>;
  /** The events after the one of this number, oldest first. @throws {AwsCallError} */
  history(
    execution: ExecutionOf,
    after: number,
    options: CallOptions,
  ): Promise<readonly ExecutionEvent[]>;
  /** What it had sent may take effect yet. @throws {AwsCallError} */
  stop(execution: ExecutionOf, why: Why, options: CallOptions): Promise<void>;
}

/** A state machine, as Step Functions has it. */
export interface MachineFound {
  /** What its definition says of itself. */
  readonly comment: string;
  /** `STANDARD` or `EXPRESS`; an open set, as AWS's enums are. */
  readonly type: string;
  /** `ACTIVE` or `DELETING`. */
  readonly status: string;
}

interface Why {
  readonly error: string;
  readonly cause: string;
}

/** Step Functions takes causes up to this length. */
const LONGEST_CAUSE = 32_768;
/** As many as it gives at once. */
const EVENTS_PER_PAGE = 1_000;

export function createStepFunctions(states: Service<SFNClient>): StepFunctions {
  return {
    async describeMachine(machine, options) {
      const intent = intentOf('states:DescribeStateMachine', { on: 'state machine', ...machine });
      return orNothing('StateMachineDoesNotExist', () =>
        understood(intent, options.signal, async () => {
          const reply = await states.call(intent, options, (client, sending) => {
            const asked = new DescribeStateMachineCommand({
              stateMachineArn: stateMachineArn(machine),
            });
            return client.send(asked, sending);
          });
          return {
            comment: commentIn(reply.definition),
            type: textIn(reply.type),
            status: textIn(reply.status),
          };
        }),
      );
    },

    async start(execution, input, options) {
      const intent = intentOf('states:StartExecution', { on: 'state machine', ...execution });
      try {
        await states.call(intent, options, (client, sending) => {
          const asked = new StartExecutionCommand({
            stateMachineArn: stateMachineArn(execution),
            name: execution.execution,
            input,
          });
          return client.send(asked, sending);
        });
      } catch (error) {
        // Its name has our random number in it: it is ours, and has ended already.
        if (error instanceof AwsCallError && error.name === 'ExecutionAlreadyExists') return;
        throw error;
      }
    },

    async describe(execution, options) {
      const intent = intentOf('states:DescribeExecution', { on: 'executions', ...execution });
      return orNothing('ExecutionDoesNotExist', async () => {
        const reply = await states.call(intent, options, (client, sending) => {
          const asked = new DescribeExecutionCommand({ executionArn: executionArn(execution) });
          return client.send(asked, sending);
        });
        const error = lineIn(reply.error);
        return {
          status: statusIn(reply.status),
          startedAt: numberIn(reply.startDate?.getTime()),
          input: jsonIn(reply.input),
          error,
          cause: lineIn(reply.cause),
        };
      });
    },

    async history(execution, after, options) {
      const intent = intentOf('states:GetExecutionHistory', { on: 'executions', ...execution });
      return understood(intent, options.signal, async () => {
        let isReached = false;
        const events = await everyPage(async (nextToken) => {
          const reply = await states.call(intent, options, (client, sending) => {
            const asked = new GetExecutionHistoryCommand({
              executionArn: executionArn(execution),
              reverseOrder: true,
              includeExecutionData: true,
              maxResults: EVENTS_PER_PAGE,
              nextToken,
            });
            return client.send(asked, sending);
          });
          const items = listIn(reply.events);
          isReached ||= items.some(({ id = 0 }) => id <= after);
          return { items, nextToken: isReached ? undefined : reply.nextToken };
        });
        return events
          .map(eventIn)
          .filter(({ id }) => id > after)
          .toSorted((one, other) => one.id - other.id);
      });
    },

    async stop(execution, { error, cause }, options) {
      const intent = intentOf('states:StopExecution', { on: 'executions', ...execution });
      await orNothing('ExecutionDoesNotExist', () =>
        states.call(intent, options, (client, sending) => {
          const asked = new StopExecutionCommand({
            executionArn: executionArn(execution),
            error,
            cause: cause.slice(0, LONGEST_CAUSE),
          });
          return client.send(asked, sending);
        }),
      );
    },
  };
}

async function orNothing<T>(name: string, act: () => Promise<T>): Promise<T | undefined> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof AwsCallError && error.name === name) return undefined;
    throw error;
  }
}

/** @throws when the definition is none */
function commentIn(definition: unknown): string {
  const parsed = jsonIn(definition);
  if (typeof parsed !== 'object' || parsed === null)
    throw new Error('the answer has no definition');
  return 'Comment' in parsed ? textIn(parsed.Comment) : '';
}

const STATUSES: readonly ExecutionStatus[] = [
  'RUNNING',
  'SUCCEEDED',
  'FAILED',
  'TIMED_OUT',
  'ABORTED',
];

function statusIn(value: unknown): Execution['status'] {
  return STATUSES.find((each) => each === value) ?? 'unknown';
}

function eventIn(event: HistoryEvent): ExecutionEvent {
  const { stateEnteredEventDetails: entered, stateExitedEventDetails: exited } = event;
  const why =
    event.executionFailedEventDetails ??
    event.executionAbortedEventDetails ??
    event.executionTimedOutEventDetails ??
    event.taskFailedEventDetails ??
    event.taskTimedOutEventDetails;
  const error = lineIn(why?.error);
  const data =
    event.taskSucceededEventDetails?.output ??
    event.executionSucceededEventDetails?.output ??
    event.executionStartedEventDetails?.input;
  return {
    id: numberIn(event.id) ?? 0,
    at: numberIn(event.timestamp?.getTime()) ?? 0,
    type: textIn(event.type),
    state: textIn(entered?.name ?? exited?.name),
    assigned: Object.fromEntries(
      Object.entries(exited?.assignedVariables ?? {}).flatMap(([name, text]) => {
        const value = jsonIn(text);
        return value === undefined ? [] : [[name, value] as const];
      }),
    ),
    data: withMoments(jsonIn(data)),
    error,
    cause: lineIn(why?.cause),
  };
}

/** An answer of GetMetricData has its times as texts there. */
function withMoments(data: unknown): unknown {
  if (!isRecord(data) || !Array.isArray(data['MetricDataResults'])) return data;
  const momentIn = (time: unknown) => (typeof time === 'string' ? Date.parse(time) : time);
  return {
    ...data,
    MetricDataResults: data['MetricDataResults'].map((result: unknown) =>
      isRecord(result)
        ? { ...result, Timestamps: [result['Timestamps']].flat().map(momentIn) }
        : result,
    ),
  };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

/** A value that is given as its JSON; nothing for what is none. */
function jsonIn(text: unknown): unknown {
  if (typeof text !== 'string') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
