import type { Mode } from '../rollout/mode.ts';
import type { Disposition } from '../alias/target.ts';
import type { FinalState, Reversion } from '../rollout/state.ts';

/** How a run ended. */
export type Outcome =
  | FinalState['phase']
  /** AWS goes on with the rollout, and this process does not wait for its end. */
  | 'started'
  | 'unchanged'
  | 'created'
  | 'planned'
  | 'status';

export interface Ending {
  readonly outcome: Outcome;
  /** Why; empty when there is nothing to explain. */
  readonly reason: string;
  /** Whether it was asked for to put the old version back, or to leave the rollout to AWS, so that this is a success. */
  readonly askedFor: boolean;
  /** Whether an alias is left as somebody else moved it, which it was to be put back from. */
  readonly isForeign: boolean;
}

/** The ending of a run that nobody asked to put the old version back. */
export function ended(outcome: Outcome, reason: string): Ending {
  return { outcome, reason, askedFor: false, isForeign: false };
}

/** The ending of what another process had moved: what can only be left to somebody else has failed. */
export function endedBack(result: Exclude<Reversion, 'untouched'>, reason: string): Ending {
  return { ...ended(result, reason), isForeign: result === 'failed' };
}

/** How a rollout that moved traffic ended. */
export function endingOf(state: FinalState): Ending {
  return ended(state.phase, state.phase === 'promoted' ? '' : state.reason);
}

const SUCCEEDS: Readonly<Record<Outcome, boolean>> = {
  promoted: true,
  unchanged: true,
  created: true,
  planned: true,
  held: true,
  started: false,
  status: true,
  reverted: false,
  'revert-failed': false,
  failed: false,
};

/** Whether the step of the workflow succeeds. */
export function isSuccess({ outcome, askedFor }: Pick<Ending, 'outcome' | 'askedFor'>): boolean {
  return SUCCEEDS[outcome] || (askedFor && (outcome === 'reverted' || outcome === 'started'));
}

/** The ending of a run that could not begin with what its mode asks for. */
export function refused(mode: Mode, reason: string): Ending {
  return { ...ended('failed', reason), askedFor: mode === 'revert' };
}

/** The ending of a run none of whose targets has anything to shift. */
export function endingWithoutShift(dispositions: readonly Disposition[]): Ending {
  const created = dispositions.some(({ type }) => type === 'created');
  return ended(created ? 'created' : 'unchanged', '');
}
