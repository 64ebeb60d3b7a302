import { AwsCallError } from '../../aws/call.ts';
import type { Metrics } from '../../aws/metrics.ts';
import { HISTORY_SOURCES, historyBefore, yardstickOf } from '../../core/checks/durations.ts';
import { listed, metricsOf, seriesByName, seriesOf } from '../../core/checks/metric-source.ts';
import type { Timed, WatchedTarget } from '../../core/checks/readers.ts';

/**
 * How long the requests of each target took before the rollout, with one call for all of them. It is a call of its
 * own: a statistic that CloudWatch refuses must not blind the comparison of the errors.
 * @returns the targets, and what kept their history from being read, when something did
 * @throws only when aborted
 */
export async function withYardsticks(
  metrics: Metrics,
  watched: readonly WatchedTarget[],
  { at, signal }: { readonly at: number; readonly signal: AbortSignal },
): Promise<{ readonly targets: readonly Timed[]; readonly problem: string | undefined }> {
  const all = watched.map(({ target, versions }) => {
    const { functionName, alias } = target;
    const history = metricsOf(HISTORY_SOURCES, { function: functionName, alias, version: '' });
    return { target, versions, history };
  });
  const sources = all.flatMap(({ history }) => listed(history));
  try {
    const find = seriesOf(sources, await metrics.read(sources, historyBefore(at), signal));
    const targets = all.map(({ target, versions, history }) => ({
      target,
      versions,
      yardstick: yardstickOf(seriesByName(history, find)),
    }));
    return { targets, problem: undefined };
  } catch (error) {
    if (!(error instanceof AwsCallError)) throw error;
    return { targets: withoutYardsticks(watched), problem: error.message };
  }
}

/** The same where the history is not asked for: the durations are compared by their medians alone. */
export function withoutYardsticks(watched: readonly WatchedTarget[]): readonly Timed[] {
  return watched.map(({ target, versions }) => ({ target, versions, yardstick: undefined }));
}
