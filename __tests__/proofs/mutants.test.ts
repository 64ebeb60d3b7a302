import { readFileSync } from 'node:fs';

import { describe, expect, it } from '@jest/globals';

import { MUTANTS } from '../../proofs/mutants/all.ts';

describe('the mutants', () => {
  it.each(MUTANTS)('fits the code exactly once: $name', ({ file, from, to }) => {
    const source = readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');
    expect(source.split(from)).toHaveLength(2);
    expect(to).not.toBe(from);
  });

  it('have each a name of its own', () => {
    const names = MUTANTS.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });
});
