import {
  FilterLogEventsCommand,
  type CloudWatchLogsClient,
  type FilteredLogEvent,
} from '@aws-sdk/client-cloudwatch-logs';

import { intentOf } from '../core/permissions.ts';
import { listIn, numberIn } from './reply.ts';
import type { Service } from './service.ts';

/** A line of a log as it was found. Times are epoch milliseconds, by AWS. */
export interface FoundLine {
  /** The same whenever the line is read again. */
  readonly id: string;
  readonly stream: string;
  readonly at: number;
  /** When CloudWatch had it. */
  readonly ingestedAt: number;
  /** In full, as it was logged: never to be shown. */
  readonly message: string;
}

export interface FoundLines {
  readonly lines: readonly FoundLine[];
  /** Up to here all of them were found. Epoch milliseconds; -Infinity when that is not known of any time. */
  readonly wholeTo: number;
  /** When AWS answered, by its own clock; undefined when it did not say. */
  readonly now: number | undefined;
}

export interface LogFilter {
  readonly logGroup: string;
  /** Of CloudWatch; left out: every line. */
  readonly pattern?: string;
  /** Left out: the streams of all functions and versions of the group. */
  readonly streamPrefix?: string;
  readonly from: number;
  readonly to: number;
  /** Lines on a page; left out: as many as CloudWatch gives. */
  readonly limit?: number;
  readonly signal: AbortSignal;
}

/** Searches the streams of a log group. */
export interface LogStreams {
  /**
   * Reads few pages only, and tries no call again: it is called again soon.
   * @throws {AwsCallError} when the group cannot be read
   */
  find(search: LogFilter): Promise<FoundLines>;
}

/** More of them mean hundreds of failures a second, or a group in which a search takes minutes. */
const MOST_PAGES = 3;
const MOST_LINES = 10_000;

export function createLogStreams(logs: Service<CloudWatchLogsClient>, region: string): LogStreams {
  return {
    async find({ logGroup, pattern, streamPrefix, from, to, limit = MOST_LINES, signal }) {
      const intent = intentOf('logs:FilterLogEvents', {
        on: 'log group',
        name: logGroup,
        region,
        account: '*',
      });
      const lines: FoundLine[] = [];
      let now: number | undefined;
      let nextToken: string | undefined;
      for (let page = 0; page < MOST_PAGES; page++) {
        const command = new FilterLogEventsCommand({
          logGroupName: logGroup,
          logStreamNamePrefix: streamPrefix,
          filterPattern: pattern,
          // AWS's long integers: a fraction where one is wanted may be refused.
          startTime: Math.max(0, Math.floor(from)),
          endTime: Math.max(0, Math.ceil(to)),
          limit,
          nextToken,
        });
        noteDate(command, (date) => {
          now ??= date;
        });
        const reply = await logs.call(intent, { signal, once: true }, (client, sending) =>
          client.send(command, sending),
        );
        lines.push(...listIn(reply.events).flatMap(lineOf));
        nextToken = reply.nextToken;
        if (nextToken === undefined || nextToken === '') {
          return { lines, wholeTo: Math.ceil(to), now };
        }
      }
      // Pages come in order of time; of the millisecond of the last line, more may be on the next one.
      const last = lines.at(-1);
      return { lines, wholeTo: last === undefined ? -Infinity : last.at - 1, now };
    },
  };
}

/** The clock of this machine may be wrong, and a few seconds decide which lines are old enough. */
function noteDate(command: FilterLogEventsCommand, note: (at: number) => void): void {
  command.middlewareStack.add(
    (next) => async (args) => {
      const answered = await next(args);
      const { response } = answered as { readonly response?: { readonly headers?: unknown } };
      const date = Date.parse(String((response?.headers as { date?: unknown } | undefined)?.date));
      if (Number.isFinite(date)) note(date);
      return answered;
    },
    { step: 'deserialize', priority: 'low', name: 'noteDate' },
  );
}

function lineOf(event: FilteredLogEvent): readonly FoundLine[] {
  const { eventId, logStreamName, message } = event;
  const at = numberIn(event.timestamp);
  if (at === undefined || typeof logStreamName !== 'string' || typeof message !== 'string') {
    return [];
  }
  const ingestedAt = numberIn(event.ingestionTime) ?? at;
  const id = typeof eventId === 'string' ? eventId : `${logStreamName} ${at} ${message}`;
  return [{ id, stream: logStreamName, at, ingestedAt, message }];
}
