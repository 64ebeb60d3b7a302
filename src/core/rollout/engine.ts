/** What carries a rollout: this process, or a state machine of AWS Step Functions. */
export const ENGINES = ['runner', 'step-functions'] as const;
export type Engine = (typeof ENGINES)[number];
