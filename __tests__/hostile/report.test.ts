import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { marked } from 'marked';

import type { Finding } from '../../src/core/checks/finding.ts';
import type { SeenState } from '../../src/core/checks/seen.ts';
import { PASS } from '../../src/core/rollout/verdict.ts';
import { planOf } from '../../src/core/rollout/plan.ts';
import { reportOf, type Report } from '../../src/core/report/report.ts';
import { ended, type Outcome } from '../../src/core/report/ending.ts';
import { HOW_IT_DECIDES } from '../../src/core/report/links.ts';
import { summaryOf } from '../../src/core/report/summary.ts';
import type { Line } from '../../src/core/report/line.ts';
import { beginStory, tell } from '../../src/core/report/log.ts';
import type { Entry } from '../../src/core/report/entry.ts';
import type { TargetReport } from '../../src/core/alias/target.ts';
import { NOTHING_STAKED } from '../../src/core/statistics/betting.ts';
import { STANDARD_RULE } from '../../src/core/statistics/evidence.ts';
import { outputsOf } from '../../src/github/outputs.ts';
import { CONTROL } from '../fixtures/commands.ts';
import { enormous, hostileText } from '../fixtures/hostile-text.ts';
import { moment } from '../fixtures/moments.ts';

const MIB = 1024 * 1024;
const OUTCOMES = [
  'promoted',
  'unchanged',
  'created',
  'planned',
  'held',
  'reverted',
  'revert-failed',
  'failed',
] as const satisfies readonly Outcome[];

/** Every text of a report that comes from outside. */
interface Texts {
  readonly name: string;
  readonly state: string;
  readonly detail: string;
  readonly reason: string;
  readonly warning: string;
  readonly arn: string;
}

const hostileTexts: fc.Arbitrary<Texts> = fc.record({
  name: hostileText,
  state: fc.constantFrom('ALARM', 'INSUFFICIENT_DATA', 'unreadable'),
  detail: hostileText,
  reason: hostileText,
  warning: hostileText,
  arn: hostileText.map((text) => text.slice(0, 1_024)),
});

interface Size {
  readonly targets: number;
  readonly alarms: number;
  readonly polls: number;
  readonly warnings: number;
  readonly steps: number;
}

const MODEST: Size = { targets: 2, alarms: 2, polls: 2, warnings: 2, steps: 2 };
/** The most that the inputs allow. */
const GREATEST: Size = { targets: 100, alarms: 500, polls: 4, warnings: 600, steps: 100 };

function entriesOf(texts: Texts, size: Size): readonly Entry[] {
  const { name, state, detail, reason, warning, arn } = texts;
  const times = <T>(count: number, make: (index: number) => T) =>
    Array.from({ length: count }, (_, index) => make(index));
  const plan = planOf(
    times(size.steps, (index) => ({ weight: (99 * (index + 1)) / size.steps, bakeMs: 60_000 })),
    60_000,
  );
  const target = (index: number): TargetReport => ({
    functionName: `function-${index}`,
    alias: 'live',
    functionArn: arn,
    aliasArn: arn,
    previousVersion: '7',
    version: '8',
    disposition: 'shift',
  });
  const seen = (at: number, index: number): Omit<SeenState, 'kind'> => ({
    at,
    check: `${index} ${name.slice(0, 240)}`,
    state: at % 2 === 0 ? state : 'OK',
    detail,
    verdict: at % 2 === 0 ? { kind: 'fail', reason } : PASS,
  });
  const finding = (at: number, index: number): Finding =>
    index % 2 === 0
      ? { kind: 'alarm', ...seen(at, index) }
      : { kind: 'threshold', ...seen(at, index), breaches: at % 2 === 0 ? reason : '' };
  return [
    { type: 'plan', at: 0, plan, longestMs: 0 },
    {
      type: 'targets',
      at: 0,
      region: 'eu-west-1',
      targets: times(size.targets, target),
    },
    ...times(size.warnings, (at): Entry => ({ type: 'warning', at, text: warning })),
    {
      type: 'smoke-tests',
      at: 0,
      reports: times(size.targets, (index) => ({
        functionName: `function-${index}`,
        version: '8',
        name,
        durationMs: 41,
        problems: [reason, detail],
        log: [detail, reason, warning],
      })),
    },
    {
      type: 'errors',
      at: 0,
      reports: times(size.targets, (index) => ({
        functionName: `function-${index}`,
        version: '8',
        url: undefined,
        problem: reason,
        messages: [{ text: detail.slice(0, 400), count: 3 }],
      })),
    },
    { type: 'position', at: 0, weight: 0, step: 0, startedBy: 'https://github.com/acme/shop' },
    { type: 'note', at: 0, text: reason },
    { type: 'details', at: 0, title: name, lines: [detail, reason] },
    { type: 'state', at: 1, state: { phase: 'shifting', step: 0, standing: undefined } },
    {
      type: 'state',
      at: 2,
      state: {
        phase: 'baking',
        step: 0,
        shiftedAt: moment(2),
        since: moment(2),
        until: 60_002,
        readAt: 2,
      },
    },
    ...times(size.polls, (poll): Entry => ({
      type: 'reading',
      at: 10 + poll,
      verdict: { kind: 'error', reason },
      findings: times(size.alarms, (index) => finding(10 + poll, index)),
    })),
    {
      type: 'reading',
      at: 60_005,
      verdict: PASS,
      findings: times(size.targets, (index): readonly Finding[] => [
        {
          kind: 'comparison',
          check: `${name.slice(0, 200)} of function-${index}:live`,
          at: 60_005,
          verdict: PASS,
          name: name.slice(0, 200),
          target: `function-${index}:live`,
          canary: { total: 412, bad: 3 },
          baseline: { total: 3_715, bad: 4 },
          minutes: times(500, (minute) => ({
            at: minute * 60_000,
            canary: { total: 4, bad: minute % 2 },
            baseline: { total: 40, bad: 1 },
          })),
          evidence: times(500, (minute) => ({ at: minute * 60_000, logE: minute / 100 })),
          needed: 100,
          pValue: 0.2,
          outstanding: { before: NOTHING_STAKED, last: undefined, rule: STANDARD_RULE },
          reverts: index === 0,
        },
        {
          kind: 'duration',
          check: `function-${index}:live`,
          at: 60_005,
          verdict: PASS,
          target: `function-${index}:live`,
          baseline: { p50: 40, p90: 61.2, p99: 12_400 },
          canary: { p50: 41, p90: 62, p99: null },
          tests: [
            {
              counted: '12 of 400 requests took longer than 72 ms',
              logE: 9,
              needed: 200,
              reverts: true,
            },
          ],
        },
      ]).flat(),
    },
    { type: 'state', at: 60_010, state: { phase: 'reverting', reason } },
    { type: 'state', at: 60_020, state: { phase: 'reverted', reason } },
  ];
}

function reportWith(texts: Texts, outcome: Outcome, size = MODEST): Report {
  const times = { startedAt: 0, endedAt: 60_030 };
  return reportOf(entriesOf(texts, size), ended(outcome, texts.reason), times);
}

/** The summary's own elements; nothing from outside may make one. */
const OWN_TAGS = new Set([
  ...['h2', 'h3', 'p', 'strong', 'ul', 'li', 'table', 'thead', 'tbody', 'tr', 'th', 'td', 'a'],
  ...['pre', 'code', 'details', 'summary', 'br', 'sub', 'blockquote'],
]);

function tagsIn(html: string): readonly string[] {
  return [...html.matchAll(/<\/?([a-z][a-z0-9-]*)/gi)].map(([, tag]) => tag ?? '');
}

/** How often each element occurs. */
function countsIn(html: string): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const tag of tagsIn(html)) counts[tag] = (counts[tag] ?? 0) + 1;
  return counts;
}

const HARMLESS: Texts = {
  name: 'x',
  state: 'ALARM',
  detail: 'x',
  reason: 'x',
  warning: 'x',
  arn: 'x',
};

const htmlOf = (summary: string) => marked.parse(summary, { async: false, gfm: true });

describe('whatever the texts from outside are', () => {
  it.each(OUTCOMES)('the summary of %s has the elements it has for harmless ones', (outcome) => {
    const expected = countsIn(htmlOf(summaryOf(reportWith(HARMLESS, outcome))));
    fc.assert(
      fc.property(hostileTexts, (texts) => {
        // A reason of several lines is a list of problems, with a point for each.
        // Without any there is no paragraph of it.
        const reason = `x ${texts.reason.replaceAll('\n', ' ')}`;
        const html = htmlOf(summaryOf(reportWith({ ...texts, reason }, outcome)));
        expect(countsIn(html)).toEqual(expected);
        expect(tagsIn(html).filter((tag) => !OWN_TAGS.has(tag))).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });

  it('the summary links to nothing but the AWS console', () => {
    fc.assert(
      fc.property(hostileTexts, (texts) => {
        const html = htmlOf(summaryOf(reportWith(texts, 'reverted')));
        const links = [...html.matchAll(/(?:href|src)="([^"]*)"/g)].map(([, url]) => url ?? '');
        for (const url of links) {
          if (url === HOW_IT_DECIDES) continue;
          expect(url).toMatch(/^https:\/\/eu-west-1\.console\.aws\.amazon\.com\//);
        }
      }),
      { numRuns: 100 },
    );
  });

  it('the summary has two diagrams, and what varies in them is all numbers', () => {
    fc.assert(
      fc.property(hostileTexts, (texts) => {
        const summary = summaryOf(reportWith(texts, 'reverted'));
        const [rates, weights, ...more] = summary.match(/^```[^]*?^```$/gm) ?? [];
        expect(more).toEqual([]);
        expect(rates).toMatch(
          /^```mermaid\n%%\{init: [^\n]+\}%%\nxychart-beta\n {4}title "Percent of requests that failed"\n {4}x-axis "minutes in which both served" 1 --> \d+\n {4}y-axis "percent" 0 --> \d+\n( {4}line \[[\d., ]+\]\n){6}```$/,
        );
        expect(weights).toMatch(
          /^```mermaid\n%%\{init: [^\n]+\}%%\nxychart-beta\n {4}title "Percent of requests sent to the new version"\n {4}x-axis "seconds since the start" 0 --> [\d.]+\n {4}y-axis "percent" 0 --> 100\n {4}bar \[[\d., ]+\]\n```$/,
        );
      }),
      { numRuns: 200 },
    );
  });

  it.each(OUTCOMES)('summary and outputs of %s stay below their limits of 1 MB', (outcome) => {
    fc.assert(
      fc.property(hostileTexts, (texts) => {
        const report = reportWith(texts, outcome, GREATEST);
        expect(Buffer.byteLength(summaryOf(report))).toBeLessThan(MIB);
        expect(Buffer.byteLength(Object.values(outputsOf(report)).join(''))).toBeLessThan(
          1_000_000,
        );
      }),
      { numRuns: 6 },
    );
  });

  it.each(['<', '🦆', '\u0001', '\ud800', '"', '\n'])(
    'ten megabytes of %j stay below the limits too',
    (piece) => {
      const text = enormous(piece);
      const texts = { ...HARMLESS, name: text, detail: text, reason: text, warning: text };
      const report = reportWith(texts, 'reverted', GREATEST);
      expect(Buffer.byteLength(summaryOf(report))).toBeLessThan(MIB);
      expect(Buffer.byteLength(Object.values(outputsOf(report)).join(''))).toBeLessThan(1_000_000);
    },
  );

  it('the output report is JSON that says what it says of harmless ones', () => {
    const shapeOf = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(shapeOf);
      if (typeof value !== 'object' || value === null) return typeof value;
      return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, shapeOf(each)]));
    };
    const jsonOf = (texts: Texts): unknown =>
      shapeOf(JSON.parse(outputsOf(reportWith(texts, 'reverted'))['report'] ?? ''));
    const harmless = jsonOf(HARMLESS);
    fc.assert(
      fc.property(hostileTexts, (texts) => {
        expect(jsonOf(texts)).toEqual(harmless);
      }),
      { numRuns: 200 },
    );
  });

  it('outputs are well-formed text without control characters', () => {
    fc.assert(
      fc.property(hostileTexts, (texts) => {
        for (const value of Object.values(outputsOf(reportWith(texts, 'failed')))) {
          expect(value.isWellFormed()).toBe(true);
          expect(value).not.toMatch(CONTROL);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('the log has as many lines as for harmless ones', () => {
    const linesOf = (texts: Texts): readonly Line[] => {
      let memory = beginStory(0);
      return entriesOf(texts, MODEST).flatMap((entry) => {
        const told = tell(memory, entry);
        memory = told.memory;
        return told.lines;
      });
    };
    const expected = linesOf(HARMLESS).length;
    fc.assert(
      fc.property(hostileTexts, (texts) => {
        expect(linesOf(texts)).toHaveLength(expected);
      }),
      { numRuns: 200 },
    );
  });
});
