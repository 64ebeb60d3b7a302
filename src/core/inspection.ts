/** What stands against a rollout, or should be known of it. */
export interface Inspection {
  /** Each says what is wrong, where, and what to do. Any of them stops the rollout. */
  readonly problems: readonly string[];
  readonly warnings: readonly string[];
}

/** ` (no disk)`; empty without a reason. */
export function because(reason: string): string {
  return reason === '' ? '' : ` (${reason})`;
}
