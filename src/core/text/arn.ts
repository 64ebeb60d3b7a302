import { partitionOf } from './partition.ts';

/** Functions may be named by name, partial ARN (`123456789012:function:f`) or full ARN. */
export interface FunctionId {
  readonly name: string;
  readonly account: string | undefined;
  readonly region: string | undefined;
  readonly partition: string | undefined;
  /** A version or alias behind the name. */
  readonly qualifier: string | undefined;
}

const FUNCTION_ID =
  /^(?:(?:arn:(?<partition>aws[a-z-]*):lambda:(?<region>[a-z]{2,}(?:-[a-z]+)+-\d):)?(?<account>\d{12}):function:)?(?<name>[a-zA-Z0-9-_]{1,64})(?::(?<qualifier>\$LATEST|[a-zA-Z0-9-_]+))?$/;

/** The parts of what names a function; nothing when it names none. */
export function parseFunctionId(text: string): FunctionId | undefined {
  const groups = FUNCTION_ID.exec(text)?.groups;
  const name = groups?.['name'];
  if (groups === undefined || name === undefined) return undefined;
  const { partition, region, account, qualifier } = groups;
  return { name, partition, region, account, qualifier };
}

export interface AlarmId {
  readonly name: string;
  readonly region: string | undefined;
  readonly account: string | undefined;
}

/** An alarm's name may contain colons, so an ARN is split at its sixth colon only. */
export function parseAlarmId(text: string): AlarmId {
  const match = /^arn:aws[a-z-]*:cloudwatch:([a-z0-9-]+):(\d{12}):alarm:(.+)$/s.exec(text);
  const [, region, account, name = text] = match ?? [];
  return { name, region, account };
}

/** The ARN of a function for messages; what is not known is `*`, as a policy would write it. */
export function functionArn(functionId: string, region: string): string {
  const id = parseFunctionId(functionId) ?? patternIn(functionId);
  const partition = id?.partition ?? partitionOf(region).id;
  return `arn:${partition}:lambda:${id?.region ?? region}:${id?.account ?? '*'}:function:${id?.name ?? functionId}`;
}

/** A pattern in the place of the name, with the account or without: policies take it as it is. */
function patternIn(text: string): FunctionId | undefined {
  const [, account, name] = /^(?:(\d{12}):function:)?([\w*-]+)$/.exec(text) ?? [];
  return name === undefined
    ? undefined
    : { name, account, region: undefined, partition: undefined, qualifier: undefined };
}

/** With any qualifier in place of that of a function's version or alias: the next release has another version. */
export function withAnyQualifier(arn: string): string {
  return arn.replace(/^(arn:[^:]+:lambda:[^:]*:[^:]*:function:[^:]+):[^:]+$/, '$1:*');
}

export interface StateMachineId {
  readonly name: string;
  readonly region: string | undefined;
  readonly account: string | undefined;
}

const STATE_MACHINE =
  /^(?:arn:aws[a-z-]*:states:(?<region>[a-z]{2,}(?:-[a-z]+)+-\d):(?<account>\d{12}):stateMachine:)?(?<name>[\w-]{1,80})$/;

/** A state machine by name or ARN; nothing for what is neither. */
export function parseStateMachine(text: string): StateMachineId | undefined {
  const groups = STATE_MACHINE.exec(text)?.groups;
  const name = groups?.['name'];
  return name === undefined
    ? undefined
    : { name, region: groups?.['region'], account: groups?.['account'] };
}

/** The account in an ARN; nothing where there is none. */
export function accountIn(arn: string): string | undefined {
  return /^arn:[^:]*:[^:]*:[^:]*:(\d{12}):/.exec(arn)?.[1];
}
