import { failuresToRevert, judge, type Counts, type Rule } from '../statistics/evidence.ts';
import type { MetricSource } from './metric-source.ts';
import { firstWholeMinute, isEarlyInMinute, lastSettledMinute, MINUTE_MS } from '../minute.ts';
import { timeOfDayThen, type Moment } from '../moment.ts';
import type { TimedMinute } from './pairing.ts';
import { isBakeOver, type Bake } from '../rollout/plan.ts';
import { grouped, percent } from '../text/numbers.ts';
import { formatWeight } from '../alias/routing.ts';
import type { Seen } from './seen.ts';
import { PASS, type Verdict } from '../rollout/verdict.ts';

export interface AnalysisPolicy {
  /** `observe` judges and reports, and neither reverts nor extends. */
  readonly mode: 'on' | 'observe';
  readonly rule: Rule;
  /** Requests of the canary in a step, below which the step is extended. */
  readonly minInvocations: number;
  /** How many times its bake time a step may last. */
  readonly maxExtension: number;
  readonly onInconclusive: 'promote' | 'hold' | 'revert';
  /** How long after its end a minute's metrics are taken to be complete. */
  readonly metricDelayMs: number;
}

/** A count of bad ones and one of all, as Lambda or the user publishes them. */
export interface ComparedMetrics {
  readonly name: string;
  readonly bad: MetricSource;
  readonly total: MetricSource;
}

/** One count of bad ones among all, compared between the versions of one target. */
export interface Comparison {
  /** `errors`, or what the user calls it. */
  readonly name: string;
  readonly target: string;
  /** Settled ones, from the first weight on. */
  readonly minutes: readonly TimedMinute[];
  /** Whether there was enough traffic is told by Lambda's own count of requests, not by others. */
  readonly countsTraffic: boolean;
}

/** How often the two versions failed, and what that is worth. */
export interface ComparedCounts {
  readonly name: string;
  readonly target: string;
  readonly baseline: Counts;
  readonly canary: Counts;
  /** Natural logarithm of the evidence, by the beginning of the minute. */
  readonly evidence: readonly { readonly at: number; readonly logE: number }[];
  /** What the evidence must come up to, to revert: 1/alpha. */
  readonly needed: number;
  readonly pValue: number;
  readonly failuresToRevert: number | null;
  readonly reverts: boolean;
}

/** How the two versions compare, in all minutes since the first weight. */
export interface ComparisonFinding extends Seen, ComparedCounts {
  readonly kind: 'comparison';
}

export interface ComparisonJudged {
  readonly finding: ComparisonFinding;
  /** What a person should know although the rollout goes on. */
  readonly warnings: readonly string[];
}

interface Decided {
  readonly verdict: Verdict;
  readonly warnings: readonly string[];
}

interface Judging {
  readonly at: Moment;
  readonly bake: Bake;
  readonly policy: AnalysisPolicy;
}

/** A canary that gets no request with that many expected is not just unlucky: P < 0.005 %. */
const CERTAINLY_SOME = 10;

/** Judges all that was counted since the first weight, at a moment in a bake. */
export function judgeComparison(comparison: Comparison, judging: Judging): ComparisonJudged {
  const counts = countsOf(comparison, judging.policy.rule);
  const { verdict, warnings } = decide(comparison, counts, judging);
  const { name, target } = counts;
  const check = `${name} of ${target}`;
  return {
    finding: { kind: 'comparison', check, at: judging.at.timeOfDay, verdict, ...counts },
    warnings,
  };
}

function decide(comparison: Comparison, counts: ComparedCounts, judging: Judging): Decided {
  const { at, bake, policy } = judging;
  if (policy.mode === 'observe') return PASSED;
  if (counts.reverts) return decided('fail', describeComparison(counts));
  if (bake.weight >= 100 || !isBakeOver(bake, at)) return PASSED;
  return comparison.countsTraffic ? judgeTraffic(comparison, judging) : PASSED;
}

const PASSED: Decided = { verdict: PASS, warnings: [] };

/** At the end of a step: whether there was enough traffic to go by. */
function judgeTraffic({ target, minutes }: Comparison, { at, bake, policy }: Judging): Decided {
  const { weight, since, bakeMs, promotionNext, latest } = bake;
  const firstMinute = firstWholeMinute(timeOfDayThen(since, at));
  const inStep = minutes.filter((minute) => minute.at >= firstMinute);
  const canary = sum(inStep.map((minute) => minute.canary.total));
  const baseline = sum(inStep.map((minute) => minute.baseline.total));
  const enough = canary >= policy.minInvocations;
  const longerMs = at.steady - (since.steady + bakeMs);
  const settled =
    lastSettledMinute(at.timeOfDay, policy.metricDelayMs) >= lastMinuteOf(at.timeOfDay - longerMs);
  if (!settled && (promotionNext || !enough)) {
    return decided('extend', `the metrics of the last minute of ${target} are not there yet`);
  }
  const expected = (baseline * weight) / (100 - weight);
  if (canary === 0 && expected >= CERTAINLY_SOME) {
    return decided(
      'fail',
      `${target}: the canary served no request, though about ${Math.round(expected)} were to be expected at ` +
        `${formatWeight(weight)}: look at what calls the function (by its alias?) and at its permissions`,
    );
  }
  if (enough) return PASSED;
  const few =
    `${target}: the canary served ${count(canary, 'request')} at ${formatWeight(weight)}, and ` +
    `${policy.minInvocations} are needed to judge it (min-invocations)`;
  const longest = { since, bakeMs: bakeMs * policy.maxExtension };
  if (!isBakeOver(longest, at) && at.timeOfDay < latest) return decided('extend', few);
  switch (policy.onInconclusive) {
    case 'promote':
      return {
        verdict: PASS,
        warnings: [`${few}. It goes on all the same: on-inconclusive is promote.`],
      };
    case 'hold':
      return decided('hold', few);
    case 'revert':
      return decided('fail', few);
  }
}

/** The beginning of the last minute of a bake that ended at this time. */
function lastMinuteOf(end: number): number {
  const minute = end - (end % MINUTE_MS);
  return isEarlyInMinute(end) ? minute - MINUTE_MS : minute;
}

function decided(kind: Verdict['kind'], reason: string): Decided {
  return { verdict: { kind, reason }, warnings: [] };
}

function countsOf({ name, target, minutes }: Comparison, rule: Rule): ComparedCounts {
  const { logE, revertAt, pValue } = judge(minutes, rule);
  return {
    name,
    target,
    baseline: totalOf(minutes.map(({ baseline }) => baseline)),
    canary: totalOf(minutes.map(({ canary }) => canary)),
    evidence: minutes.map(({ at }, index) => ({ at, logE: logE[index] ?? 0 })),
    needed: 1 / rule.alpha,
    pValue,
    failuresToRevert: failuresToRevert(minutes, rule),
    reverts: revertAt !== null,
  };
}

function totalOf(counts: readonly Counts[]): Counts {
  return {
    total: sum(counts.map(({ total }) => total)),
    bad: sum(counts.map(({ bad, total }) => Math.min(bad, total))),
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}

/**
 * `canary 412 requests, 3 failed (0.73 %); baseline 3,715, 4 failed (0.11 %); evidence 4.9:1 of 100:1 needed; 7
 * more failures would revert`
 */
export function describeComparison(counts: ComparedCounts): string {
  const { name, target, canary, baseline, needed, reverts } = counts;
  const more = counts.failuresToRevert;
  const parts = [
    `canary ${count(canary.total, 'request')}, ${share(canary)}`,
    `baseline ${grouped(baseline.total)}, ${share(baseline)}`,
    `evidence ${odds(evidenceOf(counts))} of ${grouped(Math.round(needed))}:1 needed`,
    ...(reverts || more === null ? [] : [`${count(more, 'more failure')} would revert`]),
  ];
  return `${name} of ${target}: ${parts.join('; ')}`;
}

function share({ total, bad }: Counts): string {
  return total === 0 ? 'none failed' : `${grouped(bad)} failed (${percent(bad / total)})`;
}

/** Natural logarithm of the evidence as it stands; of one that reverts, where it stood highest. */
export function evidenceOf({ evidence, pValue, reverts }: ComparedCounts): number {
  return reverts ? -Math.log(pValue) : (evidence.at(-1)?.logE ?? 0);
}

/** Above this it is certain for every practical purpose, and the number only takes room. */
const CERTAIN_LOG = Math.log(1e6);

/** Below this nothing speaks against the canary, and one decimal would show none. */
const LEAST_LOG = Math.log(0.1);

/** `4.9:1`; `less than 0.1:1`; `more than 1,000,000:1`. */
export function odds(logE: number): string {
  if (logE < LEAST_LOG) return 'less than 0.1:1';
  if (logE > CERTAIN_LOG) return 'more than 1,000,000:1';
  const value = Math.exp(logE);
  return `${value < 100 ? value.toFixed(1) : grouped(Math.round(value))}:1`;
}

function count(number: number, what: string): string {
  return `${grouped(number)} ${what}${number === 1 ? '' : 's'}`;
}
