import {
  GetMetricDataCommand,
  type CloudWatchClient,
  type MetricDataQuery,
  type MetricDataResult,
} from '@aws-sdk/client-cloudwatch';

import type { MetricSource, Series } from '../core/metric-source.ts';
import { MINUTE_MS } from '../core/minute.ts';
import { intentOf } from '../core/permissions.ts';
import { understood } from './call.ts';
import { everyPage, lineIn, listIn, numberIn } from './reply.ts';
import type { Service } from './service.ts';

/** Reads metrics of CloudWatch. */
export interface Metrics {
  /**
   * One series for each source, in the same order: empty for a metric that does not exist.
   * @throws {AwsCallError} also when one of the metrics came incomplete
   */
  readonly read: (
    sources: readonly MetricSource[],
    window: Window,
    signal: AbortSignal,
  ) => Promise<readonly Series[]>;
}

/** Beginning of the first and of the last period, epoch milliseconds. */
interface Window {
  readonly from: number;
  readonly to: number;
  /** Whole minutes; one when left out. */
  readonly periodMs?: number;
}

/** GetMetricData takes at most this many. */
const QUERIES_PER_CALL = 500;
// CloudWatch has no resources: a policy allows this call on all metrics or on none.
const INTENT = intentOf('cloudwatch:GetMetricData', { on: 'everything' });

export function createMetrics(cloudwatch: Service<CloudWatchClient>): Metrics {
  async function readBatch(
    sources: readonly MetricSource[],
    { from, to, periodMs = MINUTE_MS }: Window,
    signal: AbortSignal,
  ): Promise<readonly Series[]> {
    const queries = sources.map((source, index) => queryOf(source, index, periodMs));
    return understood(INTENT, signal, async () =>
      seriesIn(
        { sources, periodMs },
        await everyPage(async (NextToken) => {
          const command = new GetMetricDataCommand({
            MetricDataQueries: queries,
            StartTime: new Date(from),
            EndTime: new Date(to + periodMs),
            ScanBy: 'TimestampAscending',
            NextToken,
          });
          const reply = await cloudwatch.call(INTENT, { signal }, (client, sending) =>
            client.send(command, sending),
          );
          return { items: listIn(reply.MetricDataResults), nextToken: reply.NextToken };
        }),
      ),
    );
  }

  return {
    async read(sources, window, signal) {
      const all: Series[] = [];
      for (let first = 0; first < sources.length; first += QUERIES_PER_CALL) {
        const batch = sources.slice(first, first + QUERIES_PER_CALL);
        all.push(...(await readBatch(batch, window, signal)));
      }
      return all;
    },
  };
}

function queryOf(
  { namespace, name, dimensions, statistic }: MetricSource,
  index: number,
  periodMs: number,
): MetricDataQuery {
  return {
    Id: idOf(index),
    ReturnData: true,
    MetricStat: {
      Stat: statistic,
      Period: periodMs / 1000,
      Metric: {
        Namespace: namespace,
        MetricName: name,
        Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
      },
    },
  };
}

function idOf(index: number): string {
  return `m${index}`;
}

/** @throws when CloudWatch gave a metric in part only, or not at all: half of the counts prove anything. */
function seriesIn(
  { sources, periodMs }: { readonly sources: readonly MetricSource[]; readonly periodMs: number },
  results: readonly MetricDataResult[],
): readonly Series[] {
  const byId = Map.groupBy(results, ({ Id }) => Id);
  return sources.map(({ namespace, name }, index) => {
    // A result that goes on over several pages is PartialData on all of them but the last.
    const pages = byId.get(idOf(index)) ?? [];
    const [last] = pages.slice(-1);
    const status = last === undefined ? 'no result' : (last.StatusCode ?? 'Complete');
    if (status !== 'Complete') {
      throw new Error(`CloudWatch did not give all of ${namespace} ${name} (${lineIn(status)})`);
    }
    return new Map(pages.flatMap((page) => datapointsIn(page, periodMs)));
  });
}

function datapointsIn(
  { Timestamps, Values }: MetricDataResult,
  periodMs: number,
): readonly (readonly [number, number])[] {
  return (Timestamps ?? []).flatMap((timestamp, index) => {
    const at = numberIn(timestamp.getTime());
    const value = numberIn(Values?.[index]);
    return at === undefined || value === undefined ? [] : [[at - (at % periodMs), value] as const];
  });
}
