import { AwsCallError, isNotFound } from '../../aws/call.ts';
import { isThrottled } from '../../aws/failures.ts';
import type { FoundLine, LogStreams } from '../../aws/log-streams.ts';
import type { Clock } from '../../ports.ts';

/** What a search of a log group came to, so far. */
export interface Searched {
  readonly lines: readonly FoundLine[];
  /** When CloudWatch answered, by its own clock. Epoch milliseconds. */
  readonly now: number;
  /** Up to here everything was found that was there. */
  readonly wholeTo: number;
  /** Nothing older than this will be read any more. */
  readonly settledTo: number;
}

export type SearchResult =
  | ({ readonly type: 'read' } & Searched)
  /** Not now: its turn has not come, or there is nothing yet to search in. */
  | { readonly type: 'nothing' }
  | { readonly type: 'unreadable'; readonly problem: string };

export interface LogSearch {
  /** How far AWS's clock is ahead of this machine's time of day; milliseconds. */
  readonly aheadMs: number;
  /**
   * @param since nothing older is wanted; epoch milliseconds by AWS
   * @param horizonMs lines may come until they are that old
   */
  read(
    wanted: { readonly since: number; readonly horizonMs: number },
    signal: AbortSignal,
  ): Promise<SearchResult>;
}

/** Lines that come later than the horizon are noticed for as long, so that it can grow. */
const LOOK_BACK_MS = 60_000;
const LONGEST_PAUSE_MS = 60_000;

/**
 * Reads what one pattern finds in one log group, from where the last reading was whole.
 * @param intervalMs between two readings; doubled with each that CloudWatch refuses for being one too many
 * @param longestHorizonMs how old lines may be, at most, until they are judged
 */
export function createLogSearch({
  streams,
  clock,
  logGroup,
  pattern,
  intervalMs,
  longestHorizonMs,
}: {
  readonly streams: LogStreams;
  readonly clock: Clock;
  readonly logGroup: string;
  readonly pattern: string;
  readonly intervalMs: number;
  readonly longestHorizonMs: number;
}): LogSearch {
  let aheadMs = 0;
  let readFrom = -Infinity;
  let pauseMs = intervalMs;
  let notBefore = -Infinity;

  function refused(error: AwsCallError): SearchResult {
    if (isThrottled(error)) {
      pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
      notBefore = clock.now() + pauseMs;
    }
    // Lambda makes the group when a function runs for the first time.
    if (isNotFound(error)) return { type: 'nothing' };
    return { type: 'unreadable', problem: error.message };
  }

  return {
    get aheadMs() {
      return aheadMs;
    },
    async read({ since, horizonMs }, signal) {
      if (clock.now() < notBefore) return { type: 'nothing' };
      const to = clock.timeOfDay() + aheadMs;
      const from = Math.max(since, readFrom);
      try {
        const found = await streams.find({ logGroup, pattern, from, to, signal });
        const now = found.now ?? to;
        aheadMs = now - clock.timeOfDay();
        const isWhole = found.wholeTo >= to;
        // What did not fit is gone on with, or it would never come to an end.
        readFrom = isWhole
          ? Math.min(found.wholeTo, now - horizonMs) - LOOK_BACK_MS
          : Math.max(from, found.wholeTo);
        pauseMs = intervalMs;
        // A horizon that grows makes the next reading begin earlier again.
        const settledTo = Math.min(readFrom, now - longestHorizonMs - LOOK_BACK_MS);
        return { type: 'read', lines: found.lines, now, wholeTo: found.wholeTo, settledTo };
      } catch (error) {
        if (!(error instanceof AwsCallError)) throw error;
        return refused(error);
      }
    },
  };
}
