import { escapeMarkdown, shorten } from '../text/markdown.ts';
import { describeOld, describeStorage } from '../versions/old.ts';
import type { Report } from './report.ts';
import { capped, LONGEST_REASON } from './sections.ts';

/** What was deleted of old versions, what was not, and why. */
export function oldVersionsSection({
  oldVersions: { deletes, versions, storage },
}: Pick<Report, 'oldVersions'>): readonly string[] {
  if (versions.length === 0) return [];
  const line = (each: (typeof versions)[number]) =>
    `- ${escapeMarkdown(shorten(describeOld(each, deletes), LONGEST_REASON))}`;
  const room = describeStorage(storage).map((each) => `- ${each}`);
  return ['', '### Old versions', '', ...capped(versions, line, '- '), ...room];
}
