import {
  add,
  evaluationFailure,
  field,
  goesOn,
  withinLimit,
  type Branch,
  type Entered,
} from './branch.ts';
import { Halted, StateFailure } from './failure.ts';
import { isObject, textOf, withoutEmptyLists, type Json, type JsonObject } from './json.ts';
import type { TaskState } from './machine.ts';
import { actionOf, type Action } from './sdk.ts';
import type { WireReply } from '../wire/wire.ts';

/** What a task has when it does not say. */
const LONGEST_S = 99_999_999;

/** One try of a task: it is scheduled, started, and then it succeeds, fails or is waited for no more. @returns its result */
export async function runTask(branch: Branch, entered: Entered, state: TaskState): Promise<Json> {
  const action = actionOf(state.Resource);
  if (action === undefined) throw new Error(`${state.Resource} is not simulated`);
  const given = await field(branch, entered, 'Arguments', state.Arguments ?? {});
  const seconds = await timeoutOf(branch, entered, state);
  const { resource, resourceType } = action;
  const common = { resource, resourceType };
  const { course } = branch;
  add(branch, 'TaskScheduled', {
    taskScheduledEventDetails: {
      ...common,
      region: course.region,
      parameters: JSON.stringify(given),
      ...(seconds === undefined ? {} : { timeoutInSeconds: seconds }),
    },
  });
  const request = requestOf(action, given);
  // From here on the request has left, whoever stops the execution.
  course.history.add(branch.place, 'TaskStarted', { taskStartedEventDetails: common });
  try {
    const reply = await within(branch, seconds ?? LONGEST_S, course.send(request));
    const whole = resultOf(action, reply);
    const result = course.leavesOutEmptyLists ? withoutEmptyLists(whole) : whole;
    withinLimit(resourceType, result);
    add(branch, 'TaskSucceeded', {
      taskSucceededEventDetails: {
        ...common,
        output: JSON.stringify(result),
        outputDetails: { truncated: false },
      },
    });
    return result;
  } catch (failure) {
    if (!(failure instanceof StateFailure)) throw failure;
    const details = { ...common, error: failure.error, cause: failure.reason };
    if (failure.error === 'States.Timeout') {
      add(branch, 'TaskTimedOut', { taskTimedOutEventDetails: details });
    } else {
      add(branch, 'TaskFailed', { taskFailedEventDetails: details });
    }
    throw failure;
  }
}

async function timeoutOf(
  branch: Branch,
  entered: Entered,
  { TimeoutSeconds }: TaskState,
): Promise<number | undefined> {
  if (TimeoutSeconds === undefined) return undefined;
  const seconds = await field(branch, entered, 'TimeoutSeconds', TimeoutSeconds);
  if (
    typeof seconds === 'number' &&
    Number.isInteger(seconds) &&
    seconds > 0 &&
    seconds <= LONGEST_S
  )
    return seconds;
  throw evaluationFailure(
    branch,
    entered,
    'TimeoutSeconds',
    `The TimeoutSeconds parameter must be a positive integer, not ${JSON.stringify(seconds)}.`,
  );
}

/** @throws StateFailure States.Runtime for what the action does not have */
function requestOf({ members, required, request }: Action, given: Json) {
  const named: JsonObject = isObject(given) ? given : {};
  const unknown = Object.keys(named).filter((name) => !members.includes(name));
  const missing = required.filter((name) => named[name] === undefined);
  if (isObject(given) && unknown.length === 0 && missing.length === 0) return request(named);
  const faults = [
    ...unknown.map((name) => `The field "${name}" is not supported by Step Functions`),
    ...missing.map((name) => `The field "${name}" is required but was missing`),
  ];
  throw new StateFailure(
    'States.Runtime',
    `The Parameters '${JSON.stringify(given)}' could not be used to start the Task: [${faults.join(', ')}]`,
  );
}

/** @throws StateFailure by the name of AWS's error, or of the SDK's where there was no reply that it understood */
function resultOf({ service, result }: Action, reply: WireReply | undefined): Json {
  if (reply === undefined) {
    throw new StateFailure(
      `${service}.SdkClientException`,
      'Unable to execute HTTP request: the connection was closed without a reply (Service: null; Status Code: 0; Request ID: null)',
    );
  }
  const body = bodyOf(reply);
  if (reply.error !== undefined) {
    const message = textOf(body?.['message'] ?? body?.['Message'] ?? '');
    throw new StateFailure(
      `${service}.${nameOf(reply.error)}`,
      `${message} (Service: ${service}, Status Code: ${reply.status}, Request ID: none)`,
    );
  }
  if (body === undefined) {
    throw new StateFailure(`${service}.SdkClientException`, 'Unable to unmarshall response');
  }
  return result(body);
}

function nameOf(error: string): string {
  return error.endsWith('Exception') ? error : `${error}Exception`;
}

function bodyOf({ body }: WireReply): JsonObject | undefined {
  try {
    const found = JSON.parse(body) as Json;
    return isObject(found) ? found : undefined;
  } catch {
    return undefined;
  }
}

/** What comes first: the reply, the end of the time, or that the branch is halted. */
function within<T>({ course, signal }: Branch, seconds: number, reply: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    goesOn(signal);
    const halt = () => {
      over();
      reject(new Halted());
    };
    const cancel = course.time.at(course.clock.now() + seconds * 1000, () => {
      over();
      reject(new StateFailure('States.Timeout', ''));
    });
    const over = () => {
      cancel();
      signal.removeEventListener('abort', halt);
    };
    signal.addEventListener('abort', halt, { once: true });
    reply.finally(over).then(resolve, reject);
  });
}
