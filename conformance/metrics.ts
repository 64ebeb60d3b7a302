import { GetMetricDataCommand } from '@aws-sdk/client-cloudwatch';

import { ask, type Lab } from './lab.ts';

export const MINUTE_MS = 60_000;

export interface Asked {
  readonly functionName: string;
  readonly metric?: string;
  readonly statistic?: string;
  /** Left out: those of the function. */
  readonly dimensions?: Readonly<Record<string, string>>;
  readonly from: number;
  readonly to: number;
}

/** The values of a metric of Lambda's by the beginnings of their minutes, epoch milliseconds. */
export async function minutesOf(
  lab: Lab,
  { functionName, metric = 'Invocations', statistic = 'Sum', dimensions = {}, from, to }: Asked,
): Promise<ReadonlyMap<number, number>> {
  const all = Object.entries({ FunctionName: functionName, ...dimensions });
  const { MetricDataResults: [result] = [] } = await lab.cloudwatch.send(
    new GetMetricDataCommand({
      StartTime: new Date(from),
      EndTime: new Date(to),
      MetricDataQueries: [
        {
          Id: 'asked',
          MetricStat: {
            Metric: {
              Namespace: 'AWS/Lambda',
              MetricName: metric,
              Dimensions: all.map(([Name, Value]) => ({ Name, Value })),
            },
            Period: 60,
            Stat: statistic,
          },
        },
      ],
    }),
  );
  const { Timestamps: times = [], Values: values = [] } = result ?? {};
  return new Map(times.map((time, index) => [time.getTime(), values[index] ?? NaN]));
}

export function sumOf(minutes: ReadonlyMap<number, number>): number {
  return [...minutes.values()].reduce((sum, value) => sum + value, 0);
}

/** Until the function's invocations are counted. @returns whether that was within five minutes */
export async function untilCounted(
  lab: Lab,
  {
    functionName,
    requests,
    from,
  }: { readonly functionName: string; readonly requests: number; readonly from: number },
): Promise<boolean> {
  const found = await ask(lab, { everyMs: 15_000, forMs: 5 * MINUTE_MS }, async () => {
    const minutes = await minutesOf(lab, { functionName, from, to: lab.now() + MINUTE_MS });
    return sumOf(minutes) >= requests ? true : undefined;
  });
  return found === true;
}

/** The beginning of the minute that is next. */
export async function untilNextMinute({ now, sleep }: Lab): Promise<number> {
  const next = (Math.floor(now() / MINUTE_MS) + 1) * MINUTE_MS;
  await sleep(next - now());
  return next;
}
