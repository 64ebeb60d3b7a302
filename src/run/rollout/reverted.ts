import type { Shifting } from '../../core/alias/shifting.ts';
import type { Config } from '../../inputs/config.ts';
import { readErrors } from '../checks/error-logs.ts';
import { readExposure } from '../checks/exposure.ts';
import type { Surroundings } from '../surroundings.ts';

export interface Reverted {
  readonly targets: readonly Pick<Shifting, 'target' | 'versions' | 'logGroup'>[];
  /** When the rollout began; epoch milliseconds. */
  readonly from: number;
  /** When the job may end; undefined when that is not known. */
  readonly deadlineAt: number | undefined;
  /** Whether the versions can be compared. */
  readonly comparable: boolean;
}

/** Tells what the versions logged that were reverted, and what users felt of them. The aliases are safe. */
export async function tellOfReverted(
  { targets, from, deadlineAt, comparable }: Reverted,
  { errorLogs, analysis }: Pick<Config, 'errorLogs' | 'analysis'>,
  surroundings: Surroundings,
): Promise<void> {
  const { clock, journal, cancellation } = surroundings;
  // Somebody who cancels does not wait for a report.
  if (cancellation.aborted) return;
  const to = clock.timeOfDay();
  const reports = await readErrors(targets, { from, to, publish: errorLogs }, surroundings);
  journal.record({ type: 'errors', at: clock.timeOfDay(), reports });
  if (!comparable) return;
  const { metricDelayMs } = analysis.policy;
  const window = { from, to, deadlineAt, metricDelayMs };
  const exposures = await readExposure(targets, window, surroundings);
  journal.record({ type: 'exposure', at: clock.timeOfDay(), exposures });
}
