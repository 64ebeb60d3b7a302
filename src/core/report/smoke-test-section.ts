import { escapeMarkdown, preformatted, shorten } from '../text/markdown.ts';
import { milliseconds } from '../text/numbers.ts';
import type { Report } from './report.ts';
import { fold, LONGEST_NAME, LONGEST_REASON, reason, tableOf } from './sections.ts';

/** Of functions, and of each its last lines: the whole log is in CloudWatch. */
const MOST_LOGS = 5;
const MOST_LOG_LINES = 20;
const LONGEST_LOG_LINE = 200;

const TESTED = ['of', 'test', 'result', 'duration'];

export function failedSmokeTests({ smokeTests }: Report): readonly string[] {
  const failed = smokeTests.filter(({ problems }) => problems.length > 0);
  if (failed.length === 0) return [];
  const logs = failed.filter(({ log }) => log.length > 0).slice(0, MOST_LOGS);
  return [
    '',
    '### Smoke tests that failed',
    ...tableOf(TESTED, failed.map(smokeTestRow)),
    ...logs.flatMap(({ functionName, name, log }) =>
      fold(`The log of ${escapeMarkdown(shorten(`${functionName}, ${name}`, LONGEST_NAME))}`, [
        '',
        preformatted(log.slice(-MOST_LOG_LINES).map((line) => shorten(line, LONGEST_LOG_LINE))),
      ]),
    ),
  ];
}

export function passedSmokeTests({ smokeTests }: Report): readonly string[] {
  const passed = smokeTests.filter(({ problems }) => problems.length === 0);
  if (passed.length === 0) return [];
  const title = `Smoke tests that passed: ${passed.length}`;
  return fold(title, tableOf(TESTED, passed.map(smokeTestRow)));
}

function smokeTestRow({
  functionName,
  version,
  name,
  problems,
  durationMs,
}: Report['smokeTests'][number]): readonly string[] {
  // Each may be megabytes long: they are not joined before they are cut.
  const told = problems.map((problem) => shorten(problem, LONGEST_REASON)).join('; ');
  return [
    escapeMarkdown(shorten(`${functionName} version ${version}`, LONGEST_NAME)),
    escapeMarkdown(shorten(name, LONGEST_NAME)),
    problems.length === 0 ? 'passed' : reason(told),
    milliseconds(durationMs),
  ];
}
