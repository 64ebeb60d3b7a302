import { describe, expect, it } from '@jest/globals';

import { targetName } from '../../../src/core/alias/target.ts';
import type { Called } from '../../../src/core/checks/reader.ts';
import type { MachineInput } from '../../../src/core/state-machine/input.ts';
import {
  bytesOf,
  judgedBytes,
  minutesToRead,
  MOST_BYTES,
  mostMinutesOf,
  queryBytes,
} from '../../../src/core/state-machine/payload.ts';
import { MOST_ALARMS } from '../../../src/core/state-machine/limits.ts';
import { unreachable, type Wanted } from '../../../src/core/state-machine/reach.ts';
import { inputOf } from '../../fixtures/both-judge.ts';
import { expressionAt } from '../../fixtures/expressions.ts';
import { CHECKED, COMPARED, EVERYTHING, MINUTE } from '../../fixtures/judged-worlds.ts';
import { noise } from '../../fixtures/noise.ts';

const BEGIN = Date.UTC(2026, 0, 1);
const queries = expressionAt('Read metrics', 'Arguments', 'MetricDataQueries');
const readMetrics = expressionAt('Read metrics', 'Assign', 'judged');
const readAlarms = expressionAt('Read alarms', 'Assign', 'watched');

/** Of each kind one: errors, the version that is alone, a comparison and a condition of the user's, with names as long as they may be. */
const world = {
  ...EVERYTHING,
  compared: COMPARED.slice(0, 1),
  thresholds: CHECKED.slice(0, 1),
};

const called = (functions: number): readonly Called[] =>
  Array.from({ length: functions }, (_, index) => ({
    target: {
      functionId: `arn:aws:lambda:eu-west-1:123456789012:function:${'f'.repeat(62)}${index + 10}`,
      functionName: `${'f'.repeat(62)}${index + 10}`,
      alias: 'production-of-the-shop',
    },
    versions: { stable: '7', canary: '8' },
    pauseMs: 0,
    requestsPerMinute: 600,
  }));

const STEPS = [
  ...[1, 5, 10, 25, 50].map((weight) => ({ weight, bakeMinutes: 60 })),
  { weight: 100, bakeMinutes: 60 },
];
const TARGETS = called(23);
const MOST_TARGETS = called(25);

const wanted = (more: Partial<Wanted> = {}): Wanted => ({
  targets: TARGETS.map(({ target }) => target),
  course: {
    steps: STEPS.map(({ weight, bakeMinutes }) => ({ weight, bakeMs: bakeMinutes * MINUTE })),
    maxExtension: 1,
    settlingMs: 0,
  },
  pollMs: MINUTE,
  holdMs: 0,
  metricDelayMs: 90_000,
  analysis: world.policy,
  afterPromotion: 'revert',
  compared: world.compared,
  thresholds: world.thresholds,
  ...more,
});

interface Query {
  readonly Id: string;
  readonly MetricStat: {
    readonly Stat: string;
    readonly Metric: {
      readonly MetricName: string;
      readonly Namespace: string;
      readonly Dimensions: readonly { readonly Value: string }[];
    };
  };
}

/** A reply as wide as one gets: every minute there, numbers with all their digits, and failures of which no minute decides alone. */
function replyTo(asked: readonly Query[], from: number, minutes: number) {
  return {
    MetricDataResults: asked.map(({ Id, MetricStat: { Stat, Metric } }) => ({
      Id,
      Label: 'm',
      StatusCode: 'Complete',
      Timestamps: Array.from({ length: minutes }, (_, index) =>
        new Date(from + index * MINUTE).toISOString(),
      ),
      Values: Array.from({ length: minutes }, (_, index) => {
        const at = from / MINUTE + index;
        const some = noise(at, Id.length, Metric.Dimensions.at(-1)?.Value === '8' ? 1 : 2);
        if (Stat !== 'Sum') return 500 + some / 3;
        if (['Errors', 'ServerErrors'].includes(Metric.MetricName)) return Math.floor(some * 10);
        return 10_000_000 + Math.floor(some * 89_999_999);
      }),
    })),
    Messages: [],
  };
}

/** The execution late in its promotion, where most is asked for: reading upon reading, each as large as it gets. */
async function readOn(input: MachineInput, readings: number) {
  let judged: unknown = {
    closed: input.accounts,
    openFrom: 0,
    seenAt: 0,
    verdicts: [],
    verdict: { kind: 'pass', why: '' },
  };
  const promotedAt = BEGIN + 2 * MINUTE;
  const all: { readonly asked: number; readonly reply: number; readonly judged: number }[] = [];
  for (let reading = 0; reading < readings; reading++) {
    const now = BEGIN + (21 + reading * input.policy.mostMinutes) * MINUTE;
    const changes = input.steps.map(({ weight, few }, index) => ({
      at: weight < 100 ? BEGIN - index : promotedAt,
      weight,
      few,
    }));
    const variables = {
      judged,
      changes,
      targets: input.targets,
      policy: input.policy,
      steps: input.steps,
      step: input.steps.length - 1,
      since: promotedAt,
      shiftedAt: promotedAt,
      settled: true,
      takenOver: false,
      begun: [],
      readingAt: now,
    };
    const asked = (await queries(variables)) as readonly Query[];
    const { openFrom } = judged as { readonly openFrom: number };
    const from = Math.max(BEGIN, openFrom);
    const result = replyTo(asked, from, input.policy.mostMinutes);
    judged = await readMetrics({ ...variables, states: { result } });
    all.push({
      asked: bytesOf({ MetricDataQueries: asked }),
      // In the JSON of AWS, a number is a double: with a point.
      reply: bytesOf(result) + 2 * asked.length * input.policy.mostMinutes,
      judged: bytesOf({ judged }),
    });
  }
  return all;
}

describe('what a state of an execution is given and answers', () => {
  it('has room for twenty-three functions with everything on, and is no more than was reckoned', async () => {
    expect(unreachable(wanted())).toEqual([]);
    const input = inputOf(world, TARGETS, STEPS);
    expect(input.policy.mostMinutes).toBeGreaterThanOrEqual(
      minutesToRead({ pollMs: MINUTE, delayMs: 90_000 }),
    );
    expect(bytesOf(input)).toBeLessThan(MOST_BYTES / 2);
    const reckoned = {
      asked: queryBytes(
        input.policy,
        TARGETS.map(({ target }) => target),
      ),
      judged: judgedBytes(input.policy, {
        targets: TARGETS.map(({ target }) => targetName(target)),
        weights: STEPS.length,
      }),
    };
    for (const { asked, reply, judged } of await readOn(input, 2)) {
      expect(asked).toBeLessThan(reckoned.asked);
      expect(judged).toBeLessThan(reckoned.judged);
      expect(Math.max(asked, reply, judged)).toBeLessThan(MOST_BYTES);
    }
  }, 300_000);

  it('has room for twenty-five functions where no condition is watched besides', () => {
    const targets = MOST_TARGETS.map(({ target }) => target);
    expect(unreachable(wanted({ targets, thresholds: [] }))).toEqual([]);
    expect(unreachable(wanted({ targets }))).toMatchObject([{ input: 'compare-metrics' }]);
  });

  it('has room for as many alarms as may be watched, each of 10 KB', async () => {
    const name = (index: number) => `${'a'.repeat(253)}${index + 10}`;
    const bytes = 10_000;
    const MetricAlarms = Array.from({ length: MOST_ALARMS }, (_, index) => {
      const alarm = {
        AlarmName: name(index),
        StateValue: 'OK',
        StateReason: 'r'.repeat(1_023),
        StateTransitionedTimestamp: new Date(BEGIN).toISOString(),
        StateReasonData: '',
      };
      return { ...alarm, StateReasonData: 'd'.repeat(bytes - bytesOf(alarm) - 1) };
    });
    const result = { MetricAlarms, CompositeAlarms: [] };
    expect(bytesOf(result)).toBeGreaterThan(bytes * MOST_ALARMS);
    expect(bytesOf(result)).toBeLessThan(MOST_BYTES);
    const watches = MetricAlarms.map(({ AlarmName }) => ({
      name: AlarmName,
      state: 'OK',
      at: BEGIN - 1,
      ignored: false,
      seenAt: BEGIN,
    }));
    const watched = await readAlarms({
      watched: { watches },
      alarmPolicy: { onInsufficientData: 'continue', graceMs: 0 },
      readingAt: BEGIN,
      states: { result },
    });
    expect(bytesOf({ watched })).toBeLessThan(MOST_BYTES / 2);
  });
});

describe('what an execution has no room for is refused by the name of the input:', () => {
  const inputsOf = (more: Partial<Wanted>) => unreachable(wanted(more)).map(({ input }) => input);

  it('more metrics than CloudWatch takes in one call', () => {
    const [pair] = COMPARED as [(typeof COMPARED)[number]];
    const compared = Array.from({ length: 4 }, (_, index) => ({
      name: `pair ${index}`,
      bad: { ...pair.bad, name: `Bad${index}` },
      total: { ...pair.total, name: `All${index}` },
    }));
    const targets = MOST_TARGETS.map(({ target }) => target);
    expect(unreachable(wanted({ targets, compared, thresholds: [] }))).toMatchObject([
      {
        input: 'compare-metrics',
        reason: 'one call of CloudWatch takes 500 metrics, and 22 metrics of 25 functions are 550',
      },
    ]);
  });

  it('a plan that is read so seldom that a reply had to be of too many minutes', () => {
    const course = {
      steps: [{ weight: 10, bakeMs: 14 * 24 * 60 * MINUTE }],
      maxExtension: 1,
      settlingMs: 0,
    };
    const [refusal] = unreachable(wanted({ course, thresholds: [] }));
    expect(refusal?.reason).toMatch(/has room for \d+ minutes of 10 metrics of 23 functions/);
    expect(refusal?.wayOut).toContain('make the plan shorter');
    const [alone] = TARGETS;
    expect(inputsOf({ course, targets: alone === undefined ? [] : [alone.target] })).toEqual([]);
  });

  it('conditions over so many minutes that they could not be kept', () => {
    const [check] = CHECKED as [(typeof CHECKED)[number]];
    const long = Array.from({ length: 3 }, (_, index) => ({
      ...check,
      name: `slow ${index}`,
      of: 60,
    }));
    expect(inputsOf({ thresholds: long, compared: [] })).toEqual(['metric-checks']);
  });

  it('and not what an execution can carry without any of it', () => {
    const none = { compared: [], thresholds: [], analysis: undefined } as const;
    expect(unreachable(wanted(none))).toEqual([]);
    expect(mostMinutesOf({ metrics: [] }, 25)).toBe(1);
  });
});
