import { link } from '../text/markdown.ts';
import type { Report } from './report.ts';
import { isSuccess } from './ending.ts';
import { summaryOf, verdictOf } from './summary.ts';
import { targetName } from '../alias/target.ts';

export type CommentPolicy = 'never' | 'failure' | 'always';

/** GitHub takes 65,536 characters. */
const LONGEST_COMMENT = 60_000;

/** Whether a run that ended so is to be commented on. */
export function wantsComment(policy: CommentPolicy, report: Report): boolean {
  return policy === 'always' || (policy === 'failure' && !isSuccess(report));
}

/** By which a later run finds the comment that it is to update: the same targets, the same comment. */
export function commentMark({ targets, regions }: Report): string {
  const names = [...new Set(targets.map(targetName)), ...regions.map(({ report }) => report.region)]
    .join(' ')
    .replaceAll(/[^\w:. -]/g, '');
  return `<!-- lambda-canary ${names.slice(0, 1_000)} -->`;
}

/** The summary as a comment on a pull request, with a link to the run. */
export function commentOf(report: Report, runUrl: string): string {
  const whole = summaryOf(report);
  const text = whole.length > LONGEST_COMMENT ? verdictOf(report) : whole;
  return [
    commentMark(report),
    harmless(text),
    '',
    `Lambda Canary · ${link('The run', runUrl)}`,
  ].join('\n');
}

/** GitHub makes mentions and references out of the text of a comment, once the character references are resolved. */
function harmless(markdown: string): string {
  return markdown.replaceAll(/&#(?:64|35|45);/g, (reference) => `${reference}&#8203;`);
}
