/** What is done with the waves before one that fails. */
export type WaveFailurePolicy = 'revert-all' | 'keep-earlier';

/** How a rollout goes through several regions. */
export interface WavePolicy {
  readonly onFailure: WaveFailurePolicy;
  /** How long the promotion of a wave is watched before the next wave begins, besides its bake time. Milliseconds. */
  readonly bakeMs: number;
}
