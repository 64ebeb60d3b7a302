import { expect, it } from '@jest/globals';

import { createVirtualTime } from '../../../promises/virtual-time.ts';
import type { Alarms, FoundAlarm } from '../../../src/aws/alarms.ts';
import { watch } from '../../../src/core/checks/alarms.ts';
import { createAlarmChecks, takeOverAlarms } from '../../../src/run/checks/alarms.ts';

const NAMES = ['errors', 'latency', 'throttles'];
const SLOW_MS = 20_000;

function alarm(name: string, transitionedAt: number): FoundAlarm {
  return {
    name,
    arn: `arn:aws:cloudwatch:eu-west-1:123456789012:alarm:${name}`,
    definition: undefined,
    state: 'OK',
    reason: '',
    transitionedAt,
    warmsUpUntil: undefined,
    notEvaluated: undefined,
  };
}

it('waits for slow histories of many alarms no longer than for one: until then it sees no alarm turn red', async () => {
  const time = createVirtualTime(0, 1);
  const { clock } = time;
  const at = { steady: 0, timeOfDay: 0 };
  const alarms: Alarms = {
    read: (names) => Promise.resolve(names.map((name) => alarm(name, 2))),
    some: () => Promise.resolve([]),
    history: async () => {
      await clock.sleep(SLOW_MS);
      return ['INSUFFICIENT_DATA', 'OK'];
    },
  };
  const watches = NAMES.map((name) => watch(alarm(name, 1), at));
  const policy = { onInsufficientData: 'continue', monitoringGraceMs: 0 } as const;
  const { signal } = new AbortController();
  const verdict = await time.run(async () => {
    const reading = await createAlarmChecks(alarms, watches, policy).assess(at, undefined, signal);
    return reading.verdict.kind;
  });
  expect(verdict).toBe('pass');
  expect(clock.now()).toBe(SLOW_MS);
});

it('judges alarms of a rollout that is taken over since it began, from their first reading on', async () => {
  const BEGUN_AT = 60 * 60_000;
  const asked: string[] = [];
  const alarms: Alarms = {
    // One has not changed since long before, the other has since the rollout began.
    read: () => Promise.resolve([alarm('errors', 1), alarm('latency', BEGUN_AT + 60_000)]),
    some: () => Promise.resolve([]),
    history: ({ name }) => {
      asked.push(name);
      return Promise.resolve(['ALARM', 'OK']);
    },
  };
  const at = { steady: 2 * BEGUN_AT, timeOfDay: 2 * BEGUN_AT };
  const checks = takeOverAlarms(alarms, {
    names: ['errors', 'latency'],
    begunAt: BEGUN_AT,
    at,
    onAlarmAtStart: 'fail',
    onInsufficientData: 'continue',
    monitoringGraceMs: 0,
  });
  const { signal } = new AbortController();
  const { verdict } = await checks.assess(at, undefined, signal);
  expect(verdict.kind).toBe('fail');
  expect(verdict.reason).toContain('latency was in ALARM');
  expect(asked).toEqual(['latency']);
  const next = await checks.assess(at, undefined, signal);
  expect(next.verdict.kind).toBe('pass');
});
