import { describe, expect, it } from '@jest/globals';

import {
  describeLogs,
  loggedFailures,
  logFinding,
  type LogReading,
} from '../../../src/core/checks/logs.ts';
import { judgedAccount, NO_FAILURES, type Entering } from '../../../src/core/log-lane/account.ts';
import type { Failure } from '../../../src/core/log-lane/failures.ts';
import { STANDARD_FAILURE_RULE } from '../../../src/core/statistics/failure-evidence.ts';

const failing = (side: 'canary' | 'baseline', count: number, from = 1_000) =>
  Array.from({ length: count }, (_, index) => ({ side, at: from + 100 * index }));

const JUDGING = {
  name: 'logs',
  target: 'shop:live',
  rule: STANDARD_FAILURE_RULE,
  weights: [{ since: 0, weight: 0.1 }],
  weight: 10,
  until: 8_000,
  now: 20_000,
  horizonMs: 12_000,
  largestDelayMs: 7_500,
  requestsPerSecond: undefined,
};

function judgeLogs(failures: readonly Failure[], judging: Entering & LogReading) {
  return loggedFailures(judgedAccount(NO_FAILURES, failures, judging), judging);
}

describe('failures in the logs', () => {
  it('revert when they are nearly all of the canary, and say since when', () => {
    const failures = [...failing('canary', 14), ...failing('baseline', 3)];
    const finding = logFinding(judgeLogs(failures, JUDGING), 7, 'on');
    expect(finding.verdict).toEqual({
      kind: 'fail',
      reason:
        "errors in the logs of shop:live: 14 of 17 failures are the new version's, which has 10 % of the requests " +
        '(evidence more than 1,000,000:1 of 500:1 needed; seen 19 s after the first)',
    });
  });

  it('are told in one line', () => {
    const failures = [...failing('canary', 1), ...failing('baseline', 9)];
    const logged = judgeLogs(failures, JUDGING);
    expect(describeLogs(logged)).toBe(
      'logs of shop:live: canary 1 failure, baseline 9, weight 10 %; evidence 0.2:1 of 500:1 needed',
    );
    expect(describeLogs({ ...logged, stoodAside: 'the logs are late' })).toMatch(
      /; not judged now: the logs are late$/,
    );
  });

  it('do not revert while they are observed, or while the lane stands aside', () => {
    const logged = judgeLogs(failing('canary', 14), JUDGING);
    expect(logged.reverts).toBe(true);
    expect(logFinding(logged, 7, 'observe').verdict.kind).toBe('pass');
    expect(logFinding({ ...logged, stoodAside: 'why' }, 7, 'on').verdict.kind).toBe('pass');
    const failed = logFinding(logged, 7, 'on');
    expect(failed.verdict.kind).toBe('fail');
    expect(logFinding({ ...failed, stoodAside: 'why' }, 8, 'on').verdict.kind).toBe('pass');
  });

  it('are not judged before they are old enough, nor when they are older than the first weight', () => {
    const counts = (at: number) =>
      judgeLogs(failing('canary', 14, at), {
        ...JUDGING,
        weights: [{ since: 2_000, weight: 0.1 }],
      });
    expect(counts(8_001)).toMatchObject({ canary: 0, reverts: false });
    expect(counts(0)).toMatchObject({ canary: 0, reverts: false });
    expect(counts(2_000)).toMatchObject({ canary: 14, reverts: true });
  });

  it('below the floor do not revert', () => {
    const requestsPerSecond = 100_000;
    expect(judgeLogs(failing('canary', 14), JUDGING).reverts).toBe(true);
    expect(judgeLogs(failing('canary', 14), { ...JUDGING, requestsPerSecond }).reverts).toBe(false);
  });
});
