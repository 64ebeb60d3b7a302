import {
  gravestTest,
  isSlower,
  type ComparedDurations,
  type Percentiles,
} from '../checks/durations.ts';
import { milliseconds } from '../text/numbers.ts';
import { section } from './sections.ts';
import { escapeMarkdown, shorten } from '../text/markdown.ts';

const LONGEST_NAME = 120;

/** How long requests of both versions took, as a part of the summary. */
export function durationSection(durations: readonly ComparedDurations[]): readonly string[] {
  const served = durations.filter(({ canary }) => canary.p50 !== null);
  return section({
    title: 'Duration',
    head: ['of', 'new version: p50, p90, p99', 'old version: p50, p90, p99', 'a fifth slower?'],
    guilty: served.filter(isSlower).map(row),
    passed: served.filter((report) => !isSlower(report)).map(row),
    passedAs: (count) => `Duration of ${count} functions that are not a fifth slower`,
    note: '<sub>Medians over the minutes with both versions. In a minute with few requests p99 is that of the slowest.</sub>',
  });
}

function row(report: ComparedDurations): readonly string[] {
  const { target, canary, baseline } = report;
  const test = gravestTest(report);
  return [
    escapeMarkdown(shorten(target, LONGEST_NAME)),
    percentiles(canary),
    percentiles(baseline),
    isSlower(report) ? escapeMarkdown(`yes: ${test?.counted ?? ''}`) : unsure(test),
  ];
}

function unsure(test: ReturnType<typeof gravestTest>): string {
  return test === undefined ? 'not known' : 'no';
}

function percentiles({ p50, p90, p99 }: Percentiles): string {
  return [p50, p90, p99].map((each) => (each === null ? '–' : milliseconds(each))).join(', ');
}
