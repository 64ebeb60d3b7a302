import { evidenceOf, odds, type ComparedCounts } from '../checks/comparison.ts';
import { GREEN, GREY, mermaidChart, RED } from './chart.ts';
import type { Counts } from '../statistics/evidence.ts';
import { harmOf } from '../statistics/harm.ts';
import { rateInterval } from '../statistics/interval.ts';
import { bold, escapeMarkdown, shorten, table } from '../text/markdown.ts';
import { grouped, percent } from '../text/numbers.ts';

const MOST_ROWS = 50;
const LONGEST_NAME = 120;
const CHART_POINTS = 60;
const LOG_10 = Math.log(10);
/** Below this it is all the same: nothing speaks against the new version. */
const LOWEST = -2;

/** What the comparison of the versions found, as a part of the summary. */
export function comparisonSection(comparisons: readonly ComparedCounts[]): readonly string[] {
  const [gravest] = [...comparisons].sort((a, b) => surplus(b) - surplus(a));
  if (gravest === undefined) return [];
  return [
    '',
    '### New version against old',
    '',
    ...table(
      ['compared', 'new version', 'old version', 'evidence', 'more failures that would revert'],
      comparisons.slice(0, MOST_ROWS).map(row),
    ),
    ...(comparisons.length > MOST_ROWS
      ? ['', `… and ${comparisons.length - MOST_ROWS} more.`]
      : []),
    ...harm(comparisons),
    ...chart(gravest),
    '',
    explanation(gravest),
  ];
}

/** How far the evidence is above what is needed. */
function surplus(report: ComparedCounts): number {
  return evidenceOf(report) - Math.log(report.needed);
}

function row(report: ComparedCounts): readonly string[] {
  const { name, target, canary, baseline, needed, failuresToRevert, reverts } = report;
  const more = reverts ? 'reverts' : failuresToRevert === null ? '–' : grouped(failuresToRevert);
  return [
    escapeMarkdown(shorten(`${name} of ${target}`, LONGEST_NAME)),
    rate(canary),
    rate(baseline),
    `${odds(evidenceOf(report))} of ${grouped(Math.round(needed))}:1`,
    more,
  ];
}

/** `3 of 412 failed: 0.73 % (0.25–2.12 %)` */
function rate(counts: Counts): string {
  if (counts.total === 0) return 'no requests';
  const { low, high } = rateInterval(counts);
  return (
    `${grouped(counts.bad)} of ${grouped(counts.total)} failed: ` +
    `${percent(counts.bad / counts.total)} (${percent(low).replace(' %', '')}–${percent(high)})`
  );
}

function harm(comparisons: readonly ComparedCounts[]): readonly string[] {
  const all = comparisons.filter(({ reverts }) => reverts);
  return all.slice(0, MOST_ROWS).flatMap(({ name, target, baseline, canary }) => {
    const { done, avoided } = harmOf(baseline, canary);
    return [
      '',
      `${bold(shorten(`${name} of ${target}`, LONGEST_NAME))}: the new version failed about ` +
        `${grouped(Math.round(done))} requests more than the old one would have, and about ` +
        `${grouped(Math.round(avoided))} were spared by the weights (the difference of the two rates, times the ` +
        'requests of the new and of the old version).',
    ];
  });
}

/** The evidence over time, in powers of ten, against what it takes to revert. */
function chart({ name, target, evidence, needed, reverts }: ComparedCounts): readonly string[] {
  if (evidence.length < 2) return [];
  const threshold = Math.log10(needed);
  const stride = Math.ceil(evidence.length / CHART_POINTS);
  const sampled = evidence.filter((_, index) => (evidence.length - 1 - index) % stride === 0);
  const top = Number((threshold + 2).toFixed(2));
  const values = sampled.map(({ logE }) =>
    Number(Math.max(LOWEST, Math.min(logE / LOG_10, top)).toFixed(2)),
  );
  return [
    ...mermaidChart({
      title: 'Evidence against the new version, in powers of ten',
      x: { label: 'minutes with metrics', from: 1, to: evidence.length },
      y: { label: 'powers of ten', from: LOWEST, to: top },
      lines: [
        { color: reverts ? RED : GREEN, values },
        { color: GREY, values: values.map(() => Number(threshold.toFixed(2))) },
      ],
    }),
    '',
    `The evidence is that of ${escapeMarkdown(shorten(`${name} of ${target}`, LONGEST_NAME))}; the grey line, ` +
      `${grouped(Math.round(needed))}:1, is what it takes to revert.`,
  ];
}

function explanation({ needed }: ComparedCounts): string {
  return (
    '<sub>In each minute both versions serve the same kind of requests, so a new version that is no worse has the ' +
    'share of the failures that it has of the requests. Eight bets say that it fails 1.5 to 1,000 times as often. ' +
    `Should it be no worse, their average reaches ${grouped(Math.round(needed))} times the stake with a chance of at ` +
    `most 1 in ${grouped(Math.round(needed))}, however often one looks; when it does, the old version is put back. ` +
    'A minute with fewer than ten failures cannot decide alone.</sub>'
  );
}
