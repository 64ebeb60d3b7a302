import type { FailureWindow } from '../statistics/failure-evidence.ts';
import type { Failure } from './failures.ts';

/** A weight and since when it counts: epoch milliseconds, by AWS. */
export interface WeightSince {
  readonly since: number;
  /** Share of the requests, from 0 to 1. */
  readonly weight: number;
}

export interface Windowing {
  /** In order of time. */
  readonly weights: readonly WeightSince[];
  /** Only failures up to here are judged. */
  readonly until: number;
  /** Of the whole alias; undefined when it is not known. */
  readonly requestsPerSecond: number | undefined;
  /** The windows before counted the requests up to here; left out: there were none before. */
  readonly countedTo?: number | undefined;
}

export interface TimedWindow extends FailureWindow {
  /** Epoch milliseconds. */
  readonly end: number;
}

/** As long as it takes a batch of lines to arrive: what comes together confirms nothing. */
export const WINDOW_MS = 10_000;

/**
 * The windows in which something failed, in order; none is over a change of weight. A window without failures says nothing
 * and is left out; its requests count in the next one.
 */
export function windowsOf(
  failures: readonly Failure[],
  { weights, until, requestsPerSecond, countedTo }: Windowing,
): readonly TimedWindow[] {
  const windows = new Map<number, { weight: number; baseline: number; canary: number }>();
  for (const { at, side } of failures.toSorted((a, b) => a.at - b.at)) {
    const inForce = weights.findLast(({ since }) => since <= at);
    if (inForce === undefined || at > until) continue;
    const { weight } = inForce;
    const begin = beginOf(at, inForce);
    const window = windows.get(begin) ?? { weight, baseline: 0, canary: 0 };
    window[side] += 1;
    windows.set(begin, window);
  }
  let counted = countedTo ?? weights[0]?.since ?? 0;
  return [...windows].map(([begin, window]) => {
    const next = weights.find(({ since }) => since > begin)?.since ?? Infinity;
    const end = Math.min(begin + WINDOW_MS, next, until);
    const weighted = weightedSeconds(weights, counted, end);
    counted = end;
    return { ...window, end, requests: requestsPerSecond && requestsPerSecond * weighted };
  });
}

/** The beginning of the window that a moment is in; undefined before the first weight. */
export function windowBegin(at: number, weights: Windowing['weights']): number | undefined {
  const inForce = weights.findLast(({ since }) => since <= at);
  return inForce && beginOf(at, inForce);
}

function beginOf(at: number, { since }: WeightSince): number {
  return since + Math.floor((at - since) / WINDOW_MS) * WINDOW_MS;
}

/** Seconds between two times, each counted as much as the canary had of the requests. */
function weightedSeconds(weights: readonly WeightSince[], from: number, to: number): number {
  return weights.reduce((sum, { since, weight }, index) => {
    const end = Math.min(to, weights[index + 1]?.since ?? Infinity);
    return sum + (weight * Math.max(0, end - Math.max(from, since))) / 1000;
  }, 0);
}
