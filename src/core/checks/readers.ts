import type { Measurement } from './alarms.ts';
import {
  judgeComparison,
  type AnalysisPolicy,
  type ComparedMetrics,
  type ComparisonReport,
} from './comparison.ts';
import {
  baselineSources,
  canarySources,
  describeDurations,
  DURATION_ALPHA,
  isSlower,
  judgeDurations,
  type DurationReport,
  type Yardstick,
} from './durations.ts';
import { conditionOf, evaluateCheck, formatValue, type MetricCheck } from './thresholds.ts';
import { lambdaMetric, metricOf, type MetricSource, type Series } from './metric-source.ts';
import { minutesBetween } from '../minute.ts';
import { pairMinutes } from './pairing.ts';
import type { Bake } from '../rollout/plan.ts';
import type { Versions } from '../alias/routing.ts';
import { targetName, type Target } from '../alias/target.ts';
import { PASS, type Verdict } from '../rollout/verdict.ts';

/** One metric check or comparison of one target: what it reads, and what it makes of that. */
export interface Reader {
  readonly sources: readonly MetricSource[];
  /** @param series one for each source, in the same order */
  readonly judge: (series: readonly Series[], moment: Moment) => Judged;
}

/** When, and over which minutes, something is judged. */
export interface Moment {
  readonly at: number;
  readonly bake: Bake;
  /** Beginnings of the first and of the last minute. */
  readonly from: number;
  readonly to: number;
  /** Minutes in which two weights were in force. */
  readonly mixed: ReadonlySet<number>;
}

export interface Judged {
  readonly verdict: Verdict;
  readonly measurements?: readonly Measurement[];
  readonly comparison?: ComparisonReport;
  readonly duration?: DurationReport;
  readonly warnings: readonly string[];
}

export interface Watched {
  readonly target: Target;
  readonly versions: Versions;
}

const ERRORS: ComparedMetrics = {
  name: 'errors',
  bad: lambdaMetric('Errors', 'Sum'),
  total: lambdaMetric('Invocations', 'Sum'),
};

/** Compares Lambda's own errors of the two versions, and what the user wants compared besides. */
export function comparisonReaders(
  targets: readonly Watched[],
  compared: readonly ComparedMetrics[],
  policy: AnalysisPolicy,
): readonly Reader[] {
  const all = [ERRORS, ...compared];
  // The promise is for the rollout: with more bets against it, each has to be surer.
  const alpha = policy.rule.alpha / (all.length * targets.length);
  const shared = { ...policy, rule: { ...policy.rule, alpha } };
  return targets.flatMap((target) => all.map((each) => comparisonReader(each, target, shared)));
}

function comparisonReader(
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

/** A target, and how long its requests took before. */
export interface Timed extends Watched {
  readonly yardstick: Yardstick | undefined;
}

/**
 * Compares how long requests of the two versions take.
 * @param reverts whether a canary that is slower fails, rather than that it is only reported
 */
export function durationReaders(targets: readonly Timed[], reverts: boolean): readonly Reader[] {
  const alpha = DURATION_ALPHA / targets.length;
  return targets.map(({ target, versions, yardstick }): Reader => {
    const old = baselineSources(yardstick).map((each) => filled(each, target, versions.stable));
    const current = canarySources(yardstick).map((each) => filled(each, target, versions.canary));
    return {
      sources: [...old, ...current],
      judge(series, { from, to, mixed }) {
        const report = judgeDurations({
          target: targetName(target),
          yardstick,
          from,
          to,
          mixed,
          alpha,
          baseline: series.slice(0, old.length),
          canary: series.slice(old.length),
        });
        const verdict: Verdict =
          reverts && isSlower(report) ? { kind: 'fail', reason: describeDurations(report) } : PASS;
        return { duration: report, verdict, warnings: [] };
      },
    };
  });
}

/** Watches a metric whatever the baseline does. */
export function thresholdReader(check: MetricCheck, { target, versions }: Watched): Reader {
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
            kind: 'metric',
            at,
            check: name,
            verdict,
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
