import { judgeComparison, type AnalysisPolicy, type ComparedMetrics } from './comparison.ts';
import {
  baselineSources,
  canarySources,
  describeDurations,
  gravestTest,
  DURATION_ALPHA,
  isSlower,
  judgeDurations,
  type ComparedDurations,
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
  withoutVersion,
  type FindSeries,
  type MetricSource,
  type Series,
  type Sources,
} from './metric-source.ts';
import { firstWholeMinute, minutesBetween, MINUTE_MS } from '../minute.ts';
import { timeOfDayThen } from '../moment.ts';
import { ALIAS_SOURCES, judgePromoted, PROMOTED_SOURCES, type AfterPromotion } from './promoted.ts';
import { pairMinutes, type TimedMinute } from './pairing.ts';
import type { Shared } from '../statistics/share.ts';
import {
  decided,
  doubtIn,
  judgeStepEnd,
  PASSED,
  SHARE_OF_ALPHA,
  type Decided,
  type Judging,
} from './step-end.ts';
import { silence } from './silence.ts';
import type { Scope } from './scope.ts';
import { isBakeOver } from '../rollout/plan.ts';
import type { Versions } from '../alias/routing.ts';
import { targetName, type Target } from '../alias/target.ts';
import { PASS } from '../rollout/verdict.ts';

/** One metric check or comparison of one target: what it reads, and what it makes of that. */
export interface Reader {
  readonly sources: readonly MetricSource[];
  /** @param find finds the series of any of the sources */
  readonly judge: (find: FindSeries, scope: Scope) => Judged;
}

/** What a reader yields. */
export interface Judged {
  readonly finding: Finding;
  /** What a person should know although the rollout goes on. */
  readonly warnings: readonly string[];
  /** What should be there to be judged and is not. */
  readonly unseen?: string | undefined;
}

/** A target, and the versions between which its traffic moves. */
export interface WatchedTarget {
  readonly target: Target;
  readonly versions: Versions;
}

/** A target, and the longest time in which nobody called it before; undefined when nobody ever did, or it is not known. */
export interface Called extends WatchedTarget {
  readonly pauseMs: number | undefined;
}

const ERRORS: ComparedMetrics = {
  name: 'errors',
  bad: lambdaMetric('Errors', 'Sum'),
  total: lambdaMetric('Invocations', 'Sum'),
};

/** Compares Lambda's own errors of the two versions, and what the user wants compared besides. */
export function comparisonReaders(
  targets: readonly Called[],
  compared: readonly ComparedMetrics[],
  policy: AnalysisPolicy,
  durationsRevert = false,
): readonly Reader[] {
  const all = [ERRORS, ...compared];
  const comparisons = all.length + (durationsRevert ? 1 : 0);
  const shared = sharedOut(policy, { comparisons, targets: targets.length });
  return targets.flatMap((target) => all.map((each) => comparisonReader(each, target, shared)));
}

/**
 * The promise is for the rollout: with more bets against it, each has to be surer. A thousandth of it goes to requests that are
 * missing; what is only observed takes no part.
 */
function sharedOut(
  policy: AnalysisPolicy,
  { comparisons, targets }: { readonly comparisons: number; readonly targets: number },
): AnalysisPolicy {
  const alpha = (policy.rule.alpha * (1 - SHARE_OF_ALPHA)) / (comparisons * targets);
  return { ...policy, rule: { ...policy.rule, alpha } };
}

function comparisonReader(
  { name, bad, total }: ComparedMetrics,
  watched: Called,
  policy: AnalysisPolicy,
): Reader {
  const isErrors = name === ERRORS.name;
  const target = targetName(watched.target);
  const sources = { baseline: { total, bad }, canary: { total, bad } };
  return reader(watched, sources, (series, { at, bake, from, sideBySide: to, mixed, weights }) => {
    const withoutBad = isErrors ? 'late' : 'none';
    const minutes = pairMinutes(series, { from, to, mixed, withoutBad });
    const shares = isErrors ? sharesIn(minutes, weights) : [];
    const comparison = { name, target, minutes, countsTraffic: isErrors, shares };
    const isAwaited = isErrors && bake.weight < 100;
    return {
      ...judgeComparison(comparison, { at, bake, policy }),
      unseen: isAwaited ? silence(target, minutes, watched.pauseMs) : undefined,
    };
  });
}

/** What was counted of both versions under each weight. */
function sharesIn(minutes: readonly TimedMinute[], weights: Scope['weights']): readonly Shared[] {
  return weights.map(({ from, weight }, index) => {
    const end = weights[index + 1]?.from ?? Infinity;
    const counted = minutes.filter(({ at }) => at >= from && at < end);
    return {
      weight: weight / 100,
      baseline: counted.reduce((sum, { baseline }) => sum + baseline.total, 0),
      canary: counted.reduce((sum, { canary }) => sum + canary.total, 0),
    };
  });
}

function decideDurations(durations: ComparedDurations, judging: Judging): Decided {
  const described = describeDurations(durations);
  if (isSlower(durations)) return decided('fail', described);
  const test = gravestTest(durations);
  const doubt = test === undefined ? 'none' : doubtIn(test.logE, test.needed);
  const traffic = { target: durations.target, minutes: [], shares: [], countsTraffic: false };
  return judgeStepEnd(traffic, { doubt, described }, judging);
}

/**
 * Judges each version that is alone, by what was measured of the one before.
 * @param mode whether one that fails too often is reverted
 */
export function promotedReaders(
  targets: readonly WatchedTarget[],
  { rule }: Pick<AnalysisPolicy, 'rule'>,
  mode: Exclude<AfterPromotion, 'off'>,
): readonly Reader[] {
  const shared = { ...rule, alpha: rule.alpha / targets.length };
  return targets.map((watched) => {
    const sources = {
      baseline: PROMOTED_SOURCES,
      canary: { ...PROMOTED_SOURCES, ...ALIAS_SOURCES },
    };
    return reader(
      watched,
      sources,
      ({ baseline, canary }, { at, bake, from, to, sideBySide, mixed }) => {
        const pairs = { baseline: pairOf(baseline), canary: pairOf(canary) };
        const options = { from, to: sideBySide, mixed, withoutBad: 'late' } as const;
        const target = targetName(watched.target);
        const minutes = pairMinutes(pairs, options);
        const known = { target, sideBySide: minutes, series: canary, bake, to, rule: shared, mode };
        return { finding: judgePromoted(known, at), warnings: [] };
      },
    );
  });
}

function pairOf({ requests, failures }: Readonly<Record<'requests' | 'failures', Series>>) {
  return { total: requests, bad: failures };
}

/** A target, and how long its requests took before. */
export interface Timed extends Called {
  readonly yardstick: Yardstick | undefined;
}

/**
 * Compares how long requests of the two versions take.
 * @param reverting by what a canary that is slower fails, and how many comparisons there are with this one; left out, it is only
 *   reported
 */
export function durationReaders(
  targets: readonly Timed[],
  reverting?: { readonly policy: AnalysisPolicy; readonly comparisons: number },
): readonly Reader[] {
  const policy =
    reverting && sharedOut(reverting.policy, { ...reverting, targets: targets.length });
  const alpha = policy?.rule.alpha ?? DURATION_ALPHA / targets.length;
  return targets.map((watched): Reader => {
    const { yardstick } = watched;
    const target = targetName(watched.target);
    const sources = { baseline: baselineSources(yardstick), canary: canarySources(yardstick) };
    return reader(
      watched,
      sources,
      ({ baseline, canary }, { at, bake, from, sideBySide: to, mixed }) => {
        const known = { target, yardstick, baseline, canary };
        const durations = judgeDurations({ ...known, from, to, mixed, alpha });
        const { verdict, warnings } =
          policy === undefined ? PASSED : decideDurations(durations, { at, bake, policy });
        const finding: DurationFinding = {
          kind: 'duration',
          check: target,
          at: at.timeOfDay,
          verdict,
          ...durations,
        };
        return { finding, warnings };
      },
    );
  });
}

/** Without a value for so many settled minutes, nothing is known of a metric any more. */
const STALE_MINUTES = 3;

/**
 * Watches a metric whatever the baseline does.
 * @param isAlone whether the alias serves the canary alone. It is not verified that Lambda names the version of an alias without
 *   weights; where it does not, the alias's own series is the canary's.
 */
export function thresholdReader(
  check: MetricCheck,
  watched: WatchedTarget,
  isAlone = false,
): Reader {
  const target = targetName(watched.target);
  const name = `${check.name} of ${target}`;
  // By their numbers, as the check's own expression names them.
  const canary: Sources<string> = Object.fromEntries(check.sources.entries());
  const ofAlias: Sources<string> = isAlone
    ? Object.fromEntries(check.sources.map((source, index) => [index, withoutVersion(source)]))
    : {};
  return reader(watched, { baseline: ofAlias, canary }, (series, { at, bake, from, to }) => {
    const measured = isAlone
      ? aloneSince(series, firstWholeMinute(timeOfDayThen(bake.since, at)))
      : series.canary;
    const { verdict, latest } = evaluateCheck(check, measured, minutesBetween(from, to));
    const fails = verdict.kind === 'fail';
    const isStale = latest === null || latest.at <= to - STALE_MINUTES * MINUTE_MS;
    const first = firstWholeMinute(timeOfDayThen(bake.since, at));
    const isOver = isBakeOver(bake, at) && to >= first;
    const finding: ThresholdFinding = {
      kind: 'threshold',
      check: name,
      at: at.timeOfDay,
      verdict: fails ? { kind: 'fail', reason: `${verdict.reason}, for ${target}` } : PASS,
      state: fails ? 'FAIL' : isStale ? 'NO DATA' : 'OK',
      detail: isStale ? '' : formatValue(latest.value, check),
      breaches: verdict.reason,
    };
    const unchecked = `metric-checks: ${name} had no data: it was not checked (${conditionOf(check)}).`;
    return { finding, warnings: isOver && latest === null ? [unchecked] : [] };
  });
}

/** By the numbers of the check: where the canary's own has no value, that of the alias, from when it is alone on. */
function aloneSince(
  series: Readonly<Record<'baseline' | 'canary', Readonly<Record<string, Series>>>>,
  since: number,
): Readonly<Record<string, Series>> {
  return Object.fromEntries(
    Object.entries(series.canary).map(([index, own]) => {
      const alias = [...(series.baseline[index] ?? [])].filter(([at]) => at >= since);
      return [index, new Map([...alias, ...own])];
    }),
  );
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
