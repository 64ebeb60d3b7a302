import type { AnalysisPolicy } from './analysis-policy.ts';
import { SHARE_OF_ALPHA } from './step-end.ts';

/**
 * The promise is for the rollout: with more bets against it, each has to be surer. A thousandth of it goes to requests that are
 * missing; what is only observed takes no part.
 */
export function sharedOut(
  policy: AnalysisPolicy,
  { comparisons, targets }: { readonly comparisons: number; readonly targets: number },
): AnalysisPolicy {
  const alpha = (policy.rule.alpha * (1 - SHARE_OF_ALPHA)) / (comparisons * targets);
  return { ...policy, rule: { ...policy.rule, alpha } };
}
