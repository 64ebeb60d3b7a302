import { asShown, choose, done, look, SETTLED, TAKE, unwritten, write, written } from './alias.ts';
import { forEach, jsonata, PATIENTLY, type Asl } from './language.ts';

/**
 * What an execution left that ended without having decided. A look at each alias: the rollout may have been `tidy`ing up a promotion
 * whose checks had all passed, or the next part may have `taken` it over.
 */
export const SEE: Asl = forEach('$everyone', 'Take to see', {
  'Take to see': { Type: 'Pass', ...TAKE, Next: 'See what it left' },
  'See what it left': {
    ...look('What did it leave'),
    ...PATIENTLY,
    Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Not to be seen' }],
  },
  'What did it leave': choose(
    SETTLED,
    {
      tidy: { Next: 'Promoted and tidy' },
      settled: { Assign: asShown(), Next: 'Promoted with its mark' },
      taken: { Next: 'In other hands' },
    },
    'Not promoted',
  ),
  'Promoted and tidy': done('tidy'),
  'Promoted with its mark': done('settled'),
  'In other hands': done('taken'),
  'Not promoted': done(''),
  'Not to be seen': done('unseen'),
});

/** All serve the canary alone, and the mark is off one of them: no mark is taken off before all checks have passed. */
export const WAS_CONFIRMED = `'tidy' in [$everyone.fate] and $count($everyone[$not(fate in ['tidy', 'settled'])]) = 0`;

const MOST_LOOKS = 20;
const BETWEEN_LOOKS_S = 15;

/**
 * As far as it can be seen, it was confirmed. What cannot be read cannot be put back either, and the others would be, so that the functions
 * were on different versions: this is worth waiting for.
 */
export const MAY_BE_CONFIRMED = `'tidy' in [$everyone.fate] and $count($everyone[$not(fate in ['tidy', 'settled', 'unseen'])]) = 0 and $looks < ${MOST_LOOKS}`;

export const LOOK_AGAIN: Asl = {
  Type: 'Wait',
  Seconds: BETWEEN_LOOKS_S,
  Assign: { looks: jsonata('$looks + 1') },
};

/** Nothing of it is to be put back; whether it was confirmed or somebody else did that is not known. */
export const CONFIRMED_REASON = `$because & '. There was nothing to put back: every alias serves the new version alone, as a promotion leaves it'`;

/** Takes off the marks that are left of a promotion. It stands with them, too: what fails here is nothing to be told. */
export const TIDY: Asl = forEach('$everyone', 'Is it tidy', {
  'Is it tidy': {
    Type: 'Choice',
    Choices: [{ Condition: jsonata(`$states.input.fate = 'tidy'`), ...TAKE, Next: 'Tidied' }],
    Default: 'Tidy up',
    ...TAKE,
  },
  'Tidy up': {
    ...write({ version: '$t.canary', weights: '{}', description: '$t.description' }),
    ...PATIENTLY,
    Assign: written('{}'),
    Next: 'Tidied',
    ...unwritten('Tidied'),
  },
  Tidied: done('promoted'),
});
