import { ENDS, MOMENTS, type End, type Moment } from './points.ts';

/** The jobs whose process is ended while they bring code, each as it ends by itself. */
export const CODE_JOBS = {
  'a zip file': {
    inputs: { mode: 'rollout' },
    brings: 'zip',
    before: undefined,
    isRed: false,
    outcome: 'promoted',
    next: 'rollout',
  },
  'an image by its tag': {
    inputs: { mode: 'rollout' },
    brings: 'image',
    before: undefined,
    isRed: false,
    outcome: 'promoted',
    next: 'rollout',
  },
  'an image that is taken out again': {
    inputs: { mode: 'rollout', 'on-revert-latest': 'restore' },
    brings: 'image',
    before: undefined,
    isRed: true,
    outcome: 'reverted',
    next: 'rollout',
  },
  'a revert that takes it out': {
    inputs: { mode: 'revert', 'on-revert-latest': 'restore' },
    brings: 'image',
    before: 'start',
    isRed: false,
    outcome: 'reverted',
    next: 'revert',
  },
} as const satisfies Readonly<Record<string, CodeJob>>;
export type CodeJobName = keyof typeof CODE_JOBS;

export interface CodeJob {
  readonly inputs: Readonly<Record<string, string>>;
  readonly brings: 'zip' | 'image';
  /** The job before it, which brings the code and leaves the rollout held. */
  readonly before: 'start' | undefined;
  /** Whether the alarm goes red with the first weight. */
  readonly isRed: boolean;
  /** How it ends by itself. */
  readonly outcome: string;
  /** The mode of the next run, where the runner is gone. */
  readonly next: 'rollout' | 'revert';
}

export interface CodePoint {
  readonly job: CodeJobName;
  readonly end: End;
  readonly moment: Moment;
  /** Which call of the job, from 0. */
  readonly call: number;
}

export interface CodeFinding extends CodePoint {
  readonly operation: string;
  /** Empty when everything held. */
  readonly wrong: string;
}

/** Whether somebody else deploys as the process ends. A next rollout would rightly bring its own code over theirs. */
export function isCrowded({ job, end }: Pick<CodePoint, 'job' | 'end'>): boolean {
  return ENDS[end].then === 'post' || CODE_JOBS[job].next === 'revert';
}

export function codePointsOf(calls: Readonly<Record<CodeJobName, number>>): readonly CodePoint[] {
  return codeRows().flatMap((row) =>
    Array.from({ length: calls[row.job] }, (_, call) => ({ ...row, call })),
  );
}

/** Each job, end and moment, in the order of the table. */
export function codeRows(): readonly Omit<CodePoint, 'call'>[] {
  return (Object.keys(CODE_JOBS) as CodeJobName[]).flatMap((job) =>
    (Object.keys(ENDS) as End[]).flatMap((end) =>
      (Object.keys(MOMENTS) as Moment[]).map((moment) => ({ job, end, moment })),
    ),
  );
}
