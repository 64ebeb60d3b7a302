const BY_NEXT = 'killed with its runner, then the next run';

/** How a process ends, and who looks after what it left. */
export const ENDS = {
  'killed, then post': { signal: 'SIGKILL', then: 'post' },
  'cancelled, then post': { signal: 'SIGINT', then: 'post' },
  [BY_NEXT]: { signal: 'SIGKILL', then: 'next run' },
} as const;
export type End = keyof typeof ENDS;

/** The modes whose process is ended: all of a rollout, or one job of several. */
export const MODES = {
  rollout: {
    before: [],
    ends: ['killed, then post', 'cancelled, then post', BY_NEXT],
    outcome: 'promoted',
    serves: '2',
    next: 'rollout',
  },
  start: {
    before: [],
    ends: ['killed, then post', 'cancelled, then post', BY_NEXT],
    outcome: 'held',
    serves: '1+2@0.1',
    // Of the first write that is still on its way the alias shows nothing: only another write keeps it out.
    next: 'rollout',
  },
  step: {
    before: ['start'],
    ends: ['killed, then post', 'cancelled, then post', BY_NEXT],
    outcome: 'held',
    serves: '1+2@0.5',
    next: 'revert',
  },
  promote: {
    before: ['start'],
    ends: ['killed, then post', 'cancelled, then post', BY_NEXT],
    outcome: 'promoted',
    serves: '2',
    next: 'revert',
  },
  revert: {
    before: ['start'],
    ends: ['killed, then post', 'cancelled, then post', BY_NEXT],
    outcome: 'reverted',
    serves: '1',
    next: 'revert',
  },
} as const satisfies Readonly<Record<string, Ended>>;
export type Mode = keyof typeof MODES;

interface Ended {
  /** The jobs before it, each of which leaves the rollout held. */
  readonly before: readonly 'start'[];
  readonly ends: readonly End[];
  /** How it ends by itself. */
  readonly outcome: string;
  /** What the alias serves then. */
  readonly serves: string;
  /** The mode of the next run, where the runner is gone. */
  readonly next: string;
}

/** When that happens, as the request sees it. */
export const MOMENTS = {
  before: 'before the call reaches AWS',
  after: 'after it took effect, before the reply',
  late: 'while it is on its way, and it arrives when all is over',
} as const;
export type Moment = keyof typeof MOMENTS;

export interface Point {
  readonly mode: Mode;
  readonly end: End;
  readonly moment: Moment;
  /** Which call, from 0. */
  readonly call: number;
}

export interface Finding extends Point {
  readonly operation: string;
  /** Empty when everything held. */
  readonly wrong: string;
}

/** Each call in each way, with how many calls a job of each mode makes. */
export function pointsOf(calls: Readonly<Record<Mode, number>>): readonly Point[] {
  return rows().flatMap((row) =>
    Array.from({ length: calls[row.mode] }, (_, call) => ({ ...row, call })),
  );
}

/** Each mode, end and moment, in the order of the table. */
export function rows(): readonly Omit<Point, 'call'>[] {
  return (Object.keys(MODES) as Mode[]).flatMap((mode) =>
    MODES[mode].ends.flatMap((end) =>
      (Object.keys(MOMENTS) as Moment[]).map((moment) => ({ mode, end, moment })),
    ),
  );
}
