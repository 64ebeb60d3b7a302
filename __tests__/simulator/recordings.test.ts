import { expect, it } from '@jest/globals';

import type { Simulator } from '../../simulator/simulator.ts';
import { text } from '../../simulator/wire/members.ts';
import type { Members } from '../fixtures/recorded-requests.ts';
import { play, RECORDINGS, type Compared, type Stage } from '../fixtures/recordings.ts';
import { startWorld, type World } from '../fixtures/simulated-world.ts';

it('prints', async () => {
  const all: Compared[] = [];
  for (const recording of RECORDINGS) {
    const world = await startWorld();
    try {
      all.push(...(await play(recording, stageOf(world))));
    } finally {
      await world.close();
    }
  }
  const by = new Map<string, number>();
  let ok = 0;
  for (const { operation, differences } of all) {
    if (differences.length === 0) ok++;
    for (const d of differences) by.set(`${operation}: ${d}`, (by.get(`${operation}: ${d}`) ?? 0) + 1);
  }
  console.log(ok, all.length, [...by].map(([k, n]) => `${n} ${k}`).sort().join('\n'));
  expect(ok).toBe(0);
});

function stageOf({ url, simulator, now, pass }: World): Stage {
  const { metricData, metrics, logs } = simulator;
  return {
    url,
    region: simulator.region,
    account: simulator.lambda.account,
    now,
    pass,
    complete: (operation, input) => (operation === 'CreateFunction' ? { ...CODE, ...input } : input),
    createGiven: (input, given) => {
      createGiven(simulator, input, given);
    },
    putMetric: (metricName, value) => {
      metricData.put({ namespace: 'shop', metricName, dimensions: {} }, now(), value);
    },
    putLog: (group, message) => {
      logs.put(group, { stream: 'stream', at: now(), message });
    },
    putErrors: (functionName, errors) => {
      const series = { functionName, alias: 'live', version: '1' };
      const durations = new Map([[40, errors]]);
      metrics.add(series, now(), { invocations: errors, errors, throttles: 0, durations });
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
