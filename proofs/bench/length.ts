// What a rollout costs as it grows longer: the checks by metrics and by logs, and the journal, without the wire.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

import type { FoundLine, LogStreams } from '../../src/aws/log-streams.ts';
import type { Metrics } from '../../src/aws/metrics.ts';
import type { MetricSource, Series } from '../../src/core/metric-source.ts';
import { MINUTE_MS } from '../../src/core/minute.ts';
import type { Bake } from '../../src/core/rollout/plan.ts';
import { STANDARD_RULE } from '../../src/core/statistics/evidence.ts';
import { STANDARD_FAILURE_RULE } from '../../src/core/statistics/failure-evidence.ts';
import type { Checks, Clock } from '../../src/ports.ts';
import { createLogChecks } from '../../src/run/checks/logs.ts';
import { createMetricChecks } from '../../src/run/checks/metrics.ts';
import { createJournal } from '../../src/run/journal.ts';

const BEGIN = Date.UTC(2026, 10, 23, 14, 0, 0);
const POLL_MS = 15_000;
const HOUR_MS = 3_600_000;
const HOURS = 24;

export interface Hour {
  readonly cpuMs: number;
  readonly megabytes: number;
}

/** What the first hours and the last one cost. */
export interface Growth {
  /** The second hour: in the first one the code warms up. */
  readonly first: Hour;
  readonly last: Hour;
}

export interface Day extends Growth {
  /** Asked for in the last hour, each poll. */
  readonly datapoints: number;
  readonly queriesPerMinute: number;
  /** Share of the polls that asked for metrics at all. */
  readonly asking: number;
}

const TARGET = { functionId: 'checkout', functionName: 'checkout', alias: 'live' };
const VERSIONS = { stable: '7', canary: '8' };
const MOMENT = { steady: BEGIN, timeOfDay: BEGIN };
const BAKE: Bake = {
  weight: 10,
  bakeMs: (HOURS + 1) * HOUR_MS,
  shiftedAt: MOMENT,
  since: MOMENT,
  promotionNext: false,
  takenOver: false,
  longestMs: Infinity,
  latest: Infinity,
};

/** A function that is called a hundred times a second, at 10 % for a whole day. */
export async function throughOneDay(): Promise<Day> {
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
  const checks = createMetricChecks({
    metrics,
    targets: [
      {
        target: TARGET,
        versions: VERSIONS,
        yardstick: { p90: 60, p99: 120 },
        pauseMs: 0,
        requestsPerMinute: undefined,
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
  let before = asked;
  const growth = await growthOf(checks, createClock(), POLL_MS, () => {
    before = asked;
  });
  return {
    ...growth,
    datapoints: (asked.datapoints - before.datapoints) / (HOUR_MS / POLL_MS),
    queriesPerMinute: asked.queries / (HOURS * 60),
    asking: asked.calls / ((HOURS * HOUR_MS) / POLL_MS),
  };
}

/** The same function by its logs, in which two requests of a thousand fail, of either version. */
export function throughOneDayByLogs(): Promise<Growth> {
  const clock = createClock();
  const streams: LogStreams = {
    find: ({ from, to }) =>
      Promise.resolve({ lines: linesBetween(from, to - LOG_BATCH_MS), wholeTo: to, now: to }),
  };
  const target = { target: TARGET, versions: VERSIONS };
  const logged = {
    target: TARGET,
    logGroup: '/aws/lambda/checkout',
    format: 'Text' as const,
    counted: 'all' as const,
    observedBecause: undefined,
  };
  const checks = createLogChecks({
    streams,
    metrics: { read: (sources) => Promise.resolve(sources.map(() => new Map<number, number>())) },
    clock,
    targets: [{ ...target, logged }],
    mode: 'on',
    rule: STANDARD_FAILURE_RULE,
    own: undefined,
    delayMs: 12_000,
    metricDelayMs: 90_000,
    begunAt: undefined,
  });
  return growthOf(checks, clock, LOG_POLL_MS, () => undefined);
}

interface VirtualClock extends Clock {
  advance(ms: number): void;
}

function createClock(): VirtualClock {
  let now = BEGIN;
  return {
    now: () => now,
    timeOfDay: () => now,
    sleep: () => Promise.resolve(),
    advance: (ms) => {
      now += ms;
    },
  };
}

/** Lets checks watch for the whole day. @param onHour is called before each hour */
async function growthOf(
  checks: Checks,
  clock: VirtualClock,
  pollMs: number,
  onHour: () => void,
): Promise<Growth> {
  const journal = createJournal(clock, () => undefined);
  const steps = [{ weight: 10, bakeMs: BAKE.bakeMs }];
  journal.record({ type: 'plan', at: clock.now(), plan: { steps }, longestMs: BAKE.bakeMs });
  const hours: Hour[] = [];
  for (let hour = 0; hour < HOURS; hour++) {
    onHour();
    const begin = process.cpuUsage();
    for (let poll = 0; poll < HOUR_MS / pollMs; poll++) {
      clock.advance(pollMs);
      const now = clock.now();
      const at = { steady: now, timeOfDay: now };
      const { verdict, findings } = await checks.assess(at, BAKE, new AbortController().signal);
      journal.record({ type: 'reading', at: now, verdict, findings });
      const state = { step: 0, shiftedAt: MOMENT, since: MOMENT, until: Infinity, readAt: now };
      journal.record({ type: 'state', at: now, state: { phase: 'baking', ...state } });
    }
    const { user, system } = process.cpuUsage(begin);
    collectGarbage();
    hours.push({
      cpuMs: (user + system) / 1_000 / (HOUR_MS / pollMs),
      megabytes: process.memoryUsage().heapUsed / 1e6,
    });
  }
  const [, first, ...rest] = hours;
  const last = rest.at(-1);
  if (first === undefined || last === undefined) throw new Error('The day has too few hours');
  return { first, last };
}

const LOG_POLL_MS = 5_000;
const LOG_BATCH_MS = 8_000;
const FAILURE_EVERY_MS = 5_000;

/** What a search finds: every tenth failure is the new version's. */
function linesBetween(from: number, to: number): readonly FoundLine[] {
  const lines: FoundLine[] = [];
  for (let index = Math.ceil(from / FAILURE_EVERY_MS); index * FAILURE_EVERY_MS <= to; index++) {
    const at = index * FAILURE_EVERY_MS;
    const id = `4725a167-21a7-5731-99c2-${index.toString(16).padStart(12, '0')}`;
    lines.push({
      id,
      stream: index % 10 === 0 ? '2026/11/23/[8]0a1b' : '2026/11/23/[7]2c3d',
      at,
      ingestedAt: at + LOG_BATCH_MS,
      message: `REPORT RequestId: ${id}\tDuration: 3000.00 ms\tMemory Size: 128 MB\tStatus: timeout\n`,
    });
  }
  return lines;
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
