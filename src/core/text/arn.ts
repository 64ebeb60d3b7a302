import { partitionOf } from './partition.ts';

/** Functions may be named by name, partial ARN (`123456789012:function:f`) or full ARN. */
export interface FunctionId {
  readonly name: string;
  readonly account?: string;
  readonly region?: string;
  readonly partition?: string;
  /** A version or alias behind the name. */
  readonly qualifier?: string;
}

const FUNCTION_ID =
  /^(?:(?:arn:(?<partition>aws[a-z-]*):lambda:(?<region>[a-z]{2,}(?:-[a-z]+)+-\d):)?(?<account>\d{12}):function:)?(?<name>[a-zA-Z0-9-_]{1,64})(?::(?<qualifier>\$LATEST|[a-zA-Z0-9-_]+))?$/;

export function parseFunctionId(text: string): FunctionId | undefined {
  const groups = FUNCTION_ID.exec(text)?.groups;
  const name = groups?.['name'];
  if (groups === undefined || name === undefined) return undefined;
  const { partition, region, account, qualifier } = groups;
  return {
    name,
    ...(partition === undefined ? {} : { partition }),
    ...(region === undefined ? {} : { region }),
    ...(account === undefined ? {} : { account }),
    ...(qualifier === undefined ? {} : { qualifier }),
  };
}

/** The account in an ARN of Lambda's. */
export function accountOf(arn: string): string | undefined {
  return /^arn:aws[a-z-]*:lambda:[a-z0-9-]+:(\d{12}):/.exec(arn)?.[1];
}

export interface AlarmId {
  readonly name: string;
  readonly region?: string;
  readonly account?: string;
}

/** An alarm's name may contain colons, so an ARN is split at its sixth colon only. */
export function parseAlarmId(text: string): AlarmId {
  const match = /^arn:aws[a-z-]*:cloudwatch:([a-z0-9-]+):(\d{12}):alarm:(.+)$/s.exec(text);
  const [, region, account, name] = match ?? [];
  if (region === undefined || account === undefined || name === undefined) return { name: text };
  return { name, region, account };
}

/** The ARN of a function for messages; what is not known is `*`, as a policy would write it. */
export function functionArn(functionId: string, region: string): string {
  const id = parseFunctionId(functionId);
  const partition = id?.partition ?? partitionOf(region).id;
  return `arn:${partition}:lambda:${id?.region ?? region}:${id?.account ?? '*'}:function:${id?.name ?? functionId}`;
}
