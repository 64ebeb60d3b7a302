import { readFileSync } from 'node:fs';

import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { coveredMs, failureIn, type FailureLine } from '../../../src/core/log-lane/failure-line.ts';

const file = new URL('./line-vectors.json', import.meta.url);
const { lines } = JSON.parse(readFileSync(file, 'utf8')) as {
  readonly lines: readonly {
    readonly format: 'Text' | 'JSON';
    readonly message: string;
    readonly failure: FailureLine | null;
  }[];
};

const ID = '4725a167-21a7-5731-99c2-c3d0e3dfd770';

describe('a line of a log', () => {
  it.each(lines)('says of a failed request what is known: $message', (line) => {
    expect(failureIn(line.message, line.format)).toEqual(line.failure);
  });

  it.each([
    ['null', 'JSON'],
    ['[]', 'JSON'],
    ['{"type":"platform.report"}', 'JSON'],
    ['{"type":"platform.report","record":null}', 'JSON'],
    ['{"type":"platform.report","record":{"status":7}}', 'JSON'],
    ['{"type":"platform.initReport","record":{"status":"error"}}', 'JSON'],
    [`payment of REPORT RequestId: ${ID}\tDuration: 1 ms\tStatus: timeout`, 'Text'],
    [`REPORT RequestId: ${ID}\tDuration: 1.00 ms\tNote: no Status: timeout`, 'Text'],
    ['order 7: Error raised from handler method', 'Text'],
  ] as const)('says nothing of one: %s', (message, format) => {
    expect(failureIn(message, format)).toBeNull();
  });

  it('can be anything', () => {
    fc.assert(
      fc.property(fc.string(), fc.json(), (text, json) => {
        expect(failureIn(text, 'Text')).toBeNull();
        expect(() => failureIn(text, 'JSON')).not.toThrow();
        expect(failureIn(json, 'JSON')).toBeNull();
        expect(coveredMs(text, 'Text')).toBeUndefined();
        expect(coveredMs(json, 'JSON')).toBeUndefined();
      }),
    );
  });

  it('is read in time that grows no faster than its length', () => {
    const long = `REPORT RequestId: ${ID}\t${'\tStatus: x'.repeat(25_000)}`;
    expect(failureIn(long, 'Text')).toBeNull();
    expect(failureIn(`[ERROR] ${'a\n'.repeat(100_000)}`, 'Text')).toBeNull();
  });
});

describe('a REPORT with a status', () => {
  it.each([
    [
      `REPORT RequestId: ${ID}\tDuration: 8948.73 ms\tBilled Duration: 8949 ms\tMemory Size: 2048 MB\tInit Duration: 495.04 ms\tStatus: error\tError Type: Runtime.OutOfMemory\n`,
      8948.73 + 495.04,
    ],
    ['INIT_REPORT Init Duration: 998.15 ms\tPhase: init\tStatus: error\tError Type: X\n', 998.15],
    [
      `REPORT RequestId: ${ID}\tDuration: 10.00 ms\tBilled Duration: 10 ms\tRestore Duration: 120.50 ms\tBilled Restore Duration: 121 ms\tStatus: timeout`,
      130.5,
    ],
  ])('covers what its environment logged before: %j', (message, ms) => {
    expect(coveredMs(message, 'Text')).toBeCloseTo(ms, 6);
  });

  it('does so in JSON as well', () => {
    const metrics = { durationMs: 10.5, initDurationMs: 200 };
    const record = { status: 'timeout', metrics };
    expect(coveredMs(JSON.stringify({ type: 'platform.report', record }), 'JSON')).toBe(210.5);
  });

  it('is needed: one of a request that succeeded covers nothing', () => {
    const succeeded = `REPORT RequestId: ${ID}\tDuration: 2.90 ms\tBilled Duration: 3 ms\t\n`;
    expect(coveredMs(succeeded, 'Text')).toBeUndefined();
    const report = { type: 'platform.report', record: { status: 'success', metrics: {} } };
    expect(coveredMs(JSON.stringify(report), 'JSON')).toBeUndefined();
  });
});
