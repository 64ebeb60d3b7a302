import { targetName, type TargetReport } from '../alias/target.ts';
import { ofKind, type Finding } from '../checks/finding.ts';
import { describeWeight } from '../rollout/plan.ts';
import { aliasUrl, versionUrl } from '../text/console.ts';
import { describeFound } from '../function-search.ts';
import { clockTime, formatDuration } from '../text/duration.ts';
import { escapeMarkdown, link, preformatted, shorten } from '../text/markdown.ts';
import { GREEN, mermaidChart, RED } from './chart.ts';
import { codeSection } from './code-section.ts';
import { comparisonSection } from './comparison-section.ts';
import { durationSection } from './duration-section.ts';
import { earlierSection } from './earlier-section.ts';
import { felt } from './felt.ts';
import { headingOf, nextStepOf } from './opening.ts';
import { logSection } from './log-section.ts';
import { loggedSection } from './logged-section.ts';
import { oldVersionsSection } from './old-versions-section.ts';
import { policySection } from './policy-section.ts';
import { promotedSection } from './promoted-section.ts';
import { ratesChart } from './rates-chart.ts';
import { guiltyOf, plainReason } from './reason.ts';
import { regionRows, wordsOf } from './regions.ts';
import type { RegionReport, Report } from './report.ts';
import { isSuccess } from './ending.ts';
import { capped, fold, LONGEST_REASON, reason, section, tableOf } from './sections.ts';
import { failedSmokeTests, passedSmokeTests } from './smoke-test-section.ts';
import { alarms, changes, commands, metrics } from './states-section.ts';

const LONGEST_VERDICT = 2_000;

/**
 * The job summary as Markdown: how it ended, why, what to do now, what users felt; then what was to blame, and last,
 * folded where there is much of it, what passed.
 */
export function summaryOf(report: Report): string {
  return report.regions.length > 0 ? summaryOfRegions(report) : summaryOfOne(report);
}

/** GitHub drops a summary above 1 MiB as a whole. */
const LONGEST_SUMMARY = 1_000_000;

/** How it ended in each region, and under it, folded, the summary of each; of those that failed first, should there be no room for all. */
function summaryOfRegions(report: Report): string {
  const { regions } = report;
  const head = [
    verdictOf(report),
    ...warnings(report),
    '',
    '### Regions',
    ...tableOf(REGION_COLUMNS, regionRows(report)),
  ].join('\n');
  const wholes = regions.map((region) => folded(region, summaryOfOne(region.report)));
  const room = LONGEST_SUMMARY - Buffer.byteLength(head);
  let taken = 0;
  const isWhole = new Map<RegionReport, boolean>();
  for (const [index, region] of [...regions.entries()].toSorted(failedFirst)) {
    const size = Buffer.byteLength(wholes[index] ?? '');
    isWhole.set(region, taken + size <= room);
    if (taken + size <= room) taken += size;
  }
  return [
    head,
    ...regions.map((region, index) =>
      isWhole.get(region) === true
        ? (wholes[index] ?? '')
        : folded(region, verdictOf(region.report)),
    ),
    '',
  ].join('\n');
}

const REGION_COLUMNS = ['wave', 'region', 'in this run', 'served before', 'new version', 'why'];

type Numbered = readonly [index: number, region: RegionReport];

function failedFirst([, one]: Numbered, [, other]: Numbered): number {
  return Number(isSuccess(one.report)) - Number(isSuccess(other.report));
}

function folded({ report }: RegionReport, summary: string): string {
  const title = `${escapeMarkdown(report.region)}: ${wordsOf(report)}`;
  return fold(title, ['', summary]).join('\n');
}

function summaryOfOne(report: Report): string {
  return [
    verdictOf(report),
    ...carrier(report),
    ...felt(report),
    ...warnings(report),
    ...earlierSection(report),
    ...targets(report),
    ...foundFunctions(report),
    ...failedSmokeTests(report),
    ...loggedSection(report.errors),
    ...ratesChart(report),
    ...Object.values(SECTIONS).flatMap((section) => section(report)),
    ...steps(report),
    ...chart(report),
    ...passedSmokeTests(report),
    ...changes(report),
    ...codeSection(report),
    ...oldVersionsSection(report),
    ...policySection(report),
    '',
  ].join('\n');
}

/** What was found, in this order. */
const SECTIONS: Readonly<Record<Finding['kind'], (report: Report) => readonly string[]>> = {
  alarm: alarms,
  command: commands,
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

function carrier({ carrier: url }: Report): readonly string[] {
  return url === undefined ? [] : ['', `**Carried by AWS:** ${link('its execution', url)}`];
}

function warnings({ warnings }: Report): readonly string[] {
  return warnings.length === 0
    ? []
    : ['', ...capped(warnings, (warning) => `- ⚠️ ${reason(warning)}`, '- ')];
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

/** All of them, however many: who searches wants to see what came of it. */
function foundFunctions({ found }: Report): readonly string[] {
  return found.flatMap((each) => {
    const names = each.functionNames.map(escapeMarkdown).join(', ');
    return fold(escapeMarkdown(describeFound(each)), ['', names]);
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
