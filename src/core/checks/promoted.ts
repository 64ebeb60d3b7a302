import { odds } from './comparison.ts';
import { clamped, type Counts, type Rule } from '../statistics/evidence.ts';
import {
  afterMinuteAlone,
  judgeAlone,
  NOTHING_ALONE,
  type AloneCounts,
} from '../statistics/alone.ts';
import { rateInterval } from '../statistics/interval.ts';
import { lambdaMetric, type MetricSource, type Series, type Sources } from '../metric-source.ts';
import { beginningOfMinute, MINUTE_MS } from '../minute.ts';
import { timeOfDayThen, type Moment } from '../moment.ts';
import { count, grouped, percent } from '../text/numbers.ts';
import type { TimedMinute } from './pairing.ts';
import type { Scope } from './scope.ts';
import type { Seen } from './seen.ts';

/** What becomes of a version that fails after its promotion. */
export type AfterPromotion = 'revert' | 'observe' | 'off';

/** How often the new version failed once it was alone, against what the old one did during the rollout. */
export interface PromotedFinding extends Seen {
  readonly kind: 'promoted';
  readonly target: string;
  /** Of the minutes that both versions served. */
  readonly baseline: Counts;
  /** Since the promotion. */
  readonly canary: Counts;
  /** The greatest share of its requests that may fail. */
  readonly allowed: number;
  /** Natural logarithm. */
  readonly logE: number;
  readonly needed: number;
  readonly reverts: boolean;
}

/** More often than this, times what the old version may have failed at, is too much to be the new version's bad luck. */
export const TOLERATED_TIMES = 3;

/**
 * Outages that every version shares last mostly for less than three minutes. Measured (`npm run bench:after-promotion`): of good
 * versions none is reverted while the world stands still, nor in shared outages of one or two minutes at any rate, nor
 * for bursts of one environment; in an outage of three minutes or more practically all are. A version that fails half of
 * everything is put back for its third minute.
 */
export const LASTING_MINUTES = 3;

/** How long a promotion must bake so that it can be reverted by what is counted after it. Milliseconds. */
export function neededToJudgeMs(metricDelayMs: number): number {
  return LASTING_MINUTES * MINUTE_MS + metricDelayMs;
}

/** What the canary may fail at: three times the upper end of what the baseline's rate may have been. */
export function allowedAfter(
  baseline: Counts,
  { ratio, margin, floor }: Rule,
  times = TOLERATED_TIMES,
): number {
  return times * ratio * Math.max(floor, rateInterval(baseline).high) + margin;
}

export const PROMOTED_SOURCES: Sources<'requests' | 'failures'> = {
  requests: lambdaMetric('Invocations', 'Sum'),
  failures: lambdaMetric('Errors', 'Sum'),
};

/**
 * The alias's own, whatever version served it. It is not verified that Lambda publishes an ExecutedVersion for an alias that
 * has no weights.
 */
export const ALIAS_SOURCES: Sources<'ofAlias' | 'failuresOfAlias'> = {
  ofAlias: ofAlias('Invocations'),
  failuresOfAlias: ofAlias('Errors'),
};

function ofAlias(name: string): MetricSource {
  return {
    namespace: 'AWS/Lambda',
    name,
    statistic: 'Sum',
    dimensions: { FunctionName: '{function}', Resource: '{function}:{alias}' },
  };
}

export type PromotedSeries = Readonly<
  Record<keyof typeof PROMOTED_SOURCES | keyof typeof ALIAS_SOURCES, Series>
>;

/** What is kept of the minutes of a rollout for the time after it. */
export interface PromotedAccount {
  /** Of the minutes that both versions served. */
  readonly baseline: Counts;
  readonly alone: AloneCounts;
}

export const NOTHING_PROMOTED: PromotedAccount = {
  baseline: { total: 0, bad: 0 },
  alone: NOTHING_ALONE,
};

export interface PromotedMinutes {
  readonly sideBySide: readonly TimedMinute[];
  readonly series: PromotedSeries;
  readonly scope: Pick<Scope, 'at' | 'bake' | 'from' | 'to'>;
}

/** The account with the minutes of a scope. */
export function enteredAlone(
  { baseline, alone }: PromotedAccount,
  { sideBySide, series, scope }: PromotedMinutes,
): PromotedAccount {
  return {
    baseline: sideBySide.reduce((so, minute) => {
      const { total, bad } = clamped(minute.baseline);
      return { total: so.total + total, bad: so.bad + bad };
    }, baseline),
    alone: minutesSince(series, scope).reduce<AloneCounts>(
      (so, minute) => afterMinuteAlone(so, minute, LASTING_MINUTES),
      alone,
    ),
  };
}

/** What the canary did since the promotion; the minute of the promotion counts, as far as its version is named. */
function minutesSince(
  { requests, failures, ofAlias, failuresOfAlias }: PromotedSeries,
  { at: now, bake, from, to }: PromotedMinutes['scope'],
): readonly Counts[] {
  if (bake.weight < 100) return [];
  const shiftedAt = timeOfDayThen(bake.shiftedAt, now);
  const since = timeOfDayThen(bake.since, now);
  const minutes: Counts[] = [];
  for (let at = Math.max(from, beginningOfMinute(shiftedAt)); at <= to; at += MINUTE_MS) {
    const total = requests.get(at);
    const bad = failures.get(at);
    const isAlone = at >= since;
    if (total !== undefined) {
      if (bad !== undefined) minutes.push({ total, bad });
    } else if (isAlone) {
      minutes.push({ total: ofAlias.get(at) ?? 0, bad: failuresOfAlias.get(at) ?? 0 });
    }
  }
  return minutes;
}

export interface Promoted {
  readonly target: string;
  readonly account: PromotedAccount;
  readonly rule: Rule;
  readonly mode: Exclude<AfterPromotion, 'off'>;
}

/** At 100 % there is nothing to compare with but what the rollout itself measured before. */
export function judgePromoted(promoted: Promoted, at: Moment): PromotedFinding {
  const { target, account, rule, mode } = promoted;
  const { baseline, alone } = account;
  const { alpha } = rule;
  const allowed = allowedAfter(baseline, rule);
  const { logE, reverts } = judgeAlone(alone, { allowed, alpha, lasting: LASTING_MINUTES });
  const canary = { total: alone.total, bad: alone.bad };
  const judged = { target, baseline, canary, allowed, logE, needed: 1 / alpha, reverts };
  const fails = mode === 'revert' && reverts;
  return {
    kind: 'promoted',
    check: target,
    at: at.timeOfDay,
    verdict: { kind: fails ? 'fail' : 'pass', reason: fails ? describePromoted(judged) : '' },
    ...judged,
  };
}

/** Whether there was anything to hold the canary against. */
export function isJudged({ allowed }: Pick<PromotedFinding, 'allowed'>): boolean {
  return allowed < 1;
}

/**
 * `after the promotion of checkout:live: 1,500 requests, 750 failed (50.00 %), where by what the old version did at most
 * 0.60 % should have; evidence more than 1,000,000:1 of 100:1 needed`
 */
export function describePromoted(
  promoted: Pick<PromotedFinding, 'target' | 'canary' | 'baseline' | 'allowed' | 'logE' | 'needed'>,
): string {
  const { target, canary, baseline, allowed, logE, needed } = promoted;
  const what = `after the promotion of ${target}: ${count(canary.total, 'request')}, ${grouped(canary.bad)} failed`;
  if (!isJudged(promoted)) {
    return `${what}; not judged: the old version served ${count(baseline.total, 'request')} while both could be compared`;
  }
  const rate = canary.total === 0 ? '' : ` (${percent(canary.bad / canary.total)})`;
  return (
    `${what}${rate}, where by what the old version did at most ${percent(allowed)} should have; ` +
    `evidence ${odds(logE)} of ${grouped(Math.round(needed))}:1 needed`
  );
}
