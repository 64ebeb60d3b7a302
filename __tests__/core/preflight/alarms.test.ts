import { describe, expect, it } from '@jest/globals';

import { inspectAlarms } from '../../../src/core/preflight/alarms.ts';

describe('the alarms at the start', () => {
  const policy = {
    onAlarmAtStart: 'fail',
    onInsufficientData: 'continue',
    at: 1_000_000,
    others: undefined,
    begins: true,
  } as const;
  const red = {
    name: 'errors',
    state: 'ALARM',
    reason: 'red',
    transitionedAt: 0,
    warmsUpUntil: undefined,
    notEvaluated: undefined,
  };
  const silent = { ...red, state: 'INSUFFICIENT_DATA', reason: 'no data' };

  it('must all exist', () => {
    expect(inspectAlarms(['errors', 'gone'], [{ ...red, state: 'OK' }], policy).problems).toEqual([
      expect.stringContaining('no alarm named gone'),
    ]);
  });

  it('must not be red, unless the rollout is the repair', () => {
    expect(inspectAlarms(['errors'], [red], policy).problems).toHaveLength(1);
    const repair = { ...policy, onAlarmAtStart: 'ignore-until-ok' } as const;
    expect(inspectAlarms(['errors'], [red], repair)).toEqual({
      problems: [],
      warnings: [expect.stringContaining('it counts once it was OK')],
    });
  });

  it('may be without data, unless that would revert at once', () => {
    expect(inspectAlarms(['errors'], [silent], policy).problems).toEqual([]);
    const strict = { ...policy, onInsufficientData: 'revert' } as const;
    expect(inspectAlarms(['errors'], [silent], strict).problems).toHaveLength(1);
  });

  it('are said to warm up while they do', () => {
    const young = { ...silent, warmsUpUntil: policy.at + 12 * 60_000 };
    expect(inspectAlarms(['errors'], [young], policy).warnings).toEqual([
      'Alarm errors is in INSUFFICIENT_DATA (it is warming up for up to 12 min); until then it cannot tell a bad canary.',
    ]);
    const old = { ...silent, warmsUpUntil: policy.at };
    expect(inspectAlarms(['errors'], [old], policy).warnings).toEqual([]);
    const strict = { ...policy, onInsufficientData: 'revert' } as const;
    expect(inspectAlarms(['errors'], [young], strict).problems[0]).toContain('is warming up');
  });

  it('must be evaluated', () => {
    const stale = { ...red, state: 'OK', notEvaluated: 'CloudWatch cannot evaluate it' };
    expect(inspectAlarms(['errors'], [stale], policy).problems).toEqual([
      'alarms: the state of errors is no evidence: CloudWatch cannot evaluate it.',
    ]);
  });
});
