import { sameRouting, type Routing } from './routing.ts';

/** A write to an alias that was not answered with success, and the alias as it was read after it. */
export interface FailedWrite<A extends { readonly routing: Routing }> {
  /**
   * `conflict`: somebody wrote since the revision that the write named.
   * `refused`: AWS does not do what was asked. `unknown`: no answer, or one that leaves it open.
   */
  readonly answer: 'conflict' | 'refused' | 'unknown';
  /** Whether the answer was to the first and only request: before it, none can have taken effect. */
  readonly onlyRequest: boolean;
  readonly wanted: Routing;
  /** How this rollout had left the alias before. */
  readonly left: Routing;
  /** Absent when the alias could not be read. */
  readonly present: A | undefined;
}

/** What became of such a write, and so what comes next. */
export type Fate<A> =
  /** It took effect, though its reply got lost. */
  | { readonly type: 'written'; readonly present: A }
  /** Somebody else moved the alias. */
  | { readonly type: 'foreign'; readonly present: A }
  /** The alias is as it was left: it may be written again, on its present revision. */
  | { readonly type: 'again'; readonly present: A }
  | { readonly type: 'refused' };

/** An answer to the only request says for sure that nothing was written; a later one does not. */
export function surelyNotWritten({
  answer,
  onlyRequest,
}: Pick<FailedWrite<never>, 'answer' | 'onlyRequest'>): boolean {
  return answer !== 'unknown' && onlyRequest;
}

export function fateOf<A extends { readonly routing: Routing }>(write: FailedWrite<A>): Fate<A> {
  const { answer, wanted, left, present } = write;
  if (present === undefined) return { type: 'refused' };
  // The same content after a sure refusal is another rollout's, with the same versions and weights.
  if (sameRouting(present.routing, wanted) && !surelyNotWritten(write)) {
    return { type: 'written', present };
  }
  if (!sameRouting(present.routing, left)) return { type: 'foreign', present };
  // A conflict over the same routing was a harmless change, like that of the description.
  return answer === 'refused' ? { type: 'refused' } : { type: 'again', present };
}
