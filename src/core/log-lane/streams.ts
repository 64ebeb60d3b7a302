import { defaultLogGroup } from '../text/log-group.ts';
import type { Versions } from '../alias/routing.ts';

/** Whose streams are looked for in a log group. */
export interface LoggedFunction {
  readonly functionName: string;
  readonly versions: Versions;
  readonly logGroup: string;
}

export type Side = 'baseline' | 'canary';

/**
 * Which version a stream is of; undefined for every other function and version. The group is read without a prefix: a
 * stream is dated by the birth of its environment, so that one with today's date would hide older environments.
 * `2026/11/24/[8]0a1b…` in the function's own group, `2026/11/24/checkout[8]0a1b…` in one that others may share.
 * Source: "Configuring CloudWatch log groups" in the Lambda developer guide.
 */
export function sideOf(
  streamName: string,
  { functionName, versions, logGroup }: LoggedFunction,
): Side | undefined {
  const [, owner, version] = /^\d{4}\/\d\d\/\d\d\/([^[\]]*)\[(\d+)\]/.exec(streamName) ?? [];
  if (owner !== (logGroup === defaultLogGroup(functionName) ? '' : functionName)) return undefined;
  switch (version) {
    case versions.stable:
      return 'baseline';
    case versions.canary:
      return 'canary';
    default:
      return undefined;
  }
}
