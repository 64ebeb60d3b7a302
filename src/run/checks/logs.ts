import { AwsCallError } from '../../aws/call.ts';
import type { LogStreams } from '../../aws/log-streams.ts';
import type { Metrics } from '../../aws/metrics.ts';
import { streamPrefix } from '../../core/checks/error-logs.ts';
import { logFinding, loggedFailures } from '../../core/checks/logs.ts';
import { targetName } from '../../core/alias/target.ts';
import { closedAccount, judgedAccount, NO_FAILURES } from '../../core/log-lane/account.ts';
import { failuresOf, type KeptLine } from '../../core/log-lane/failures.ts';
import { horizonOf, LONGEST_HORIZON_MS } from '../../core/log-lane/horizon.ts';
import {
  grown,
  shifted,
  timelineOf,
  type InForce,
  type Timeline,
} from '../../core/log-lane/timeline.ts';
import type { Traffic } from '../../core/log-lane/traffic.ts';
import { WINDOW_MS } from '../../core/log-lane/windows.ts';
import { PASS, worst } from '../../core/rollout/verdict.ts';
import { formatDuration } from '../../core/text/duration.ts';
import type { Assessment, Checks, Clock } from '../../ports.ts';
import { close, keep, lanesOf, type Found, type Lane, type LaneOptions } from './log-lane.ts';
import { createLogSearch, type LogSearch } from './log-search.ts';
import { createTrafficReader } from './log-traffic.ts';

export interface LogChecksOptions extends LaneOptions {
  readonly streams: LogStreams;
  readonly metrics: Metrics;
  readonly clock: Clock;
  /** How old a failure must be, at least, to be judged. */
  readonly delayMs: number;
  readonly metricDelayMs: number;
  /** When the rollout began, if an earlier job did. */
  readonly begunAt: number | undefined;
}

/** Lines come in batches of up to nine seconds: to look more often would show little more. */
const POLL_MS = 5_000;
/** At most two calls a second, of the five that the scarcest regions have for an account. */
const MS_PER_CALL = 500;

/** How long from one reading of all groups to the next. */
export function logIntervalMs({ targets, own }: Pick<LogChecksOptions, 'targets' | 'own'>): number {
  const groups = new Set(targets.map(({ logged }) => logged.logGroup)).size;
  return Math.max(POLL_MS, MS_PER_CALL * groups * (own === undefined ? 1 : 2));
}

interface Group {
  readonly search: LogSearch;
  readonly lanes: readonly Lane[];
  /** By AWS. */
  timeline: Timeline;
}

/**
 * Reads failures from the logs of both versions while both have traffic, at a pace of its own. It only ever makes a revert
 * sooner: whatever keeps it from seeing, or makes what it sees doubtful, is said once, and the minutes go on.
 */
export function createLogChecks(options: LogChecksOptions): Checks {
  const { streams, metrics, targets, delayMs, begunAt } = options;
  const groups = groupsOf(options);
  const lanes = groups.flatMap((group) => group.lanes);
  const traffic = createTrafficReader(metrics, targets, options.metricDelayMs);
  const said = new Set<string>();
  /** By percent, as they were first seen. */
  const weights = new Map<number, InForce>();
  let timeline: Timeline = [];

  async function readGroup(group: Group, look: Look): Promise<readonly string[]> {
    const { search, lanes } = group;
    const { at, signal } = look;
    const horizons = lanes.map(
      (lane) => horizonOf(delayMs, lane.largestDelayMs) ?? LONGEST_HORIZON_MS,
    );
    const since = group.timeline[0]?.since ?? (timeline[0]?.since ?? at) + search.aheadMs;
    const result = await search.read({ since, horizonMs: Math.max(...horizons) }, signal);
    if (result.type === 'nothing') return [];
    if (result.type === 'unreadable') {
      return lanes.flatMap((lane) => standAside(lane, { ...look, why: result.problem }));
    }
    group.timeline = grown(group.timeline, shifted(timeline, search.aheadMs));
    const judged = await Promise.all(
      lanes.map((lane) => judge(lane, { ...result, weights: group.timeline }, look)),
    );
    return judged.flat();
  }

  async function judge(lane: Lane, found: Found, look: Look): Promise<readonly string[]> {
    const { now, wholeTo, weights } = found;
    keep(lane, found);
    const failures = failuresOf([...lane.lines.values()]);
    const known = traffic.latest[lane.index];
    const entering = { rule: lane.rule, weights, requestsPerSecond: known?.requestsPerSecond };
    const { closed, largestDelayMs } = lane;
    close(lane, closedAccount(closed, failures, { ...entering, settledTo: found.settledTo }));
    const horizonMs = horizonOf(delayMs, largestDelayMs);
    if (horizonMs === undefined) {
      const why = `lines were found ${formatDuration(largestDelayMs)} after they were logged`;
      return standAside(lane, { ...look, why });
    }
    if (known?.exceedsWeight === true) {
      const why = 'the new version gets more requests than its weight';
      return standAside(lane, { ...look, why });
    }
    const until = Math.min(now - horizonMs, wholeTo);
    if (until < lane.judgedTo) {
      const why = 'the search of the log group did not come to an end';
      return standAside(lane, { ...look, why });
    }
    lane.judgedTo = until;
    const logged = loggedFailures(judgedAccount(lane.closed, failures, { ...entering, until }), {
      name: lane.signal.name,
      target: targetName(lane.watched.target),
      rule: lane.rule,
      weight: percentOf(weights),
      now,
      horizonMs,
      largestDelayMs,
    });
    lane.finding = logFinding(logged, look.at, lane.mode);
    if (lane.finding.verdict.kind !== 'fail') return [];
    const doubt = await doubtOf(lane, { until, known, weight: logged.weight / 100 }, look.signal);
    return doubt === undefined ? [] : standAside(lane, { ...look, why: doubt });
  }

  /** A baseline of which nothing can be read would look healthy. */
  async function doubtOf(
    { lines, logged }: Lane,
    { until, known, weight }: { until: number; known: Traffic | undefined; weight: number },
    signal: AbortSignal,
  ): Promise<string | undefined> {
    const from = until - WINDOW_MS;
    const isRecent = ({ side, at }: KeptLine) => side === 'baseline' && at >= from && at <= until;
    if ([...lines.values()].some(isRecent)) return undefined;
    const { requestsPerSecond = Infinity } = known ?? {};
    const expected = (requestsPerSecond * (1 - weight) * WINDOW_MS) / 1000;
    if (expected < SURELY_SOME) return undefined;
    const { functionName, versions, logGroup } = logged;
    const version = { functionName, version: versions.stable, logGroup };
    try {
      // A stream has the date of its environment, which lives for hours.
      for (const day of [dayOf(until), dayOf(until - DAY_MS)]) {
        const search = { logGroup, streamPrefix: streamPrefix(version, day), from, to: until };
        const { lines: found } = await streams.find({ ...search, limit: 1, signal });
        if (found.length > 0) return undefined;
      }
      return 'nothing was found in the logs of the old version, which should have served requests';
    } catch (error) {
      if (!(error instanceof AwsCallError)) throw error;
      return error.message;
    }
  }

  function standAside(lane: Lane, { at, why }: Look & { readonly why: string }): readonly string[] {
    const empty = {
      name: lane.signal.name,
      target: targetName(lane.watched.target),
      rule: lane.rule,
      weight: percentOf(timeline),
      now: at,
      horizonMs: delayMs,
      largestDelayMs: lane.largestDelayMs,
    };
    const logged = lane.finding ?? loggedFailures(NO_FAILURES, empty);
    lane.finding = logFinding({ ...logged, stoodAside: why }, at, lane.mode);
    const what = `${lane.signal.name} of ${targetName(lane.watched.target)}`;
    const text = `The ${what} are not judged for now, and a revert may take minutes: ${why}`;
    const key = `${what} ${why.replaceAll(/\d+/g, '#')}`;
    if (said.has(key)) return [];
    said.add(key);
    return [text];
  }

  function assessment(warnings: readonly string[]): Assessment {
    const findings = lanes.flatMap(({ finding }) => finding ?? []);
    return { verdict: worst(findings.map(({ verdict }) => verdict)), findings, warnings };
  }

  return {
    async assess(at, bake, signal) {
      if (bake === undefined) return { verdict: PASS, findings: [], warnings: [] };
      // At 100 % there is no coin any more.
      if (bake.weight >= 100) return assessment([]);
      weights.set(bake.weight, weights.get(bake.weight) ?? bake);
      timeline = timelineOf([...weights.values()], { now: at, begunAt });
      traffic.refresh(timeline, at.timeOfDay, signal);
      const warnings = await Promise.all(
        groups.map((group) => readGroup(group, { at: at.timeOfDay, signal })),
      );
      return assessment(warnings.flat());
    },
  };
}

interface Look {
  readonly at: number;
  readonly signal: AbortSignal;
}

/** A version that logs nothing with that many requests expected is not just unlucky: P < 1 %. */
const SURELY_SOME = 5;
const DAY_MS = 24 * 3_600_000;

/** `2026/11/24` */
function dayOf(at: number): string {
  return new Date(at).toISOString().slice(0, 10).replaceAll('-', '/');
}

function percentOf(weights: Timeline): number {
  return 100 * (weights.at(-1)?.weight ?? 0);
}

/** What shares a group and a pattern shares the calls. */
function groupsOf(options: LogChecksOptions): readonly Group[] {
  const { streams, clock, targets, delayMs } = options;
  const intervalMs = logIntervalMs(options);
  const longestHorizonMs = Math.max(delayMs, LONGEST_HORIZON_MS);
  const lanes = targets.flatMap((_, index) => lanesOf(index, options));
  const keyOf = ({ logged, signal }: Lane) => `${logged.logGroup} ${signal.pattern}`;
  return [...Map.groupBy(lanes, keyOf).values()].flatMap((shared) => {
    const [first] = shared;
    if (first === undefined) return [];
    const { logGroup } = first.logged;
    const { pattern } = first.signal;
    const group = { streams, clock, logGroup, pattern, intervalMs, longestHorizonMs };
    return [{ search: createLogSearch(group), lanes: shared, timeline: [] }];
  });
}
