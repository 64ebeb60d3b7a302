import { readFileSync } from 'node:fs';

import { describe, expect, it } from '@jest/globals';

import { readReplay, replayJson } from '../../scripts/replay.ts';

interface Vector {
  readonly name: string;
  readonly options: object;
  readonly minutes: readonly object[];
  readonly expected: { readonly logE: readonly number[]; readonly finalLogE: number };
}

const file = new URL('../core/statistics/evidence-vectors.json', import.meta.url);
const { vectors } = JSON.parse(readFileSync(file, 'utf8')) as {
  readonly vectors: readonly Vector[];
};

describe('a replay', () => {
  it.each(vectors)('of JSON says what the judge says: $name', ({ options, minutes, expected }) => {
    const result = replayJson(readReplay(JSON.stringify({ options, minutes })));
    expect(Object.keys(result)).toEqual(Object.keys(expected));
    expect((result as Vector['expected']).finalLogE).toBeCloseTo(expected.finalLogE, 6);
  });

  it('of CSV takes its columns in any order', () => {
    const fromCsv = readReplay('nc, ec, nb, eb\r\n6,2,54,0\r\n\r\n7,0,50,1\r\n');
    const minutes = [
      { nb: 54, eb: 0, nc: 6, ec: 2 },
      { nb: 50, eb: 1, nc: 7, ec: 0 },
    ];
    expect(fromCsv).toEqual(readReplay(JSON.stringify({ minutes })));
  });

  it.each([
    ['nb,eb,nc,ec\n1,2,3', 'minute 1 has 3 values, and there are 4 columns'],
    ['nb,eb,nc,ec\n1,2,3,x', 'NaN'],
    ['nb,eb,nc\n1,0,3', 'ec'],
    ['{"minutes": [{"nb": 1, "eb": 0, "nc": -1, "ec": 0}]}', '>=0'],
    ['{"minutes": [], "options": {"alfa": 1}}', 'alfa'],
  ])('refuses %j', (text, problem) => {
    expect(() => readReplay(text)).toThrow(problem);
  });
});
