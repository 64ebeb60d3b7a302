import { lambdaMetric, type MetricSource, type Series, type Sources } from '../metric-source.ts';
import { firstWholeMinute, MINUTE_MS } from '../minute.ts';
import { exceedsWeight, type RoutedMinute } from './excess.ts';
import type { Timeline } from './timeline.ts';

/** Requests of the alias, and of the canary through it. */
export const TRAFFIC_SOURCES: Sources<'alias' | 'canary'> = {
  alias: { ...lambdaMetric('Invocations', 'Sum'), dimensions: ofAlias() },
  canary: lambdaMetric('Invocations', 'Sum'),
};

function ofAlias(): MetricSource['dimensions'] {
  const { FunctionName = '', Resource = '' } = lambdaMetric('Invocations', 'Sum').dimensions;
  return { FunctionName, Resource };
}

/** What the settled minutes say of the requests. */
export interface Traffic {
  /** Of the whole alias; undefined when nothing is known of it. */
  readonly requestsPerSecond: number | undefined;
  /** Whether the canary gets more of them than its weight. */
  readonly exceedsWeight: boolean;
}

export const UNKNOWN_TRAFFIC: Traffic = { requestsPerSecond: undefined, exceedsWeight: false };

/** How many settled minutes tell what the next ones will be like. */
const RECENT_MINUTES = 5;

/** @param to the last settled minute */
export function trafficOf(
  { alias, canary }: Readonly<Record<'alias' | 'canary', Series>>,
  { to, timeline }: { readonly to: number; readonly timeline: Timeline },
): Traffic {
  const recent = Array.from({ length: RECENT_MINUTES }, (_, index) => to - index * MINUTE_MS);
  const counts = recent.map((at) => alias.get(at) ?? 0);
  const requests = counts.reduce((sum, count) => sum + count, 0);
  const known = alias.size > 0;
  return {
    requestsPerSecond: known ? (requests * 1000) / (RECENT_MINUTES * MINUTE_MS) : undefined,
    exceedsWeight: exceedsWeight(routedMinutes({ alias, canary }, timeline)),
  };
}

/** Only minutes that had one weight from beginning to end. */
function routedMinutes(
  { alias, canary }: Readonly<Record<'alias' | 'canary', Series>>,
  timeline: Timeline,
): readonly RoutedMinute[] {
  return [...alias].flatMap(([at, total]) => {
    const inForce = timeline.findLastIndex(({ since }) => since <= at);
    const weight = timeline[inForce];
    const next = timeline[inForce + 1];
    const isWhole =
      weight !== undefined &&
      at >= firstWholeMinute(weight.since) &&
      (next === undefined || at + MINUTE_MS <= next.since);
    return isWhole ? [{ weight: weight.weight, canary: canary.get(at) ?? 0, total }] : [];
  });
}
