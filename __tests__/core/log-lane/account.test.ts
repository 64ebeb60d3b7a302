import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import {
  closedAccount,
  judgedAccount,
  NO_FAILURES,
  type FailureAccount,
} from '../../../src/core/log-lane/account.ts';
import {
  failuresOf,
  linesFrom,
  LONGEST_REQUEST_MS,
  type KeptLine,
} from '../../../src/core/log-lane/failures.ts';
import { windowsOf } from '../../../src/core/log-lane/windows.ts';
import {
  judgeFailures,
  STANDARD_FAILURE_RULE,
} from '../../../src/core/statistics/failure-evidence.ts';

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const BEGIN = 1_000_000;
const rule = { ...STANDARD_FAILURE_RULE, confirm: 3 };
const WEIGHTS = [
  { since: BEGIN, weight: 0.1 },
  { since: BEGIN + 21 * MINUTE_MS + 3_333, weight: 0.25 },
  { since: BEGIN + 40 * MINUTE_MS + 7_777, weight: 0.5 },
];
const requestsPerSecond = 7;
const HORIZON_MS = 12 * SECOND_MS;
/** Between the newest line and the oldest that may still be read. */
const STILL_READ_MS = 2 * MINUTE_MS;
const LOOK_MS = 3 * MINUTE_MS + 1_234;
const DAY_MS = 90 * MINUTE_MS;

/** Lines of one request: of a version, in a stream, at times after one another. */
const request = fc
  .record({
    at: fc.integer({ min: BEGIN - MINUTE_MS, max: BEGIN + DAY_MS }),
    side: fc.constantFrom('canary' as const, 'canary' as const, 'baseline' as const),
    stream: fc.integer({ min: 1, max: 2 }),
    id: fc.option(fc.uuid()),
    later: fc.array(fc.integer({ min: 0, max: 15 * MINUTE_MS }), { maxLength: 2 }),
    covers: fc.boolean(),
  })
  .map(({ at, side, stream, id, later, covers }): readonly KeptLine[] => {
    const lines = [0, ...later].map((after) => ({
      at: at + after,
      side,
      stream: `${side} ${stream}`,
      failure: { kind: 'runtime' as const, requestId: id },
      coveredMs: undefined,
    }));
    const end = Math.max(...lines.map((line) => line.at));
    const report = {
      at: end,
      side,
      stream: `${side} ${stream}`,
      failure: { kind: 'platform' as const, requestId: id },
      coveredMs: end - at,
    };
    return covers ? [...lines, report] : lines;
  });

/** What is said at each look by who forgets what is settled, and by who keeps every line. */
function looksAt(lines: readonly KeptLine[]) {
  let closed: FailureAccount = NO_FAILURES;
  let kept: readonly KeptLine[] = [];
  let readTo = -Infinity;
  const looks = [];
  for (let now = BEGIN + LOOK_MS; now < BEGIN + DAY_MS + LOOK_MS; now += LOOK_MS) {
    const weights = WEIGHTS.filter(({ since }) => since <= now);
    const entering = { rule, weights, requestsPerSecond };
    const read = lines.filter(({ at }) => at > readTo && at <= now);
    kept = [...kept, ...read];
    readTo = now;
    const settledTo = now - STILL_READ_MS;
    closed = closedAccount(closed, failuresOf(kept), { ...entering, settledTo });
    kept = linesFrom(kept, closed.enteredTo);
    const until = now - HORIZON_MS;
    const all = failuresOf(lines.filter(({ at }) => at <= now));
    looks.push({
      kept: kept.length,
      closed,
      folded: judgedAccount(closed, failuresOf(kept), { ...entering, until }),
      whole: judgedAccount(NO_FAILURES, all, { ...entering, until }),
      judged: judgeFailures(windowsOf(all, { ...entering, until }), rule),
    });
  }
  return looks;
}

const sorted = (requests: readonly (readonly KeptLine[])[]) =>
  requests.flat().toSorted((a, b) => a.at - b.at);

describe('an account of failures', () => {
  it('that was closed as time went by says what all lines at once say, to the last bit', () => {
    fc.assert(
      fc.property(fc.array(request, { minLength: 1, maxLength: 60, size: 'max' }), (requests) => {
        for (const { folded, whole, judged } of looksAt(sorted(requests))) {
          expect({ ...folded, enteredTo: 0 }).toEqual({ ...whole, enteredTo: 0 });
          expect(folded.standing.logE).toBe(judged.logE.at(-1) ?? 0);
          expect(folded.standing.revertAt).toBe(judged.revertAt);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('closes windows, and lets go of their lines', () => {
    const every = 10 * SECOND_MS;
    const lines = Array.from({ length: DAY_MS / every }, (_, index): KeptLine => ({
      at: BEGIN + index * every,
      side: index % 10 === 0 ? 'canary' : 'baseline',
      stream: 'one',
      failure: { kind: 'platform', requestId: String(index) },
      coveredMs: 0,
    }));
    const looks = looksAt(lines);
    const most = (LONGEST_REQUEST_MS + STILL_READ_MS + LOOK_MS) / every;
    expect(Math.max(...looks.map(({ kept }) => kept))).toBeLessThanOrEqual(most);
    expect(looks.at(-1)?.closed.standing.stretches).toBeGreaterThan(400);
    expect(looks.at(-1)?.folded.baseline).toBeGreaterThan(450);
  });

  it('counts nothing twice, and nothing that is covered, where two windows meet', () => {
    const bound = BEGIN + 20 * SECOND_MS;
    const line = { side: 'canary' as const, stream: 'one' };
    const report: KeptLine = {
      ...line,
      at: bound - 1,
      failure: { kind: 'platform', requestId: 'a' },
      coveredMs: 500,
    };
    const nameless: KeptLine = {
      ...line,
      at: bound,
      failure: { kind: 'runtime', requestId: null },
      coveredMs: undefined,
    };
    const lines = [report, nameless];
    const entering = { rule, weights: WEIGHTS.slice(0, 1), requestsPerSecond };
    const settledTo = bound + LONGEST_REQUEST_MS;
    const closed = closedAccount(NO_FAILURES, failuresOf(lines), { ...entering, settledTo });
    expect(closed).toMatchObject({ canary: 1, enteredTo: bound });
    const kept = failuresOf(linesFrom(lines, bound));
    expect(judgedAccount(closed, kept, { ...entering, until: settledTo }).canary).toBe(1);
  });

  it('keeps of closed windows the requests that were known then', () => {
    const at = BEGIN + 5 * SECOND_MS;
    const failures = Array.from({ length: 20 }, () => ({ at, side: 'canary' as const }));
    const entering = { rule, weights: WEIGHTS.slice(0, 1) };
    const settledTo = BEGIN + LONGEST_REQUEST_MS + 10 * SECOND_MS;
    const closed = closedAccount(NO_FAILURES, failures, {
      ...entering,
      settledTo,
      requestsPerSecond: 1_000_000,
    });
    expect(closed).toMatchObject({ canary: 20, enteredTo: BEGIN + 10 * SECOND_MS });
    expect(closed.standing.revertAt).toBeNull();
    const later = { ...entering, until: settledTo, requestsPerSecond: 1 };
    expect(judgedAccount(closed, [], later).standing).toEqual(closed.standing);
  });
});
