import type { AnalysisPolicy } from './analysis-policy.ts';
import type { AfterPromotion } from './promoted.ts';

/** What is judged by metrics. */
export interface JudgedByMetrics {
  /** Undefined: the versions are not compared. */
  readonly analysis: Pick<AnalysisPolicy, 'mode'> | undefined;
  readonly afterPromotion: AfterPromotion;
  readonly thresholds: readonly unknown[];
}

/** Whether a version that is alone is held against what the old one did; that is known only where the two were compared. */
export function judgesAlone({ analysis, afterPromotion }: JudgedByMetrics): boolean {
  return analysis !== undefined && afterPromotion !== 'off';
}

/** Whether any of it may revert: only then a rollout whose metrics cannot be read is not left in the dark. */
export function revertsByMetrics(judged: JudgedByMetrics): boolean {
  const { analysis, afterPromotion, thresholds } = judged;
  return (
    thresholds.length > 0 ||
    analysis?.mode === 'on' ||
    (judgesAlone(judged) && afterPromotion === 'revert')
  );
}
