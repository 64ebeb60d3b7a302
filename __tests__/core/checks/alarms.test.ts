import { describe, expect, it } from '@jest/globals';

import {
  assess,
  beginSince,
  needHistory,
  unread,
  watch,
  watchSince,
  type AlarmPolicy,
  type AlarmReading,
  type AlarmWatch,
  type AlarmHistory,
  type AlarmsReading,
  type SinceBegun,
} from '../../../src/core/checks/alarms.ts';
import { moment, momentAhead } from '../../fixtures/moments.ts';

const policy: AlarmPolicy = { onInsufficientData: 'continue', monitoringGraceMs: 120_000 };

function alarm(state: string, transitionedAt = 0): AlarmReading {
  const reason = 'Threshold Crossed';
  return {
    name: 'errors',
    state,
    reason,
    transitionedAt,
    warmsUpUntil: undefined,
    notEvaluated: undefined,
  };
}

const watchOf = (state: string) => watch(alarm(state), moment(0));

function verdictOf(
  before: AlarmWatch,
  now: AlarmReading | undefined,
  options: {
    readonly at?: number;
    readonly history?: AlarmHistory;
    readonly policy?: AlarmPolicy;
  } = {},
) {
  const reading = {
    type: 'read' as const,
    at: moment(options.at ?? 15_000),
    alarms: now === undefined ? [] : [now],
  };
  const histories = new Map(
    options.history === undefined ? [] : [['errors', options.history] as const],
  );
  return assess([before], reading, histories, options.policy ?? policy);
}

describe('an alarm', () => {
  it('passes while it is OK', () => {
    expect(verdictOf(watchOf('OK'), alarm('OK')).verdict.kind).toBe('pass');
  });

  it('fails when it is in ALARM, with the words of AWS', () => {
    expect(verdictOf(watchOf('OK'), alarm('ALARM', 9)).verdict).toEqual({
      kind: 'fail',
      reason: 'alarm errors went into ALARM: Threshold Crossed',
    });
  });

  it('fails when it was in ALARM between two readings, though it is OK at both', () => {
    const now = alarm('OK', 9);
    expect(needHistory([watchOf('OK')], [now])).toHaveLength(1);
    const history: AlarmHistory = { type: 'states', states: ['ALARM', 'OK'] };
    expect(verdictOf(watchOf('OK'), now, { history }).verdict.kind).toBe('fail');
  });

  it('passes when it only lost its data between two readings', () => {
    const history: AlarmHistory = { type: 'states', states: ['INSUFFICIENT_DATA', 'OK'] };
    expect(verdictOf(watchOf('OK'), alarm('OK', 9), { history }).verdict.kind).toBe('pass');
  });

  it('fails when it left its state and came back and its history cannot be read', () => {
    const history: AlarmHistory = { type: 'unreadable', problem: 'denied' };
    const { verdict } = verdictOf(watchOf('OK'), alarm('OK', 9), { history });
    expect(verdict.kind).toBe('fail');
    expect(verdict.reason).toContain('counts as ALARM');
  });

  it('fails when it left its state and came back and its history explains nothing', () => {
    const history: AlarmHistory = { type: 'states', states: [] };
    const { verdict } = verdictOf(watchOf('OK'), alarm('OK', 9), { history });
    expect(verdict.kind).toBe('fail');
  });

  it('is taken at its present state when it changed once and its history cannot be read', () => {
    const history: AlarmHistory = { type: 'unreadable', problem: 'denied' };
    const before = watchOf('INSUFFICIENT_DATA');
    expect(verdictOf(before, alarm('OK', 9), { history }).verdict.kind).toBe('pass');
  });

  it('needs no history while its state has not changed', () => {
    expect(needHistory([watchOf('OK')], [alarm('OK')])).toEqual([]);
  });

  it('is not asked for its history when another one fails anyway', () => {
    const other: AlarmReading = { ...alarm('ALARM', 9), name: 'latency' };
    const watches = [watchOf('OK'), { ...watchOf('OK'), name: 'latency' }];
    expect(needHistory(watches, [alarm('OK', 9), other])).toEqual([]);
  });

  describe('that was red at the start', () => {
    it('does not count until it was green', () => {
      const { verdict, watches } = verdictOf(watchOf('ALARM'), alarm('ALARM'));
      expect(verdict.kind).toBe('pass');
      expect(watches[0]?.ignored).toBe(true);
    });

    it('counts from its first green on', () => {
      const green = verdictOf(watchOf('ALARM'), alarm('OK', 9), {
        history: { type: 'states', states: ['OK'] },
      });
      expect(green.verdict.kind).toBe('pass');
      const [after] = green.watches;
      expect(after?.ignored).toBe(false);
      expect(after && verdictOf(after, alarm('ALARM', 12)).verdict.kind).toBe('fail');
    });

    it('fails when it was green and red again between two readings', () => {
      const history: AlarmHistory = { type: 'states', states: ['OK', 'ALARM'] };
      expect(needHistory([watchOf('ALARM')], [alarm('ALARM', 9)])).toHaveLength(1);
      expect(verdictOf(watchOf('ALARM'), alarm('ALARM', 9), { history }).verdict.kind).toBe('fail');
    });
  });

  describe('without data', () => {
    it.each([
      ['continue', 'pass'],
      ['wait', 'inconclusive'],
      ['revert', 'fail'],
    ] as const)('with on-insufficient-data %s is %s', (onInsufficientData, kind) => {
      const { verdict } = verdictOf(watchOf('OK'), alarm('INSUFFICIENT_DATA', 9), {
        policy: { ...policy, onInsufficientData },
        history: { type: 'states', states: ['INSUFFICIENT_DATA'] },
      });
      expect(verdict.kind).toBe(kind);
    });
  });

  describe('that cannot be read', () => {
    it('is an error within the grace time and a failure after it', () => {
      const at = (ms: number) => verdictOf(watchOf('OK'), undefined, { at: ms }).verdict;
      expect(at(120_000).kind).toBe('error');
      expect(at(120_001)).toMatchObject({ kind: 'fail' });
      expect(at(120_001).reason).toContain('could not be read for 2 min');
    });

    it('has its grace time counted from when it was last seen', () => {
      const { watches } = verdictOf(watchOf('OK'), alarm('OK'), { at: 100_000 });
      const [seen] = watches;
      expect(seen && verdictOf(seen, undefined, { at: 200_000 }).verdict.kind).toBe('error');
    });

    it('is not helped by a state that CloudWatch could not evaluate', () => {
      const stale: AlarmReading = { ...alarm('OK'), notEvaluated: 'EVALUATION_ERROR' };
      expect(verdictOf(watchOf('OK'), stale).verdict.kind).toBe('error');
      expect(verdictOf(watchOf('OK'), stale, { at: 300_000 }).verdict.kind).toBe('fail');
    });

    it('uses up its grace time only while somebody could have looked', () => {
      const reading = {
        type: 'unreadable' as const,
        at: momentAhead(60_000, 720_000),
        problem: '',
      };
      expect(assess([watchOf('OK')], reading, new Map(), policy).verdict.kind).toBe('error');
      const later = { ...reading, at: momentAhead(120_001, 720_000) };
      expect(assess([watchOf('OK')], later, new Map(), policy).verdict.kind).toBe('fail');
    });

    it('is not taken for healthy in a state that nobody knows', () => {
      expect(verdictOf(watchOf('OK'), alarm('SOMETHING_NEW', 9)).verdict.kind).toBe('error');
    });

    it('is an error for every alarm when the whole call fails', () => {
      const reading = { type: 'unreadable' as const, at: moment(1_000), problem: 'AccessDenied' };
      const { verdict, findings } = assess([watchOf('OK')], reading, new Map(), policy);
      expect(verdict.kind).toBe('error');
      expect(findings).toMatchObject([{ check: 'errors', state: 'unreadable' }]);
    });
  });

  it('that fails outweighs any number that pass or cannot be read', () => {
    const watches = ['a', 'b', 'c'].map((name) => ({ ...watchOf('OK'), name }));
    const alarms = [
      { ...alarm('OK'), name: 'a' },
      { ...alarm('ALARM', 9), name: 'c' },
    ];
    const { verdict } = assess(watches, { type: 'read', at: moment(1), alarms }, new Map(), policy);
    expect(verdict.reason).toContain('alarm c went into ALARM');
  });
});

describe('an alarm that an earlier process of the rollout watched', () => {
  const begunAt = 60 * 60_000;
  const before = (minutes: number) => begunAt - minutes * 60_000;
  const since = (
    now: AlarmReading,
    onAlarmAtStart: SinceBegun['onAlarmAtStart'] = 'ignore-until-ok',
  ) => watchSince(now, { begunAt, at: moment(begunAt + 30 * 60_000), onAlarmAtStart });

  it('fails when it turned red since, even where one that was red at the beginning is ignored', () => {
    const red = alarm('ALARM', before(-10));
    expect(verdictOf(since(red), red).verdict.kind).toBe('fail');
  });

  it('needs its history when it changed since and is green, and fails when that was red', () => {
    const green = alarm('OK', before(-10));
    expect(needHistory([since(green)], [green])).toHaveLength(1);
    const history: AlarmHistory = { type: 'states', states: ['ALARM', 'OK'] };
    expect(verdictOf(since(green), green, { history }).verdict.kind).toBe('fail');
  });

  it('passes when it was green all the time, without a look at its history', () => {
    const green = alarm('OK', before(10));
    expect(needHistory([since(green)], [green])).toEqual([]);
    expect(verdictOf(since(green), green).verdict.kind).toBe('pass');
  });

  it('is still ignored when it was red from before the beginning on, where the rollout was begun so', () => {
    const red = alarm('ALARM', before(10));
    expect(verdictOf(since(red), red).verdict.kind).toBe('pass');
    expect(verdictOf(since(red, 'fail'), red).verdict.kind).toBe('fail');
  });

  it('counts when it changed right before, which the clocks of AWS and of the runner cannot tell from after', () => {
    const red = alarm('ALARM', begunAt - 1_000);
    expect(verdictOf(since(red), red).verdict.kind).toBe('fail');
  });

  it('counts from now on when nobody tells when it changed', () => {
    const red = { ...alarm('ALARM'), transitionedAt: undefined };
    expect(verdictOf(since(red), red).verdict.kind).toBe('fail');
  });
});

describe('an alarm that was not read yet by who takes over', () => {
  const begunAt = 60 * 60_000;
  const from = moment(begunAt + 30 * 60_000);
  const takenOver: SinceBegun = { begunAt, at: from, onAlarmAtStart: 'fail' };
  const begin = (...alarms: readonly AlarmReading[]) =>
    beginSince([unread('errors', from)], alarms, takenOver);

  it('counts as dark from the moment on at which it was taken over', () => {
    const dark = (afterMs: number) =>
      assess(
        [unread('errors', from)],
        { type: 'unreadable', at: moment(from.steady + afterMs), problem: 'denied' },
        new Map(),
        policy,
      ).verdict.kind;
    expect(dark(policy.monitoringGraceMs)).toBe('error');
    expect(dark(policy.monitoringGraceMs + 1)).toBe('fail');
  });

  it('is judged since the rollout began from its first reading on, and not again from there', () => {
    const green = alarm('OK', begunAt + 60_000);
    const [begun] = begin(green);
    expect(begun).toEqual(watchSince(green, takenOver));
    const [seen] = assess([watchOf('OK')], reading(green), new Map(), policy).watches;
    expect(beginSince(seen === undefined ? [] : [seen], [green], takenOver)).toEqual([seen]);
  });

  it('stays dark while CloudWatch does not return it', () => {
    expect(begin()).toEqual([unread('errors', from)]);
  });

  function reading(...alarms: readonly AlarmReading[]): AlarmsReading {
    return { type: 'read', at: from, alarms };
  }
});
