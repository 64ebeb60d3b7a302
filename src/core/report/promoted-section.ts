import { describePromoted, type PromotedFinding } from '../checks/promoted.ts';
import { withoutEvidence } from './reason.ts';
import { escapeMarkdown, shorten } from '../text/markdown.ts';

const MOST_LINES = 50;
const LONGEST_LINE = 400;

/** How the new version did alone, as a part of the summary. */
export function promotedSection(promoted: readonly PromotedFinding[]): readonly string[] {
  if (promoted.length === 0) return [];
  return [
    '',
    '### After the promotion',
    '',
    ...promoted
      .slice(0, MOST_LINES)
      .map(
        (each) =>
          `- ${escapeMarkdown(shorten(withoutEvidence(describePromoted(each)), LONGEST_LINE))}`,
      ),
    ...(promoted.length > MOST_LINES ? [`- … and ${promoted.length - MOST_LINES} more.`] : []),
  ];
}
