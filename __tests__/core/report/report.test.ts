import { describe, expect, it } from '@jest/globals';

import type { ThresholdFinding } from '../../../src/core/checks/thresholds.ts';
import type { ComparisonFinding } from '../../../src/core/checks/comparison.ts';
import { stateOf } from '../../../src/core/checks/finding.ts';
import { PASS } from '../../../src/core/rollout/verdict.ts';
import type { Entry } from '../../../src/core/report/entry.ts';
import { planOf } from '../../../src/core/rollout/plan.ts';
import { reportOf } from '../../../src/core/report/report.ts';
import { headline } from '../../../src/core/report/opening.ts';
import {
  ended,
  endingOf,
  endingWithoutShift,
  type Outcome,
} from '../../../src/core/report/ending.ts';
import { summaryOf } from '../../../src/core/report/summary.ts';
import { beginStory, tell, type Memory } from '../../../src/core/report/log.ts';
import { targetReport, versionsOf } from '../../../src/core/alias/target.ts';
import { NOTHING_STAKED } from '../../../src/core/statistics/betting.ts';
import { STANDARD_RULE } from '../../../src/core/statistics/evidence.ts';
import { moment } from '../../fixtures/moments.ts';

const MINUTE = 60_000;
const plan = planOf([{ weight: 10, bakeMs: 5 * MINUTE }], 5 * MINUTE);
const target = targetReport(
  { functionId: 'checkout', functionName: 'checkout', alias: 'live' },
  {
    aliasArn: 'arn:aws:lambda:eu-west-1:123456789012:function:checkout:live',
    previousVersion: '7',
    version: '8',
    disposition: 'shift',
  },
);
const measured = (at: number, state: string, detail = ''): Entry => ({
  type: 'reading',
  at,
  verdict: { kind: detail === '' ? 'pass' : 'fail', reason: detail },
  findings: [
    {
      kind: 'alarm',
      at,
      check: 'errors',
      state,
      detail,
      verdict: { kind: detail === '' ? 'pass' : 'fail', reason: detail },
    },
  ],
});
/** The first step, read at this time. */
const baking = (readAt: number): Entry => ({
  type: 'state',
  at: readAt,
  state: {
    phase: 'baking',
    step: 0,
    shiftedAt: moment(2_000),
    since: moment(2_000),
    until: 302_000,
    readAt,
  },
});
const begun: readonly Entry[] = [
  { type: 'plan', at: 0, plan, longestMs: 0 },
  { type: 'targets', at: 0, region: 'eu-west-1', targets: [target] },
  { type: 'state', at: 1_000, state: { phase: 'shifting', step: 0, standing: undefined } },
  baking(2_000),
  measured(17_000, 'OK'),
  measured(32_000, 'OK'),
];
const reverted: readonly Entry[] = [
  ...begun,
  measured(92_000, 'ALARM', 'too many'),
  { type: 'state', at: 92_000, state: { phase: 'reverting', reason: 'too many' } },
  { type: 'state', at: 93_000, state: { phase: 'reverted', reason: 'too many' } },
];
const report = reportOf(reverted, ended('reverted', 'too many'), { startedAt: 0, endedAt: 93_000 });

describe('a report', () => {
  it('holds the measurements that changed and not those that did not', () => {
    expect(report.findings.map((finding) => [finding.at, stateOf(finding)])).toEqual([
      [17_000, 'OK'],
      [92_000, 'ALARM'],
    ]);
  });

  it('tells what became of every step', () => {
    expect(report.steps).toEqual([
      { weight: 10, bakeMs: 300_000, startedAt: 2_000, endedAt: 92_000, result: 'stopped' },
      { weight: 100, bakeMs: 300_000, result: 'not reached' },
    ]);
  });

  it('links to the execution, where AWS carries the rollout', () => {
    const url =
      'https://eu-west-1.console.aws.amazon.com/states/home?region=eu-west-1#/v2/executions';
    const entries: readonly Entry[] = [...reverted, { type: 'carrier', at: 1_000, url }];
    const carried = reportOf(entries, ended('reverted', 'too many'), {
      startedAt: 0,
      endedAt: 93_000,
    });
    expect(summaryOf(carried)).toContain(`**Carried by AWS:** [its execution](${url})`);
    expect(summaryOf(report)).not.toContain('Carried by AWS');
  });

  it('calls no step stopped that AWS goes on with', () => {
    const left = reportOf(begun, ended('started', 'out of sight'), {
      startedAt: 0,
      endedAt: 40_000,
    });
    expect(left.steps.map(({ result }) => result)).toEqual(['goes on', 'not reached']);
  });

  it('holds the weights as they came into force, the revert included', () => {
    expect(report.weights).toEqual([
      { at: 2_000, weight: 10 },
      { at: 93_000, weight: 0 },
    ]);
  });

  it.each<[Outcome, string]>([
    ['promoted', 'Promoted: checkout:live serves version 8'],
    ['reverted', 'Reverted checkout:live to version 7 too many'],
    ['revert-failed', 'may still send traffic to version 8'],
    ['failed', 'Failed: too many'],
    ['held', 'Held checkout:live too many'],
    ['unchanged', 'Unchanged: checkout:live serves version 8 already'],
    ['created', 'Created: checkout:live serves version 8; there was nothing to shift from'],
    ['planned', 'Planned: checkout:live; nothing was written'],
  ])('begins with the verdict %s in one sentence', (outcome, sentence) => {
    expect(headline({ ...report, outcome })).toContain(sentence);
  });
});

describe('a report of a rollout', () => {
  const promoted: readonly Entry[] = [
    { type: 'plan', at: 0, plan: planOf([], 0), longestMs: 0 },
    { type: 'targets', at: 0, region: 'eu-west-1', targets: [target] },
    { type: 'warning', at: 0, text: 'Nothing is watched' },
    { type: 'state', at: 1_000, state: { phase: 'shifting', step: 0, standing: undefined } },
    { type: 'state', at: 2_000, state: { phase: 'confirming' } },
    { type: 'state', at: 3_000, state: { phase: 'promoted' } },
  ];

  it('knows a promotion that was not baked', () => {
    const { steps, weights, warnings } = reportOf(promoted, endingOf({ phase: 'promoted' }), {
      startedAt: 0,
      endedAt: 3_000,
    });
    expect(steps).toEqual([
      { weight: 100, bakeMs: 0, startedAt: 2_000, endedAt: 2_000, result: 'not watched' },
    ]);
    expect(weights).toEqual([{ at: 2_000, weight: 100 }]);
    expect(warnings).toEqual(['Nothing is watched']);
  });

  it('says that no traffic was moved when none was', () => {
    const ending = ended('failed', 'no such alarm');
    const early = reportOf([], ending, { startedAt: 0, endedAt: 1 });
    expect(headline(early)).toBe('Failed before any traffic was moved by this run: no such alarm');
  });

  it('of targets without a shift is unchanged, or created when an alias was', () => {
    const unchanged = { type: 'unchanged', version: '7' } as const;
    const created = { type: 'created', version: '1' } as const;
    expect(endingWithoutShift([unchanged]).outcome).toBe('unchanged');
    expect(endingWithoutShift([unchanged, created]).outcome).toBe('created');
    expect(versionsOf(unchanged)).toEqual({ previousVersion: '7', version: '7' });
    expect(versionsOf(created)).toEqual({ previousVersion: '', version: '1' });
    expect(versionsOf({ type: 'shift', stable: '7', canary: '8' })).toEqual({
      previousVersion: '7',
      version: '8',
    });
  });
});

describe('the log', () => {
  const linesOf = (entries: readonly Entry[]) => {
    let memory: Memory = beginStory(0);
    return entries.flatMap((entry) => {
      const told = tell(memory, entry);
      memory = told.memory;
      return told.lines.map(({ text }) => text);
    });
  };

  it('begins with the plan as a table', () => {
    expect(linesOf(begun).slice(0, 4)).toEqual([
      'The plan bakes 10 min:',
      'step   weight              bake time',
      '1      10 %                5 min',
      '2      100 % (promotion)   5 min',
    ]);
  });

  it('has one line for each transition and none for a poll without news', () => {
    expect(linesOf(reverted).slice(4)).toEqual([
      '[+0 s] checkout:live: from version 7 to version 8',
      '[+2 s] 10 % shifted (step 1 of 2); baking for 5 min',
      '[+1 min 32 s] alarm errors: OK → ALARM: too many',
      '[+1 min 32 s] reverting too many',
    ]);
  });

  it('tells of targets, notes and warnings', () => {
    const other = { ...target, functionName: 'cart' };
    expect(
      linesOf([
        {
          type: 'targets',
          at: 1_000,
          region: 'eu-west-1',
          targets: [
            { ...other, disposition: 'unchanged' },
            { ...other, disposition: 'created' },
            { ...other, disposition: 'none' },
          ],
        },
        { type: 'note', at: 2_000, text: 'waiting' },
        { type: 'warning', at: 3_000, text: 'careful' },
        { type: 'details', at: 4_000, title: 'folded', lines: ['one'] },
      ]),
    ).toEqual([
      '[+1 s] cart:live serves version 8 already',
      '[+1 s] cart:live was created at version 8',
      '[+2 s] waiting',
      '[+3 s] careful',
      '[+4 s] folded',
    ]);
  });

  it('says what it waits for when the bake is over and the step is held', () => {
    const unsure = (at: number): Entry => {
      const verdict = { kind: 'inconclusive', reason: 'no data' } as const;
      const finding = {
        kind: 'alarm' as const,
        at,
        check: 'errors',
        state: 'INSUFFICIENT_DATA',
        detail: '',
        verdict,
      };
      return { type: 'reading', at, findings: [finding], verdict };
    };
    expect(
      linesOf([...begun, unsure(330_000), baking(330_000), unsure(400_000), baking(400_000)]).at(
        -1,
      ),
    ).toBe('[+6 min 40 s] at 10 %: the bake is over, but no data');
  });

  it('says at once, and only once, that a step is extended and why', () => {
    const extended = (at: number): Entry => ({
      type: 'reading',
      at,
      findings: [],
      verdict: { kind: 'extend', reason: 'too few requests' },
    });
    const told = linesOf([...begun, extended(302_000), extended(317_000), extended(332_000)]);
    expect(told.filter((line) => line.includes('extended'))).toEqual([
      '[+5 min 2 s] the step is extended: too few requests',
    ]);
  });

  it('tells what the comparison found when a step ends', () => {
    const comparison: ComparisonFinding = {
      kind: 'comparison',
      check: 'errors of checkout:live',
      at: 302_000,
      verdict: PASS,
      name: 'errors',
      target: 'checkout:live',
      canary: { total: 412, bad: 3 },
      baseline: { total: 3715, bad: 4 },
      minutes: [],
      evidence: [{ at: 0, logE: 1.59 }],
      needed: 100,
      pValue: 0.2,
      outstanding: {
        before: NOTHING_STAKED,
        last: { canary: { total: 412, bad: 3 }, baseline: { total: 3715, bad: 4 } },
        rule: STANDARD_RULE,
      },
      reverts: false,
    };
    const told = linesOf([
      ...begun,
      { type: 'reading', at: 302_000, verdict: PASS, findings: [comparison] },
      { type: 'state', at: 302_000, state: { phase: 'shifting', step: 1, standing: 0 } },
    ]);
    expect(told.at(-2)).toBe(
      '[+5 min 2 s] errors of checkout:live: canary 412 requests, 3 failed (0.73 %); baseline 3,715, ' +
        '4 failed (0.11 %); evidence 4.9:1 of 100:1 needed; 7 more failures would revert',
    );
    expect(told.at(-1)).toBe('[+5 min 2 s] 10 % (step 1 of 2) passed');
  });

  it('tells the time left in a long wait, about once a minute', () => {
    const quiet = Array.from({ length: 19 }, (_, poll) => 17_000 + poll * 15_000).flatMap((at) => [
      measured(at, 'OK'),
      baking(at),
    ]);
    const told = linesOf([...begun.slice(0, 4), ...quiet]).slice(6);
    expect(told).toEqual([
      '[+1 min 2 s] at 10 %: 20 % of the bake is over, 4 min left',
      '[+2 min 2 s] at 10 %: 40 % of the bake is over, 3 min left',
      '[+3 min 2 s] at 10 %: 60 % of the bake is over, 2 min left',
      '[+4 min 2 s] at 10 %: 80 % of the bake is over, 1 min left',
    ]);
  });
});

describe('the summary', () => {
  it('shows the verdict first, and the weights as a table and a chart', () => {
    const summary = summaryOf(report);
    expect(summary.indexOf('Reverted')).toBeLessThan(summary.indexOf('### Steps'));
    expect(summary).toContain('| 1 | 10 % | 5 min | 00:00:02 | 1 min 30 s | stopped |');
    expect(summary).toContain('xychart-beta');
    expect(summary).toMatch(/bar \[0, .*10, .*0\]/);
  });

  it('links the alias and the alarms in the console', () => {
    expect(summaryOf(report)).toContain('#/functions/checkout/aliases/live)');
    expect(summaryOf(report)).toContain('#alarmsV2:alarm/errors)');
  });

  it('tells of a metric that failed what its minutes were, under a name that has the target already', () => {
    const failing: ThresholdFinding = {
      kind: 'threshold',
      check: 'slow of checkout:live',
      at: 92_000,
      verdict: { kind: 'fail', reason: 'slow: 912 ms at 14:03 UTC, for checkout:live' },
      state: 'FAIL',
      detail: '912 ms',
      breaches: 'slow: 912 ms at 14:03 UTC',
    };
    const findings = [...report.findings, failing];
    expect(summaryOf({ ...report, findings }).replaceAll('&#58;', ':')).toContain(
      '| +1 min 32 s | slow of checkout:live | FAIL | slow: 912 ms at 14:03 UTC |',
    );
  });
});
