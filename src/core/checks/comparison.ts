import { pValueOf, type Standing } from '../statistics/betting.ts';
import {
  failuresToRevertAfter,
  type Counts,
  type Minute,
  type Rule,
} from '../statistics/evidence.ts';
import type { MetricSource } from '../metric-source.ts';
import type { Comparison } from './counted.ts';
import { count, grouped, percent } from '../text/numbers.ts';
import type { TimedMinute } from './pairing.ts';
import type { Seen } from './seen.ts';
import {
  decided,
  doubtIn,
  judgeStepEnd,
  PASSED,
  type Decided,
  type Judging,
  type Measured,
} from './step-end.ts';

/** A count of bad ones and one of all, as Lambda or the user publishes them. */
export interface ComparedMetrics {
  readonly name: string;
  readonly bad: MetricSource;
  readonly total: MetricSource;
}

/** How often the two versions failed, and what that is worth. */
export interface ComparedCounts {
  readonly name: string;
  readonly target: string;
  readonly baseline: Counts;
  readonly canary: Counts;
  /** What they were counted in. */
  readonly minutes: readonly TimedMinute[];
  /** Natural logarithm of the evidence, by the beginning of the minute. */
  readonly evidence: readonly { readonly at: number; readonly logE: number }[];
  /** What the evidence must come up to, to revert: 1/alpha. */
  readonly needed: number;
  readonly pValue: number;
  readonly outstanding: Outstanding;
  readonly reverts: boolean;
}

/** What {@link failuresOutstanding} is found by. It takes a search, so only what is shown asks for it. */
export interface Outstanding {
  /** How the bets stood before the last minute. */
  readonly before: Standing;
  readonly last: Minute | undefined;
  readonly rule: Rule;
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
  if (judging.policy.mode === 'observe') return PASSED;
  if (counts.reverts) return decided('fail', describeComparison(counts));
  return judgeStepEnd(comparison, measuredOf(counts, judging.policy.rule), judging);
}

/** What the evidence stands at when the step is to end. */
function measuredOf(counts: ComparedCounts, { floor }: Rule): Measured {
  const isAboveFloor = counts.canary.bad >= floor * counts.canary.total;
  return {
    doubt: isAboveFloor ? doubtIn(evidenceOf(counts), counts.needed) : 'none',
    described: () => describeComparison(counts),
  };
}

function countsOf({ name, target, counted }: Comparison, rule: Rule): ComparedCounts {
  const { standing, before, baseline, canary, minutes, evidence, recent } = counted;
  return {
    name,
    target,
    baseline,
    canary,
    evidence,
    minutes,
    needed: 1 / rule.alpha,
    pValue: pValueOf(standing),
    outstanding: { before, last: recent.at(-1), rule },
    reverts: standing.revertAt !== null,
  };
}

/**
 * `canary 412 requests, 3 failed (0.73 %); baseline 3,715, 4 failed (0.11 %); evidence 4.9:1 of 100:1 needed; 7
 * more failures would revert`
 */
export function describeComparison(counts: ComparedCounts): string {
  const { name, target, canary, baseline, needed, reverts } = counts;
  const more = reverts ? 0 : failuresOutstanding(counts);
  const parts = [
    `canary ${count(canary.total, 'request')}, ${share(canary)}`,
    `baseline ${grouped(baseline.total)}, ${share(baseline)}`,
    `evidence ${odds(evidenceOf(counts))} of ${grouped(Math.round(needed))}:1 needed`,
    ...(reverts || more === null ? [] : [`${count(more, 'more failure')} would revert`]),
  ];
  return `${name} of ${target}: ${parts.join('; ')}`;
}

/** How many more failures in the last minute would revert; null when no number of them would. */
export function failuresOutstanding({ outstanding }: Pick<ComparedCounts, 'outstanding'>) {
  const { before, last, rule } = outstanding;
  return failuresToRevertAfter(before, last, rule);
}

function share({ total, bad }: Counts): string {
  return total === 0 ? 'none failed' : `${grouped(bad)} failed (${percent(bad / total)})`;
}

/** Natural logarithm of the evidence as it stands; of one that reverts, where it stood highest. */
export function evidenceOf({ evidence, pValue, reverts }: ComparedCounts): number {
  return reverts ? -Math.log(pValue) : (evidence.at(-1)?.logE ?? 0);
}

/** How far the evidence is above what is needed. */
export function surplus(counts: ComparedCounts): number {
  return evidenceOf(counts) - Math.log(counts.needed);
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
