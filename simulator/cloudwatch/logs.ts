import { AwsError } from '../wire/aws-error.ts';
import { checkModel } from '../wire/constraints.ts';
import { number, text, type Members } from '../wire/members.ts';
import { LOGS_MODEL } from './model.ts';
import { jsonIn, type Handled, type WireRequest } from '../wire/wire.ts';

export const LOGS_PREFIX = 'Logs_20140328.';

interface StoredEvent {
  readonly stream: string;
  readonly at: number;
  readonly message: string;
}

/** CloudWatch Logs, as far as somebody searches in it. */
export interface Logs {
  put(logGroup: string, event: StoredEvent): void;
  readonly operation: (request: WireRequest) => Handled | undefined;
}

const PAGE = 10_000;

export function createLogs(): Logs {
  const groups = new Map<string, StoredEvent[]>();

  function filterLogEvents(input: Members) {
    const group = groups.get(text(input['logGroupName']) ?? '');
    if (group === undefined) {
      throw new AwsError(
        400,
        'ResourceNotFoundException',
        'The specified log group does not exist.',
      );
    }
    const prefix = text(input['logStreamNamePrefix']) ?? '';
    const [from, to] = [number(input['startTime']) ?? 0, number(input['endTime']) ?? Infinity];
    if (from > to) {
      // That it is refused is known, the words are not.
      throw new AwsError(400, 'InvalidParameterException', 'startTime must not be after endTime');
    }
    const matches = matcherOf(text(input['filterPattern']) ?? '');
    const all = group.filter(
      ({ stream, at, message }) =>
        stream.startsWith(prefix) && at >= from && at <= to && matches(message),
    );
    const first = beginningOf(text(input['nextToken']), all.length);
    const next = first + (number(input['limit']) ?? PAGE);
    return {
      events: all.slice(first, next).map(({ stream, at, message }) => ({
        logStreamName: stream,
        timestamp: at,
        ingestionTime: at,
        message,
      })),
      searchedLogStreams: [],
      ...(next < all.length ? { nextToken: String(next) } : {}),
    };
  }

  return {
    put(logGroup, event) {
      const group = groups.get(logGroup) ?? [];
      // AWS dates events in whole milliseconds.
      group.push({ ...event, at: Math.floor(event.at) });
      groups.set(logGroup, group);
    },
    operation({ headers, body }) {
      if (headers['x-amz-target'] !== `${LOGS_PREFIX}FilterLogEvents`) return undefined;
      const input = jsonIn(body);
      return {
        operation: 'FilterLogEvents',
        input,
        run: () => {
          checkModel(LOGS_MODEL['FilterLogEvents'] ?? {}, input, 'InvalidParameterException');
          return { status: 200, body: filterLogEvents(input) };
        },
      };
    },
  };
}

/** Where the page begins that a token stands for. */
function beginningOf(token: string | undefined, count: number): number {
  if (token === undefined) return 0;
  if (/^\d+$/.test(token) && Number(token) < count) return Number(token);
  throw new AwsError(400, 'InvalidParameterException', 'The specified nextToken is invalid.');
}

/** Patterns of optional terms only: `?ERROR ?"Task timed out"`. */
function matcherOf(pattern: string): (message: string) => boolean {
  const terms = [...pattern.matchAll(/\?(?:"([^"]*)"|(\S+))/g)].map(
    ([, quoted, plain]) => quoted ?? plain ?? '',
  );
  return (message) => terms.length === 0 || terms.some((term) => message.includes(term));
}
