import { guess } from '../core/text/guess.ts';
import { INPUT_DEFAULTS } from './defaults.ts';

/** As the runner hands an input over: in capitals, with its hyphens. */
const PREFIX = 'INPUT_';

/**
 * What to say of inputs that there are not, of which the step would go on unwatched by them. Other programs have
 * variables that begin so too: only what comes near to an input is one that was meant.
 * @param variables the names in the environment of the step
 */
export function unknownInputs(variables: readonly string[]): readonly string[] {
  const known = Object.keys(INPUT_DEFAULTS);
  return variables
    .filter((name) => name.startsWith(PREFIX))
    .map((name) => name.slice(PREFIX.length).toLowerCase())
    .filter((name) => !known.includes(name))
    .flatMap((name) => {
      const meant = guess(name, known);
      return meant === undefined
        ? []
        : [`There is no input ${name}: it was passed over. Did you mean ${meant}?`];
    });
}
