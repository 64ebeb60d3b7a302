import {
  evidenceFor,
  gravestTest,
  isSlower,
  type ComparedDurations,
  type Percentiles,
} from '../checks/durations.ts';
import { milliseconds } from '../text/numbers.ts';
import { escapeMarkdown, shorten, table } from '../text/markdown.ts';

const MOST_ROWS = 50;
const LONGEST_NAME = 120;

/** How long requests of both versions took, as a part of the summary. */
export function durationSection(durations: readonly ComparedDurations[]): readonly string[] {
  const served = durations.filter(({ canary }) => canary.p50 !== null);
  if (served.length === 0) return [];
  return [
    '',
    '### Duration',
    '',
    ...table(
      ['of', 'new version: p50, p90, p99', 'old version: p50, p90, p99', 'a fifth slower?'],
      served.slice(0, MOST_ROWS).map(row),
    ),
    ...(served.length > MOST_ROWS ? ['', `… and ${served.length - MOST_ROWS} more.`] : []),
    '',
    '<sub>Medians over the minutes with both versions. In a minute with few requests p99 is that of the slowest.</sub>',
  ];
}

function row(report: ComparedDurations): readonly string[] {
  const { target, canary, baseline } = report;
  const test = gravestTest(report);
  const evidence = test === undefined ? '–' : evidenceFor(test);
  return [
    escapeMarkdown(shorten(target, LONGEST_NAME)),
    percentiles(canary),
    percentiles(baseline),
    escapeMarkdown(isSlower(report) ? `yes: ${test?.counted ?? ''}; ${evidence}` : evidence),
  ];
}

function percentiles({ p50, p90, p99 }: Percentiles): string {
  return [p50, p90, p99].map((each) => (each === null ? '–' : milliseconds(each))).join(', ');
}
