import { targetName, type TargetReport } from '../alias/target.ts';
import { ofKind, type Finding } from '../checks/finding.ts';
import type { SeenState } from '../checks/seen.ts';
import { describeWeight } from '../rollout/plan.ts';
import { alarmUrl, aliasUrl, versionUrl } from '../text/console.ts';
import { clockTime, formatDuration } from '../text/duration.ts';
import { escapeMarkdown, link, preformatted, shorten } from '../text/markdown.ts';
import { milliseconds } from '../text/numbers.ts';
import { GREEN, mermaidChart, RED } from './chart.ts';
import { comparisonSection } from './comparison-section.ts';
import { durationSection } from './duration-section.ts';
import { earlierSection } from './earlier-section.ts';
import { felt } from './felt.ts';
import { headingOf, nextStepOf } from './heading.ts';
import { logSection } from './log-section.ts';
import { loggedSection } from './logged-section.ts';
import { policySection } from './policy-section.ts';
import { promotedSection } from './promoted-section.ts';
import { ratesChart } from './rates-chart.ts';
import { guiltyOf, plainReason } from './reason.ts';
import { isSuccess, type Report } from './report.ts';
import {
  capped,
  fold,
  LONGEST_NAME,
  LONGEST_REASON,
  section,
  tableOf,
  type Rows,
} from './sections.ts';

const LONGEST_VERDICT = 2_000;

/**
 * The job summary as Markdown: how it ended, why, what to do now, what users felt; then what was to blame, and last,
 * folded where there is much of it, what passed.
 */
export function summaryOf(report: Report): string {
  return [
    verdictOf(report),
    ...felt(report),
    ...warnings(report),
    ...earlierSection(report),
    ...targets(report),
    ...failedSmokeTests(report),
    ...loggedSection(report.errors),
    ...ratesChart(report),
    ...Object.values(SECTIONS).flatMap((section) => section(report)),
    ...steps(report),
    ...chart(report),
    ...passedSmokeTests(report),
    ...changes(report),
    ...policySection(report),
    '',
  ].join('\n');
}

/** What was found, in this order. */
const SECTIONS: Readonly<Record<Finding['kind'], (report: Report) => readonly string[]>> = {
  alarm: alarms,
  logs: ({ findings }) => logSection(ofKind(findings, 'logs')),
  comparison: ({ findings }) => comparisonSection(ofKind(findings, 'comparison')),
  promoted: ({ findings }) => promotedSection(ofKind(findings, 'promoted')),
  threshold: metrics,
  duration: ({ findings }) => durationSection(ofKind(findings, 'duration')),
};

/** How it ended and which version is live, why, and what is to be done now. */
export function verdictOf(report: Report): string {
  const { icon, text } = headingOf(report);
  return [
    `## ${icon} ${escapeMarkdown(shorten(text, LONGEST_REASON))}`,
    ...why(report),
    ...now(report),
  ].join('\n');
}

function why(report: Report): readonly string[] {
  const { reasons, quotes } = plainReason(report);
  const [first, ...others] = reasons;
  if (first === undefined) return [];
  const said = quotes.flatMap((quote) => ['', `> AWS says of ${reason(quote)}`]);
  return others.length === 0
    ? ['', `**Why:** ${escapeMarkdown(shorten(first, LONGEST_VERDICT))}`, ...said]
    : ['', '**Why:**', '', ...capped(reasons, (each) => `- ${reason(each)}`, '- '), ...said];
}

function now(report: Report): readonly string[] {
  const next = nextStepOf(report);
  if (next === undefined) return [];
  const { text, commands } = next;
  return [
    '',
    `**Now:** ${escapeMarkdown(text)}`,
    ...(commands.length === 0 ? [] : ['', preformatted(commands)]),
  ];
}

function warnings({ warnings }: Report): readonly string[] {
  return warnings.length === 0
    ? []
    : ['', ...capped(warnings, (warning) => `- ⚠️ ${reason(warning)}`, '- ')];
}

/** Of functions, and of each its last lines: the whole log is in CloudWatch. */
const MOST_LOGS = 5;
const MOST_LOG_LINES = 20;
const LONGEST_LOG_LINE = 200;

const TESTED = ['of', 'test', 'result', 'duration'];

function failedSmokeTests({ smokeTests }: Report): readonly string[] {
  const failed = smokeTests.filter(({ problems }) => problems.length > 0);
  if (failed.length === 0) return [];
  const logs = failed.filter(({ log }) => log.length > 0).slice(0, MOST_LOGS);
  return [
    '',
    '### Smoke tests that failed',
    ...tableOf(TESTED, failed.map(smokeTestRow)),
    ...logs.flatMap(({ functionName, name, log }) =>
      fold(`The log of ${escapeMarkdown(shorten(`${functionName}, ${name}`, LONGEST_NAME))}`, [
        '',
        preformatted(log.slice(-MOST_LOG_LINES).map((line) => shorten(line, LONGEST_LOG_LINE))),
      ]),
    ),
  ];
}

function passedSmokeTests({ smokeTests }: Report): readonly string[] {
  const passed = smokeTests.filter(({ problems }) => problems.length === 0);
  if (passed.length === 0) return [];
  const title = `Smoke tests that passed: ${passed.length}`;
  return fold(title, tableOf(TESTED, passed.map(smokeTestRow)));
}

function smokeTestRow({
  functionName,
  version,
  name,
  problems,
  durationMs,
}: Report['smokeTests'][number]): readonly string[] {
  return [
    escapeMarkdown(shorten(`${functionName} version ${version}`, LONGEST_NAME)),
    escapeMarkdown(shorten(name, LONGEST_NAME)),
    problems.length === 0 ? 'passed' : reason(problems.join('; ')),
    milliseconds(durationMs),
  ];
}

const PARTS: Readonly<Record<TargetReport['disposition'], string>> = {
  shift: 'shifted',
  unchanged: 'unchanged',
  created: 'alias created',
  none: '–',
};

/** What nothing was sent to was not shifted, whatever was planned. */
function partOf({ outcome, weights }: Report, disposition: TargetReport['disposition']): string {
  if (disposition !== 'shift') return PARTS[disposition];
  if (outcome === 'failed' && weights.length === 0) return 'not shifted';
  return outcome === 'reverted' ? 'shifted, and put back' : PARTS.shift;
}

function targets(report: Report): readonly string[] {
  const { targets, region } = report;
  const blamed = blamedIn(report);
  const row = (target: TargetReport): readonly string[] => {
    const { functionName, alias, previousVersion, version, disposition } = target;
    const isBlamed = blamed.has(targetName(target));
    return [
      link(targetName({ functionName, alias }), aliasUrl(region, functionName, alias)),
      versionLink(region, functionName, previousVersion),
      versionLink(region, functionName, version),
      isBlamed ? '**to blame**' : partOf(report, disposition),
    ];
  };
  const isBlamed = (target: TargetReport) => blamed.has(targetName(target));
  const isBlamedAtAll = targets.some(isBlamed);
  return section({
    title: isBlamedAtAll ? 'Who was to blame' : 'Functions',
    head: ['function and alias', 'served before', 'new version', 'in this run'],
    guilty: targets.filter(isBlamed).map(row),
    passed: targets.filter((target) => !isBlamed(target)).map(row),
    passedAs: (count) => (isBlamedAtAll ? `${count} other functions` : `${count} functions`),
  });
}

/** The targets that what was found speaks against; of an alarm it is not known whose it is. */
function blamedIn(report: Report): ReadonlySet<string> {
  if (isSuccess(report)) return new Set();
  const compared = ofKind(report.findings, 'comparison').filter(({ reverts }) => reverts);
  const found: readonly Finding[] = [...guiltyOf(report), ...compared];
  return new Set(found.flatMap((each) => ('target' in each ? [each.target] : [])));
}

function versionLink(region: string, functionName: string, version: string): string {
  return version === '' ? '–' : link(version, versionUrl(region, functionName, version));
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
  const head = ['step', 'weight', 'bake time', 'began (UTC)', 'lasted', 'result'];
  return ['', '### Steps', ...tableOf(head, rows)];
}

const CHART_POINTS = 60;
/** What was over sooner needs no picture. */
const SHORTEST_DRAWN_MS = 10_000;

/** The weight of the canary over time, as steps. xychart spaces its values evenly, so the course is sampled. */
function chart(report: Report): readonly string[] {
  const { weights, startedAt, endedAt } = report;
  if (weights.length === 0 || endedAt - startedAt < SHORTEST_DRAWN_MS) return [];
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
    bars: [{ color: isSuccess(report) ? GREEN : RED, values }],
  });
}

function alarms({ findings, region }: Report): readonly string[] {
  return statesSection(ofKind(findings, 'alarm'), {
    title: 'Alarms',
    head: ['alarm', 'last state', 'verdict'],
    passedAs: (count) => `${count} alarms that did not fail`,
    row: ({ check, state, verdict }) => [
      link(shorten(check, LONGEST_NAME), alarmUrl(region, check)),
      escapeMarkdown(state),
      verdict.kind,
    ],
  });
}

function metrics({ findings }: Report): readonly string[] {
  return statesSection(ofKind(findings, 'threshold'), {
    title: 'Metrics',
    head: ['metric', 'at its last change', 'verdict'],
    passedAs: (count) => `${count} metrics that did not fail`,
    row: ({ check, state, detail, verdict }) => [
      escapeMarkdown(shorten(check, LONGEST_NAME)),
      escapeMarkdown(shorten(detail || state, LONGEST_NAME)),
      verdict.kind,
    ],
  });
}

/** The last one of each check. */
function statesSection(
  findings: readonly SeenState[],
  {
    row,
    ...words
  }: Pick<Rows, 'title' | 'head' | 'passedAs'> & {
    readonly row: (finding: SeenState) => readonly string[];
  },
): readonly string[] {
  const last = [...new Map(findings.map((finding) => [finding.check, finding])).values()];
  return section({
    ...words,
    guilty: last.filter(({ verdict }) => verdict.kind === 'fail').map(row),
    passed: last.filter(({ verdict }) => verdict.kind !== 'fail').map(row),
  });
}

function changes({ findings, startedAt }: Report): readonly string[] {
  const rows = findings.flatMap((finding) => changeRow(finding, startedAt));
  if (rows.length === 0) return [];
  return fold('What alarms and metrics did', tableOf(['when', 'what', 'state', 'why'], rows));
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
