import { FilterLogEventsCommand, type CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';

import {
  ERROR_PATTERN,
  streamPrefix,
  type LoggedVersion,
  type LogEvent,
} from '../core/checks/error-logs.ts';
import { intentOf } from '../core/permissions.ts';
import { lineIn, numberIn } from './reply.ts';
import type { Service } from './service.ts';

/** Reads what versions logged. */
export interface Logs {
  /**
   * The first errors that a version logged between two times (epoch milliseconds).
   * @throws {AwsCallError} when the logs cannot be read
   */
  errors(
    version: LoggedVersion,
    window: { readonly from: number; readonly to: number },
    signal: AbortSignal,
  ): Promise<readonly LogEvent[]>;
}

const MOST_EVENTS = 200;
/** A page may be empty while CloudWatch searches on. */
const MOST_PAGES = 5;

export function createLogs(logs: Service<CloudWatchLogsClient>, region: string): Logs {
  return {
    async errors(version, { from, to }, signal) {
      const { logGroup } = version;
      const intent = intentOf('logs:FilterLogEvents', {
        on: 'log group',
        name: logGroup,
        region,
        account: '*',
      });
      const events: LogEvent[] = [];
      for (const day of daysBetween(from, to)) {
        const logStreamNamePrefix = streamPrefix(version, day);
        let nextToken: string | undefined;
        for (let page = 0; page < MOST_PAGES && events.length < MOST_EVENTS; page++) {
          const command = new FilterLogEventsCommand({
            logGroupName: logGroup,
            logStreamNamePrefix,
            filterPattern: ERROR_PATTERN,
            // AWS's long integers: a fraction where one is wanted may be refused.
            startTime: Math.floor(from),
            endTime: Math.ceil(to),
            limit: MOST_EVENTS,
            nextToken,
          });
          const reply = await logs.call(intent, { signal }, (client, sending) =>
            client.send(command, sending),
          );
          events.push(
            ...(reply.events ?? []).map(({ timestamp, message }) => ({
              at: numberIn(timestamp) ?? 0,
              message: lineIn(message),
            })),
          );
          nextToken = reply.nextToken;
          if (nextToken === undefined) break;
        }
      }
      return events;
    },
  };
}

const DAY_MS = 24 * 3_600_000;

/** `2026/11/24`, of each day in UTC. */
function daysBetween(from: number, to: number): readonly string[] {
  const first = from - (from % DAY_MS);
  const days = Math.floor((to - first) / DAY_MS) + 1;
  return Array.from({ length: days }, (_, index) =>
    new Date(first + index * DAY_MS).toISOString().slice(0, 10).replaceAll('-', '/'),
  );
}
