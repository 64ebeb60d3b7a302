import { escapeMarkdown, shorten } from '../text/markdown.ts';
import { describeCode, type CodeReport } from '../versions/code.ts';
import type { Report } from './report.ts';
import { capped, LONGEST_REASON } from './sections.ts';

/** Which code was asked for, and what `$LATEST` has of it. */
export function codeSection({ codes }: Pick<Report, 'codes'>): readonly string[] {
  if (codes.length === 0) return [];
  const line = (each: CodeReport) =>
    `- ${escapeMarkdown(shorten(describeCode(each), LONGEST_REASON))}`;
  return ['', '### Code', '', ...capped(codes, line, '- ')];
}
