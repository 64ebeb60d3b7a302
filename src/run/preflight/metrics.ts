import { lambdaMetric, metricOf } from '../../core/checks/metric-source.ts';
import { lastSettledMinute } from '../../core/minute.ts';
import { NOTHING_WATCHED } from '../../core/preflight/plan.ts';
import type { Inspection } from '../../core/preflight/target.ts';
import { messageOf } from '../../core/problems.ts';
import type { Config } from '../../inputs/config.ts';
import type { Surroundings } from '../surroundings.ts';

export interface LookAtMetrics extends Inspection {
  readonly comparable: boolean;
}

/** Whether the metrics can be read by which the canary is compared: asked of one of them. */
export async function lookAtMetrics(
  { analysis, plan, requests, alarms, compareMetrics, metricChecks }: Config,
  { aws, clock, cancellation }: Surroundings,
): Promise<LookAtMetrics> {
  const comparable = analysis.mode !== 'off' && plan.steps.some(({ weight }) => weight < 100);
  const watched = alarms.length > 0 || metricChecks.length > 0 || analysis.mode === 'off';
  const blind = watched ? [] : [NOTHING_WATCHED];
  if (!comparable && metricChecks.length === 0)
    return { comparable, problems: blind, warnings: [] };
  const minute = lastSettledMinute(clock.timeOfDay(), analysis.policy.metricDelayMs);
  const probes = requests.map(({ target: { functionName, alias } }) =>
    metricOf(lambdaMetric('Invocations', 'Sum'), { function: functionName, alias, version: '1' }),
  );
  try {
    await aws.metrics.read(probes.slice(0, 1), { from: minute, to: minute }, cancellation);
    return { comparable, problems: [], warnings: [] };
  } catch (error) {
    cancellation.throwIfAborted();
    const problem = messageOf(error);
    const wanted = analysis.given || compareMetrics.length > 0 || metricChecks.length > 0;
    if (wanted) return { comparable: false, problems: [problem], warnings: [] };
    return {
      comparable: false,
      problems: blind.length > 0 ? [`${problem} ${NOTHING_WATCHED}`] : [],
      warnings: [
        `The canary is not compared with the version it replaces, and only the alarms are watched: ${problem} ` +
          'To do without for good, set analysis: off.',
      ],
    };
  }
}
