import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import {
  assess,
  needHistory,
  type AlarmReading,
  type AlarmWatch,
  type AlarmHistory,
} from '../../../src/core/checks/alarms.ts';
import { expressionAt } from '../../fixtures/expressions.ts';
import { moment } from '../../fixtures/moments.ts';

const NOW = Date.UTC(2026, 0, 1);
const RUNS = { numRuns: 500 };
const PATIENCE_MS = 120_000;
const NAMES = ['errors', 'latency', 'all'] as const;
const STATES = ['OK', 'ALARM', 'INSUFFICIENT_DATA'];

const read = expressionAt('Read alarms', 'Assign', 'watched');
const unreadable = expressionAt('Read alarms', 'Catch', 0, 'Assign', 'watched');
const withHistories = expressionAt('Read histories', 'Assign', 'watched');
const statesSince = expressionAt('Read history', 'Output');

const transition = fc.constantFrom(NOW - 900_000, NOW - 60_000, NOW - 30_000);

interface Case {
  readonly watch: AlarmWatch;
  readonly now: AlarmReading | undefined;
  readonly history: AlarmHistory;
}

const alarm = (name: string): fc.Arbitrary<Case> =>
  fc.record({
    watch: fc.record({
      name: fc.constant(name),
      state: fc.constantFrom(...STATES),
      transitionedAt: transition,
      ignored: fc.boolean(),
      seenAt: fc.constantFrom(NOW - 60_000, NOW - 120_000, NOW - 120_001),
    }),
    now: fc.option(
      fc.record({
        name: fc.constant(name),
        state: fc.constantFrom(...STATES, 'PAUSED'),
        reason: fc.string(),
        transitionedAt: transition,
        warmsUpUntil: fc.constant(undefined),
        notEvaluated: fc.constantFrom(undefined, undefined, 'EVALUATION_ERROR'),
      }),
      { nil: undefined, freq: 8 },
    ),
    history: fc.oneof(
      fc.record({
        type: fc.constant('states' as const),
        states: fc.array(fc.constantFrom(...STATES), { maxLength: 3 }),
      }),
      fc.constant({ type: 'unreadable' as const, problem: 'denied' }),
    ),
  });

const cases = fc.tuple(
  fc.tuple(...NAMES.map(alarm)).chain((all) => fc.subarray([...all])),
  fc.constantFrom('continue' as const, 'wait' as const, 'revert' as const),
);

/** As DescribeAlarms says it: each kind of alarm in its list. */
function replyOf(all: readonly Case[]) {
  const alarms = all.flatMap(({ now }) => (now === undefined ? [] : [now]));
  const wire = (name: string) =>
    alarms
      .filter((each) => each.name === name)
      .map(({ state, reason, transitionedAt = 0, notEvaluated }) => ({
        AlarmName: name,
        StateValue: state,
        StateReason: reason,
        StateTransitionedTimestamp: new Date(transitionedAt).toISOString(),
        ...(notEvaluated === undefined ? {} : { EvaluationState: notEvaluated }),
      }));
  return { MetricAlarms: wire('errors').concat(wire('latency')), CompositeAlarms: wire('all') };
}

interface Watched {
  readonly watches: readonly { readonly at: number }[];
  readonly verdict: { readonly kind: string; readonly why: string };
  readonly doubtful: readonly { readonly name: string }[];
}

const machineWatch = ({ transitionedAt: at, ...watch }: AlarmWatch) => ({ ...watch, at });
const kindOf = ({ kind }: { readonly kind: string }) => kind;

describe('the state machine judges alarms', () => {
  it(
    'as the runner does: whose history it needs, the verdict, and what it remembers',
    async () => {
      const seen = new Set<string>();
      await fc.assert(
        fc.asyncProperty(cases, async ([all, onInsufficientData]) => {
          const policy = { onInsufficientData, monitoringGraceMs: 120_000 };
          const variables = {
            watched: { watches: all.map(({ watch }) => machineWatch(watch)) },
            alarmPolicy: { onInsufficientData, graceMs: 120_000 },
            readingAt: NOW,
          };
          const watches = all.map(({ watch }) => watch);
          const alarms = all.flatMap(({ now }) => now ?? []);
          const doubtful = needHistory(watches, alarms).map(({ name }) => name);
          const histories = new Map(
            all
              .filter(({ watch }) => doubtful.includes(watch.name))
              .map(({ watch, history }) => [watch.name, history] as const),
          );
          const reading = { type: 'read' as const, at: moment(NOW), alarms };
          const expected = assess(watches, reading, histories, policy);

          const first = (await read({ ...variables, states: { result: replyOf(all) } })) as Watched;
          expect(first.doubtful.map(({ name }) => name)).toEqual(doubtful);
          const result = [...histories].map(([name, history]) => ({
            name,
            states: history.type === 'states' ? history.states : [],
          }));
          const watched =
            doubtful.length === 0
              ? first
              : ((await withHistories({
                  ...variables,
                  watched: first,
                  states: { result },
                })) as Watched);
          expect(kindOf(watched.verdict)).toBe(kindOf(expected.verdict));
          expect(watched.watches).toEqual(expected.watches.map(machineWatch));
          if (
            expected.verdict.kind === 'fail' &&
            !expected.verdict.reason.includes('could not be read')
          ) {
            expect(watched.verdict.why).toBe(expected.verdict.reason);
          }
          seen.add(expected.verdict.kind);
        }),
        RUNS,
      );
      expect([...seen].sort()).toEqual(['error', 'fail', 'inconclusive', 'pass']);
    },
    PATIENCE_MS,
  );

  it(
    'as the runner does where none can be read',
    async () => {
      await fc.assert(
        fc.asyncProperty(cases, async ([all, onInsufficientData]) => {
          const watches = all.map(({ watch }) => watch);
          const reading = { type: 'unreadable' as const, at: moment(NOW), problem: 'denied' };
          const policy = { onInsufficientData, monitoringGraceMs: 120_000 };
          const expected = assess(watches, reading, new Map(), policy);
          const watched = (await unreadable({
            watched: { watches: watches.map(machineWatch) },
            readingAt: NOW,
            alarmPolicy: { onInsufficientData, graceMs: 120_000 },
            states: { errorOutput: { Error: 'CloudWatch.AccessDenied', Cause: 'denied' } },
          })) as Watched;
          expect(kindOf(watched.verdict)).toBe(kindOf(expected.verdict));
          expect(watched.watches).toEqual(expected.watches.map(machineWatch));
        }),
        RUNS,
      );
    },
    PATIENCE_MS,
  );

  it.each([
    [
      'its states since the last one that is known',
      item('OK', 1) + item('ALARM', 2),
      ['OK', 'ALARM'],
    ],
    ['none from before', item('ALARM', 0) + item('OK', 1), ['OK']],
    [
      'what cannot be understood as ALARM',
      item('OK', 1).replaceAll('newState', 'state'),
      ['ALARM'],
    ],
  ])('reads of a history %s', async (_, items, states) => {
    const result = { AlarmHistoryItems: JSON.parse(`[${items.slice(0, -1)}]`) as unknown };
    const input = { name: 'errors', at: NOW };
    expect(await statesSince({ states: { input, result } })).toEqual({ name: 'errors', states });
  });

  it('takes a history that goes on another page for one that was red', async () => {
    const result = { AlarmHistoryItems: [], NextToken: 'more' };
    const input = { name: 'errors', at: NOW };
    const told = await statesSince({ states: { input, result } });
    expect(told).toEqual({ name: 'errors', states: ['ALARM'] });
  });
});

/** An item of DescribeAlarmHistory, so many seconds after the last transition that is known. */
function item(stateValue: string, seconds: number): string {
  const reason = 'a reason with "newState":{"stateValue":"OK"} in it';
  const state = (value: string) => ({
    stateValue: value,
    stateReason: reason,
    stateReasonData: { a: 1 },
  });
  const HistoryData = JSON.stringify({
    version: '1.0',
    oldState: state('OK'),
    newState: state(stateValue),
  });
  return `${JSON.stringify({ Timestamp: new Date(NOW + seconds * 1_000).toISOString(), HistoryData })},`;
}
