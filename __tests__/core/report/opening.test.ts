import { describe, expect, it } from '@jest/globals';

import { headingOf, nextStepOf } from '../../../src/core/report/opening.ts';
import { ofKind } from '../../../src/core/checks/finding.ts';
import { ratesChart } from '../../../src/core/report/rates-chart.ts';
import type { Report } from '../../../src/core/report/report.ts';
import { summaryOf } from '../../../src/core/report/summary.ts';
import { sampleReport } from '../../fixtures/sample-report.ts';

const REVERTED = sampleReport({ functions: 1, alarms: 1, nameLength: 0, outcome: 'reverted' });
const said = (report: Partial<Report>): string => {
  const { icon, text } = headingOf({ ...REVERTED, reason: '', ...report });
  return `${icon} ${text}`;
};

describe('the heading of a summary', () => {
  it.each<[Partial<Report>, string]>([
    [{}, '❌ Reverted: checkout-1:live is back on version 7'],
    [{ askedFor: true }, '✅ Reverted: checkout-1:live is back on version 7'],
    [{ outcome: 'promoted' }, '✅ Promoted: checkout-1:live serves version 8'],
    [
      { outcome: 'promoted', targets: REVERTED.targets.map((each) => ({ ...each, version: '6' })) },
      '✅ Rolled back: checkout-1:live serves version 6',
    ],
    [
      { outcome: 'promoted', undecided: true },
      '⚠️ Promoted without enough traffic: checkout-1:live serves version 8',
    ],
    [
      { outcome: 'held', position: { weight: 25, step: 1, startedBy: '' } },
      '⏸ Held: checkout-1:live sends 25 % to version 8',
    ],
    [
      { outcome: 'revert-failed' },
      '🚨 Revert failed: checkout-1:live may still send traffic to version 8',
    ],
    [{ outcome: 'failed', weights: [] }, '❌ Failed before any traffic was moved'],
    [{ outcome: 'failed' }, '✋ Stopped: checkout-1:live did not stay as this rollout left it'],
    [{ outcome: 'started', askedFor: true }, '▶️ Started: AWS moves checkout-1:live to version 8'],
    [
      { outcome: 'started', askedFor: false },
      '⚠️ Out of sight: how checkout-1:live goes on is not known here',
    ],
    [{ outcome: 'created' }, '🆕 Created: checkout-1:live serves version 8'],
    [{ outcome: 'planned' }, '📋 Planned: checkout-1:live; nothing was written'],
    [{ outcome: 'unchanged' }, '☑️ Unchanged: checkout-1:live serves version 8 already'],
    [{ outcome: 'status' }, 'ℹ️ Status of checkout-1:live'],
  ])('has the verdict with the alias and the version: %j', (report, heading) => {
    expect(said(report)).toBe(heading);
  });

  it('is followed by the one thing to do', () => {
    expect(nextStepOf(REVERTED)?.text).toBe('The alias is safe, nothing to do now.');
    expect(nextStepOf({ ...REVERTED, outcome: 'revert-failed' })?.commands).toEqual([
      expect.stringMatching(/^aws lambda update-alias .*--function-version 7 /),
    ]);
  });

  it('does not say that there is nothing to do where it is not known who watches', () => {
    const outOfSight = { ...REVERTED, outcome: 'started', askedFor: false } as const;
    expect(nextStepOf({ ...outOfSight, askedFor: true })?.text).toMatch(/^Nothing to do: AWS/);
    expect(nextStepOf(outOfSight)?.text).toMatch(/^See how it stands: mode: status/);
  });
});

describe('what on-call reads of a reverted version', () => {
  it('has no statistics, and the words of AWS in a quotation alone', () => {
    const summary = summaryOf(REVERTED);
    expect(summary).not.toMatch(/evidence|bets|powers of ten|:1\b/i);
    const quoted = summary.split('\n').filter((line) => line.includes('Threshold Crossed'));
    expect(quoted[0]).toMatch(/^> AWS says of alarm-1: /);
    expect(summary.split('\n').find((line) => line.startsWith('**Why:**'))).not.toContain(
      'Threshold Crossed',
    );
  });

  it('never counts no requests beside an alarm: what has not settled is not known yet', () => {
    const early = { ...REVERTED, exposures: [], findings: [] };
    const summary = summaryOf(early);
    expect(summary).not.toMatch(/\b0 requests/);
    expect(summary).toContain('is not known yet: CloudWatch publishes a minute about 2 minutes');
    expect(summary).toContain('versions/8?tab=monitoring');
  });

  it('says of a function that nothing speaks against that it was put back all the same', () => {
    const byAlarm = { ...REVERTED, findings: ofKind(REVERTED.findings, 'alarm') };
    expect(summaryOf(byAlarm)).toMatch(/\| shifted, and put back +\|/);
  });

  it('draws the rates of both versions also when an alarm decided', () => {
    expect(summaryOf(REVERTED)).toContain('title "Percent of requests that failed"');
  });

  it('draws rates on an axis whose marks do not overlap', () => {
    const axes = (['promoted', 'reverted'] as const).map((outcome) => {
      const report = sampleReport({ functions: 1, alarms: 1, nameLength: 0, outcome });
      return ratesChart(report).find((line) => line.includes('y-axis'));
    });
    // The rates reach 2.8 % and 12.6 %, and 0.2 or 1 from mark to mark would be too near.
    expect(axes).toEqual(['    y-axis "percent" 0 --> 5', '    y-axis "percent" 0 --> 20']);
  });

  it('draws no rate of a minute in which a version served nothing', () => {
    const idle = { total: 0, bad: 0 };
    const withIdle = REVERTED.findings.map((finding) =>
      finding.kind === 'comparison'
        ? { ...finding, minutes: [{ at: 0, canary: idle, baseline: idle }, ...finding.minutes] }
        : finding,
    );
    const alone = { ...REVERTED, exposures: [] };
    expect(ratesChart({ ...alone, findings: withIdle })).toEqual(ratesChart(alone));
    expect(ratesChart(alone).join()).toContain('Percent of requests that failed');
  });

  it('names the guilty of twenty first, and folds what passed', () => {
    const summary = summaryOf(
      sampleReport({ functions: 20, alarms: 50, nameLength: 0, outcome: 'reverted' }),
    );
    const [, blamed = ''] = summary.split('### Who was to blame');
    expect(blamed.split('<details>')[0]).toContain('checkout-3:live');
    expect(blamed.split('<details>')[0]).not.toContain('checkout-4:live');
    const open = summary.replaceAll(/<details>[\s\S]*?<\/details>/g, '');
    expect(open.match(/checkout-4\b/g)).toBeNull();
    expect(open.split('\n').length).toBeLessThan(100);
  });
});
