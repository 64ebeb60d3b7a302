import { describe, expect, it } from '@jest/globals';

import { htmlOf } from '../../fixtures/page.ts';
import { sampleReport, type Sample } from '../../fixtures/sample-report.ts';
import { commentOf } from '../../../src/core/report/comment.ts';
import { summaryOf } from '../../../src/core/report/summary.ts';
import { outputsOf } from '../../../src/github/outputs.ts';

const SAMPLES: readonly Sample[] = [
  { functions: 1, alarms: 1, nameLength: 0, outcome: 'promoted' },
  { functions: 1, alarms: 1, nameLength: 0, outcome: 'reverted' },
  { functions: 20, alarms: 50, nameLength: 0, outcome: 'reverted' },
  { functions: 20, alarms: 50, nameLength: 255, outcome: 'promoted' },
  { functions: 20, alarms: 50, nameLength: 255, outcome: 'reverted' },
];

const count = (html: string, pattern: RegExp) => html.match(pattern)?.length ?? 0;

describe('the summary as GitHub renders it', () => {
  it.each(SAMPLES)(
    'has all of its parts with $functions functions, $alarms alarms: $outcome',
    (sample) => {
      const html = htmlOf(summaryOf(sampleReport(sample)));
      const { functions, alarms, outcome } = sample;
      const logged = outcome === 'reverted' ? ['What the new version logged</h3>'] : [];
      for (const part of [
        ...logged,
        'Steps</h3>',
        `Smoke tests that passed: ${functions}</summary>`,
        functions === 1 || outcome === 'reverted'
          ? 'New version against old</h3>'
          : `${functions} comparisons that are no reason to revert</summary>`,
        functions === 1
          ? 'Duration</h3>'
          : `Duration of ${functions} functions that are not a fifth slower</summary>`,
        alarms === 1 || outcome === 'reverted'
          ? 'Alarms</h3>'
          : `${alarms} alarms that did not fail</summary>`,
      ]) {
        expect(html).toContain(`>${part}`);
      }
      expect(count(html, /language-mermaid/g)).toBe(2);
      // One row of each alarm in the table of alarms, and one of each function in those of functions.
      expect(count(html, /<td>(?:OK|ALARM)<\/td>\n<td>(?:pass|fail)<\/td>/g)).toBe(
        Math.min(alarms, 50),
      );
      expect(
        count(html, /<td>(?:shifted(?:, and put back)?|<strong>to blame<\/strong>)<\/td>/g),
      ).toBe(functions);
    },
  );

  it('says first how it ended, then what users felt', () => {
    const html = htmlOf(
      summaryOf(sampleReport({ functions: 1, alarms: 1, nameLength: 0, outcome: 'reverted' })),
    );
    const text = html
      .replaceAll(/<[^>]+>/g, '')
      .split('\n')
      .filter((line) => line !== '');
    expect(text.slice(0, 5)).toEqual([
      '❌ Reverted: checkout-1:live is back on version 7',
      'Why: at 50 % (step 2 of 3), after 3 min: alarm alarm-1 went into ALARM',
      'AWS says of alarm-1: Threshold Crossed: 1 out of the last 1 datapoints [93.0 (24/11/26 14:08:00)] was greater than the ' +
        'threshold (5.0) (minimum 1 datapoint for OK -&gt; ALARM transition).',
      'Now: The alias is safe, nothing to do now.',
      'What users felt: the new version had traffic for 8 min, and 1 s more while it was put back; it served 4,000 ' +
        'requests, of which 112 failed.',
    ]);
  });

  it('names three of many functions in its first line', () => {
    const summary = summaryOf(
      sampleReport({ functions: 20, alarms: 1, nameLength: 0, outcome: 'promoted' }),
    );
    expect(summary.split('\n')[0]).toBe(
      '## ✅ Promoted: checkout-1:live, checkout-2:live, checkout-3:live and 17 more serve version 8',
    );
  });

  it('is cut to its first lines in a comment when it is too long for one', () => {
    const long = sampleReport({
      functions: 100,
      alarms: 500,
      nameLength: 255,
      outcome: 'reverted',
    });
    const comment = commentOf(long, 'https://github.com/acme/shop/actions/runs/42');
    expect(comment.length).toBeLessThan(65_536);
    expect(comment).toContain('Reverted: checkout');
    expect(comment).toContain('[The run](https://github.com/acme/shop/actions/runs/42)');
  });

  it.each([12, 60])('lists as many of %d functions as it says that it does', (functions) => {
    const report = sampleReport({ functions, alarms: 1, nameLength: 0, outcome: 'reverted' });
    const [, logged = ''] = summaryOf(report).split('### What the new version logged');
    const [own = ''] = logged.split(/^### /m);
    const listed = own.match(/^checkout.* version 8: /gm)?.length ?? 0;
    const [, left = '0'] = /… and (\d+) more/.exec(own) ?? [];
    expect(listed + Number(left)).toBe(functions);
  });

  it('leaves out nothing that the output `report` lacks', () => {
    const sample = sampleReport({ functions: 60, alarms: 1, nameLength: 0, outcome: 'reverted' });
    const report = JSON.parse(outputsOf(sample)['report'] ?? '') as Record<string, unknown[]>;
    expect(report['smokeTests']).toHaveLength(50);
    expect(report['smokeTests']?.[0]).toEqual({
      functionName: 'checkout-1',
      version: '8',
      name: 'test/ping.json',
      passed: true,
      problems: [],
      durationMs: 41,
    });
  });
});
