import { lambdaMetric, metricOf, type MetricSource, type Series } from '../metric-source.ts';
import type { Target } from '../alias/target.ts';

/** How many numbers below the live version are looked at: most of them were reverted, or deleted, if it is none of these. */
const MOST_CANDIDATES = 20;
const HOUR_MS = 3_600_000;

/**
 * How far back, and how finely: a release of minutes ago has no whole hour yet, and CloudWatch keeps single minutes for 15
 * days only. What was promoted before all of this is nobody's panic.
 */
const LONGEST: Span = { spanMs: 45 * 24 * HOUR_MS, periodMs: HOUR_MS };
const HISTORIES: readonly Span[] = [
  { spanMs: 6 * HOUR_MS, periodMs: HOUR_MS / 60 },
  { spanMs: 3 * 24 * HOUR_MS, periodMs: HOUR_MS / 12 },
  LONGEST,
];

interface Span {
  readonly spanMs: number;
  readonly periodMs: number;
}

/** A stretch of time up to now, as metrics are asked for it. Milliseconds. */
export interface History {
  readonly from: number;
  readonly to: number;
  readonly periodMs: number;
}

/** The nearest and finest first. */
export function historiesUntil(at: number): readonly History[] {
  return HISTORIES.map((span) => historyUntil(at, span));
}

/** The last of {@link historiesUntil}: as far back as is asked at all. */
export function longestHistoryUntil(at: number): History {
  return historyUntil(at, LONGEST);
}

function historyUntil(at: number, { spanMs, periodMs }: Span): History {
  const to = at - (at % periodMs);
  return { from: to - spanMs, to, periodMs };
}

/** The numbers below that of the live version, the nearest first. */
export function olderThan(live: string): readonly string[] {
  const newest = Number(live) - 1;
  const count = Math.min(Math.max(newest, 0), MOST_CANDIDATES);
  return Array.from({ length: count }, (_, index) => String(newest - index));
}

/** The requests that a version served for the alias. */
export function servedBy(version: string, { functionName, alias }: Target): MetricSource {
  return metricOf(lambdaMetric('Invocations', 'Sum'), { function: functionName, alias, version });
}

/** The version that was live before, and since when the requests say so. */
export interface Predecessor {
  readonly version: string;
  /** Beginning of the period, epoch milliseconds. */
  readonly at: number;
}

/**
 * The version that the live one took over from: of the last period in which the alias served it together with older ones, the one
 * of these that had the most requests. A canary that was reverted in the same one had fewer than the version that stayed.
 * @param live requests of the live version by period
 * @param older those of each older version
 */
export function predecessorOf(
  live: Series,
  older: ReadonlyMap<string, Series>,
): Predecessor | undefined {
  const together = [...older].flatMap(([version, requests]) =>
    [...requests].flatMap(([at, count]) =>
      count > 0 && (live.get(at) ?? 0) > 0 ? [{ version, at, count }] : [],
    ),
  );
  const [found] = together.toSorted((one, other) => other.at - one.at || other.count - one.count);
  return found && { version: found.version, at: found.at };
}
