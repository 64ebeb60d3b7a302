import { AwsError } from '../wire/aws-error.ts';
import { number, text, type Members } from '../wire/members.ts';
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
    const [from, to] = [long(input['startTime']) ?? 0, long(input['endTime']) ?? Infinity];
    const matches = matcherOf(text(input['filterPattern']) ?? '');
    const all = group.filter(
      ({ stream, at, message }) =>
        stream.startsWith(prefix) && at >= from && at <= to && matches(message),
    );
    const first = Number(text(input['nextToken']) ?? '0');
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
      group.push(event);
      groups.set(logGroup, group);
    },
    operation({ headers, body }) {
      if (headers['x-amz-target'] !== `${LOGS_PREFIX}FilterLogEvents`) return undefined;
      const input = jsonIn(body);
      return {
        operation: 'FilterLogEvents',
        input,
        run: () => ({ status: 200, body: filterLogEvents(input) }),
      };
    },
  };
}

/** A long integer of the model; a fraction is refused, as a value of another type is. */
function long(value: unknown): number | undefined {
  const given = number(value);
  if (given === undefined || Number.isInteger(given)) return given;
  throw new AwsError(400, 'SerializationException', 'DECIMAL_VALUE can not be converted to a Long');
}

/** Patterns of optional terms only: `?ERROR ?"Task timed out"`. */
function matcherOf(pattern: string): (message: string) => boolean {
  const terms = [...pattern.matchAll(/\?(?:"([^"]*)"|(\S+))/g)].map(
    ([, quoted, plain]) => quoted ?? plain ?? '',
  );
  return (message) => terms.length === 0 || terms.some((term) => message.includes(term));
}
