import { describe, expect, it } from '@jest/globals';

import { PREFIX } from '../../conformance/names.ts';
import { conform, experimentNamed } from '../fixtures/conformance.ts';

const ONE = [experimentNamed('weights-cleared')];
const left = `${PREFIX}0-left`;

describe('a conformance run', () => {
  it('says what it costs before it begins, and does nothing when nobody agrees', async () => {
    const { lines, results, functions } = await conform(ONE, {
      options: { yes: false },
      agrees: false,
      tell: ({ simulator }) => void simulator.lambda.createFunction({ functionName: left }),
    });
    expect(lines).toContainEqual(expect.stringMatching(/1 experiments on .* about \$0\.00/));
    expect(results).toEqual([]);
    expect(functions).toEqual([left]);
  });

  it('removes all that it made', async () => {
    const { results, functions, left: stuck } = await conform(ONE);
    expect(results.map(({ seen }) => seen.verdict)).toEqual(['as assumed']);
    expect(functions).toEqual([]);
    expect(stuck).toEqual([]);
  });

  it('keeps what it made when it is asked to, and the next one removes that first', async () => {
    const { functions } = await conform(ONE, { options: { keep: true } });
    expect(functions).toEqual([expect.stringMatching(`^${PREFIX}[0-9a-z]{8}-weights-cleared$`)]);
    const next = await conform(ONE, {
      tell: ({ simulator }) => {
        for (const functionName of functions) simulator.lambda.createFunction({ functionName });
      },
    });
    expect(next.lines).toContain(`Left by another run: function ${functions[0] ?? ''}`);
    expect(next.functions).toEqual([]);
  });

  it('removes what a crashed run left of every kind, and nothing of anybody else', async () => {
    const world = await conform(ONE, {
      options: { cleanup: true },
      tell: ({ simulator }) => {
        for (const functionName of [left, 'checkout', 'lambda-canary', `not-${PREFIX}1`]) {
          simulator.lambda.createFunction({ functionName });
          simulator.logs.put(`/aws/lambda/${functionName}`, { stream: 's', at: 0, message: '' });
          simulator.alarms.putMetricAlarm(functionName, { metricName: 'Errors' });
          simulator.executions.createStateMachine({ name: functionName, definition: MACHINE });
        }
      },
    });
    expect(world.results).toEqual([]);
    expect(world.functions).toEqual(['checkout', 'lambda-canary', `not-${PREFIX}1`]);
    expect(world.lines.toSorted()).toEqual([
      `Left by another run: alarm ${left}`,
      `Left by another run: function ${left}`,
      `Left by another run: log group /aws/lambda/${left}`,
      `Left by another run: state machine arn:aws:states:eu-west-1:123456789012:stateMachine:${left}`,
    ]);
  });

  it('says what AWS refused to remove, and makes nothing anew', async () => {
    const { left: stuck, results } = await conform(ONE, {
      tell: ({ simulator }) => {
        simulator.lambda.createFunction({ functionName: left });
        simulator.faults.add(({ operation }) =>
          operation === 'DeleteFunction'
            ? { type: 'error', status: 403, name: 'AccessDeniedException', message: 'no' }
            : undefined,
        );
      },
    });
    expect(stuck).toEqual([`function ${left}: 403 AccessDeniedException: no`]);
    expect(results).toEqual([]);
  });

  it('says of an experiment that AWS does not permit that nothing was seen, and why', async () => {
    const { results } = await conform(ONE, {
      tell: ({ simulator }) => {
        simulator.faults.add(({ operation }) =>
          operation === 'UpdateAlias'
            ? { type: 'error', status: 403, name: 'AccessDeniedException', message: 'not you' }
            : undefined,
        );
      },
    });
    expect(results.map(({ seen }) => seen)).toEqual([
      { verdict: 'not seen', words: '403 AccessDeniedException: not you' },
    ]);
  });
});

const MACHINE = {
  QueryLanguage: 'JSONata',
  StartAt: 'End',
  States: { End: { Type: 'Succeed' } },
};
