import { MINUTE_MS } from '../minute.ts';
import type { Plan } from '../rollout/plan.ts';
import type { Versions } from './routing.ts';

/** Which rollout something belongs to. */
export interface RolloutId {
  /** `owner/name` of the repository whose workflow it runs in. */
  readonly repository: string;
  readonly runId: string;
  readonly attempt: string;
  /** Random hexadecimal digits: tells apart the rollouts of one run. */
  readonly nonce: string;
  /** Fingerprint of the plan in hexadecimal digits: the same for the same steps. */
  readonly plan: string;
  /** Fingerprint of the workflow's file and ref: who may go on with a rollout that is held. */
  readonly workflow: string;
}

/** How the rollout of several jobs began, whichever job of it is the last that wrote. */
export interface Origin {
  /**
   * Epoch milliseconds: when it began to shift; where versions are compared, the beginning of its first whole minute.
   */
  readonly begunAt: number;
  /** The workflow run that began it. */
  readonly startedBy: string;
  /**
   * How many targets it moves, where they were found by searching: a later job may find others, and must not go on with a part of them.
   * Undefined where all were named.
   */
  readonly targets: number | undefined;
}

/**
 * What an alias says of the rollout that moves it. It stands in the alias's description and is written
 * in the same call as the weights, so the two never disagree unless somebody else wrote one of them.
 */
export interface Mark extends RolloutId, Versions, Origin {
  /** Counted from 1. */
  readonly step: number;
  /** Percent that the step sends to the canary. */
  readonly weight: number;
  /** Who goes on with it, and watches. */
  readonly carriedBy: Carrier;
  /** Whether the step is over and left for another job, or for people, to go on. */
  readonly held: boolean;
}

/** `aws`: an execution of Step Functions, whose name follows from the mark (`core/state-machine/execution-name.ts`). */
export type Carrier = 'runner' | 'aws';

const CARRIED: Readonly<Record<Carrier, string>> = { runner: '', aws: ' aws' };
/** What a held mark has before its end. */
export const HELD = ' held';
/** The mark tells the time in hundredths of a minute, which take three characters more than whole ones. */
const WRITTEN_MS = MINUTE_MS / 100;
/** Lambda takes descriptions up to this length. */
export const LONGEST_DESCRIPTION = 256;

type Written = Record<
  Exclude<keyof Mark, 'begunAt' | 'targets' | 'carriedBy' | 'held'> | 'minute',
  string
> & {
  readonly targets: string | undefined;
  readonly aws: string | undefined;
  readonly held: string | undefined;
};

const MARK =
  / ?lambda-canary\{run=(?<repository>[\w.-]+\/[\w.-]+)\/(?<runId>\d+)\/(?<attempt>\d+) id=(?<nonce>[0-9a-f]+) stable=(?<stable>\d+) canary=(?<canary>\d+) step=(?<step>\d+) weight=(?<weight>\d+(?:\.\d+)?) plan=(?<plan>[0-9a-f]+) by=(?<startedBy>\d+)@(?<workflow>[0-9a-f]+) since=(?<minute>\d+(?:\.\d+)?)(?: of=(?<targets>\d+))?(?<aws> aws)?(?<held> held)?\}/;

/** The marks of a plan's steps, in order. */
export function marksOf(
  plan: Plan,
  id: RolloutId,
  rollout: Versions & Origin,
  carriedBy: Carrier = 'runner',
): readonly Mark[] {
  return plan.steps.map(({ weight }, index) => ({
    ...id,
    ...rollout,
    begunAt: rollout.begunAt - (rollout.begunAt % WRITTEN_MS),
    step: index + 1,
    weight,
    carriedBy,
    held: false,
  }));
}

/** A description with the mark behind it; nothing when there is no room for it, held or not. */
export function withMark(description: string, mark: Mark): string | undefined {
  const { stable, canary, step, weight, plan, carriedBy, held } = mark;
  const text =
    `${beginningOf(mark)}stable=${stable} canary=${canary} step=${step} weight=${weight} ` +
    `plan=${plan}${originOf(mark)}${CARRIED[carriedBy]}`;
  const before = description === '' ? text : `${description} ${text}`;
  const fits = before.length + HELD.length + 1 <= LONGEST_DESCRIPTION;
  return fits ? `${before}${held ? HELD : ''}}` : undefined;
}

/** How every mark begins, whosever it is. */
export const ANY_MARK = 'lambda-canary{run=';

/** How the marks of one rollout begin, whatever its step. */
export function beginningOf({ repository, runId, attempt, nonce }: RolloutId): string {
  return `${ANY_MARK}${repository}/${runId}/${attempt} id=${nonce} `;
}

/** What the marks of all jobs of one rollout have, and no other's. */
export function originOf({ startedBy, workflow, begunAt, targets }: Origin & RolloutId): string {
  const count = targets === undefined ? '' : ` of=${targets}`;
  return ` by=${startedBy}@${workflow} since=${begunAt / MINUTE_MS}${count}`;
}

/** A description without the mark, and the mark if there is one. */
export function readMark(description: string): {
  readonly description: string;
  readonly mark: Mark | undefined;
} {
  const match = MARK.exec(description);
  if (match?.groups === undefined) return { description, mark: undefined };
  const { step, weight, minute, targets, aws, held, ...texts } = match.groups as Written;
  return {
    description: description.replace(match[0], ''),
    mark: {
      ...texts,
      step: Number(step),
      weight: Number(weight),
      carriedBy: aws === undefined ? 'runner' : 'aws',
      held: held !== undefined,
      begunAt: Math.round(Number(minute) * MINUTE_MS),
      targets: targets === undefined ? undefined : Number(targets),
    },
  };
}

/** By run, attempt and nonce: a run may hold several rollouts. */
export function sameRollout(a: RolloutId, b: RolloutId): boolean {
  return a.nonce === b.nonce && a.runId === b.runId && a.attempt === b.attempt;
}
