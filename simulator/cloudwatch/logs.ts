import type { SimulatorClock } from '../time/clock.ts';
import { AwsError } from '../wire/aws-error.ts';
import { checkModel } from '../wire/constraints.ts';
import { number, text, type Members } from '../wire/members.ts';
import { matcherOf, type Matches } from './log-patterns.ts';
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
  /** By which pattern it was looked at last, and whether it matched: whoever watches asks every few seconds. */
  lookedAtBy: Matches | undefined;
  matched: boolean;
}

interface Group {
  readonly events: StoredEvent[];
  /** How many of them, from the first on, are in order. */
  ordered: number;
  /** The earliest time of the others. */
  lateFrom: number;
  infrequentAccess: boolean;
  /** How many pages of a search hold nothing before the first that does. */
  emptyPages: number;
}

/** CloudWatch Logs, as far as somebody searches in it; groups are made, listed and removed as well. */
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
  const patterns = new Map<string, Matches>();
  let count = 0;

  function groupNamed(name: string): Group {
    const group = groups.get(name) ?? {
      events: [],
      ordered: 0,
      lateFrom: Infinity,
      infrequentAccess: false,
      emptyPages: 0,
    };
    groups.set(name, group);
    return group;
  }

  /** The same one each time. */
  function matcherFor(pattern: string): Matches {
    const matches = patterns.get(pattern) ?? matcherOf(pattern);
    patterns.set(pattern, matches);
    return matches;
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
    const matches = matcherFor(text(input['filterPattern']) ?? '');
    const now = clock.now();
    const all = between(
      group,
      from,
      to,
      (event) =>
        isMatched(event, matches) && event.ingestedAt <= now && event.stream.startsWith(prefix),
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

  const operations = new Map<string, (input: Members) => unknown>([
    ['FilterLogEvents', filterLogEvents],
    ['CreateLogGroup', ({ logGroupName }) => void groupNamed(text(logGroupName) ?? '')],
    ['DeleteLogGroup', ({ logGroupName }) => void groups.delete(text(logGroupName) ?? '')],
    [
      'DescribeLogGroups',
      ({ logGroupNamePrefix }) => {
        const names = [...groups.keys()].filter((name) =>
          name.startsWith(text(logGroupNamePrefix) ?? ''),
        );
        return { logGroups: names.map((logGroupName) => ({ logGroupName })) };
      },
    ],
  ]);

  return {
    put(logGroup, event) {
      const group = groupNamed(logGroup);
      // AWS dates events in whole milliseconds.
      const at = Math.floor(event.at);
      const stored: StoredEvent = {
        stream: event.stream,
        message: event.message,
        at,
        ingestedAt: event.ingestedAt ?? at,
        id: String(count++),
        lookedAtBy: undefined,
        matched: false,
      };
      const { events } = group;
      const last = events.at(-1);
      const isInOrder = last === undefined || inOrder(last, stored) <= 0;
      if (group.ordered === events.length && isInOrder) group.ordered++;
      else group.lateFrom = Math.min(group.lateFrom, at);
      events.push(stored);
    },
    setInfrequentAccess(logGroup) {
      groupNamed(logGroup).infrequentAccess = true;
    },
    setEmptyPages(logGroup, pages) {
      groupNamed(logGroup).emptyPages = pages;
    },
    operation({ headers, body }) {
      const operation = (headers['x-amz-target'] ?? '').replace(LOGS_PREFIX, '');
      const run = operations.get(operation);
      if (run === undefined) return undefined;
      const input = jsonIn(body);
      return {
        operation,
        input,
        run: () => {
          checkModel(LOGS_MODEL[operation] ?? {}, input, 'InvalidParameterException');
          return { status: 200, body: run(input) };
        },
      };
    },
  };
}

function isMatched(event: StoredEvent, matches: Matches): boolean {
  if (event.lookedAtBy !== matches) {
    event.lookedAtBy = matches;
    event.matched = matches(event.message);
  }
  return event.matched;
}

/** In order of time, of all streams together. */
function between(
  group: Group,
  from: number,
  to: number,
  isWanted: (event: StoredEvent) => boolean,
): readonly StoredEvent[] {
  const { events } = group;
  if (group.ordered < events.length) {
    // What was before all that came late stays where it is, and is nearly all.
    const late = events.splice(firstFrom(events, group.lateFrom, group.ordered));
    for (const event of late.sort(inOrder)) events.push(event);
    group.ordered = events.length;
    group.lateFrom = Infinity;
  }
  const wanted: StoredEvent[] = [];
  const end = firstFrom(events, to + 1);
  // Hundreds of thousands are gone through for the few that match: they are not copied first.
  for (let index = firstFrom(events, from); index < end; index++) {
    const event = events[index];
    if (event !== undefined && isWanted(event)) wanted.push(event);
  }
  return wanted;
}

function inOrder(one: StoredEvent, other: StoredEvent): number {
  return one.at - other.at || one.ingestedAt - other.ingestedAt;
}

/** Index of the first event at this time or later. @param count of those that are in order */
function firstFrom(events: readonly StoredEvent[], time: number, count = events.length): number {
  let [low, high] = [0, count];
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
