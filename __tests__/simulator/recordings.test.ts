import { beforeAll, describe, expect, it } from '@jest/globals';

import { stale, unaccepted, type Accepted } from '../fixtures/accepted.ts';
import { KEPT_RECORDINGS, RECORDINGS, type Compared } from '../fixtures/recordings.ts';
import { playOnSimulator } from '../fixtures/simulated-stage.ts';

/** Differences that stay, and why. One that is no difference any more does not belong here. */
const ACCEPTED: readonly Accepted[] = [
  {
    operations: ['GetFunction', 'PublishVersion', 'CreateFunction'],
    difference: /^lacks (Configuration\.)?Environment$/,
    reason: 'the function of the recording had one, but what it was given is not among the facts',
  },
  {
    operations: ['UpdateFunctionCode', 'UpdateFunctionConfiguration'],
    difference: /^lacks Environment$/,
    reason: 'as above',
  },
  {
    operations: ['DescribeAlarms'],
    difference: /^lacks (Metric|Composite)Alarms\.AlarmDescription$/,
    reason: 'descriptions of alarms are not simulated: the action does not read them',
  },
  {
    operations: ['DescribeAlarms'],
    difference: /^lacks MetricAlarms\.Unit$/,
    reason: 'units are not simulated: an alarm with one is judged by the same numbers',
  },
  {
    operations: ['DescribeAlarms'],
    difference: /^tells LogAlarms$/,
    reason: 'log alarms are newer than the recordings',
  },
  {
    operations: ['DescribeAlarmHistory'],
    difference: /^lacks .*\.stateReasonData\.(unit|evaluatedDatapoints\.sampleCount)$/,
    reason: 'nobody reads the details of StateReasonData',
  },
  {
    operations: ['CreateAlias'],
    difference: /^Type User, not none$/,
    reason: 'one refusal has no Type in its body, and nobody reads it',
  },
];

const compared: Compared[] = [];
beforeAll(async () => {
  for (const recording of RECORDINGS) compared.push(...(await playOnSimulator(recording)));
});

describe('the simulator, asked what AWS was asked when it was recorded', () => {
  it.each(RECORDINGS.map(({ id }) => id))('answers as AWS did: %s', (id) => {
    expect(
      unaccepted(
        compared.filter(({ recording }) => recording === id),
        ACCEPTED,
      ),
    ).toEqual([]);
  });

  it('answers as AWS did, word for word, nearly everywhere', () => {
    const agreed = compared.filter(({ differences }) => differences.length === 0);
    expect(`${agreed.length} of ${compared.length}`).toBe('187 of 220');
  });

  it('answers as AWS did in every conformance run that is kept', async () => {
    const answers: Compared[] = [];
    for (const recording of KEPT_RECORDINGS) answers.push(...(await playOnSimulator(recording)));
    expect(unaccepted(answers, [])).toEqual([]);
  });

  it('differs wherever a difference is accepted', () => {
    expect(stale(compared, ACCEPTED)).toEqual([]);
  });
});
