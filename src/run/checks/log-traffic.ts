import type { Metrics } from '../../aws/metrics.ts';
import { listed, metricsOf, seriesByName, seriesOf } from '../../core/metric-source.ts';
import type { WatchedTarget } from '../../core/checks/reader.ts';
import type { Timeline } from '../../core/log-lane/timeline.ts';
import {
  TRAFFIC_SOURCES,
  trafficOf,
  UNKNOWN_TRAFFIC,
  type Traffic,
} from '../../core/log-lane/traffic.ts';
import { lastSettledMinute, MINUTE_MS } from '../../core/minute.ts';

/** What is known of the requests of each target, in their order. */
export interface TrafficReader {
  readonly latest: readonly Traffic[];
  /** Reads anew what may have settled meanwhile; nobody waits for it. */
  refresh(timeline: Timeline, at: number, signal: AbortSignal): void;
}

const LOOK_BACK_MS = 30 * MINUTE_MS;

/** The share of the requests is a matter of many minutes. */
const EVERY_MS = 2 * MINUTE_MS;

/** One call every two minutes for all targets. What cannot be read is not known, and only makes a revert rarer. */
export function createTrafficReader(
  metrics: Metrics,
  targets: readonly WatchedTarget[],
  metricDelayMs: number,
): TrafficReader {
  const all = targets.map(({ target, versions }) =>
    metricsOf(TRAFFIC_SOURCES, {
      function: target.functionName,
      alias: target.alias,
      version: versions.canary,
    }),
  );
  const sources = all.flatMap(listed);
  let latest: readonly Traffic[] = targets.map(() => UNKNOWN_TRAFFIC);
  let readTo = -Infinity;

  async function read(timeline: Timeline, to: number, signal: AbortSignal): Promise<void> {
    const find = seriesOf(
      sources,
      await metrics.read(sources, { from: to - LOOK_BACK_MS, to }, signal),
    );
    latest = all.map((each) => trafficOf(seriesByName(each, find), { to, timeline }));
  }

  return {
    get latest() {
      return latest;
    },
    refresh(timeline, at, signal) {
      const to = lastSettledMinute(at, metricDelayMs);
      if (to < readTo + EVERY_MS) return;
      readTo = to;
      void read(timeline, to, signal).catch(() => undefined);
    },
  };
}
