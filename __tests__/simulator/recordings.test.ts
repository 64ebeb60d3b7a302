import { beforeAll, describe, expect, it } from '@jest/globals';

import type { Simulator } from '../../simulator/simulator.ts';
import { text } from '../../simulator/wire/members.ts';
import type { Members } from '../fixtures/recorded-requests.ts';
import { stale, unaccepted, type Accepted } from '../fixtures/accepted.ts';
import { play, RECORDINGS, type Compared, type Stage } from '../fixtures/recordings.ts';
import { startWorld, type World } from '../fixtures/simulated-world.ts';

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
  for (const recording of RECORDINGS) {
    const world = await startWorld();
    try {
      compared.push(...(await play(recording, stageOf(world))));
    } finally {
      await world.close();
    }
  }
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

  it('differs wherever a difference is accepted', () => {
    expect(stale(compared, ACCEPTED)).toEqual([]);
  });
});

function stageOf(world: World): Stage {
  const { url, simulator } = world;
  const { metricData, metrics, logs } = simulator;
  simulator.lambda.creationMs = 2_000;
  return {
    url,
    region: simulator.region,
    account: simulator.lambda.account,
    now: () => world.now(),
    pass: (ms) => {
      world.pass(ms);
    },
    complete: (operation, input) =>
      operation === 'CreateFunction' ? { ...CODE, ...input } : input,
    createGiven: (input, given) => {
      createGiven(simulator, input, given);
    },
    putMetric: (metricName, value) => {
      metricData.put({ namespace: 'shop', metricName, dimensions: {} }, world.now(), value);
    },
    putLog: (group, message) => {
      logs.put(group, { stream: 'stream', at: world.now(), message });
    },
    putErrors: (functionName, errors) => {
      const series = { functionName, alias: 'live', version: '1' };
      const durations = new Map([[40, errors]]);
      metrics.add(series, world.now(), { invocations: errors, errors, throttles: 0, durations });
    },
  };
}

const CODE = { Code: { ZipFile: 'djA=' }, Runtime: 'nodejs22.x', Handler: 'index.handler' };

function createGiven(
  { lambda }: Simulator,
  input: Members,
  { allocationMs = 0, ...timing }: Readonly<Record<string, number>>,
): void {
  lambda.allocationMs = allocationMs;
  const failing = () => ({ payload: { errorType: 'Error' }, functionError: 'Unhandled' });
  const respond = input['respond'] === 'error' ? failing : () => ({ payload: null });
  const { Environment: environment } = input;
  const { latest } = lambda.createFunction({
    functionName: text(input['FunctionName']) ?? '',
    behaviour: { errorRate: 0, durationMs: 40, respond },
    settings: environment === undefined ? {} : { Environment: environment },
    ...timing,
  });
  latest.description = text(input['Description']) ?? '';
}
