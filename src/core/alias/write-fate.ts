import { sameRollout, type Marker } from './marker.ts';
import { sameRouting, type Routing } from './routing.ts';

/** What an alias holds, as far as rollouts are concerned. */
export interface Content {
  readonly routing: Routing;
  readonly marker: Marker | undefined;
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

function isWritten(write: FailedWrite, { routing, marker }: Content): boolean {
  const { wanted } = write;
  if (!sameRouting(routing, wanted.routing)) return false;
  // Without a marker, another rollout with the same versions and weights looks the same.
  if (wanted.marker === undefined) return !surelyNotWritten(write);
  return (
    marker !== undefined &&
    sameRollout(marker, wanted.marker) &&
    marker.step === wanted.marker.step &&
    marker.held === wanted.marker.held
  );
}

function isClaimedByAnother({ wanted, left }: FailedWrite, { marker }: Content): boolean {
  return (
    marker !== undefined &&
    [wanted, left].every(({ marker: own }) => own === undefined || !sameRollout(own, marker))
  );
}
