import { describe, expect, it } from '@jest/globals';

import type { ExecutionEvent } from '../../../src/core/state-machine/event.ts';
import { NOTHING_TOLD, tellEvent } from '../../../src/core/state-machine/told.ts';

const INPUT = {
  steps: [
    { weight: 10, bakeMs: 60_000 },
    { weight: 100, bakeMs: 60_000 },
  ],
  policy: { rule: { ratio: 1, margin: 0, floor: 0, confirm: 10, burst: 1, enough: Math.log(100) } },
};
const PASS = { kind: 'pass', why: '' };
const watched = (state: string, verdict: object = PASS) => ({
  watches: [{ name: 'errors', state, at: 1, ignored: false, seenAt: 1_000 }],
  verdict,
  doubtful: [],
});

/** The history of an execution, of which a test says what matters. */
function historyOf(events: readonly Partial<ExecutionEvent>[]): readonly ExecutionEvent[] {
  return events.map((event, index) => ({
    id: index + 1,
    at: 1_000 * index,
    type: 'PassStateExited',
    state: '',
    assigned: {},
    data: undefined,
    error: '',
    cause: '',
    ...event,
  }));
}

const BEGUN: readonly Partial<ExecutionEvent>[] = [
  { type: 'ExecutionStarted', data: INPUT },
  { assigned: { step: -1, next: 0, since: 0, until: 0, settled: true } },
];
const AT_TEN: readonly Partial<ExecutionEvent>[] = [
  ...BEGUN,
  { assigned: { readingAt: 1_000 } },
  { assigned: { watched: watched('OK') } },
  { assigned: { step: 0, next: 0, since: 4_000, until: 64_000, shiftedAt: 4_000, settled: true } },
];

function tell(events: readonly Partial<ExecutionEvent>[]) {
  let told = NOTHING_TOLD;
  const entries = historyOf(events).flatMap((event) => {
    const next = tellEvent(told, event);
    told = next.told;
    return next.entries;
  });
  return { told, entries };
}
const phases = (events: readonly Partial<ExecutionEvent>[]) =>
  tell(events).entries.flatMap((entry) => (entry.type === 'state' ? [entry.state.phase] : []));

describe('what the history of an execution tells', () => {
  it('is where the rollout stands, by its variables and not by the names of its states', () => {
    expect(phases(AT_TEN)).toEqual(['checking', 'baking']);
    const onwards = [
      ...AT_TEN,
      { assigned: { next: 1 } },
      { assigned: { step: 1, settled: false, shiftedAt: 9_000 } },
      { assigned: { settled: true, since: 10_000, until: 70_000 } },
      { type: 'MapStateEntered', state: 'Confirming' },
    ];
    expect(phases(onwards)).toEqual([
      'checking',
      'baking',
      'shifting',
      'settling',
      'baking',
      'confirming',
    ]);
  });

  it('waits for the next minute since it began, and not since the bake of the part before', () => {
    const taken = { step: 0, upcoming: 1, since: 0, actedAt: 180_000, until: 213_000 };
    const { entries } = tell([
      { type: 'ExecutionStarted', data: INPUT },
      { assigned: { ...taken, begins: true, act: 'bake', settled: true, takenOver: true } },
    ]);
    expect(entries.at(-1)).toMatchObject({
      state: { phase: 'checking', since: { steady: 180_000 }, until: 213_000 },
    });
  });

  it('is nothing to put back before the first weight was begun', () => {
    expect(tell(BEGUN).told.hasMoved).toBe(false);
    expect(tell([...BEGUN, { assigned: { next: 0, act: 'shift' } }, {}]).told.hasMoved).toBe(true);
    expect(tell(AT_TEN).told.hasMoved).toBe(true);
  });

  it('is the state of an alarm with what CloudWatch said of it', () => {
    const reply = { MetricAlarms: [{ AlarmName: 'errors', StateReason: 'too many' }] };
    const verdict = { kind: 'fail', why: 'alarm errors went into ALARM: too many' };
    const { told, entries } = tell([
      ...AT_TEN,
      { type: 'TaskSucceeded', data: reply },
      { assigned: { watched: watched('ALARM', verdict) } },
    ]);
    expect(entries.at(-2)).toMatchObject({
      type: 'reading',
      verdict: { kind: 'fail' },
      findings: [{ kind: 'alarm', check: 'errors', state: 'ALARM', detail: 'too many' }],
    });
    expect(told.verdicts.alarms.kind).toBe('fail');
  });

  it('is no reading while the history of an alarm is to be read first', () => {
    const half = { ...watched('OK'), doubtful: [{ name: 'errors' }] };
    const count = (events: readonly Partial<ExecutionEvent>[]) =>
      tell(events).entries.filter(({ type }) => type === 'reading').length;
    expect(count([...AT_TEN, { assigned: { watched: half } }])).toBe(count(AT_TEN));
  });

  it('is how the versions compare, and a revert for that has the words of the report', () => {
    const standing = { logE: 6, highest: 6, reverts: true, requests: 412, failures: 30 };
    const account = { standing, served: 3_715, failed: 4 };
    const verdict = { kind: 'fail', why: 'evidence', of: 'checkout:live', account };
    const { entries } = tell([
      ...AT_TEN,
      { assigned: { judged: { verdicts: [verdict], verdict } } },
      { assigned: { because: 'at 10 % (step 1 of 2): errors of checkout:live: …' } },
      { type: 'MapStateEntered', state: 'Reverting' },
    ]);
    expect(entries.at(-2)).toMatchObject({
      state: {
        phase: 'reverting',
        reason: expect.stringMatching(
          /^at 10 % \(step 1 of 2\), after .* s: errors of checkout:live: canary 412 requests, 30 failed \(7\.28 %\)/,
        ),
      },
    });
  });

  it('is that somebody else moved the alias, whatever was measured meanwhile', () => {
    const standing = { logE: 6, highest: 6, reverts: true, requests: 412, failures: 30 };
    const account = { standing, served: 3_715, failed: 4 };
    const verdict = { kind: 'fail', why: 'evidence', of: 'checkout:live', account };
    const { told } = tell([
      ...AT_TEN,
      { assigned: { judged: { verdicts: [verdict], verdict } } },
      { assigned: { moved: 'foreign' } },
      { assigned: { because: 'at 10 % (step 1 of 2): checkout:live was moved by somebody else' } },
      { type: 'MapStateEntered', state: 'Reverting' },
    ]);
    expect(told.state).toMatchObject({
      reason: expect.stringMatching(/: checkout:live was moved by somebody else$/),
    });
  });

  it('is a condition that does not hold any more, and a version that fails once it is alone', () => {
    const condition = {
      name: 'slow',
      measured: 'p99 Duration',
      order: '<',
      threshold: 30,
      unit: 'ms',
      failing: 1,
      of: 1,
    };
    const policy = { ...INPUT.policy, thresholds: [condition], enoughAlone: Math.log(100) };
    const breached = {
      kind: 'fail',
      why: 'breached',
      of: 'checkout:live',
      check: 'slow',
      number: 0,
      state: 'FAIL',
      latest: 40,
      breaches: [{ at: 60_000, value: 40 }],
    };
    const alone = { served: 500, failed: 1, total: 90, bad: 45, allowed: 0.02, logE: 9 };
    const failed = { kind: 'fail', why: 'alone', of: 'checkout:live', account: alone };
    const { entries } = tell([
      { type: 'ExecutionStarted', data: { ...INPUT, policy } },
      ...AT_TEN.slice(1),
      { assigned: { judged: { verdicts: [failed, breached], verdict: breached } } },
    ]);
    expect(entries.find((entry) => entry.type === 'reading' && entry.at === 5_000)).toMatchObject({
      findings: [
        {
          kind: 'promoted',
          check: 'checkout:live',
          needed: 100,
          reverts: true,
          verdict: {
            kind: 'fail',
            reason: expect.stringMatching(
              /^after the promotion of checkout:live: 90 requests, 45 failed/,
            ),
          },
        },
        {
          kind: 'threshold',
          check: 'slow of checkout:live',
          state: 'FAIL',
          detail: '40 ms',
          breaches: 'slow: p99 Duration was 40 ms at 00:01 UTC; it must be < 30 ms',
        },
      ],
    });
  });

  it('warns of a step that passed without enough requests', () => {
    const standing = { logE: 0, highest: 0, reverts: false, requests: 3, failures: 0 };
    const verdict = {
      kind: 'pass',
      why: 'few',
      of: 'checkout:live',
      account: { standing, served: 20, failed: 0 },
    };
    const { entries } = tell([
      ...AT_TEN,
      { assigned: { judged: { verdicts: [verdict], verdict: PASS } } },
      { assigned: { next: 1 } },
    ]);
    const warnings = entries.flatMap((entry) => (entry.type === 'warning' ? [entry.text] : []));
    expect(warnings).toEqual([expect.stringMatching(/min-invocations.*It goes on all the same/)]);
  });

  it.each([
    ['ExecutionSucceeded', 'succeeded'],
    ['ExecutionFailed', 'failed'],
    ['ExecutionAborted', 'aborted'],
    ['ExecutionTimedOut', 'timed out'],
  ])('is its end by %s', (type, meant) => {
    const { told } = tell([...AT_TEN, { type, error: 'E', cause: 'why' }]);
    expect(told.ending).toMatchObject({ type: meant, error: 'E', cause: 'why' });
  });

  it('is taken from what a newer machine assigns, too, as far as it is understood', () => {
    const strange = [
      { assigned: { step: 'one', watched: 7, judged: [null, { verdicts: 'none' }] } },
      { type: 'TaskSucceeded', data: 'text' },
      { type: 'NewKindOfEvent', state: 'What is new' },
    ];
    expect(() => tell([...AT_TEN, ...strange])).not.toThrow();
  });
});
