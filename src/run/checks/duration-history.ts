import { AwsCallError } from '../../aws/call.ts';
import type { Metrics } from '../../aws/metrics.ts';
import {
  HISTORY_SOURCES,
  historyBefore,
  yardstickOf,
  type Yardstick,
} from '../../core/checks/durations.ts';
import { metricOf } from '../../core/checks/metric-source.ts';
import type { Target } from '../../core/alias/target.ts';

/**
 * How long the requests of each target took before the rollout, in the order of the targets. They are read by
 * a call of their own: a statistic that CloudWatch refuses must not blind the comparison of the errors.
 * @returns what kept them from being read, when something did
 * @throws only when aborted
 */
export async function readYardsticks(
  metrics: Metrics,
  targets: readonly Target[],
  { at, signal }: { readonly at: number; readonly signal: AbortSignal },
): Promise<{ readonly yardsticks: readonly (Yardstick | undefined)[]; readonly problem?: string }> {
  const sources = targets.flatMap(({ functionName, alias }) =>
    HISTORY_SOURCES.map((source) =>
      metricOf(source, { function: functionName, alias, version: '' }),
    ),
  );
  try {
    const history = await metrics.read(sources, historyBefore(at), signal);
    const width = HISTORY_SOURCES.length;
    return {
      yardsticks: targets.map((_, index) =>
        yardstickOf(history.slice(index * width, (index + 1) * width)),
      ),
    };
  } catch (error) {
    if (!(error instanceof AwsCallError)) throw error;
    return { yardsticks: targets.map(() => undefined), problem: error.message };
  }
}
