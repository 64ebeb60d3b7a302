import type { SimulatorClock } from '../time/clock.ts';
import { AwsError } from '../wire/aws-error.ts';
import { checkModel } from '../wire/constraints.ts';
import { number, text, type Members } from '../wire/members.ts';
import { matcherOf } from './log-patterns.ts';
import { LOGS_MODEL } from './model.ts';
import { jsonIn, type Handled, type WireRequest } from '../wire/wire.ts';

export const LOGS_PREFIX = 'Logs_20140328.';

interface NewEvent {
  readonly stream: string;
  readonly at: number;
  readonly message: string;
  /** When CloudWatch has it, and shows it; left out: at once. */
  readonly ingestedAt?: number;
}

interface StoredEvent extends Required<NewEvent> {
  readonly id: string;
}

interface Group {
  readonly events: StoredEvent[];
  /** Whether they are in order of time. */
  sorted: boolean;
  infrequentAccess: boolean;
  /** How many pages of a search hold nothing before the first that does. */
  emptyPages: number;
}

/** CloudWatch Logs, as far as somebody searches in it. */
export interface Logs {
  put(logGroup: string, event: NewEvent): void;
  /** FilterLogEvents is refused in such a group. */
  setInfrequentAccess(logGroup: string): void;
  /** A search of a big group goes through more than it may in one call. */
  setEmptyPages(logGroup: string, pages: number): void;
  readonly operation: (request: WireRequest) => Handled | undefined;
}

const PAGE = 10_000;
const PAGE_BYTES = 1_048_576;

export function createLogs(clock: SimulatorClock): Logs {
  const groups = new Map<string, Group>();
  let count = 0;

  function groupNamed(name: string): Group {
    const group = groups.get(name) ?? {
      events: [],
      sorted: true,
      infrequentAccess: false,
      emptyPages: 0,
    };
    groups.set(name, group);
    return group;
  }

  function filterLogEvents(input: Members) {
    const name = text(input['logGroupName']) ?? '';
    const group = groups.get(name);
    if (group === undefined) {
      throw new AwsError(
        400,
        'ResourceNotFoundException',
        'The specified log group does not exist.',
      );
    }
    if (group.infrequentAccess) {
      throw new AwsError(
        400,
        'InvalidOperationException',
        `The log group ${name} is of log-group-class INFREQUENT_ACCESS. FilterLogEvents is not supported for this log class.`,
      );
    }
    const prefix = text(input['logStreamNamePrefix']) ?? '';
    const [from, to] = [number(input['startTime']) ?? 0, number(input['endTime']) ?? Infinity];
    if (from > to) {
      // That it is refused is known, the words are not.
      throw new AwsError(400, 'InvalidParameterException', 'startTime must not be after endTime');
    }
    const matches = matcherOf(text(input['filterPattern']) ?? '');
    const now = clock.now();
    const all = between(group, from, to).filter(
      ({ stream, ingestedAt, message }) =>
        ingestedAt <= now && stream.startsWith(prefix) && matches(message),
    );
    const [skipped, first] = placeOf(text(input['nextToken']), all.length);
    if (skipped < group.emptyPages) {
      return { events: [], searchedLogStreams: [], nextToken: `${skipped + 1}.${first}` };
    }
    const page = pageOf(all.slice(first, first + (number(input['limit']) ?? PAGE)));
    const next = first + page.length;
    return {
      events: page.map(({ id, stream, at, ingestedAt, message }) => ({
        eventId: id,
        logStreamName: stream,
        timestamp: at,
        ingestionTime: ingestedAt,
        message,
      })),
      searchedLogStreams: [],
      ...(next < all.length ? { nextToken: `${skipped}.${next}` } : {}),
    };
  }

  return {
    put(logGroup, event) {
      const group = groupNamed(logGroup);
      // AWS dates events in whole milliseconds.
      const at = Math.floor(event.at);
      group.sorted &&= (group.events.at(-1)?.at ?? -Infinity) <= at;
      group.events.push({
        ...event,
        at,
        ingestedAt: event.ingestedAt ?? at,
        id: String(count++),
      });
    },
    setInfrequentAccess(logGroup) {
      groupNamed(logGroup).infrequentAccess = true;
    },
    setEmptyPages(logGroup, pages) {
      groupNamed(logGroup).emptyPages = pages;
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

/** In order of time, of all streams together. */
function between(group: Group, from: number, to: number): readonly StoredEvent[] {
  if (!group.sorted) {
    group.events.sort((a, b) => a.at - b.at || a.ingestedAt - b.ingestedAt);
    group.sorted = true;
  }
  return group.events.slice(firstFrom(group.events, from), firstFrom(group.events, to + 1));
}

/** Index of the first event at this time or later. */
function firstFrom(events: readonly StoredEvent[], time: number): number {
  let [low, high] = [0, events.length];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if ((events[middle]?.at ?? Infinity) < time) low = middle + 1;
    else high = middle;
  }
  return low;
}

function pageOf(events: readonly StoredEvent[]): readonly StoredEvent[] {
  let bytes = 0;
  const over = events.findIndex(({ message }) => (bytes += message.length) > PAGE_BYTES);
  return over === -1 ? events : events.slice(0, Math.max(1, over));
}

/** How many empty pages went before, and where the page begins that a token stands for. */
function placeOf(token: string | undefined, count: number): readonly [number, number] {
  if (token === undefined) return [0, 0];
  const [skipped, first] = token.split('.').map(Number);
  if (/^\d+\.\d+$/.test(token) && skipped !== undefined && first !== undefined && first <= count) {
    return [skipped, first];
  }
  throw new AwsError(400, 'InvalidParameterException', 'The specified nextToken is invalid.');
}
