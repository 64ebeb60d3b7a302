import { AwsCallError } from './aws/call.ts';
import type { Metrics } from './aws/metrics.ts';
import type { Measurement } from './core/alarms.ts';
import {
  judgeComparison,
  type AnalysisPolicy,
  type ComparedMetrics,
  type ComparisonReport,
} from './core/analysis.ts';
import { formatDuration } from './core/duration.ts';
import { conditionOf, evaluateCheck, formatValue, type MetricCheck } from './core/metric-check.ts';
import { lambdaMetric, metricOf, type MetricSource, type Series } from './core/metric-source.ts';
import {
  beginningOfMinute,
  firstWholeMinute,
  isEarlyInMinute,
  lastSettledMinute,
  minutesBetween,
} from './core/minute.ts';
import { pairMinutes } from './core/pairing.ts';
import type { Bake } from './core/plan.ts';
import type { Versions } from './core/routing.ts';
import { targetName, type Target } from './core/target.ts';
import { PASS, worst, type Verdict } from './core/verdict.ts';
import type { Assessment, Checks } from './ports.ts';

export interface MetricChecksOptions {
  readonly metrics: Metrics;
  readonly targets: readonly Watched[];
  /** Left out: the versions are not compared. */
  readonly analysis: AnalysisPolicy | undefined;
  /** What is compared besides the errors that Lambda counts. */
  readonly compared: readonly ComparedMetrics[];
  readonly thresholds: readonly MetricCheck[];
  readonly metricDelayMs: number;
  readonly monitoringGraceMs: number;
}

interface Watched {
  readonly target: Target;
  readonly versions: Versions;
}

const ERRORS: ComparedMetrics = {
  name: 'errors',
  bad: lambdaMetric('Errors', 'Sum'),
  total: lambdaMetric('Invocations', 'Sum'),
};

/** One metric check or comparison of one target: what it reads, and what it makes of that. */
interface Reader {
  readonly sources: readonly MetricSource[];
  readonly judge: (series: readonly Series[], moment: Moment) => Judged;
}

/** When, and over which minutes, something is judged. */
interface Moment {
  readonly at: number;
  readonly bake: Bake;
  /** Beginnings of the first and of the last minute. */
  readonly from: number;
  readonly to: number;
  readonly mixed: ReadonlySet<number>;
}

interface Judged {
  readonly verdict: Verdict;
  readonly measurements?: readonly Measurement[];
  readonly comparison?: ComparisonReport;
  readonly warnings: readonly string[];
}

/** Everything that is judged by metrics: all minutes since the first weight, read anew with one call each time. */
export function createMetricChecks(options: MetricChecksOptions): Checks {
  const { metrics, analysis, metricDelayMs, monitoringGraceMs } = options;
  const comparing = analysis === undefined ? [] : comparisonsOf(options, analysis);
  const thresholds = options.targets.flatMap((target) =>
    options.thresholds.map((check) => thresholdOf(check, target)),
  );
  const reverts = options.thresholds.length > 0 || analysis?.mode === 'on';
  const warned = new Set<string>();
  const mixed = new Set<number>();
  let comparisons: readonly ComparisonReport[] = [];
  let from: number | undefined;
  let seenAt: number | undefined;

  async function judgeAll(
    readers: readonly Reader[],
    moment: Moment,
    signal: AbortSignal,
  ): Promise<Assessment> {
    const sources = readers.flatMap((reader) => reader.sources);
    const { from, to } = moment;
    const series =
      to < from ? sources.map(() => new Map()) : await metrics.read(sources, { from, to }, signal);
    seenAt = moment.at;
    let next = 0;
    const judged = readers.map(({ sources, judge }) => {
      next += sources.length;
      return judge(series.slice(next - sources.length, next), moment);
    });
    return merged(judged);
  }

  function merged(judged: readonly Judged[]): Assessment {
    const found = judged.flatMap(({ comparison }) => comparison ?? []);
    if (found.length > 0) comparisons = found;
    const warnings = judged.flatMap((each) => each.warnings).filter((text) => !warned.has(text));
    for (const text of warnings) warned.add(text);
    return {
      verdict: worst(judged.map(({ verdict }) => verdict)),
      measurements: judged.flatMap(({ measurements }) => measurements ?? []),
      comparisons,
      warnings,
    };
  }

  function unseen(darkMs: number, problem: string): Verdict {
    if (!reverts) return PASS;
    const reason = `the metrics could not be read for ${formatDuration(darkMs)}: ${problem}`;
    return darkMs > monitoringGraceMs
      ? {
          kind: 'fail',
          reason: `${reason} (monitoring-grace is ${formatDuration(monitoringGraceMs)})`,
        }
      : { kind: 'error', reason };
  }

  return {
    async assess(at, bake, signal) {
      from ??= firstWholeMinute(bake.since);
      if (!isEarlyInMinute(bake.since)) mixed.add(beginningOfMinute(bake.since));
      seenAt ??= at;
      // At 100 % there is no baseline any more.
      const readers = [...(bake.weight < 100 ? comparing : []), ...thresholds];
      if (readers.length === 0) return merged([]);
      const moment = { at, bake, from, to: lastSettledMinute(at, metricDelayMs), mixed };
      try {
        return await judgeAll(readers, moment, signal);
      } catch (error) {
        if (!(error instanceof AwsCallError)) throw error;
        return { ...merged([]), verdict: unseen(at - seenAt, error.message) };
      }
    },
  };
}

function comparisonsOf(
  { targets, compared }: MetricChecksOptions,
  policy: AnalysisPolicy,
): readonly Reader[] {
  const all = [ERRORS, ...compared];
  // The promise is for the rollout: with more bets against it, each has to be surer.
  const alpha = policy.rule.alpha / (all.length * targets.length);
  const shared = { ...policy, rule: { ...policy.rule, alpha } };
  return targets.flatMap((target) => all.map((each) => comparisonOf(each, target, shared)));
}

function comparisonOf(
  { name, bad, total }: ComparedMetrics,
  { target, versions }: Watched,
  policy: AnalysisPolicy,
): Reader {
  const isErrors = name === ERRORS.name;
  const of = (source: MetricSource, version: string) => filled(source, target, version);
  return {
    sources: [
      of(total, versions.stable),
      of(bad, versions.stable),
      of(total, versions.canary),
      of(bad, versions.canary),
    ],
    judge(series, { at, bake, from, to, mixed }) {
      const [stableTotal = NONE, stableBad = NONE, canaryTotal = NONE, canaryBad = NONE] = series;
      const minutes = pairMinutes(
        {
          baseline: { total: stableTotal, bad: stableBad },
          canary: { total: canaryTotal, bad: canaryBad },
        },
        { from, to, mixed, withoutBad: isErrors ? 'late' : 'none' },
      );
      const { report, verdict, warnings } = judgeComparison(
        { name, target: targetName(target), minutes, countsTraffic: isErrors },
        { at, bake, policy },
      );
      return { comparison: report, verdict, warnings };
    },
  };
}

const NONE: Series = new Map();

function thresholdOf(check: MetricCheck, { target, versions }: Watched): Reader {
  const name = `${check.name} of ${targetName(target)}`;
  return {
    sources: check.sources.map((source) => filled(source, target, versions.canary)),
    judge(series, { at, bake, from, to }) {
      const { verdict, latest } = evaluateCheck(check, series, minutesBetween(from, to));
      const fails = verdict.kind === 'fail';
      const measured = latest === null ? '' : formatValue(latest.value, check);
      const isOver = at >= bake.since + bake.bakeMs;
      return {
        verdict: fails
          ? { kind: 'fail', reason: `${verdict.reason}, for ${targetName(target)}` }
          : PASS,
        measurements: [
          {
            ...{ kind: 'metric', at, check: name, verdict },
            state: fails ? 'FAIL' : latest === null ? 'NO DATA' : 'OK',
            detail: measured,
          },
        ],
        warnings:
          isOver && latest === null
            ? [`metric-checks: ${name} had no data: it was not checked (${conditionOf(check)}).`]
            : [],
      };
    },
  };
}

function filled(source: MetricSource, target: Target, version: string): MetricSource {
  return metricOf(source, { function: target.functionName, alias: target.alias, version });
}
