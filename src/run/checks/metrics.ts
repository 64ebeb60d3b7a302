import { AwsCallError } from '../../aws/call.ts';
import type { Metrics } from '../../aws/metrics.ts';
import type { AnalysisPolicy, ComparedMetrics } from '../../core/checks/comparison.ts';
import { seriesOf } from '../../core/checks/metric-source.ts';
import { formatDuration } from '../../core/text/duration.ts';
import type { AfterPromotion } from '../../core/checks/promoted.ts';
import type { MetricCheck } from '../../core/checks/thresholds.ts';
import {
  comparisonReaders,
  durationReaders,
  promotedReaders,
  thresholdReader,
  type Judged,
  type Moment,
  type Reader,
  type Timed,
} from '../../core/checks/readers.ts';
import {
  beginningOfMinute,
  firstWholeMinute,
  isEarlyInMinute,
  lastMinuteBefore,
  lastSettledMinute,
} from '../../core/minute.ts';
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
  /** When the rollout began, if an earlier job did; left out, it begins with the first weight that is seen. */
  readonly begunAt: number | undefined;
  readonly metricDelayMs: number;
  readonly monitoringGraceMs: number;
}

/** Everything that is judged by metrics: all minutes since the first weight, read anew with one call each time. */
export function createMetricChecks(options: MetricChecksOptions): Checks {
  const { metrics, targets, analysis, metricDelayMs, monitoringGraceMs } = options;
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
  const mixed = new Set<number>();
  const weights: { readonly from: number; readonly weight: number }[] = [];
  let from = options.begunAt && firstWholeMinute(options.begunAt);
  let seenAt: number | undefined;

  async function judgeAll(
    readers: readonly Reader[],
    moment: Moment,
    signal: AbortSignal,
  ): Promise<Assessment> {
    const sources = readers.flatMap((reader) => reader.sources);
    const { from, to } = moment;
    const series = to < from ? [] : await metrics.read(sources, { from, to }, signal);
    const find = seriesOf(sources, series);
    const judged = readers.map(({ judge }) => judge(find, moment));
    const [missing] = judged.flatMap(({ unseen }) => unseen ?? []);
    const assessment = merged(judged);
    if (missing === undefined) {
      seenAt = moment.at;
      return assessment;
    }
    const verdict = worst([assessment.verdict, unseen(moment.at - (seenAt ?? moment.at), missing)]);
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
      from ??= firstWholeMinute(bake.since);
      if (!isEarlyInMinute(bake.since)) mixed.add(beginningOfMinute(bake.since));
      if (weights.at(-1)?.weight !== bake.weight) {
        weights.push({ from: firstWholeMinute(bake.shiftedAt), weight: bake.weight });
      }
      seenAt ??= at;
      const readers =
        bake.weight < 100
          ? [...comparing, ...thresholds.shared]
          : [...comparing, ...alone, ...thresholds.alone];
      if (readers.length === 0) return merged([]);
      const to = lastSettledMinute(at, metricDelayMs);
      // At 100 % there is no baseline any more.
      const sideBySide = bake.weight < 100 ? to : Math.min(to, lastMinuteBefore(bake.shiftedAt));
      const moment = { at, bake, from, to, sideBySide, weights, mixed };
      try {
        return await judgeAll(readers, moment, signal);
      } catch (error) {
        if (!(error instanceof AwsCallError)) throw error;
        return { ...merged([]), verdict: unseen(at - seenAt, error.message) };
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
