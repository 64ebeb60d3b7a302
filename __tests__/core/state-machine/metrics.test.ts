import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { comparisonReaders } from '../../../src/core/checks/comparison-reader.ts';
import type { ComparisonFinding } from '../../../src/core/checks/comparison.ts';
import type { AnalysisPolicy } from '../../../src/core/checks/analysis-policy.ts';
import { judgedBy, ledgerOf, withReading, type Ledger } from '../../../src/core/checks/ledger.ts';
import type { FindSeries, MetricSource } from '../../../src/core/checks/metric-source.ts';
import type { Called } from '../../../src/core/checks/reader.ts';
import { scopeOf, type Change } from '../../../src/core/checks/scope.ts';
import { worst } from '../../../src/core/rollout/verdict.ts';
import { STANDARD_RULE } from '../../../src/core/statistics/evidence.ts';
import { machineInput } from '../../../src/core/state-machine/input.ts';
import { expressionAt } from '../../fixtures/expressions.ts';
import { moment } from '../../fixtures/moments.ts';
import { noise } from '../../fixtures/noise.ts';

const MINUTE = 60_000;
const BEGIN = Date.UTC(2026, 0, 1);
/** Rollouts, of some twenty readings each; more of them by `ROLLOUTS=200 npm test -- state-machine/metrics`. */
const ROLLOUTS = Number(process.env['ROLLOUTS'] ?? 12);
/** A reading takes the time of hundreds in the runner. */
const PATIENCE_MS = 60_000 + ROLLOUTS * 15_000;

const read = expressionAt('Read metrics', 'Assign', 'judged');
const startTime = expressionAt('Read metrics', 'Arguments', 'StartTime');
const endTime = expressionAt('Read metrics', 'Arguments', 'EndTime');

interface World {
  readonly seed: number;
  readonly functions: number;
  readonly steps: readonly {
    readonly weight: number;
    readonly bakeMinutes: number;
    /** How many bakes it lasts. */
    readonly lasts: number;
    /** After the minute that it begins in. */
    readonly lateMs: number;
  }[];
  /** Requests a minute, and of a thousand how many fail. */
  readonly rate: number;
  readonly fails: number;
  readonly canaryFails: number;
  /** Of the canary's requests, in percent, that are counted. */
  readonly counted: number;
  readonly pauseMs: number | undefined;
  readonly requestsPerMinute: number | undefined;
  readonly policy: AnalysisPolicy;
}

const world: fc.Arbitrary<World> = fc.record({
  seed: fc.nat({ max: 1_000_000 }),
  functions: fc.constantFrom(1, 1, 1, 2, 3),
  steps: fc.array(
    fc.record({
      weight: fc.constantFrom(1, 5, 10, 25, 50, 90),
      bakeMinutes: fc.constantFrom(0.5, 1, 3, 7),
      lasts: fc.constantFrom(1, 1.5, 3),
      lateMs: fc.constantFrom(0, 2_000, 5_000, 5_001, 30_000, 59_000),
    }),
    { minLength: 1, maxLength: 3 },
  ),
  rate: fc.constantFrom(0, 3, 40, 600, 20_000),
  fails: fc.constantFrom(0, 2, 30),
  canaryFails: fc.constantFrom(0, 2, 30, 60, 500),
  counted: fc.constantFrom(100, 100, 100, 40, 0),
  pauseMs: fc.constantFrom(undefined, 0, 2 * MINUTE),
  requestsPerMinute: fc.constantFrom(undefined, 20, 600),
  policy: fc.record({
    mode: fc.constantFrom('on', 'on', 'on', 'observe'),
    rule: fc.record({
      alpha: fc.constantFrom(STANDARD_RULE.alpha, 0.2),
      ratio: fc.constantFrom(1, 1.5),
      margin: fc.constantFrom(0, 0.01),
      floor: fc.constantFrom(0, STANDARD_RULE.floor, 0.05),
      confirm: fc.constantFrom(0, STANDARD_RULE.confirm),
      burst: fc.constantFrom(1, 3),
    }),
    minInvocations: fc.constantFrom(0, 50, 1_000),
    maxExtension: fc.constantFrom(1, 2, 3),
    onInconclusive: fc.constantFrom('promote', 'revert', 'hold'),
    metricDelayMs: fc.constantFrom(0, 90_000),
  }),
});

const ordinary: World = {
  seed: 1,
  functions: 1,
  steps: [{ weight: 10, bakeMinutes: 3, lasts: 3, lateMs: 0 }],
  rate: 600,
  fails: 2,
  canaryFails: 2,
  counted: 100,
  pauseMs: undefined,
  requestsPerMinute: undefined,
  policy: {
    mode: 'on',
    rule: STANDARD_RULE,
    minInvocations: 50,
    maxExtension: 2,
    onInconclusive: 'promote',
    metricDelayMs: 90_000,
  },
};

/** What chance may leave out: each comes to where one of the rules decides. */
const DECIDED: readonly World[] = [
  // Each minute has few failures, but all that it can have.
  {
    ...ordinary,
    steps: [{ weight: 1, bakeMinutes: 3, lasts: 3, lateMs: 0 }],
    fails: 0,
    canaryFails: 500,
  },
  // Near to what is needed, and over it by one minute.
  { ...ordinary, canaryFails: 30 },
  { ...ordinary, seed: 3, canaryFails: 30 },
  // Too few requests, and then not even these are counted.
  { ...ordinary, rate: 40, policy: { ...ordinary.policy, onInconclusive: 'revert' } },
  { ...ordinary, counted: 40 },
  { ...ordinary, counted: 0 },
  { ...ordinary, rate: 0, pauseMs: 0 },
];

const targetOf = (index: number, { pauseMs, requestsPerMinute }: World): Called => ({
  target: { functionId: `f${index}`, functionName: `f${index}`, alias: 'live' },
  versions: { stable: '7', canary: '8' },
  pauseMs,
  requestsPerMinute,
});

/** Every minute as it can be seen at a time: some of it late, and some of it changes. */
function seriesAt(of: World, weightAt: (minute: number) => number, now: number): FindSeries {
  return ({ name, dimensions }: MetricSource) => {
    const [, index = '0'] = /f(\d)/.exec(dimensions['FunctionName'] ?? '') ?? [];
    const isCanary = dimensions['ExecutedVersion'] === '8';
    const series = new Map<number, number>();
    for (let at = BEGIN; at + MINUTE <= now; at += MINUTE) {
      const part = isCanary ? weightAt(at) * of.counted : (100 - weightAt(at)) * 100;
      const key = [of.seed, at / MINUTE, Number(index), Number(isCanary)] as const;
      const requests = Math.floor(((of.rate * part) / 10_000) * (0.5 + noise(...key, 1)));
      const isNew = now - at < (1 + 4 * noise(...key, 2)) * MINUTE;
      // Errors may be told later than requests, and requests still grow.
      if (requests === 0 || (isNew && name === 'Errors' && noise(...key, 3) < 0.2)) continue;
      const shown = isNew ? Math.ceil(requests / 2) : requests;
      const failing = (isCanary ? of.canaryFails : of.fails) / 1_000;
      const failed = Math.floor(shown * failing * 2 * noise(...key, 4) + noise(...key, 5) / 2);
      series.set(at, name === 'Errors' ? failed : shown);
    }
    return series;
  };
}

/** The reply of GetMetricData to the call that the state makes. */
async function replyOf(
  targets: readonly Called[],
  find: FindSeries,
  variables: Readonly<Record<string, unknown>>,
) {
  const [from, to] = (await Promise.all([startTime(variables), endTime(variables)])).map((time) =>
    Date.parse(String(time)),
  ) as [number, number];
  return {
    MetricDataResults: targets.flatMap(({ target, versions }, index) =>
      (
        [
          ['served', 'Invocations', versions.stable],
          ['failed', 'Errors', versions.stable],
          ['requests', 'Invocations', versions.canary],
          ['failures', 'Errors', versions.canary],
        ] as const
      ).map(([id, name, version]) => {
        const dimensions = { FunctionName: target.functionName, ExecutedVersion: version };
        const source = { namespace: 'AWS/Lambda', name, dimensions, statistic: 'Sum' };
        const series = [...find(source)].filter(([at]) => at >= from && at < to);
        return {
          Id: `${id}${index}`,
          StatusCode: 'Complete',
          Timestamps: series.map(([at]) => new Date(at).toISOString()),
          Values: series.map(([, value]) => value),
        };
      }),
    ),
  };
}

interface Reading {
  readonly verdict: string;
  readonly kinds: readonly string[];
  readonly counts: readonly (readonly number[])[];
  readonly logE: readonly number[];
}

/** A whole rollout, read every minute or so, by both. */
async function play(of: World): Promise<readonly (readonly [Reading, Reading])[]> {
  const targets = Array.from({ length: of.functions }, (_, index) => targetOf(index, of));
  const promotion = { weight: 100, bakeMinutes: 3, lasts: 1.5, lateMs: 0 };
  const steps = [...of.steps.toSorted((a, b) => a.weight - b.weight), promotion];
  const input = inputOf(of, targets, steps);
  const changes: Change[] = [];
  let ledger: Ledger = ledgerOf(comparisonReaders(targets, [], of.policy), 1);
  let judged: unknown = {
    closed: input.accounts,
    openFrom: 0,
    seenAt: 0,
    verdicts: [],
    verdict: { kind: 'pass', why: '' },
  };
  const readings: (readonly [Reading, Reading])[] = [];
  let now = BEGIN;
  let seenAt: number | undefined;
  for (const [index, step] of steps.entries()) {
    now = Math.ceil(now / MINUTE) * MINUTE + step.lateMs;
    const shiftedAt = now;
    changes.push({ at: moment(shiftedAt), weight: step.weight });
    const bakeMs = step.bakeMinutes * MINUTE;
    const since =
      index === steps.length - 1 ? shiftedAt + Math.floor(noise(of.seed) * 9_000) : shiftedAt;
    const until = since + step.lasts * bakeMs;
    for (let poll = 0; now <= until; poll++) {
      now = Math.min(
        now + Math.floor((0.5 + noise(of.seed, index, poll)) * MINUTE),
        Math.max(now + 1, until),
      );
      const at = moment(now);
      const bake = {
        weight: step.weight,
        bakeMs,
        shiftedAt: moment(shiftedAt),
        since: moment(since),
        promotionNext: index === steps.length - 2,
        latest: Infinity,
        takenOver: false,
        longestMs: Math.round(bakeMs * of.policy.maxExtension),
      };
      const { metricDelayMs } = of.policy;
      const scope = scopeOf({ at, bake, changes, begunAt: undefined, metricDelayMs });
      const weightAt = (minute: number) =>
        changes.findLast((change) => change.at.timeOfDay <= minute + MINUTE)?.weight ?? 0;
      const find = seriesAt(of, weightAt, now);
      ledger = withReading(ledger, find, scope);
      const all = judgedBy(ledger, scope);
      seenAt ??= now;
      const silent = all.some(({ unseen }) => unseen !== undefined);
      if (!silent) seenAt = now;
      const ours = readingOf(all.map(({ finding }) => finding as ComparisonFinding));
      const variables = {
        judged,
        targets: input.targets,
        policy: input.policy,
        steps: input.steps,
        step: index,
        since,
        shiftedAt,
        begun: [],
        readingAt: now,
        changes: changes.map((change, each) => ({
          at: change.at.timeOfDay,
          weight: change.weight,
          few: input.steps[each]?.few,
        })),
      };
      const result = await replyOf(targets, find, variables);
      judged = await read({ ...variables, states: { result } });
      const unseen =
        of.policy.mode === 'observe' || !silent
          ? 'pass'
          : now - seenAt > 120_000
            ? 'fail'
            : 'error';
      const verdict = worst(
        [ours.verdict, unseen].map((kind) => ({ kind: kind as 'pass', reason: '' })),
      ).kind;
      readings.push([{ ...ours, verdict }, theirs(judged as Judged)]);
    }
  }
  return readings;
}

function inputOf(
  { policy }: World,
  targets: readonly Called[],
  steps: readonly { readonly weight: number; readonly bakeMinutes: number }[],
) {
  const id = {
    repository: 'a/b',
    runId: '1',
    attempt: '1',
    nonce: 'ab',
    plan: 'cd',
    workflow: 'ef',
  };
  const mark = { ...id, stable: '7', canary: '8', begunAt: 0, startedBy: '1', step: 1, weight: 1 };
  return machineInput({
    course: {
      steps: steps.map(({ weight, bakeMinutes }) => ({ weight, bakeMs: bakeMinutes * MINUTE })),
      onTheMinute: true,
      maxExtension: policy.maxExtension,
      settlingMs: 0,
    },
    shifting: targets.map(({ target, versions, pauseMs, requestsPerMinute }) => ({
      target,
      versions,
      pauseMs,
      requestsPerMinute,
      marks: [{ ...mark, carriedBy: 'aws', held: false }],
      nonces: ['ab'],
      begun: [],
      alias: { arn: 'a', revisionId: 'r', description: '', routing: { version: '7', weights: {} } },
      logGroup: '',
      isProvisioned: false,
    })),
    region: 'eu-west-1',
    watches: [],
    analysis: policy,
    pollMs: MINUTE,
    alarmPolicy: { onInsufficientData: 'continue', monitoringGraceMs: 120_000 },
  });
}

function readingOf(findings: readonly ComparisonFinding[]): Reading {
  return {
    verdict: worst(findings.map(({ verdict }) => verdict)).kind,
    kinds: findings.map(({ verdict }) => verdict.kind),
    counts: findings.map(({ baseline, canary }) =>
      [baseline, canary].flatMap((each) => [each.total, each.bad]),
    ),
    logE: findings.map(({ evidence }) => evidence.at(-1)?.logE ?? 0),
  };
}

interface Judged {
  readonly verdict: { readonly kind: string };
  readonly verdicts: readonly {
    readonly kind: string;
    readonly account: {
      readonly served: number;
      readonly failed: number;
      readonly standing: {
        readonly logE: number;
        readonly requests: number;
        readonly failures: number;
      };
    };
  }[];
}

function theirs({ verdict, verdicts }: Judged): Reading {
  return {
    verdict: verdict.kind,
    kinds: verdicts.map(({ kind }) => kind),
    counts: verdicts.map(({ account: { served, failed, standing } }) => [
      ...[served, failed, standing.requests, standing.failures],
    ]),
    logE: verdicts.map(({ account }) => account.standing.logE),
  };
}

describe('the state machine judges metrics', () => {
  it(
    'as the runner does: the same counts, evidence and verdict at each reading of a rollout',
    async () => {
      await fc.assert(
        fc.asyncProperty(world, async (of) => {
          for (const [ours, machine] of await play(of)) {
            const { logE, ...told } = machine;
            const { logE: expected, ...same } = ours;
            expect(told).toEqual(same);
            for (const [index, each] of logE.entries()) {
              const wanted = expected[index] ?? NaN;
              expect(Math.abs(each - wanted)).toBeLessThanOrEqual(
                1e-12 * Math.max(1, Math.abs(wanted)),
              );
            }
          }
        }),
        { numRuns: ROLLOUTS, examples: DECIDED.map((each) => [each]) },
      );
    },
    PATIENCE_MS,
  );
});
