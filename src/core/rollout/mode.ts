/** Which part of a rollout a job does; `rollback` is a rollout of the version that was live before. */
export const MODES = [
  'rollout',
  'start',
  'step',
  'promote',
  'revert',
  'rollback',
  'status',
] as const;
export type Mode = (typeof MODES)[number];
