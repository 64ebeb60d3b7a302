// What a rollout costs as it grows longer: the checks by metrics and the journal, without the wire.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

import type { Metrics } from '../../src/aws/metrics.ts';
import type { MetricSource, Series } from '../../src/core/checks/metric-source.ts';
import { MINUTE_MS } from '../../src/core/minute.ts';
import { STANDARD_RULE } from '../../src/core/statistics/evidence.ts';
import { createMetricChecks } from '../../src/run/checks/metrics.ts';
import { createJournal } from '../../src/run/journal.ts';

const BEGIN = Date.UTC(2026, 10, 23, 14, 0, 0);
const POLL_MS = 15_000;
const HOUR_MS = 3_600_000;
const HOURS = 24;

export interface Hour {
  readonly cpuMs: number;
  readonly megabytes: number;
  /** Asked for, each poll. */
  readonly datapoints: number;
}

export interface Day {
  /** The second hour: in the first one the code warms up. */
  readonly first: Hour;
  readonly last: Hour;
  readonly queriesPerMinute: number;
  /** Share of the polls that asked for metrics at all. */
  readonly asking: number;
}

/** A function that is called a hundred times a second, at 10 % for a whole day. */
export async function throughOneDay(): Promise<Day> {
  let now = BEGIN;
  let asked = { calls: 0, queries: 0, datapoints: 0 };
  const metrics: Metrics = {
    read: (sources, { from, to }) => {
      const minutes = (to - from) / MINUTE_MS + 1;
      asked = {
        calls: asked.calls + 1,
        queries: asked.queries + sources.length,
        datapoints: asked.datapoints + sources.length * minutes,
      };
      return Promise.resolve(sources.map((source) => seriesOf(source, from, to)));
    },
  };
  const clock = { now: () => now, timeOfDay: () => now, sleep: () => Promise.resolve() };
  const journal = createJournal(clock, () => undefined);
  const checks = createMetricChecks({
    metrics,
    targets: [
      {
        target: { functionId: 'checkout', functionName: 'checkout', alias: 'live' },
        versions: { stable: '7', canary: '8' },
        yardstick: { p90: 60, p99: 120 },
        pauseMs: 0,
      },
    ],
    analysis: {
      mode: 'on',
      rule: STANDARD_RULE,
      minInvocations: 50,
      maxExtension: 3,
      onInconclusive: 'promote',
      metricDelayMs: 90_000,
    },
    compared: [],
    compareDuration: 'on',
    afterPromotion: 'revert',
    thresholds: [],
    begunAt: undefined,
    metricDelayMs: 90_000,
    monitoringGraceMs: 5 * MINUTE_MS,
  });
  const moment = { steady: BEGIN, timeOfDay: BEGIN };
  const bake = {
    weight: 10,
    bakeMs: (HOURS + 1) * HOUR_MS,
    shiftedAt: moment,
    since: moment,
    promotionNext: false,
    latest: Infinity,
  };
  const steps = [{ weight: 10, bakeMs: bake.bakeMs }];
  journal.record({ type: 'plan', at: now, plan: { steps }, longestMs: bake.bakeMs });
  const hours: Hour[] = [];
  for (let hour = 0; hour < HOURS; hour++) {
    const before = asked;
    const begin = process.cpuUsage();
    for (let poll = 0; poll < HOUR_MS / POLL_MS; poll++) {
      now += POLL_MS;
      const at = { steady: now, timeOfDay: now };
      const { verdict, findings } = await checks.assess(at, bake, new AbortController().signal);
      journal.record({ type: 'reading', at: now, verdict, findings });
      const state = { step: 0, shiftedAt: moment, since: moment, until: Infinity, readAt: now };
      journal.record({ type: 'state', at: now, state: { phase: 'baking', ...state } });
    }
    const { user, system } = process.cpuUsage(begin);
    collectGarbage();
    hours.push({
      cpuMs: (user + system) / 1_000 / (HOUR_MS / POLL_MS),
      megabytes: process.memoryUsage().heapUsed / 1e6,
      datapoints: (asked.datapoints - before.datapoints) / (HOUR_MS / POLL_MS),
    });
  }
  const [, first, ...rest] = hours;
  const last = rest.at(-1);
  if (first === undefined || last === undefined) throw new Error('The day has too few hours');
  return {
    first,
    last,
    queriesPerMinute: asked.queries / (HOURS * 60),
    asking: asked.calls / ((HOURS * HOUR_MS) / POLL_MS),
  };
}

function seriesOf({ name, statistic, dimensions }: MetricSource, from: number, to: number): Series {
  const share = dimensions['ExecutedVersion'] === '8' ? 0.1 : 0.9;
  const series = new Map<number, number>();
  for (let at = from; at <= to; at += MINUTE_MS) {
    const minute = at / MINUTE_MS;
    const value = statistic.startsWith('p')
      ? 40 + (minute % 7)
      : Math.round(6_000 * share * shareOf(name, statistic));
    series.set(at, value + (minute % 3));
  }
  return series;
}

function shareOf(name: string, statistic: string): number {
  if (name === 'Errors') return 0.001;
  return statistic.startsWith('TC') ? 0.05 : 1;
}

/** The process is not asked to be started with a flag for it. */
function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
}
