import { describe, expect, it } from '@jest/globals';

import { updateFunction } from '../../simulator/lambda/functions.ts';
import { conform, experimentNamed, type ConformOptions } from '../fixtures/conformance.ts';

/** By experiment, what the simulator is told, and what then is seen. */
const TOLD_OTHERWISE: readonly (readonly [string, ConformOptions, RegExp])[] = [
  [
    'provisioned-move-revision',
    { tell: ({ simulator }) => void (simulator.lambda.transitionChangesRevisionId = false) },
    /^the same revision$/,
  ],
  [
    'provisioned-move-lasts',
    { tell: ({ simulator }) => void (simulator.lambda.provisioningMs = 20 * 60_000) },
    /^9\d\d s$/,
  ],
  [
    'metrics-settle',
    { simulated: { publicationDelayMs: 150_000 } },
    /^20 of 20 15\d s after its end$/,
  ],
  ['states-empty-lists', { simulated: { leavesOutEmptyLists: true } }, /^no list$/],
  [
    'log-delay',
    {
      tell: ({ simulator: { logDelivery, lambda } }) => {
        const usual = lambda.carryOut;
        lambda.carryOut = (invocation) => {
          logDelivery.setPeriod(invocation.found.name, '1', 40_000);
          if (usual === undefined) throw new Error('Invocations do not count');
          return usual(invocation);
        };
      },
    },
    /^the longest of 60 lines [34]\d\.\d s$/,
  ],
  [
    'old-revision-refused',
    {
      tell: ({ simulator }) => {
        simulator.faults.add(({ operation, count }) =>
          operation === 'UpdateAlias' && count === 1
            ? { type: 'error', status: 409, name: 'ResourceConflictException', message: 'no' }
            : undefined,
        );
      },
    },
    /^409 ResourceConflictException: no$/,
  ],
  [
    'configuration-stays',
    {
      tell: ({ simulator }) => {
        simulator.faults.after(({ operation }) => {
          if (operation !== 'UpdateFunctionCode') return;
          const change = { settings: { EphemeralStorage: { Size: 1_024 } } };
          for (const name of simulator.lambda.functions.keys()) {
            updateFunction(simulator.lambda, name, change);
          }
        });
      },
    },
    /^another after the update, the same after publishing$/,
  ],
  [
    'alias-to-pending',
    {
      tell: ({ simulator }) => {
        simulator.faults.add(({ operation, count }) =>
          operation === 'UpdateAlias' && count === 0
            ? { type: 'error', status: 400, name: 'InvalidParameterValueException', message: 'no' }
            : undefined,
        );
      },
    },
    /^400 InvalidParameterValueException: no$/,
  ],
  [
    'alias-propagation',
    {
      tell: ({ simulator: { lambda } }) => {
        const usual = lambda.carryOut;
        let after = 0;
        lambda.carryOut = (invocation) => {
          const alias = invocation.found.aliases.get(invocation.qualifier);
          const isOld = alias?.version === '2' && after++ < 100;
          if (usual === undefined) throw new Error('Invocations do not count');
          return usual(isOld ? { ...invocation, qualifier: '1' } : invocation);
        };
      },
    },
    /^100 requests went to the old version, the last after 19\d{3} ms$/,
  ],
  [
    'errors-of-exceptions',
    {
      tell: ({ simulator: { lambda } }) =>
        void (lambda.program = () => ({ errorRate: 0.3, durationMs: 40 })),
    },
    /^\d errors of \d+ requests/,
  ],
  [
    'composite-follows',
    {
      tell: ({ simulator: { alarms, faults } }) => {
        faults.before(({ operation, input }) => {
          if (operation !== 'SetAlarmState' || !JSON.stringify(input).includes('ALARM')) return;
          for (const { name, kind } of alarms.alarms.values()) {
            if (kind === 'CompositeAlarm') alarms.putCompositeAlarm(name, 'FALSE');
          }
        });
      },
    },
    /^not red within a minute$/,
  ],
  [
    'states-lambda-errors',
    {
      tell: ({ simulator }) => {
        simulator.faults.add(({ operation }) =>
          operation === 'UpdateAlias'
            ? { type: 'error', status: 409, name: 'ResourceConflictException', message: 'no' }
            : undefined,
        );
      },
    },
    /^Lambda\.ResourceConflictException, Lambda\.ResourceNotFoundException$/,
  ],
  [
    'repair-starts',
    {
      tell: ({ simulator: { executions } }) => {
        const usual = executions.start.bind(executions);
        executions.start = (arn, given = {}) => {
          const { input = '' } = given;
          const isEvent = input.startsWith('{"source"');
          return usual(arn, isEvent ? { input: input.replace('<b>', '&lt;b&gt;') } : given);
        };
      },
    },
    /^started 3 s after an execution that is FAILED, with the input .*&lt;b&gt;/,
  ],
  [
    'repair-of-much',
    {
      tell: ({ simulator: { executions } }) => {
        const usual = executions.start.bind(executions);
        executions.start = (arn, given = {}) => {
          const { detail, ...event } = JSON.parse(given.input ?? '{}') as {
            readonly detail?: { readonly input?: string };
          };
          if (detail === undefined) return usual(arn, given);
          return usual(arn, {
            input: JSON.stringify({ ...event, detail: { ...detail, input: null } }),
          });
        };
      },
    },
    /^started 3 s after an execution that is FAILED, with the input null$/,
  ],
  [
    'session-ended',
    { tell: ({ simulator }) => void (simulator.sessions.hasExpired = () => false) },
    /^Lambda, 30\d s after its end: 404 ResourceNotFoundException/,
  ],
];

describe('an experiment', () => {
  it.each(TOLD_OTHERWISE)('sees it when AWS is otherwise: %s', async (id, options, words) => {
    const { results } = await conform([experimentNamed(id)], options);
    expect(results.map(({ seen }) => seen)).toEqual([
      { verdict: 'differs', words: expect.stringMatching(words) },
    ]);
  });

  it.each(['log-search-fraction', 'old-revision-refused', 'dead-letter-must-match'])(
    'takes a permission that is missing for no answer: %s',
    async (id) => {
      const { results } = await conform([experimentNamed(id)], {
        tell: ({ simulator }) => {
          simulator.faults.add(({ operation }) =>
            ['FilterLogEvents', 'UpdateAlias'].includes(operation)
              ? { type: 'error', status: 403, name: 'AccessDeniedException', message: 'not you' }
              : undefined,
          );
        },
      });
      expect(results.map(({ seen }) => seen)).toEqual([
        { verdict: 'not seen', words: '403 AccessDeniedException: not you' },
      ]);
    },
  );
});
