import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';

import { folded, info, warning, type Line } from '../../src/core/report/line.ts';
import { plain, print } from '../../src/github/log.ts';
import { commandsIn, CONTROL } from '../fixtures/commands.ts';
import { enormous, hostileText } from '../fixtures/hostile-text.ts';

describe('a line of the log', () => {
  let log = '';
  beforeEach(() => {
    log = '';
    jest.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
      log += String(chunk);
      return true;
    });
  });
  afterEach(() => {
    jest.restoreAllMocks();
  });

  /** What reaches the runner. */
  function printed(line: Line): string {
    log = '';
    print(line);
    return log;
  }

  it('is one line and no command, whatever it tells', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        const shown = printed(info(text));
        expect(commandsIn(shown)).toEqual([]);
        expect(shown.split('\n')).toHaveLength(2);
        expect(shown).not.toMatch(CONTROL);
      }),
      { numRuns: 1_000 },
    );
  });

  it('is one warning and no other command, whatever it warns of', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        const shown = printed(warning(text));
        expect(commandsIn(shown)).toEqual(['warning']);
        expect(shown).toMatch(/^::warning::[^\n]*\n$/);
        expect(shown).not.toMatch(CONTROL);
      }),
      { numRuns: 1_000 },
    );
  });

  it('is one group and no other command, whatever is folded away in it', () => {
    fc.assert(
      fc.property(
        hostileText,
        fc.array(hostileText, { minLength: 1, maxLength: 3 }),
        (text, details) => {
          const shown = printed(folded(text, details));
          expect(commandsIn(shown)).toEqual(['group', 'endgroup']);
          expect(shown.split('\n')).toHaveLength(details.length + 3);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('keeps harmless text as it is', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[\w :.,()+%-]*$/), (text) => {
        fc.pre(!/^\s*::/.test(text));
        expect(plain(text)).toBe(text);
      }),
    );
  });

  it('of ten megabytes is printed all the same', () => {
    for (const piece of ['::error::\n', '##[error]', '\u001b[2J']) {
      expect(commandsIn(printed(info(enormous(piece))))).toEqual([]);
    }
  });
});
