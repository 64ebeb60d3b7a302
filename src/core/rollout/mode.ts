/** Which part of a rollout a job does. */
export const MODES = ['rollout', 'start', 'step', 'promote', 'revert', 'status'] as const;
export type Mode = (typeof MODES)[number];
