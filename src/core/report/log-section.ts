import { odds } from '../checks/comparison.ts';
import type { LoggedFailures } from '../checks/logs.ts';
import { formatDuration } from '../text/duration.ts';
import { escapeMarkdown, shorten, table } from '../text/markdown.ts';
import { grouped } from '../text/numbers.ts';

const MOST_ROWS = 50;
const LONGEST_NAME = 120;

/** The failures that the logs told of, as a part of the summary; nothing when there were none and all was well. */
export function logSection(logged: readonly LoggedFailures[]): readonly string[] {
  const told = logged.filter(
    ({ canary, baseline, stoodAside }) => canary + baseline > 0 || stoodAside !== undefined,
  );
  if (told.length === 0) return [];
  return [
    '',
    '### Failures in the logs',
    '',
    ...table(
      ['read', 'new version', 'old version', 'evidence', 'slowest line'],
      told.slice(0, MOST_ROWS).map(row),
    ),
    ...(told.length > MOST_ROWS ? ['', `… and ${told.length - MOST_ROWS} more.`] : []),
    '',
    '<sub>Failed requests only, judged by the weight. Only failures older than the slowest line count.</sub>',
  ];
}

function row(logged: LoggedFailures): readonly string[] {
  const { name, target, canary, baseline, logE, needed, largestDelayMs, stoodAside } = logged;
  const evidence = `${odds(logE)} of ${grouped(Math.round(needed))}:1`;
  return [
    escapeMarkdown(shorten(`${name} of ${target}`, LONGEST_NAME)),
    grouped(canary),
    grouped(baseline),
    escapeMarkdown(
      stoodAside === undefined ? evidence : shorten(`not judged: ${stoodAside}`, LONGEST_NAME),
    ),
    formatDuration(largestDelayMs),
  ];
}
