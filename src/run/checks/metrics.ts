import { AwsCallError } from '../../aws/call.ts';
import type { Metrics } from '../../aws/metrics.ts';
import type { ComparedMetrics } from '../../core/checks/comparison.ts';
import type { AnalysisPolicy } from '../../core/checks/analysis-policy.ts';
import { revertsByMetrics } from '../../core/checks/blindness.ts';
import {
  believed,
  isDue,
  judgedBy,
  ledgerOf,
  wantedBy,
  withReading,
  type Ledger,
} from '../../core/checks/ledger.ts';
import { distinct, seriesOf } from '../../core/metric-source.ts';
import type { Moment } from '../../core/moment.ts';
import type { Bake } from '../../core/rollout/plan.ts';
import {
  awaitedMinute,
  hasSettled,
  isWorthALook,
  looked,
  type Look,
} from '../../core/checks/settling.ts';
import { formatDuration } from '../../core/text/duration.ts';
import type { AfterPromotion } from '../../core/checks/promoted.ts';
import type { MetricCheck } from '../../core/checks/thresholds.ts';
import { comparisonReaders } from '../../core/checks/comparison-reader.ts';
import { durationReaders, type Timed } from '../../core/checks/duration-reader.ts';
import { promotedReaders } from '../../core/checks/promoted-reader.ts';
import type { Judged, Reader } from '../../core/checks/reader.ts';
import { thresholdReader } from '../../core/checks/threshold-reader.ts';
import { scopeOf, type Change, type Scope } from '../../core/checks/scope.ts';
import { PASS, worst, type Verdict } from '../../core/rollout/verdict.ts';
import type { Assessment, Checks } from '../../ports.ts';

export interface MetricChecksOptions {
  readonly metrics: Metrics;
  readonly targets: readonly Timed[];
  /** Left out: the versions are not compared. */
  readonly analysis: AnalysisPolicy | undefined;
  /** What is compared besides the errors that Lambda counts. */
  readonly compared: readonly ComparedMetrics[];
  readonly compareDuration: AnalysisPolicy['mode'] | 'off';
  readonly afterPromotion: AfterPromotion;
  readonly thresholds: readonly MetricCheck[];
  /** When the rollout began, if an earlier job began it: a time of day. Left out, with the first weight that is seen. */
  readonly begunAt: number | undefined;
  readonly metricDelayMs: number;
  readonly monitoringGraceMs: number;
}

/**
 * Everything that is judged by metrics. Each new minute is read with one call for all, and with it the older ones for as long as
 * they may change; in between, what was read is judged at the moment that it is.
 */
export function createMetricChecks(options: MetricChecksOptions): Checks {
  const { metrics, analysis, begunAt, metricDelayMs, monitoringGraceMs } = options;
  const alone = aloneReaders(options);
  let ledgers: Ledgers = {
    comparisons: ledgerOf(comparingReaders(options), EVERY_MINUTE),
    durations: ledgerOf(timingReaders(options), DURATIONS_EVERY),
    alone: ledgerOf(alone, EVERY_MINUTE),
    thresholds: ledgerOf(thresholdReaders(options), EVERY_MINUTE),
  };
  const reverts = revertsByMetrics(options);
  /** What was seen last of a minute that is waited for. */
  let look: Look | undefined;
  const warned = new Set<string>();
  /** When weights changed, by the steady clock. */
  const changes = new Map<number, Change>();
  /** When everything that was wanted was known last; by the same. */
  let seenAt: number | undefined;
  /** What should have been among the data that were read last, and was not. */
  let missing: string | undefined;

  function believedAt(scope: Scope) {
    return Object.entries(ledgers).map(
      ([name, ledger]) => [name, believed(ledger, scope)] as const,
    );
  }

  async function readWhatIsDue(scope: Scope, signal: AbortSignal): Promise<void> {
    const due = believedAt(scope).filter(
      ([, ledger]) => missing !== undefined || isDue(ledger, scope),
    );
    const wanted = due.map(([, ledger]) => wantedBy(ledger, scope));
    const sources = distinct(wanted.flatMap((each) => each.sources));
    const from = Math.min(
      ...wanted.filter((each) => each.sources.length > 0).map((each) => each.from),
    );
    const series =
      sources.length === 0 ? [] : await metrics.read(sources, { from, to: scope.to }, signal);
    const find = seriesOf(sources, series);
    const read = due.map(([name, ledger]) => [name, withReading(ledger, find, scope)] as const);
    ledgers = { ...ledgers, ...Object.fromEntries(read) };
  }

  /** While a minute is waited for that may be complete sooner than it is counted. */
  async function lookAtAwaited(at: Moment, bake: Bake, signal: AbortSignal): Promise<void> {
    const minute = awaitedMinute(bake, at);
    if (analysis?.mode !== 'on' || minute === undefined) return;
    const when = { at, metricDelayMs };
    if (!isWorthALook(minute, when) || hasSettled(minute, look, when)) return;
    const sources = distinct(
      ledgers.comparisons.begun.flatMap((reader) => reader.sources('side by side')),
    );
    const series = await metrics.read(sources, { from: minute, to: minute }, signal);
    look = looked(look, { minute, at, series });
  }

  function judgeAll(scope: Scope): Assessment {
    const { comparisons, durations, alone, thresholds } = ledgers;
    const inForce =
      scope.bake.weight < 100
        ? [comparisons, durations, thresholds]
        : [comparisons, durations, alone, thresholds];
    const judged = inForce.flatMap((ledger) => judgedBy(ledger, scope));
    [missing] = judged.flatMap(({ unseen }) => unseen ?? []);
    const assessment = merged(judged);
    const { steady } = scope.at;
    if (missing === undefined) {
      seenAt = steady;
      return assessment;
    }
    const verdict = worst([assessment.verdict, unseen(steady - (seenAt ?? steady), missing)]);
    return { ...assessment, verdict };
  }

  function merged(judged: readonly Judged[]): Assessment {
    const findings = judged.map(({ finding }) => finding);
    const warnings = judged.flatMap((each) => each.warnings).filter((text) => !warned.has(text));
    for (const text of warnings) warned.add(text);
    return { verdict: worst(findings.map(({ verdict }) => verdict)), findings, warnings };
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
      // Nothing is judged before there is a weight.
      if (bake === undefined) return merged([]);
      changes.set(bake.shiftedAt.steady, { at: bake.shiftedAt, weight: bake.weight });
      seenAt ??= at.steady;
      let scope: Scope;
      try {
        await lookAtAwaited(at, bake, signal);
        const all = [...changes.values()];
        scope = scopeOf({ at, bake, changes: all, begunAt, metricDelayMs, look });
        await readWhatIsDue(scope, signal);
      } catch (error) {
        if (!(error instanceof AwsCallError)) throw error;
        return { ...merged([]), verdict: unseen(at.steady - seenAt, error.message) };
      }
      return judgeAll(scope);
    },
  };
}

const EVERY_MINUTE = 1;
/**
 * Durations are twelve metrics of a function where the errors are four, and CloudWatch bills each metric that is asked for. A step
 * does not end before its last minute's were read.
 */
const DURATIONS_EVERY = 4;

type Ledgers = Readonly<Record<'comparisons' | 'durations' | 'alone' | 'thresholds', Ledger>>;

function aloneReaders({
  targets,
  analysis,
  afterPromotion,
}: MetricChecksOptions): readonly Reader[] {
  return analysis === undefined || afterPromotion === 'off'
    ? []
    : promotedReaders(targets, analysis, afterPromotion);
}

/** Whether a new version that is slower is reverted. */
function revertsDurations({ analysis, compareDuration }: MetricChecksOptions): boolean {
  return analysis?.mode === 'on' && compareDuration === 'on';
}

function comparingReaders(options: MetricChecksOptions): readonly Reader[] {
  const { targets, analysis, compared } = options;
  return analysis === undefined
    ? []
    : comparisonReaders(targets, compared, analysis, revertsDurations(options));
}

function timingReaders(options: MetricChecksOptions): readonly Reader[] {
  const { targets, analysis, compared, compareDuration } = options;
  if (analysis === undefined || compareDuration === 'off') return [];
  return revertsDurations(options)
    ? durationReaders(targets, { policy: analysis, comparisons: compared.length + 2 })
    : durationReaders(targets);
}

function thresholdReaders({ targets, thresholds }: MetricChecksOptions): readonly Reader[] {
  return targets.flatMap((target) => thresholds.map((check) => thresholdReader(check, target)));
}
