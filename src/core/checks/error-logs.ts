import { defaultLogGroup } from '../text/log-group.ts';
import { oneLine, shorten } from '../text/markdown.ts';
import { count, grouped } from '../text/numbers.ts';

/** One line that a version logged. */
export interface LogEvent {
  /** Epoch milliseconds. */
  readonly at: number;
  readonly message: string;
}

/** An error as the canary logged it, and how often. */
export interface ErrorMessage {
  /** The first of its kind, on one line, cut; undefined where lines are not to be published. */
  readonly text: string | undefined;
  readonly count: number;
}

/** What a version logged of its errors. */
export interface ErrorReport {
  readonly functionName: string;
  readonly version: string;
  readonly messages: readonly ErrorMessage[];
  /** A query of Logs Insights, ready to be run; absent where the region has no console. */
  readonly url: string | undefined;
  /** Why there are no messages, when they could not be read. */
  readonly problem: string | undefined;
}

const MOST_MESSAGES = 5;
const LONGEST_MESSAGE = 400;

/** What makes two messages of one error differ: ids, times, addresses, numbers. */
const PARTICULARS = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|\b0x[0-9a-f]+\b|\d+/gi;

/** The first distinct ones, in order of time, with how many were of each kind. */
export function distinctMessages(events: readonly LogEvent[]): readonly ErrorMessage[] {
  const kinds = new Map<string, { text: string; count: number }>();
  for (const { message } of events.toSorted((a, b) => a.at - b.at)) {
    const text = shorten(withoutPrefix(oneLine(message).trim()), LONGEST_MESSAGE);
    const kind = text.replaceAll(PARTICULARS, '#');
    const known = kinds.get(kind);
    if (known === undefined) kinds.set(kind, { text, count: 1 });
    else known.count += 1;
  }
  return [...kinds.values()].slice(0, MOST_MESSAGES);
}

/** How many there were of each kind, and no word of what they say. */
export function countedAlone(messages: readonly ErrorMessage[]): readonly ErrorMessage[] {
  return messages.map((message) => ({ ...message, text: undefined }));
}

/** `93 × ERROR TypeError: cart is undefined`, each; nothing of lines that are not to be published. */
export function describeMessages(messages: readonly ErrorMessage[]): readonly string[] {
  return messages.flatMap(({ text, count: times }) =>
    text === undefined ? [] : [`${grouped(times)} × ${text}`],
  );
}

/** `94 errors of 2 kinds`; how many were found, at least: the search ends at its limit. */
export function describeCounts(messages: readonly ErrorMessage[]): string {
  const all = messages.reduce((sum, each) => sum + each.count, 0);
  return `${count(all, 'error')} of ${count(messages.length, 'kind')}`;
}

/** What to do for the lines to be printed. */
export const HOW_TO_SHOW = 'error-logs: show prints the lines here';

/** Node's and Python's runtimes put time and request in front of what the code wrote. */
function withoutPrefix(text: string): string {
  return text
    .replace(/^\d{4}-\d\d-\d\dT[\d:.]+Z\s+/, '')
    .replace(/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\s+/, '');
}

/**
 * How the names of the log streams of a version begin on a day (`2026/11/24`): `2026/11/24/[8]`. In a log group of
 * one's own, which several functions may share, the function's name stands before the bracket.
 * Source: "Configuring CloudWatch log groups" in the Lambda developer guide.
 */
export function streamPrefix(version: LoggedVersion, day: string): string {
  return `${day}/${streamOwner(version)}[${version.version}]`;
}

function streamOwner({ functionName, logGroup }: LoggedVersion): string {
  return logGroup === defaultLogGroup(functionName) ? '' : functionName;
}

/** A version, and where it logs. */
export interface LoggedVersion {
  readonly functionName: string;
  readonly version: string;
  readonly logGroup: string;
}

/** What errors look like in the logs of Lambda's runtimes, in plain text or JSON: any of these words. */
export const ERROR_PATTERN =
  '?ERROR ?Error ?Exception ?FATAL ?"Task timed out" ?"Status: timeout" ?errorMessage ?"exited with error"';

/** The same as a query of Logs Insights. */
export function errorQuery(version: LoggedVersion): string {
  return [
    'fields @timestamp, @message, @logStream',
    `| filter strcontains(@logStream, "${streamPrefix(version, '')}")`,
    '| filter @message like /ERROR|Error|Exception|FATAL|Task timed out|Status: timeout|errorMessage|exited with error/',
    '| sort @timestamp asc',
    '| limit 100',
  ].join('\n');
}
