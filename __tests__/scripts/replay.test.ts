import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { describe, expect, it } from '@jest/globals';

import { readReplay, replayJson } from '../../scripts/replay.ts';
import { replayedLogs } from '../../scripts/replay-logs.ts';

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

interface FailureVector {
  readonly name: string;
  readonly options: object;
  readonly windows: readonly object[];
  readonly expected: Readonly<Record<string, unknown>> & { readonly logE: readonly number[] };
}

interface LineVector {
  readonly format: string;
  readonly message: string;
  readonly failure: object | null;
}

function read(path: string): unknown {
  return JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8'));
}

const failures = read('../core/statistics/failure-vectors.json') as {
  readonly vectors: readonly FailureVector[];
};
const { lines } = read('../core/log-lane/line-vectors.json') as {
  readonly lines: readonly LineVector[];
};

describe('a replay of logs', () => {
  it.each(failures.vectors)('judges windows: $name', ({ options, windows, expected }) => {
    const { logE, ...rest } = replayedLogs({ options, windows }) as FailureVector['expected'];
    const { logE: wanted, ...others } = expected;
    expect(rest).toEqual({ ...others, pValue: expect.closeTo(others['pValue'] as number, 12) });
    expect(logE).toHaveLength(wanted.length);
    expect(logE.at(-1) ?? 0).toBeCloseTo(wanted.at(-1) ?? 0, 6);
  });

  it('recognises lines', () => {
    const given = lines.map(({ format, message }) => ({ format, message }));
    expect(replayedLogs({ lines: given })).toEqual({
      failures: lines.map(({ failure }) => failure),
    });
  });

  it.each([
    [{ windows: [{ weight: 1.1, baseline: 0, canary: 0 }] }, 'weight'],
    [{ windows: [{ weight: 0.1, baseline: 0, canary: 0.5 }] }, 'canary'],
    [{ windows: [], options: { margin: 0 } }, 'margin'],
    [{ lines: [{ format: 'text', message: '' }] }, 'format'],
  ])('refuses %j', (raw, problem) => {
    expect(() => replayedLogs(raw)).toThrow(problem);
  });

  it('is one JSON object on the command line', () => {
    const folder = mkdtempSync(join(tmpdir(), 'lambda-canary-replay-'));
    try {
      const file = join(folder, 'windows.json');
      writeFileSync(
        file,
        JSON.stringify({ windows: [{ weight: 0.1, baseline: 0, canary: 10 }], options: {} }),
      );
      const script = new URL('../../scripts/replay.ts', import.meta.url).pathname;
      const node = new URL('../../node_modules/.bin/node', import.meta.url).pathname;
      const printed = execFileSync(node, [script, '--json', file], { encoding: 'utf8' });
      expect(JSON.parse(printed)).toMatchObject({ revertAt: 0, failuresToRevert: 0 });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
