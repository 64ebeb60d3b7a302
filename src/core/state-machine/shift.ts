import { atRevision, choose, done, FATE, look, take, write } from './alias.ts';
import { forEach, jsonata, type Asl } from './language.ts';

/** How often a write is tried again that met a write over the same content. */
const TRIES = 4;
/** Before a reading that is from before the write is read again. */
const PAUSE_S = 1;

const DESCRIPTION = `$t.description & ($t.description = '' ? '' : ' ') & $t.marks[$next]`;

/** Moves each alias on to the step `$next`, and says of each what became of it. */
export const SHIFT: Asl = forEach('$targets', 'Take', {
  Take: {
    ...take('Write'),
    Assign: {
      t: jsonata(
        `$merge([$states.input, { 'begun': [$append($states.input.begun, [$steps[$next].weight])] }])`,
      ),
      tries: 0,
      said: jsonata(`''`),
      answer: jsonata(`''`),
    },
  },
  Write: write(
    {
      version: '$steps[$next].weight >= 100 ? $t.canary : $t.stable',
      weights: '$steps[$next].weight >= 100 ? {} : { $t.canary: $steps[$next].weight / 100 }',
      description: DESCRIPTION,
    },
    'Shifted',
    'Look',
  ),
  Look: look('What became of it', 'Not shifted'),
  'What became of it': {
    Type: 'Choice',
    Choices: [
      {
        Condition: jsonata(
          `$answer = 'conflict' and $a.RevisionId = $t.revision and $tries < ${TRIES}`,
        ),
        Next: 'Wait for a fresh look',
      },
      ...choices(),
    ],
    Default: 'Not shifted',
  },
  'Wait for a fresh look': {
    Type: 'Wait',
    Seconds: PAUSE_S,
    Assign: { tries: jsonata('$tries + 1') },
    Next: 'Look',
  },
  Shifted: done('shifted'),
  'Moved by somebody else': done('foreign'),
  'Not shifted': done('failed'),
});

function choices(): readonly unknown[] {
  const assigned = { t: jsonata(atRevision('$a.RevisionId')) };
  const { Choices } = choose(
    FATE,
    {
      written: { Assign: assigned, Next: 'Shifted' },
      foreign: { Next: 'Moved by somebody else' },
    },
    'Not shifted',
  );
  return [
    ...(Choices as readonly unknown[]),
    {
      Condition: jsonata(`$tries < ${TRIES} and ${FATE} = 'again'`),
      Assign: assigned,
      Next: 'Write',
    },
  ];
}
