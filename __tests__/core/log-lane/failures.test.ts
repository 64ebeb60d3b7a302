import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { failuresOf, type KeptLine } from '../../../src/core/log-lane/failures.ts';
import { failuresSignal, ownSignal } from '../../../src/core/log-lane/signal.ts';

const ID = '4725a167-21a7-5731-99c2-c3d0e3dfd770';
const OTHER = '59c29f07-00fb-45f2-ba67-68ce90d6ed3b';
const TEXT = failuresSignal('Text', 'all');

const line = (
  at: number,
  message: string,
  { stream = 's', side = 'canary' }: Partial<KeptLine> = {},
): KeptLine => ({ at, stream, side, ...TEXT.read(message) });

const report = (id: string, ms: number) =>
  `REPORT RequestId: ${id}\tDuration: ${ms}.00 ms\tBilled Duration: ${ms} ms\tStatus: error\tError Type: X\n`;
const exception = '[ERROR] ValueError: no\nTraceback (most recent call last):\n  File "x"';
const initReport = (ms: number) =>
  `INIT_REPORT Init Duration: ${ms}.00 ms\tPhase: init\tStatus: error\tError Type: X\n`;

describe('failures in lines of logs', () => {
  it('are one for each request, dated by its last line', () => {
    const lines = [
      line(1_000, `2026-11-24T10:00:00.000Z\t${ID}\tERROR\tUncaught Exception \t{}\n`),
      line(1_200, report(ID, 300)),
      line(1_300, report(OTHER, 90)),
    ];
    const failures = [
      { at: 1_200, side: 'canary' },
      { at: 1_300, side: 'canary' },
    ];
    expect(failuresOf(lines)).toEqual(failures);
    expect(failuresOf(lines.toReversed())).toEqual(failures);
  });

  it('count a retry that runs in another environment by itself', () => {
    expect(
      failuresOf([
        line(1, report(ID, 9)),
        line(9, report(ID, 9), { stream: 't', side: 'baseline' }),
      ]),
    ).toHaveLength(2);
  });

  it('count an exception without an id by itself', () => {
    expect(failuresOf([line(1_000, exception), line(1_001, exception)])).toHaveLength(2);
  });

  it('count an exception once that a REPORT with a status tells of as well', () => {
    const lines = [line(1_000, exception), line(1_100, report(ID, 150))];
    expect(failuresOf(lines)).toEqual([{ at: 1_100, side: 'canary' }]);
  });

  it('count an exception before the request of a REPORT, or in another environment, by itself', () => {
    expect(failuresOf([line(900, exception), line(1_100, report(ID, 150))])).toHaveLength(2);
    expect(
      failuresOf([line(1_000, exception, { stream: 't' }), line(1_100, report(ID, 150))]),
    ).toHaveLength(2);
  });

  it('count an initialisation that fails, twice and before its request, once', () => {
    const lines = [
      line(1_000, exception),
      line(1_010, initReport(800)),
      line(1_900, exception),
      line(1_910, initReport(800)),
      line(1_915, report(ID, 895)),
    ];
    expect(failuresOf(lines)).toEqual([{ at: 1_915, side: 'canary' }]);
  });

  it('leave out what only a runtime wrote where the versions have different ones', () => {
    const platform = failuresSignal('Text', 'platform');
    expect(platform.read(exception).failure).toBeNull();
    expect(platform.read(report(ID, 1)).failure).toEqual({ kind: 'platform', requestId: ID });
  });

  it('by a pattern of the user are one for each request that its lines name', () => {
    const own = (at: number, message: string): KeptLine => ({
      at,
      stream: 's',
      side: 'canary',
      ...ownSignal('?declined').read(message),
    });
    const lines = [own(1, `${ID} declined`), own(2, `declined ${ID} again`), own(3, 'declined')];
    expect(failuresOf(lines)).toHaveLength(2);
  });

  it('are never more than lines, and each line is of one side', () => {
    const any = fc.record({
      at: fc.nat({ max: 5_000 }),
      message: fc.constantFrom(
        exception,
        report(ID, 100),
        report(OTHER, 2_000),
        initReport(50),
        '',
      ),
      stream: fc.constantFrom('s', 't'),
    });
    fc.assert(
      fc.property(fc.array(any), (all) => {
        const lines = all.map(({ at, message, stream }) =>
          line(at, message, { stream, side: stream === 's' ? 'baseline' : 'canary' }),
        );
        const failures = failuresOf(lines);
        for (const side of ['baseline', 'canary'] as const) {
          const of = (each: { readonly side: string }) => each.side === side;
          expect(failures.filter(of).length).toBeLessThanOrEqual(
            lines.filter((each) => of(each) && each.failure !== null).length,
          );
        }
      }),
    );
  });
});
