import { describe, expect, it } from '@jest/globals';

import {
  fittedToAws,
  leftOutByAws,
  refusalsOf,
  type Asked,
} from '../../../src/core/state-machine/refusals.ts';

const ON = { mode: 'on', given: false } as const;
const ASKED: Asked = {
  requests: ['checkout'],
  alarms: ['errors'],
  checkCommands: [],
  analysis: ON,
  retention: undefined,
  waits: true,
  analysisLogs: { ...ON, ownPattern: undefined },
  compareDuration: { mode: 'observe', given: false },
  onUnfinished: { action: 'revert', given: false },
};
const refused = (asked: Partial<Asked>) => refusalsOf(fittedToAws({ ...ASKED, ...asked }));
const many = (count: number) => Array.from({ length: count }, String);

describe('a rollout that AWS is to carry', () => {
  it('does without logs and durations where nobody asked for them, and says so once', () => {
    expect(refused({})).toEqual([]);
    expect(leftOutByAws(fittedToAws(ASKED))).toEqual([
      expect.stringContaining('neither logs nor durations'),
    ]);
    expect(leftOutByAws(fittedToAws({ ...ASKED, analysis: { ...ON, mode: 'off' } }))).toEqual([]);
  });

  const given = { mode: 'observe', given: true } as const;
  it.each<[string, Partial<Asked>]>([
    ['analysis-logs', { analysisLogs: { ...given, ownPattern: undefined } }],
    ['log-errors', { analysisLogs: { ...ON, ownPattern: 'ERROR' } }],
    ['compare-duration', { compareDuration: given }],
    ['check-commands', { checkCommands: ['prometheus'] }],
    ['function-name', { requests: many(26) }],
    ['alarms', { alarms: many(26) }],
    ['keep-versions', { retention: {}, waits: false }],
    ['on-unfinished', { onUnfinished: { action: 'resume', given: true } }],
  ])('is refused by name for %s, with the reason and a way out', (input, asked) => {
    const problems = refused(asked);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(new RegExp(`^${input}: .*engine: step-functions.*; `));
  });

  it('takes as many functions as it can, and what was turned off', () => {
    const off = { mode: 'off', given: true } as const;
    const asked = { compareDuration: off, analysisLogs: { ...off, ownPattern: undefined } };
    expect(refused({ ...asked, requests: many(25) })).toEqual([]);
    expect(leftOutByAws(fittedToAws({ ...ASKED, ...asked }))).toEqual([]);
  });
});
