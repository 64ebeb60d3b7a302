import { AwsCallError } from '../../aws/call.ts';
import type { Metrics } from '../../aws/metrics.ts';
import type { AnalysisPolicy, ComparedMetrics } from '../../core/checks/comparison.ts';
import { seriesOf } from '../../core/checks/metric-source.ts';
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

/** Everything that is judged by metrics: all minutes since the first weight, read anew with one call each time. */
export function createMetricChecks(options: MetricChecksOptions): Checks {
  const { metrics, targets, analysis, begunAt, metricDelayMs, monitoringGraceMs } = options;
  const comparing = versionReaders(options);
  const alone = aloneReaders(options);
  const thresholdsOf = (isAlone: boolean) =>
    targets.flatMap((target) =>
      options.thresholds.map((check) => thresholdReader(check, target, isAlone)),
    );
  const thresholds = { shared: thresholdsOf(false), alone: thresholdsOf(true) };
  const reverts =
    options.thresholds.length > 0 ||
    analysis?.mode === 'on' ||
    (alone.length > 0 && options.afterPromotion === 'revert');
  const warned = new Set<string>();
  /** When weights changed, by the steady clock. */
  const changes = new Map<number, Change>();
  /** By the same. */
  let seenAt: number | undefined;

  async function judgeAll(
    readers: readonly Reader[],
    scope: Scope,
    signal: AbortSignal,
  ): Promise<Assessment> {
    const sources = readers.flatMap((reader) => reader.sources);
    const { from, to } = scope;
    const series = to < from ? [] : await metrics.read(sources, { from, to }, signal);
    const find = seriesOf(sources, series);
    const judged = readers.map(({ judge }) => judge(find, scope));
    const [missing] = judged.flatMap(({ unseen }) => unseen ?? []);
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
      const readers =
        bake.weight < 100
          ? [...comparing, ...thresholds.shared]
          : [...comparing, ...alone, ...thresholds.alone];
      if (readers.length === 0) return merged([]);
      const scope = scopeOf({ at, bake, changes: [...changes.values()], begunAt, metricDelayMs });
      try {
        return await judgeAll(readers, scope, signal);
      } catch (error) {
        if (!(error instanceof AwsCallError)) throw error;
        return { ...merged([]), verdict: unseen(at.steady - seenAt, error.message) };
      }
    },
  };
}

function aloneReaders({
  targets,
  analysis,
  afterPromotion,
}: MetricChecksOptions): readonly Reader[] {
  return analysis === undefined || afterPromotion === 'off'
    ? []
    : promotedReaders(targets, analysis, afterPromotion);
}

function versionReaders({
  targets,
  analysis,
  compared,
  compareDuration,
}: MetricChecksOptions): readonly Reader[] {
  if (analysis === undefined) return [];
  const revert = analysis.mode === 'on' && compareDuration === 'on';
  const reverting = revert ? { policy: analysis, comparisons: compared.length + 2 } : undefined;
  return [
    ...comparisonReaders(targets, compared, analysis, revert),
    ...(compareDuration === 'off' ? [] : durationReaders(targets, reverting)),
  ];
}
