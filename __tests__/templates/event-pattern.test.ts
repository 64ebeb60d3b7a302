import { execFileSync } from 'node:child_process';

import { describe, expect, it } from '@jest/globals';

import { repairPattern, tellingPattern } from '../fixtures/repair-rule.ts';

/** Where scripts/templates.ts has put AWS's own library for patterns. */
const RULER = process.env['RULER'] ?? '';
const MACHINE = 'arn:aws:states:eu-west-1:123456789012:stateMachine:lambda-canary';
const EVENT = 'Step Functions Execution Status Change';

const event = (detail: object) => ({
  source: 'aws.states',
  'detail-type': EVENT,
  detail: {
    stateMachineArn: MACHINE,
    status: 'FAILED',
    input: JSON.stringify({ mark: 'lambda-canary{', targets: [] }),
    error: null,
    cause: null,
    ...detail,
  },
});
const without = (name: string) => ({
  ...event({}),
  detail: Object.fromEntries(Object.entries(event({}).detail).filter(([each]) => each !== name)),
});
const repair = JSON.stringify(event({ error: 'States.Runtime' }));

/** Each end, whether it is to be repaired, and whether somebody is to be told. */
const ENDS: readonly (readonly [string, object, boolean, boolean])[] = [
  ['a revert', event({ error: 'LambdaCanary.Reverted' }), false, true],
  ['a revert that failed', event({ error: 'LambdaCanary.RevertFailed' }), false, true],
  ['a take-over', event({ status: 'ABORTED', error: 'LambdaCanary.TakenOver' }), false, false],
  ['a limit', event({ error: 'States.DataLimitExceeded' }), true, true],
  ['a time-out', event({ status: 'TIMED_OUT', error: 'States.Timeout' }), true, true],
  ['a stop with null for its error', event({ status: 'ABORTED' }), true, true],
  ['a stop without error', without('error'), true, true],
  ['a stop with an empty error', event({ status: 'ABORTED', error: '' }), true, true],
  ['a stop with words', event({ status: 'ABORTED', error: 'stop, LambdaCanary.' }), true, true],
  ['an event without input', without('input'), true, true],
  ['an event with null for its input', event({ input: null }), true, true],
  ['a repair that failed', event({ error: 'States.Runtime', input: repair }), false, true],
  ['a repair that was stopped', event({ status: 'ABORTED', input: repair }), false, true],
  [
    'a description that imitates an event',
    event({ input: JSON.stringify({ description: `"detail-type":"${EVENT}"` }) }),
    true,
    true,
  ],
  ['a promotion', event({ status: 'SUCCEEDED' }), false, false],
  ['a beginning', event({ status: 'RUNNING' }), false, false],
  ['another machine', event({ stateMachineArn: `${MACHINE}-of-others` }), false, false],
];

function matches(pattern: object): readonly boolean[] {
  const answer = execFileSync('java', ['-cp', `${RULER}/*`, '__tests__/templates/Matches.java'], {
    input: JSON.stringify({ pattern, events: ENDS.map(([, each]) => each) }),
    encoding: 'utf8',
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  return JSON.parse(answer) as readonly boolean[];
}
const named = (all: readonly boolean[]) => ENDS.map(([name], index) => [name, all[index]]);

describe('the rules of the template, by what EventBridge matches with', () => {
  it('repair what no state has seen to, and nothing else', () => {
    expect(named(matches(repairPattern(MACHINE)))).toEqual(ENDS.map(([name, , is]) => [name, is]));
  });

  it('tell of every end but promotions and take-overs', () => {
    expect(named(matches(tellingPattern(MACHINE)))).toEqual(
      ENDS.map(([name, , , is]) => [name, is]),
    );
  });
});
