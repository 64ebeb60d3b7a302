import type { LoggedFailures } from '../checks/logs.ts';
import { formatDuration } from '../text/duration.ts';
import { escapeMarkdown, shorten } from '../text/markdown.ts';
import { grouped } from '../text/numbers.ts';
import { section } from './sections.ts';

const LONGEST_NAME = 120;

/** The failures that the logs told of, as a part of the summary; nothing when there were none and all was well. */
export function logSection(logged: readonly LoggedFailures[]): readonly string[] {
  const told = logged.filter(
    ({ canary, baseline, stoodAside }) => canary + baseline > 0 || stoodAside !== undefined,
  );
  return section({
    title: 'Failures in the logs',
    head: ['read', 'new version', 'old version', 'is it worse?', 'slowest line'],
    guilty: told.filter(decides).map(row),
    passed: told.filter((each) => !decides(each)).map(row),
    passedAs: (count) => `Failures in the logs of ${count} more, no reason to revert`,
    note: '<sub>Failed requests only, judged by the weight. Only failures older than the slowest line count.</sub>',
  });
}

function decides({ reverts, stoodAside }: LoggedFailures): boolean {
  return reverts && stoodAside === undefined;
}

function row(logged: LoggedFailures): readonly string[] {
  const { name, target, canary, baseline, largestDelayMs, stoodAside } = logged;
  const answer = decides(logged) ? '**yes, practically certain**' : 'no reason to revert';
  return [
    escapeMarkdown(shorten(`${name} of ${target}`, LONGEST_NAME)),
    grouped(canary),
    grouped(baseline),
    stoodAside === undefined
      ? answer
      : escapeMarkdown(shorten(`not judged: ${stoodAside}`, LONGEST_NAME)),
    formatDuration(largestDelayMs),
  ];
}
