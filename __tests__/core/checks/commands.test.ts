import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import {
  describeCommand,
  judgeRun,
  lastLines,
  runsIn,
  type CommandCheck,
  type CommandResult,
} from '../../../src/core/checks/commands.ts';
import { planOf } from '../../../src/core/rollout/plan.ts';
import { hostileText } from '../../fixtures/hostile-text.ts';

const CHECK: CommandCheck = {
  name: 'slo',
  command: './slo.sh',
  everyMs: 30_000,
  afterPromotion: false,
  timeoutMs: 60_000,
};
const judge = (result: CommandResult, darkMs = 0) =>
  judgeRun(CHECK, { target: 'checkout:live', result, at: 0, darkMs, monitoringGraceMs: 120_000 });
const exited = (code: number, output = ''): CommandResult => ({ type: 'exited', code, output });

describe('a command', () => {
  it('passes with exit code 0, whatever it printed', () => {
    const { verdict, state, detail } = judge(exited(0, 'FAILED: nothing'));
    expect([verdict.kind, state, detail]).toEqual(['pass', 'OK', '']);
  });

  it('fails with exit code 1, and what it printed last is the reason', () => {
    expect(judge(exited(1, 'a\nb\n\n  5xx over 1 %\n')).verdict).toEqual({
      kind: 'fail',
      reason: 'check slo of checkout:live failed: a / b / 5xx over 1 %',
    });
    expect(judge(exited(1)).verdict.reason).toBe(
      'check slo of checkout:live failed: exit code 1, and it printed nothing',
    );
  });

  it('does not know with exit code 2', () => {
    expect(judge(exited(2, 'no data')).verdict).toEqual({
      kind: 'inconclusive',
      reason: 'check slo of checkout:live does not know: exit code 2: no data',
    });
  });

  it.each<[CommandResult, string]>([
    [exited(3, 'boom'), 'exit code 3: boom'],
    [exited(-1), 'exit code -1'],
    [exited(127, 'bash: x: command not found'), 'exit code 127: bash: x: command not found'],
    [{ type: 'killed', signal: 'SIGSEGV', output: '' }, 'ended by SIGSEGV'],
    [{ type: 'cut off', output: 'so far' }, 'not over after 1 min (its timeout): so far'],
    [{ type: 'not started', problem: 'spawn EAGAIN' }, 'spawn EAGAIN'],
  ])('could not tell when it ended as %j: within the grace, and not for longer', (result, what) => {
    expect(judge(result, 120_000)).toMatchObject({
      state: 'ERROR',
      detail: what,
      verdict: { kind: 'error' },
    });
    expect(judge(result, 120_001).verdict).toEqual({
      kind: 'fail',
      reason: `check slo of checkout:live could not tell for 2 min: ${what} (monitoring-grace is 2 min)`,
    });
  });

  it('is told in one line of at most 500 characters, the end of it', () => {
    expect(lastLines('1\n2\r3\r\n4\n5\n6\n7')).toBe('3 / 4 / 5 / 6 / 7');
    const long = lastLines(`${'x'.repeat(600)} the end`);
    expect([long.length, long.slice(0, 2), long.slice(-7)]).toEqual([500, '…x', 'the end']);
    fc.assert(
      fc.property(hostileText, (text) => {
        const line = lastLines(text);
        expect(line).not.toMatch(/\p{Cc}/u);
        expect([...line].length).toBeLessThanOrEqual(500);
      }),
    );
  });

  it('runs where something bakes, and one for after the promotion only where that does', () => {
    const late = { ...CHECK, afterPromotion: true };
    const plans = [planOf([], 0), planOf([{ weight: 10, bakeMs: 1 }], 0), planOf([], 1)];
    expect(plans.map((plan) => runsIn(plan, CHECK))).toEqual([false, true, true]);
    expect(plans.map((plan) => runsIn(plan, late))).toEqual([false, false, true]);
  });

  it('is described without itself, for it may hold a secret', () => {
    expect(describeCommand(CHECK)).toBe('check slo runs every 30 s, for 1 min at most');
    const rare = { ...CHECK, everyMs: undefined, afterPromotion: true };
    expect(describeCommand(rare)).toBe(
      'check slo runs at the end of each step after the promotion, for 1 min at most',
    );
  });
});
