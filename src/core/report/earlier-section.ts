import { escapeMarkdown, shorten } from '../text/markdown.ts';
import { describeEarlier, isDoubtful, type EarlierVersion } from '../versions/past.ts';
import { info, warning, type Line } from './line.ts';
import type { Report } from './report.ts';
import { capped, LONGEST_REASON } from './sections.ts';

/** In the log; one that was reverted is a warning. */
export function earlierLine(earlier: EarlierVersion, at: number): Line {
  const text = describeEarlier(earlier, at);
  return isDoubtful(earlier) ? warning(text) : info(text);
}

/** What is rolled out although it existed before, and what became of it then. */
export function earlierSection({
  earlierVersions: { at, versions },
}: Pick<Report, 'earlierVersions'>): readonly string[] {
  if (versions.length === 0) return [];
  const line = (each: EarlierVersion) =>
    `- ${isDoubtful(each) ? '⚠️' : 'ℹ️'} ${escapeMarkdown(shorten(describeEarlier(each, at), LONGEST_REASON))}`;
  return ['', ...capped(versions, line, '- ')];
}
