import { beginningOfMinute, minutesBetween, MINUTE_MS } from '../minute.ts';
import type { MetricSource, Series } from '../metric-source.ts';
import type { Counted } from './counted.ts';
import { formatDuration } from '../text/duration.ts';

/** How often an alias was called, whatever version served it. */
export const ALIAS_REQUESTS: MetricSource = {
  namespace: 'AWS/Lambda',
  name: 'Invocations',
  statistic: 'Sum',
  dimensions: { FunctionName: '{function}', Resource: '{function}:{alias}' },
};

const HISTORY_MS = 3 * 3_600_000;
/** The newest minutes may not be told yet. */
const NEWEST_MS = 3 * MINUTE_MS;

/** The minutes of the three hours before a time. Epoch milliseconds; `to` is the beginning of the last one. */
export function requestsBefore(at: number) {
  const end = beginningOfMinute(at) - NEWEST_MS;
  return { from: end - HISTORY_MS, to: end - MINUTE_MS };
}

/**
 * The longest time in the hours before in which nobody called; undefined when nobody ever did.
 * @param requests by minute, of the window of {@link requestsBefore}
 */
export function longestPause(requests: Series, at: number): number | undefined {
  const { from, to } = requestsBefore(at);
  const called = [...requests].filter(([, count]) => count > 0).map(([minute]) => minute);
  if (called.length === 0) return undefined;
  const ordered = [from - MINUTE_MS, ...called.toSorted((a, b) => a - b), to + MINUTE_MS];
  return (
    Math.max(...ordered.slice(1).map((minute, index) => minute - (ordered[index] ?? 0))) - MINUTE_MS
  );
}

/** The rate at which an alias is called changes, but within some minutes not much. */
const RECENT_MINUTES = 5;

/** Requests a minute in the last minutes of the window of {@link requestsBefore}. */
export function recentRequests(requests: Series, at: number): number {
  const { to } = requestsBefore(at);
  const recent = minutesBetween(to - (RECENT_MINUTES - 1) * MINUTE_MS, to);
  return recent.reduce((sum, minute) => sum + (requests.get(minute) ?? 0), 0) / RECENT_MINUTES;
}

/** Nobody calls for longer than this, times the longest pause of the hours before: that is no chance any more. */
export const PATIENCE = 2;

/**
 * Data that should be there and are not are not "little traffic": whether no request of either version was counted for so
 * long that, by the hours before, the metrics must be missing.
 * @param pauseMs the longest pause before; undefined when nobody ever called
 * @returns what is missing
 */
export function silence(
  target: string,
  { silentMinutes }: Pick<Counted, 'silentMinutes'>,
  pauseMs: number | undefined,
): string | undefined {
  if (pauseMs === undefined) return undefined;
  const silentMs = silentMinutes * MINUTE_MS;
  if (silentMs <= PATIENCE * pauseMs) return undefined;
  const before =
    pauseMs === 0 ? 'in every minute' : `with no pause longer than ${formatDuration(pauseMs)}`;
  return (
    `no request of either version of ${target} was counted for ${formatDuration(silentMs)}, ` +
    `though the alias was called ${before} of the three hours before`
  );
}
