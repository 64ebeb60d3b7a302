import { jsonata, type Asl } from './language.ts';

/**
 * After some steps people decide how the rollout goes on, or another job does: the weight stays, the mark says so, and the checks are
 * read until somebody goes on with it. Then, or after `$hold.ms`, this execution is over.
 */

/** That the step has been baked, and is to be left for others to go on. */
export const IS_TO_BE_HELD = '$step >= 0 and $step = $hold.after';

/** Nobody went on with it. */
export const IS_LEFT = '$held and $readingAt >= $until';
export const LEFT_REASON = `'nobody decided within ' & $hold.words`;

/** How often the checks are read, by whether people decide. */
export const PACE = '($held ? $hold.pollMs : $pollMs)';

/** From the write of the mark on. */
export const HOLD: Asl = {
  Held: {
    Type: 'Pass',
    Assign: { held: true, act: 'bake', until: jsonata('$millis() + $hold.ms') },
    Next: 'Baking',
  },
};
