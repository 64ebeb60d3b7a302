/** What each part of the analysis may revert of good versions. Together it is what the user allows. */
export interface AlphaShares {
  readonly minutes: number;
  /** Of the failures that the logs tell of. */
  readonly logs: number;
  /** Of what the user's own pattern finds. */
  readonly ownErrors: number;
}

/**
 * Shares alpha between the comparison by minutes and the one by logs. By the union bound the promise holds whatever the two
 * have in common; their evidence must not be averaged, because one of them knows failures that the other will learn of only
 * later. The logs hardly feel how little they get: it is one more failure for each factor of seven.
 */
export function shareAlpha(
  alpha: number,
  { logs, ownErrors }: { readonly logs: boolean; readonly ownErrors: boolean },
): AlphaShares {
  if (logs && ownErrors)
    return { minutes: 0.7 * alpha, logs: 0.15 * alpha, ownErrors: 0.15 * alpha };
  if (logs) return { minutes: 0.8 * alpha, logs: 0.2 * alpha, ownErrors: 0 };
  return { minutes: alpha, logs: 0, ownErrors: 0 };
}
