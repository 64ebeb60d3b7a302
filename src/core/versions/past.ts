import { targetName, type Target } from '../alias/target.ts';
import type { Series } from '../metric-source.ts';
import { formatDuration } from '../text/duration.ts';
import { count } from '../text/numbers.ts';

/** What became of a version in its time at an alias, as the requests that it served there tell. */
export type Past =
  /** No request of it is known. */
  | { readonly type: 'unserved' }
  /** It was live, and another one came after it. */
  | ({ readonly type: 'live' } & Served)
  /** It got traffic, and then the version of before had all of it again: a revert, or a rollback. */
  | ({ readonly type: 'reverted'; readonly after: string } & Served)
  | { readonly type: 'unknown'; readonly problem: string };

interface Served {
  readonly requests: number;
  /** When the last known of them may have been, epoch milliseconds: the end of its period. */
  readonly until: number;
}

/** The requests that an alias's versions served in a history. */
export interface ServedInHistory {
  readonly version: string;
  /** The version that the alias serves now. */
  readonly live: string;
  /** Of all versions that were asked for, these two among them. */
  readonly served: ReadonlyMap<string, Series>;
  readonly periodMs: number;
}

/**
 * What became of a version, by who served after its last request: an older one, or one that had served before its first request, took
 * its place back. A higher weight, or a longer time, would not tell a version that stayed from one that was reverted.
 * @param isWhole whether there is no longer history to be asked, which would tell who served before
 * @returns nothing where a longer one may tell
 */
export function pastIn(history: ServedInHistory, isWhole: boolean): Past | undefined {
  const { version, live } = history;
  const span = spanOf(history);
  if (span === undefined) return isWhole ? { type: 'unserved' } : undefined;
  const all = requestsOf(history);
  const [next] = all
    .filter(({ at }) => at > span.last)
    .toSorted((one, other) => one.at - other.at || other.requests - one.requests);
  const after = next?.version ?? live;
  const before = all.filter(({ at }) => at < span.first);
  if (Number(after) < Number(version) || before.some((each) => each.version === after)) {
    return { type: 'reverted', after, ...span.served };
  }
  return before.length > 0 || isWhole ? { type: 'live', ...span.served } : undefined;
}

function spanOf({ version, served, periodMs }: ServedInHistory) {
  const own = [...(served.get(version) ?? [])].filter(([, requests]) => requests > 0);
  if (own.length === 0) return undefined;
  const times = own.map(([at]) => at);
  const last = Math.max(...times);
  const requests = own.reduce((sum, [, each]) => sum + each, 0);
  return { first: Math.min(...times), last, served: { requests, until: last + periodMs } };
}

function requestsOf({ served }: ServedInHistory) {
  return [...served].flatMap(([version, series]) =>
    [...series].flatMap(([at, requests]) => (requests > 0 ? [{ version, at, requests }] : [])),
  );
}

/** A version that is to be rolled out and that existed before this run. */
export interface EarlierVersion {
  readonly target: Target;
  readonly version: string;
  /** Epoch milliseconds; undefined when Lambda does not say. */
  readonly publishedAt: number | undefined;
  /** The attempt of this very run that published it, if one did. */
  readonly attempt: string | undefined;
  readonly past: Past;
}

/** CloudWatch has the requests of a minute two to three minutes later; so much later they are there. */
const SETTLED_MS = 10 * 60_000;

/**
 * What is not known of a version that an earlier attempt of this run published just now: its requests may not be counted yet, and it is
 * not live.
 */
export function withDoubt(earlier: EarlierVersion, now: number): EarlierVersion {
  const { past, attempt, publishedAt } = earlier;
  const isRecent = publishedAt === undefined || now - publishedAt < SETTLED_MS;
  if (past.type !== 'unserved' || attempt === undefined || !isRecent) return earlier;
  const problem =
    'it is not live, and what it may have served within the last minutes is not counted yet';
  return { ...earlier, past: { type: 'unknown', problem } };
}

/** Whether it speaks against rolling the version out once more. */
export function isDoubtful({ past }: EarlierVersion): boolean {
  return past.type === 'reverted' || past.type === 'unknown';
}

/** `checkout:live: version 2 was published 2 d ago, not by this run. It was reverted: …` */
export function describeEarlier(earlier: EarlierVersion, now: number): string {
  const { target, version, publishedAt, attempt } = earlier;
  const when = publishedAt === undefined ? 'before' : `${ago(now - publishedAt)} ago`;
  const by = attempt === undefined ? 'not by this run' : `by attempt ${attempt} of this run`;
  return `${targetName(target)}: version ${version} was published ${when}, ${by}. ${describePast(earlier.past, now)}`;
}

function describePast(past: Past, now: number): string {
  switch (past.type) {
    case 'unserved':
      return 'No request of it is known.';
    case 'live':
      return `It was live until ${ago(now - past.until)} ago, and served ${count(past.requests, 'request')}.`;
    case 'reverted':
      return (
        `It was taken back: it served ${count(past.requests, 'request')} until ${ago(now - past.until)} ago, and ` +
        `then version ${past.after} served again.`
      );
    case 'unknown':
      return `Whether it was reverted is not known: ${past.problem}.`;
  }
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** As exactly as anybody wants to know it: `2 d`, `3 h`, `12 min`. */
function ago(ms: number): string {
  const unit = ms >= 2 * DAY_MS ? DAY_MS : ms >= 2 * HOUR_MS ? HOUR_MS : MINUTE_MS;
  return ms < MINUTE_MS ? 'less than a minute' : formatDuration(Math.floor(ms / unit) * unit);
}
