import { judgeComparison, type AnalysisPolicy, type ComparedMetrics } from './comparison.ts';
import {
  baselineSources,
  canarySources,
  describeDurations,
  DURATION_ALPHA,
  isSlower,
  judgeDurations,
  type DurationFinding,
  type Yardstick,
} from './durations.ts';
import type { Finding } from './finding.ts';
import {
  conditionOf,
  evaluateCheck,
  formatValue,
  type MetricCheck,
  type ThresholdFinding,
} from './thresholds.ts';
import {
  lambdaMetric,
  listed,
  metricsOf,
  seriesByName,
  type FindSeries,
  type MetricSource,
  type Series,
  type Sources,
} from './metric-source.ts';
import {
  beginningOfMinute,
  firstWholeMinute,
  isEarlyInMinute,
  lastSettledMinute,
  minutesBetween,
} from '../minute.ts';
import { timeOfDayThen, type Moment } from '../moment.ts';
import { pairMinutes } from './pairing.ts';
import { isBakeOver, type Bake } from '../rollout/plan.ts';
import type { Versions } from '../alias/routing.ts';
import { targetName, type Target } from '../alias/target.ts';
import { PASS, type Verdict } from '../rollout/verdict.ts';

/** One metric check or comparison of one target: what it reads, and what it makes of that. */
export interface Reader {
  readonly sources: readonly MetricSource[];
  /** @param find finds the series of any of the sources */
  readonly judge: (find: FindSeries, scope: Scope) => Judged;
}

/** When, and over which minutes, something is judged. */
export interface Scope {
  readonly at: Moment;
  readonly bake: Bake;
  /** Beginnings of the first and of the last minute. */
  readonly from: number;
  readonly to: number;
  /** Minutes in which two weights were in force. */
  readonly mixed: ReadonlySet<number>;
}

export interface ScopeOptions {
  readonly at: Moment;
  readonly bake: Bake;
  /** When weights changed, as far as this process knows. */
  readonly changes: readonly Moment[];
  /** When the rollout began, by the time of day, if an earlier job began it. */
  readonly begunAt: number | undefined;
  readonly metricDelayMs: number;
}

/** All minutes since the rollout began, those included in which the machine stood still. */
export function scopeOf({ at, bake, changes, begunAt, metricDelayMs }: ScopeOptions): Scope {
  const changed = changes.map((change) => timeOfDayThen(change, at));
  const uneven = changed.filter((time) => !isEarlyInMinute(time));
  return {
    at,
    bake,
    from: firstWholeMinute(Math.min(begunAt ?? Infinity, ...changed)),
    to: lastSettledMinute(at.timeOfDay, metricDelayMs),
    mixed: new Set(uneven.map(beginningOfMinute)),
  };
}

/** What a reader yields. */
export interface Judged {
  readonly finding: Finding;
  /** What a person should know although the rollout goes on. */
  readonly warnings: readonly string[];
}

/** A target, and the versions between which its traffic moves. */
export interface WatchedTarget {
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
  targets: readonly WatchedTarget[],
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
  watched: WatchedTarget,
  policy: AnalysisPolicy,
): Reader {
  const isErrors = name === ERRORS.name;
  const target = targetName(watched.target);
  const sources = { baseline: { total, bad }, canary: { total, bad } };
  return reader(watched, sources, (series, { at, bake, from, to, mixed }) => {
    const withoutBad = isErrors ? 'late' : 'none';
    const minutes = pairMinutes(series, { from, to, mixed, withoutBad });
    const comparison = { name, target, minutes, countsTraffic: isErrors };
    return judgeComparison(comparison, { at, bake, policy });
  });
}

/** A target, and how long its requests took before. */
export interface Timed extends WatchedTarget {
  readonly yardstick: Yardstick | undefined;
}

/**
 * Compares how long requests of the two versions take.
 * @param reverts whether a canary that is slower fails, rather than that it is only reported
 */
export function durationReaders(targets: readonly Timed[], reverts: boolean): readonly Reader[] {
  const alpha = DURATION_ALPHA / targets.length;
  return targets.map((watched): Reader => {
    const { yardstick } = watched;
    const target = targetName(watched.target);
    const sources = { baseline: baselineSources(yardstick), canary: canarySources(yardstick) };
    return reader(watched, sources, ({ baseline, canary }, { at, from, to, mixed }) => {
      const known = { target, yardstick, baseline, canary };
      const durations = judgeDurations({ ...known, from, to, mixed, alpha });
      const verdict: Verdict =
        reverts && isSlower(durations)
          ? { kind: 'fail', reason: describeDurations(durations) }
          : PASS;
      const finding: DurationFinding = {
        kind: 'duration',
        check: target,
        at: at.timeOfDay,
        verdict,
        ...durations,
      };
      return { finding, warnings: [] };
    });
  });
}

/** Watches a metric whatever the baseline does. */
export function thresholdReader(check: MetricCheck, watched: WatchedTarget): Reader {
  const target = targetName(watched.target);
  const name = `${check.name} of ${target}`;
  // By their numbers, as the check's own expression names them.
  const canary: Sources<string> = Object.fromEntries(check.sources.entries());
  return reader(watched, { baseline: {}, canary }, (series, { at, bake, from, to }) => {
    const { verdict, latest } = evaluateCheck(check, series.canary, minutesBetween(from, to));
    const fails = verdict.kind === 'fail';
    const finding: ThresholdFinding = {
      kind: 'threshold',
      check: name,
      at: at.timeOfDay,
      verdict: fails ? { kind: 'fail', reason: `${verdict.reason}, for ${target}` } : PASS,
      state: fails ? 'FAIL' : latest === null ? 'NO DATA' : 'OK',
      detail: latest === null ? '' : formatValue(latest.value, check),
      breaches: verdict.reason,
    };
    const unchecked = `metric-checks: ${name} had no data: it was not checked (${conditionOf(check)}).`;
    return { finding, warnings: isBakeOver(bake, at) && latest === null ? [unchecked] : [] };
  });
}

/** What is read of the two versions of a target, under names, and what is made of the series of these names. */
function reader<B extends string, C extends string>(
  { target, versions }: WatchedTarget,
  sources: { readonly baseline: Sources<B>; readonly canary: Sources<C> },
  judge: (
    series: {
      readonly baseline: Readonly<Record<B, Series>>;
      readonly canary: Readonly<Record<C, Series>>;
    },
    scope: Scope,
  ) => Judged,
): Reader {
  const subject = { function: target.functionName, alias: target.alias };
  const baseline = metricsOf(sources.baseline, { ...subject, version: versions.stable });
  const canary = metricsOf(sources.canary, { ...subject, version: versions.canary });
  return {
    sources: [...listed(baseline), ...listed(canary)],
    judge: (find, scope) =>
      judge({ baseline: seriesByName(baseline, find), canary: seriesByName(canary, find) }, scope),
  };
}
