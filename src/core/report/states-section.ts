import { ofKind, type Finding } from '../checks/finding.ts';
import type { SeenState } from '../checks/seen.ts';
import { alarmUrl } from '../text/console.ts';
import { formatDuration } from '../text/duration.ts';
import { escapeMarkdown, link, shorten } from '../text/markdown.ts';
import type { Report } from './report.ts';
import { fold, LONGEST_NAME, reason, section, tableOf, type Rows } from './sections.ts';

export function alarms({ findings, region }: Report): readonly string[] {
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

export function metrics({ findings }: Report): readonly string[] {
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

export function commands({ findings }: Report): readonly string[] {
  return statesSection(ofKind(findings, 'command'), {
    title: 'Checks of your own',
    head: ['check', 'at its last change', 'verdict'],
    passedAs: (count) => `${count} checks of your own that did not fail`,
    row: ({ check, state, detail, verdict }) => [
      escapeMarkdown(shorten(check, LONGEST_NAME)),
      detail === '' ? escapeMarkdown(state) : reason(`${state}: ${detail}`),
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

export function changes({ findings, startedAt }: Report): readonly string[] {
  const rows = findings.flatMap((finding) => changeRow(finding, startedAt));
  if (rows.length === 0) return [];
  return fold(
    'What alarms, metrics and checks did',
    tableOf(['when', 'what', 'state', 'why'], rows),
  );
}

/** One for each change of a state. */
function changeRow(finding: Finding, startedAt: number): readonly (readonly string[])[] {
  switch (finding.kind) {
    case 'alarm':
    case 'command':
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
