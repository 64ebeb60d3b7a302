import { AwsCallError } from '../../aws/call.ts';
import type { Metrics } from '../../aws/metrics.ts';
import { HISTORY_SOURCES, historyBefore, yardstickOf } from '../../core/checks/yardstick.ts';
import { listed, metricOf, metricsOf, seriesByName, seriesOf } from '../../core/metric-source.ts';
import {
  ALIAS_REQUESTS,
  longestPause,
  recentRequests,
  requestsBefore,
} from '../../core/checks/silence.ts';
import type { Timed } from '../../core/checks/duration-reader.ts';
import type { Called, WatchedTarget } from '../../core/checks/reader.ts';

/**
 * How long the requests of each target took before the rollout, with one call for all of them. It is a call of its
 * own: a statistic that CloudWatch refuses must not blind the comparison of the errors.
 * @returns the targets, and what kept their history from being read, when something did
 * @throws only when aborted
 */
export async function withYardsticks(
  metrics: Metrics,
  watched: readonly Called[],
  { at, signal }: { readonly at: number; readonly signal: AbortSignal },
): Promise<{ readonly targets: readonly Timed[]; readonly problem: string | undefined }> {
  const all = watched.map((called) => {
    const { functionName, alias } = called.target;
    const history = metricsOf(HISTORY_SOURCES, { function: functionName, alias, version: '' });
    return { called, history };
  });
  const sources = all.flatMap(({ history }) => listed(history));
  try {
    const find = seriesOf(sources, await metrics.read(sources, historyBefore(at), signal));
    const targets = all.map(({ called, history }) => ({
      ...called,
      yardstick: yardstickOf(seriesByName(history, find)),
    }));
    return { targets, problem: undefined };
  } catch (error) {
    if (!(error instanceof AwsCallError)) throw error;
    return { targets: withoutYardsticks(watched), problem: error.message };
  }
}

/** The same where the history is not asked for: the durations are compared by their medians alone. */
export function withoutYardsticks(watched: readonly Called[]): readonly Timed[] {
  return watched.map((called) => ({ ...called, yardstick: undefined }));
}

/** How a target was called before the rollout, where nobody could tell. */
export const NOTHING_KNOWN = { pauseMs: undefined, requestsPerMinute: undefined };

/**
 * When each target was called before the rollout, with one call for all of them. What cannot be read is not known.
 * @throws only when aborted
 */
export async function withPauses<T extends WatchedTarget>(
  metrics: Metrics,
  watched: readonly T[],
  { at, signal }: { readonly at: number; readonly signal: AbortSignal },
): Promise<readonly (T & Called)[]> {
  const sources = watched.map(({ target: { functionName, alias } }) =>
    metricOf(ALIAS_REQUESTS, { function: functionName, alias, version: '' }),
  );
  const before = await metrics.read(sources, requestsBefore(at), signal).then(
    (series) =>
      series.map((requests) => ({
        pauseMs: longestPause(requests, at),
        requestsPerMinute: recentRequests(requests, at),
      })),
    (error: unknown) => {
      if (error instanceof AwsCallError) return [];
      throw error;
    },
  );
  return watched.map((each, index) => ({ ...each, ...(before[index] ?? NOTHING_KNOWN) }));
}
