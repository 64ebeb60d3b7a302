import { GREEN, mermaidChart, RED } from './chart.ts';
import { comparisonSection } from './comparison-section.ts';
import { alarmUrl, aliasUrl } from '../text/console.ts';
import { durationSection } from './duration-section.ts';
import { logSection } from './log-section.ts';
import { ofKind, type Finding } from '../checks/finding.ts';
import type { SeenState } from '../checks/seen.ts';
import { clockTime, formatDuration } from '../text/duration.ts';
import { bold, escapeMarkdown, link, preformatted, shorten, table } from '../text/markdown.ts';
import { grouped, milliseconds } from '../text/numbers.ts';
import { promotedSection } from './promoted-section.ts';
import { headline, isSuccess, type Report } from './report.ts';
import { describeWeight } from '../rollout/plan.ts';
import { targetName, type TargetReport } from '../alias/target.ts';

/** GitHub drops a summary above 1 MiB as a whole; these keep it far below, escaped at its worst. */
const MOST_ROWS = 50;
const LONGEST_NAME = 255;
const LONGEST_REASON = 400;
const LONGEST_HEADLINE = 2_000;

/** The job summary as Markdown: the verdict first, then what was done, then what was seen. */
export function summaryOf(report: Report): string {
  const icon = isSuccess(report) ? '✅' : '❌';
  return [
    `## ${icon} Lambda Canary`,
    '',
    verdictOf(report),
    ...felt(report),
    ...warnings(report),
    ...targets(report),
    ...smokeTests(report),
    ...errors(report),
    ...steps(report),
    ...chart(report),
    ...Object.values(SECTIONS).flatMap((section) => section(report)),
    ...changes(report),
    '',
  ].join('\n');
}

/** What was found, in this order. */
const SECTIONS: Readonly<Record<Finding['kind'], (report: Report) => readonly string[]>> = {
  comparison: ({ findings }) => comparisonSection(ofKind(findings, 'comparison')),
  duration: ({ findings }) => durationSection(ofKind(findings, 'duration')),
  promoted: ({ findings }) => promotedSection(ofKind(findings, 'promoted')),
  logs: ({ findings }) => logSection(ofKind(findings, 'logs')),
  alarm: alarms,
  threshold: metrics,
};

/** The headline; of several problems, each a point of a list. */
export function verdictOf(report: Report): string {
  return verdictLines(report).join('\n');
}

function verdictLines(report: Report): readonly string[] {
  const problems = headline(report).split('\n');
  return problems.length === 1
    ? [bold(shorten(problems[0] ?? '', LONGEST_HEADLINE))]
    : capped(problems, (problem) => `- ${bold(shorten(problem, LONGEST_REASON))}`, '- ');
}

function warnings({ warnings }: Report): readonly string[] {
  return warnings.length === 0
    ? []
    : ['', ...capped(warnings, (warning) => `- ⚠️ ${reason(warning)}`, '- ')];
}

/** What users felt of the new version, as far as the metrics tell. */
function felt({ weights, findings, endedAt, steps }: Report): readonly string[] {
  const [first] = weights.filter(({ weight }) => weight > 0);
  if (first === undefined) return [];
  const isFirstJob = !steps.some(({ result }) => result === 'in an earlier job');
  const back = weights.findLast(({ weight }) => weight === 0);
  const lasted = formatDuration((back?.at ?? endedAt) - first.at);
  const ofErrors = ofKind(findings, 'comparison').filter(({ name }) => name === 'errors');
  const total = ofErrors.reduce((sum, { canary }) => sum + canary.total, 0);
  const bad = ofErrors.reduce((sum, { canary }) => sum + canary.bad, 0);
  const known =
    ofErrors.length === 0
      ? 'how many requests it served, and how many failed, is unknown'
      : `it served ${grouped(total)} requests, of which ${grouped(bad)} failed, in the minutes whose metrics were ` +
        'there while it shared the traffic';
  const inThisJob = isFirstJob ? '' : ' in this job, and in earlier ones before';
  return [
    '',
    `**What users felt:** the new version had traffic for ${lasted}${inThisJob}; ${known}.`,
  ];
}

const MOST_LOGGED = 10;

function errors({ errors }: Report): readonly string[] {
  if (errors.length === 0) return [];
  return [
    '',
    '### What the new version logged',
    ...errors
      .slice(0, MOST_LOGGED)
      .flatMap(({ functionName, version, messages, problem, url }) => [
        '',
        `${escapeMarkdown(shorten(`${functionName} version ${version}`, LONGEST_NAME))}: ` +
          (problem === undefined
            ? messages.length === 0
              ? 'no error was found.'
              : 'the first errors, and how many there were of each.'
            : `the logs could not be read: ${reason(problem)}`) +
          (url === undefined ? '' : ` ${link('All of them in Logs Insights', url)}`),
        ...(messages.length === 0
          ? []
          : ['', preformatted(messages.map(({ text, count }) => `${grouped(count)} × ${text}`))]),
      ]),
    ...more(errors.length, '', MOST_LOGGED),
  ];
}

/** Of functions, and of each its last lines: the whole log is in CloudWatch. */
const MOST_LOGS = 5;
const MOST_LOG_LINES = 20;
const LONGEST_LOG_LINE = 200;

function smokeTests({ smokeTests }: Report): readonly string[] {
  const rows = smokeTests.map(({ functionName, version, name, problems, durationMs }) => [
    escapeMarkdown(shorten(`${functionName} version ${version}`, LONGEST_NAME)),
    escapeMarkdown(shorten(name, LONGEST_NAME)),
    problems.length === 0 ? 'passed' : reason(problems.join('; ')),
    milliseconds(durationMs),
  ]);
  if (rows.length === 0) return [];
  const logs = smokeTests.filter(({ log }) => log.length > 0).slice(0, MOST_LOGS);
  return [
    ...section('Smoke tests', ['of', 'test', 'result', 'duration'], rows),
    ...logs.flatMap(({ functionName, name, log }) => [
      '',
      `<details><summary>The log of ${escapeMarkdown(shorten(`${functionName}, ${name}`, LONGEST_NAME))}</summary>`,
      '',
      preformatted(log.slice(-MOST_LOG_LINES).map((line) => shorten(line, LONGEST_LOG_LINE))),
      '',
      '</details>',
    ]),
  ];
}

const PARTS: Readonly<Record<TargetReport['disposition'], string>> = {
  shift: 'shifted',
  unchanged: 'unchanged',
  created: 'alias created',
  none: '–',
};

function targets({ targets, region }: Report): readonly string[] {
  if (targets.length === 0) return [];
  const rows = targets.map(({ functionName, alias, previousVersion, version, disposition }) => [
    link(targetName({ functionName, alias }), aliasUrl(region, functionName, alias)),
    previousVersion || '–',
    version || '–',
    PARTS[disposition],
  ]);
  return section(null, ['function and alias', 'served before', 'new version', 'in this run'], rows);
}

function steps(report: Report): readonly string[] {
  const reached = report.steps.some(({ result }) => result !== 'not reached');
  if (!reached && report.outcome !== 'planned') return [];
  const rows = report.steps.map(({ weight, bakeMs, startedAt, endedAt, result }, index) => [
    String(index + 1),
    describeWeight(weight),
    formatDuration(bakeMs),
    startedAt === undefined ? '–' : clockTime(startedAt),
    startedAt === undefined ? '–' : formatDuration((endedAt ?? report.endedAt) - startedAt),
    report.outcome === 'planned' ? 'planned' : result,
  ]);
  return section('Steps', ['step', 'weight', 'bake time', 'began (UTC)', 'lasted', 'result'], rows);
}

const CHART_POINTS = 60;

/** The weight of the canary over time. xychart spaces its values evenly, so the course is sampled. */
function chart(report: Report): readonly string[] {
  const { weights, startedAt, endedAt } = report;
  if (weights.length === 0 || endedAt <= startedAt) return [];
  const [unitMs, unit] = endedAt - startedAt < 120_000 ? [1_000, 'seconds'] : [60_000, 'minutes'];
  const values = Array.from({ length: CHART_POINTS + 1 }, (_, index) => {
    const at = startedAt + ((endedAt - startedAt) * index) / CHART_POINTS;
    return weights.findLast((change) => change.at <= at)?.weight ?? 0;
  });
  const end = Number(((endedAt - startedAt) / unitMs).toFixed(2));
  return mermaidChart({
    title: 'Percent of requests sent to the new version',
    x: { label: `${unit} since the start`, from: 0, to: end },
    y: { label: 'percent', from: 0, to: 100 },
    lines: [{ color: isSuccess(report) ? GREEN : RED, values }],
  });
}

function alarms({ findings, region }: Report): readonly string[] {
  const rows = latest(ofKind(findings, 'alarm')).map(({ check, state, verdict }) => [
    link(shorten(check, LONGEST_NAME), alarmUrl(region, check)),
    escapeMarkdown(state),
    verdict.kind,
  ]);
  return rows.length === 0 ? [] : section('Alarms', ['alarm', 'last state', 'verdict'], rows);
}

function metrics({ findings }: Report): readonly string[] {
  const rows = latest(ofKind(findings, 'threshold')).map(({ check, state, detail, verdict }) => [
    escapeMarkdown(shorten(check, LONGEST_NAME)),
    escapeMarkdown(shorten(detail || state, LONGEST_NAME)),
    verdict.kind,
  ]);
  return rows.length === 0
    ? []
    : section('Metrics', ['metric', 'at its last change', 'verdict'], rows);
}

/** The last one of each check, the failed ones first. */
function latest(findings: readonly SeenState[]): readonly SeenState[] {
  const last = new Map(findings.map((finding) => [finding.check, finding]));
  return [...last.values()].sort(
    (a, b) => Number(b.verdict.kind === 'fail') - Number(a.verdict.kind === 'fail'),
  );
}

function changes({ findings, startedAt }: Report): readonly string[] {
  const rows = findings.flatMap((finding) => changeRow(finding, startedAt));
  if (rows.length === 0) return [];
  return [
    '',
    '<details><summary>What alarms and metrics did</summary>',
    ...section(null, ['when', 'what', 'state', 'why'], rows),
    '',
    '</details>',
  ];
}

/** One for each change of a state. */
function changeRow(finding: Finding, startedAt: number): readonly (readonly string[])[] {
  switch (finding.kind) {
    case 'alarm':
      return [stateRow(finding, finding.verdict.reason, startedAt)];
    case 'threshold':
      return [stateRow(finding, finding.breaches, startedAt)];
    case 'comparison':
    case 'duration':
    case 'promoted':
    case 'logs':
      return [];
  }
}

function stateRow(
  { at, check, state, detail, verdict }: SeenState,
  problem: string,
  startedAt: number,
): readonly string[] {
  return [
    `+${formatDuration(at - startedAt)}`,
    escapeMarkdown(shorten(check, LONGEST_NAME)),
    escapeMarkdown(state),
    reason(verdict.kind === 'pass' ? detail : problem),
  ];
}

function reason(text: string): string {
  return escapeMarkdown(shorten(text, LONGEST_REASON));
}

function section(
  title: string | null,
  head: readonly string[],
  rows: readonly (readonly string[])[],
): readonly string[] {
  return [
    ...(title === null ? [] : ['', `### ${title}`]),
    '',
    ...table(head, rows.slice(0, MOST_ROWS)),
    ...more(rows.length, ''),
  ];
}

function capped<T>(
  items: readonly T[],
  line: (item: T) => string,
  bullet: string,
): readonly string[] {
  return [...items.slice(0, MOST_ROWS).map(line), ...more(items.length, bullet)];
}

function more(count: number, bullet: string, most = MOST_ROWS): readonly string[] {
  return count > most
    ? [
        ...(bullet === '' ? [''] : []),
        `${bullet}… and ${count - most} more; the output \`report\` has them.`,
      ]
    : [];
}
