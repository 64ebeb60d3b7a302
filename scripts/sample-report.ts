import type { Entry } from '../src/core/report/entry.ts';
import { planOf } from '../src/core/rollout/plan.ts';
import { reportOf, type Report } from '../src/core/report/report.ts';

/** What a sample report is to show. */
export interface Sample {
  readonly functions: number;
  readonly alarms: number;
  /** Of the names of functions and alarms. */
  readonly nameLength: number;
  readonly outcome: 'promoted' | 'reverted';
}

const MINUTE = 60_000;

/** The report of a rollout of two steps that was promoted, or reverted in the second. */
export function sampleReport({ functions, alarms, nameLength, outcome }: Sample): Report {
  const named = (what: string, index: number) => `${what}-${index + 1}`.padEnd(nameLength, '-x');
  const times = <T>(count: number, make: (index: number) => T) =>
    Array.from({ length: count }, (_, index) => make(index));
  const plan = planOf(
    [
      { weight: 10, bakeMs: 5 * MINUTE },
      { weight: 50, bakeMs: 5 * MINUTE },
    ],
    5 * MINUTE,
  );
  const bad = outcome === 'reverted';
  const reason = 'at 50 % (step 2 of 3), after 3 min 12 s: alarm checkout-errors went into ALARM';
  const baking = (step: number, since: number): Entry => ({
    type: 'state',
    at: since,
    state: { phase: 'baking', step, since, until: since + 5 * MINUTE, readAt: since },
  });
  const measured = (at: number, state: string): Entry => ({
    type: 'measurements',
    at,
    verdict: { kind: 'pass', reason: '' },
    measurements: times(alarms, (index) => ({
      kind: 'alarm',
      at,
      check: named('alarm', index),
      state,
      detail: 'Threshold Crossed: 5',
      verdict: state === 'ALARM' ? { kind: 'fail', reason } : { kind: 'pass', reason: '' },
    })),
  });
  const names = times(functions, (index) => named('checkout', index).slice(0, 64));
  const entries: readonly Entry[] = [
    { type: 'plan', at: 0, plan },
    {
      type: 'targets',
      at: 0,
      region: 'eu-west-1',
      targets: names.map((functionName) => ({
        functionName,
        alias: 'live',
        previousVersion: '7',
        version: '8',
        functionArn: '',
        aliasArn: '',
        disposition: 'shift',
      })),
    },
    { type: 'standing', at: 0, weight: 0, step: 0, startedBy: 'https://github.com/acme/shop' },
    {
      type: 'smoke-tests',
      at: 0,
      reports: names.map((functionName) => ({
        functionName,
        version: '8',
        name: 'test/ping.json',
        problems: [],
        durationMs: 41,
        log: [],
      })),
    },
    baking(0, MINUTE),
    measured(2 * MINUTE, 'OK'),
    { type: 'state', at: 6 * MINUTE, state: { phase: 'shifting', step: 1 } },
    baking(1, 6 * MINUTE + 400),
    {
      type: 'comparisons',
      at: 9 * MINUTE,
      comparisons: names.map((functionName) => ({
        name: 'errors',
        target: `${functionName}:live`,
        needed: 100,
        reverts: bad,
        canary: { total: 4_120, bad: bad ? 93 : 4 },
        baseline: { total: 13_715, bad: 14 },
        evidence: times(8, (minute) => ({ at: minute * MINUTE, logE: bad ? minute : -minute / 4 })),
        pValue: bad ? 0.0009 : 1,
        failuresToRevert: bad ? 0 : 21,
      })),
      durations: names.map((functionName) => ({
        target: `${functionName}:live`,
        baseline: { p50: 40, p90: 61.2, p99: 124 },
        canary: { p50: 41, p90: 62, p99: 131 },
        tests: [{ counted: '12 of 400 requests', logE: -1, needed: 200, reverts: false }],
      })),
    },
    ...(bad
      ? [
          measured(9 * MINUTE, 'ALARM'),
          { type: 'state', at: 9 * MINUTE, state: { phase: 'reverting', reason } } as const,
          { type: 'state', at: 9 * MINUTE + 900, state: { phase: 'reverted', reason } } as const,
          {
            type: 'errors',
            at: 9 * MINUTE + 2_000,
            reports: names.map((functionName) => ({
              functionName,
              version: '8',
              url: 'https://console.aws.amazon.com/',
              messages: [{ text: 'ERROR TypeError: cart is undefined', count: 93 }],
            })),
          } as const,
        ]
      : [
          { type: 'state', at: 11 * MINUTE, state: { phase: 'shifting', step: 2 } } as const,
          baking(2, 11 * MINUTE + 400),
          { type: 'state', at: 16 * MINUTE, state: { phase: 'confirming' } } as const,
          { type: 'state', at: 16 * MINUTE, state: { phase: 'promoted' } } as const,
        ]),
  ];
  const span = { startedAt: 0, endedAt: (bad ? 9 : 16) * MINUTE + 3_000 };
  return reportOf(entries, { outcome, reason: bad ? reason : '' }, span);
}
