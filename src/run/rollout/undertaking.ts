import type { Part } from '../../core/alias/continuation.ts';
import type { AlarmWatch } from '../../core/checks/alarms.ts';
import type { AnalysisPolicy } from '../../core/checks/analysis-policy.ts';
import { shareAlpha } from '../../core/log-lane/alpha.ts';
import type { LoggedTarget } from '../../core/log-lane/sight.ts';
import type { ExecutionOf } from '../../core/alias/execution.ts';
import type { EarlierExecution } from '../../core/state-machine/takeover.ts';
import type { Config } from '../../inputs/config.ts';
import type { Surroundings } from '../surroundings.ts';

/** A rollout that is to be carried out, whoever carries it. */
export interface Undertaking {
  readonly config: Config;
  readonly part: Part;
  /** When the rollout began, by the time of day, if an earlier process began it. */
  readonly begunAt: number | undefined;
  readonly watches: readonly AlarmWatch[];
  /** Whether the versions can be compared. */
  readonly comparable: boolean;
  /** The targets whose logs can be read for failures. */
  readonly logged: readonly LoggedTarget[];
  readonly surroundings: Surroundings;
  /** The execution that carried the rollout so far, and what it knows; left out where none did. */
  readonly goesOnFrom?:
    { readonly execution: ExecutionOf; readonly left: EarlierExecution } | undefined;
  /** Called right before somebody begins to watch. @throws what keeps it from beginning */
  readonly handOver: () => void;
}

/** What the logs may revert of good versions, the minutes may not. */
export function policyOf({
  config,
  logged,
}: Pick<Undertaking, 'config' | 'logged'>): AnalysisPolicy | undefined {
  const { analysis, analysisLogs } = config;
  const { mode, policy } = analysis;
  if (mode === 'off') return undefined;
  const mayRevert = logged.some(({ observedBecause }) => observedBecause === undefined);
  const shares = shareAlpha(policy.rule.alpha, {
    logs: analysisLogs.mode === 'on' && mayRevert,
    ownErrors: analysisLogs.ownPattern !== undefined,
  });
  return { mode, ...policy, rule: { ...policy.rule, alpha: shares.minutes } };
}
