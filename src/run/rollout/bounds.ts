import { allSettledMs } from '../../core/minute.ts';
import type { Course } from '../../core/rollout/plan.ts';
import type { AnalysisConfig } from '../../inputs/config.ts';

/** What comparing the versions asks of the course of a rollout. */
export type Bounds = Pick<Course, 'onTheMinute' | 'settlingMs' | 'maxExtension'>;

/** @param compares whether they can be compared, as far as it is known */
export function boundsOf(
  { mode, policy }: AnalysisConfig,
  compares: boolean = mode !== 'off',
): Bounds {
  const gates = compares && mode === 'on';
  return {
    onTheMinute: compares,
    settlingMs: gates ? allSettledMs(policy.metricDelayMs) : 0,
    maxExtension: gates ? policy.maxExtension : 1,
  };
}
