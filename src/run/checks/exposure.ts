import { within } from '../../aws/patience.ts';
import { exposureReader, uncounted, type Exposure } from '../../core/checks/exposure.ts';
import { seriesOf } from '../../core/metric-source.ts';
import type { WatchedTarget } from '../../core/checks/reader.ts';
import { beginningOfMinute, MINUTE_MS } from '../../core/minute.ts';
import { messageOf } from '../../core/problems.ts';
import { formatDuration } from '../../core/text/duration.ts';
import type { Surroundings } from '../surroundings.ts';

const PATIENCE_MS = 10_000;
/** However late metrics are said to be, nobody wants to wait longer for a report. */
const LONGEST_WAIT_MS = 5 * MINUTE_MS;

export interface ExposureWindow {
  /** When the rollout began, and when the old version was back; epoch milliseconds. */
  readonly from: number;
  readonly to: number;
  /** How long after its end a minute is complete. */
  readonly metricDelayMs: number;
  /** When the job may end; undefined when that is not known. */
  readonly deadlineAt: number | undefined;
}

/**
 * Counts what users felt of versions that were reverted, once the last minute has settled. The aliases are safe
 * and nobody waits: it never throws, a cancellation or the job's end cuts it short, and then there is nothing.
 */
export async function readExposure(
  shifting: readonly WatchedTarget[],
  { from, to, metricDelayMs, deadlineAt = Infinity }: ExposureWindow,
  { aws, clock, journal, cancellation }: Surroundings,
): Promise<readonly Exposure[]> {
  const window = { from: beginningOfMinute(from), to: beginningOfMinute(to) };
  const settledAt = window.to + MINUTE_MS + metricDelayMs;
  const waitMs = Math.min(
    settledAt - clock.timeOfDay(),
    LONGEST_WAIT_MS,
    deadlineAt - clock.timeOfDay(),
  );
  if (waitMs > 0) {
    journal.note(
      `the old version is back; ${formatDuration(waitMs)} to wait until CloudWatch has counted what users felt ` +
        '(cancelling ends that)',
    );
    await clock.sleep(waitMs, cancellation);
  }
  // What has not settled is not told: it would be less than there was.
  const isOver = () => cancellation.aborted;
  if (isOver() || clock.timeOfDay() < settledAt) return [];
  const readers = shifting.map(exposureReader);
  const sources = readers.flatMap((reader) => reader.sources);
  try {
    const series = await within(clock, PATIENCE_MS, cancellation, (signal) =>
      aws.metrics.read(sources, window, signal),
    );
    const find = seriesOf(sources, series);
    return readers.map(({ count }) => count(find, window));
  } catch (error) {
    if (isOver()) return [];
    return shifting.map((each) => uncounted(each, messageOf(error)));
  }
}
