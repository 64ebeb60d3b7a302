import type { Rule } from '../statistics/evidence.ts';

/** How the versions are compared, and how the end of a step is judged. */
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
