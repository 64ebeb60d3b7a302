import { sameRollout, type Mark } from './mark.ts';
import { isSplit, looksLikeTransition, sameRouting, type Routing } from './routing.ts';

/** What an alias holds, as far as rollouts are concerned. */
export interface Content {
  readonly routing: Routing;
  readonly mark: Mark | undefined;
}

/** A write to an alias that was not answered with success, and the alias as it was read after it. */
export interface FailedWrite {
  /**
   * `conflict`: somebody wrote since the revision that the write named.
   * `refused`: AWS does not do what was asked. `unknown`: no answer, or one that leaves it open.
   */
  readonly answer: 'conflict' | 'refused' | 'unknown';
  /** Whether the answer was to the only request that can have taken effect, and none was sent before. */
  readonly onlyRequest: boolean;
  readonly wanted: Content;
  /** How this rollout had left the alias before. */
  readonly left: Content;
  /** Absent when the alias could not be read. */
  readonly present: Content | undefined;
}

/** What became of such a write, and so what comes next. */
export type Fate =
  /** It took effect, though its reply got lost. */
  | 'written'
  /** Somebody else moved the alias. */
  | 'foreign'
  /** The alias is as it was left: it may be written again, on its present revision. */
  | 'again'
  | 'refused';

/** An answer to the only request says for sure that nothing was written; a later one does not. */
export function surelyNotWritten({
  answer,
  onlyRequest,
}: Pick<FailedWrite, 'answer' | 'onlyRequest'>): boolean {
  return answer !== 'unknown' && onlyRequest;
}

/** What became of a write, by its answer and by what the alias shows after it. */
export function fateOf(write: FailedWrite): Fate {
  const { answer, left, present } = write;
  if (present === undefined) return 'refused';
  if (isWritten(write, present)) return 'written';
  if (!sameRouting(present.routing, left.routing) || isClaimedByAnother(write, present)) {
    return 'foreign';
  }
  // A conflict over the same content was a harmless change, like that of the description.
  return answer === 'refused' ? 'refused' : 'again';
}

function isWritten(write: FailedWrite, { routing, mark }: Content): boolean {
  const { wanted, left } = write;
  const isMoving =
    !isSplit(wanted.routing) &&
    looksLikeTransition(routing, left.routing.version, wanted.routing.version);
  if (!isMoving && !sameRouting(routing, wanted.routing)) return false;
  // Without a mark, another rollout with the same versions and weights looks the same.
  if (wanted.mark === undefined) return !surelyNotWritten(write);
  return (
    mark !== undefined &&
    sameRollout(mark, wanted.mark) &&
    mark.step === wanted.mark.step &&
    mark.held === wanted.mark.held
  );
}

function isClaimedByAnother({ wanted, left }: FailedWrite, { mark }: Content): boolean {
  return (
    mark !== undefined &&
    [wanted, left].every(({ mark: own }) => own === undefined || !sameRollout(own, mark))
  );
}
