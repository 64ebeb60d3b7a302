import { metricOf, type Series } from '../../core/metric-source.ts';
import { ALIAS_REQUESTS, requestsBefore } from '../../core/checks/silence.ts';
import { targetName } from '../../core/alias/target.ts';
import { NOTHING_WATCHED } from '../../core/preflight/plan.ts';
import type { Inspection } from '../../core/inspection.ts';
import { messageOf } from '../../core/problems.ts';
import type { Config } from '../../inputs/config.ts';
import type { Surroundings } from '../surroundings.ts';

export interface LookAtMetrics extends Inspection {
  readonly comparable: boolean;
  /** Names of those whose versions could be compared, and whom nobody called lately. */
  readonly uncalled: readonly string[];
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
    return { comparable, uncalled: [], problems: blind, warnings: [] };
  const probes = requests.map(({ target: { functionName, alias } }) =>
    metricOf(ALIAS_REQUESTS, { function: functionName, alias, version: '' }),
  );
  try {
    const read = await aws.metrics.read(probes, requestsBefore(clock.timeOfDay()), cancellation);
    const uncalled = requests
      .filter((_, index) => !isCalled(read[index]))
      .map(({ target }) => targetName(target));
    return { comparable, uncalled: comparable ? uncalled : [], problems: [], warnings: [] };
  } catch (error) {
    cancellation.throwIfAborted();
    const problem = messageOf(error);
    const wanted = analysis.given || compareMetrics.length > 0 || metricChecks.length > 0;
    if (wanted) return { comparable: false, uncalled: [], problems: [problem], warnings: [] };
    return {
      comparable: false,
      uncalled: [],
      problems: blind.length > 0 ? [`${problem} ${NOTHING_WATCHED}`] : [],
      warnings: [
        `The canary is not compared with the version it replaces, and only the alarms are watched: ${problem} ` +
          'To do without for good, set analysis: off.',
      ],
    };
  }
}

function isCalled(requests: Series = new Map()): boolean {
  return [...requests.values()].some((count) => count > 0);
}
