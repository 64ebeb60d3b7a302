import {
  evidenceOf,
  failuresOutstanding,
  surplus,
  type ComparedCounts,
} from '../checks/comparison.ts';
import { doubtIn } from '../checks/step-end.ts';
import type { Counts } from '../statistics/evidence.ts';
import { harmOf } from '../statistics/harm.ts';
import { rateInterval } from '../statistics/interval.ts';
import { escapeMarkdown, shorten } from '../text/markdown.ts';
import { grouped, percent } from '../text/numbers.ts';
import { HOW_IT_DECIDES } from './links.ts';
import { section } from './sections.ts';

const LONGEST = 120;

/** What the comparison of the versions found, as a part of the summary. */
export function comparisonSection(comparisons: readonly ComparedCounts[]): readonly string[] {
  const sorted = comparisons.toSorted((a, b) => surplus(b) - surplus(a));
  return section({
    title: 'New version against old',
    head: [
      'compared',
      'new version',
      'old version',
      'is it worse?',
      'more failures than by the old',
    ],
    guilty: sorted.filter(({ reverts }) => reverts).map(row),
    passed: sorted.filter(({ reverts }) => !reverts).map(row),
    passedAs: (count) => `${count} comparisons that are no reason to revert`,
    note:
      '<sub>In brackets where the rate lies with 95 % confidence. “By the old” is what the old version would have failed at ' +
      `the same requests. [How it decides](${HOW_IT_DECIDES})</sub>`,
  });
}

function row(report: ComparedCounts): readonly string[] {
  const { name, target, canary, baseline } = report;
  return [
    escapeMarkdown(shorten(`${name} of ${target}`, LONGEST)),
    rate(canary),
    rate(baseline),
    answer(report),
    harm(report),
  ];
}

/** `3 of 412 failed: 0.73 % (0.25–2.12 %)` */
function rate(counts: Counts): string {
  if (counts.total === 0) return 'none was counted when it was decided';
  const { low, high } = rateInterval(counts);
  return (
    `${grouped(counts.bad)} of ${grouped(counts.total)} failed: ` +
    `${percent(counts.bad / counts.total)} (${percent(low).replace(' %', '')}–${percent(high)})`
  );
}

function answer(report: ComparedCounts): string {
  const { canary, needed, reverts } = report;
  if (reverts) return '**yes, practically certain**';
  if (canary.total === 0) return 'not known';
  const failures = failuresOutstanding(report);
  const more =
    failures === null || failures === 0 ? '' : `; ${grouped(failures)} more failures would revert`;
  return `${doubtIn(evidenceOf(report), needed) === 'none' ? 'no sign of it' : 'it may be'}${more}`;
}

/** What its users felt more than those of the old version, and what the weights kept from the others. */
function harm({ baseline, canary, reverts }: ComparedCounts): string {
  if (!reverts) return '–';
  const { done, avoided } = harmOf(baseline, canary);
  return `about ${grouped(Math.round(done))}; the weights spared about ${grouped(Math.round(avoided))}`;
}
