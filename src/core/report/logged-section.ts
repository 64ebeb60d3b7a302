import {
  describeCounts,
  describeMessages,
  HOW_TO_SHOW,
  type ErrorReport,
} from '../checks/error-logs.ts';
import { escapeMarkdown, link, preformatted, shorten } from '../text/markdown.ts';
import { fold, LONGEST_NAME, LONGEST_REASON, more } from './sections.ts';

const MOST_LOGGED = 10;

/** What the reverted versions logged of their errors, the most first; those that logged none are folded. */
export function loggedSection(errors: readonly ErrorReport[]): readonly string[] {
  if (errors.length === 0) return [];
  const sorted = errors.toSorted((a, b) => countOf(b) - countOf(a));
  const [first] = sorted;
  const found = sorted.filter((each) => countOf(each) > 0);
  const silent = sorted.filter((each) => countOf(each) === 0);
  const isFew = silent.length <= 1;
  const isHidden = found.some(({ messages }) => describeMessages(messages).length === 0);
  return [
    '',
    '### What the new version logged',
    ...(isHidden ? ['', `<sub>Only counted here: ${HOW_TO_SHOW}.</sub>`] : []),
    ...found.slice(0, MOST_LOGGED).flatMap(logged),
    ...(found.length === 0 && first !== undefined && !isFew ? ['', 'No error was found.'] : []),
    ...(isFew ? silent.flatMap(logged) : []),
    ...more(found.length, '', MOST_LOGGED),
    ...(isFew
      ? []
      : fold(`${silent.length} functions of which no error was found`, [
          ...silent.slice(0, MOST_LOGGED).flatMap(logged),
          ...more(silent.length, '', MOST_LOGGED),
        ])),
  ];
}

function countOf({ messages }: ErrorReport): number {
  return messages.reduce((sum, { count }) => sum + count, 0);
}

function logged(report: ErrorReport): readonly string[] {
  const { functionName, version, messages, url } = report;
  const lines = describeMessages(messages);
  return [
    '',
    `${escapeMarkdown(shorten(`${functionName} version ${version}`, LONGEST_NAME))}: ${found(report)}` +
      (url === undefined ? '' : ` ${link('All of them in Logs Insights', url)}`),
    ...(lines.length === 0 ? [] : ['', preformatted(lines)]),
  ];
}

function found({ messages, problem }: ErrorReport): string {
  if (problem !== undefined) {
    return `the logs could not be read: ${escapeMarkdown(shorten(problem, LONGEST_REASON))}`;
  }
  return messages.length === 0 ? 'no error was found.' : `${describeCounts(messages)}.`;
}
