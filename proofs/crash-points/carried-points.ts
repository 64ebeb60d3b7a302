import { ENDS, MOMENTS, type End, type Moment } from './points.ts';

/** The jobs whose process is ended while AWS carries the rollout, each as it ends by itself. */
export const CARRIED_JOBS = {
  followed: {
    inputs: { mode: 'rollout' },
    before: undefined,
    outcome: 'promoted',
    next: 'rollout',
    carriedTo: '2',
    leftTo: '1',
  },
  left: {
    inputs: { mode: 'rollout', wait: 'false' },
    before: undefined,
    outcome: 'started',
    next: 'rollout',
    carriedTo: '2',
    leftTo: '1',
  },
  start: {
    inputs: { mode: 'start' },
    before: undefined,
    outcome: 'held',
    next: 'revert',
    carriedTo: '1',
    leftTo: '1',
  },
  step: {
    inputs: { mode: 'step' },
    before: 'held',
    outcome: 'held',
    next: 'revert',
    carriedTo: '1',
    leftTo: '1',
  },
  promote: {
    inputs: { mode: 'promote' },
    before: 'held',
    outcome: 'promoted',
    next: 'revert',
    carriedTo: '2',
    leftTo: '1',
  },
  revert: {
    inputs: { mode: 'revert' },
    before: 'held',
    outcome: 'reverted',
    next: 'revert',
    carriedTo: '1',
    leftTo: '1',
  },
  recovery: {
    inputs: { mode: 'rollout' },
    before: 'stopped',
    outcome: 'promoted',
    next: 'rollout',
    carriedTo: '2',
    leftTo: '1+2@0.1',
  },
} as const satisfies Readonly<Record<string, CarriedJob>>;
export type CarriedJobName = keyof typeof CARRIED_JOBS;

interface CarriedJob {
  readonly inputs: Readonly<Record<string, string>>;
  /** What it finds: a rollout that AWS holds, or one whose execution somebody stopped where no rule repairs. */
  readonly before: 'held' | 'stopped' | undefined;
  /** How it ends by itself. */
  readonly outcome: string;
  /** The mode of the next run, where the runner is gone. */
  readonly next: string;
  /** What the alias serves at last where AWS had begun and went on: what is held goes back when nobody decides. */
  readonly carriedTo: string;
  /** What it serves at last where the job had changed nothing yet. */
  readonly leftTo: string;
}

export interface CarriedPoint {
  readonly job: CarriedJobName;
  readonly end: End;
  readonly moment: Moment;
  /** Which call of the job, from 0. */
  readonly call: number;
}

export interface CarriedFinding extends CarriedPoint {
  readonly operation: string;
  /** Empty when everything held. */
  readonly wrong: string;
}

export function carriedPointsOf(
  calls: Readonly<Record<CarriedJobName, number>>,
): readonly CarriedPoint[] {
  return carriedRows().flatMap((row) =>
    Array.from({ length: calls[row.job] }, (_, call) => ({ ...row, call })),
  );
}

/** Each job, end and moment, in the order of the table. */
export function carriedRows(): readonly Omit<CarriedPoint, 'call'>[] {
  return (Object.keys(CARRIED_JOBS) as CarriedJobName[]).flatMap((job) =>
    (Object.keys(ENDS) as End[]).flatMap((end) =>
      (Object.keys(MOMENTS) as Moment[]).map((moment) => ({ job, end, moment })),
    ),
  );
}
