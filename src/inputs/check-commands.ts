import type { CommandCheck } from '../core/checks/commands.ts';
import { oneLine } from '../core/text/markdown.ts';
import { durationMs, isTooLong, tooLong } from './duration.ts';
import { limitCount, quoted } from './fields.ts';

const MOST_COMMANDS = 20;
/** What is longer is a script, and has its place in the repository. */
const LONGEST_LINE = 2_000;
const NAME = /^[\p{L}\p{N}](?:[\p{L}\p{N} ._/-]{0,58}[\p{L}\p{N}])?$/u;

const EVERY_MS = 60_000;
const TIMEOUT_MS = 60_000;
const SHORTEST_MS = 1_000;

/**
 * Commands that say by their exit code how the new version does, one per line. A command may hold anything, so all that is said of it
 * stands before the colon:
 *
 *     name[, every 30s | , at end of step][, after promotion][, timeout 1m]: command
 */
export function parseCheckCommands(text: string, problems: string[]): readonly CommandCheck[] {
  const lines = text
    .split('\n')
    .map((line, index) => ({ line: line.trim(), number: index + 1 }))
    .filter(({ line }) => line !== '');
  limitCount('commands', lines, MOST_COMMANDS, problems);
  if (lines.length > MOST_COMMANDS) return [];

  const numbers = new Map<string, number>();
  return lines.flatMap(({ line, number }) => {
    const wrong: string[] = [];
    const check = parseLine(line, wrong);
    const same = check && numbers.get(check.name);
    if (check !== undefined) numbers.set(check.name, same ?? number);
    if (same !== undefined) wrong.push(`${quoted(check?.name ?? '')} is the name of line ${same}`);
    problems.push(...wrong.map((problem) => `line ${number}: ${problem}`));
    return check === undefined || wrong.length > 0 ? [] : [check];
  });
}

function parseLine(line: string, problems: string[]): CommandCheck | undefined {
  if (line.length > LONGEST_LINE) {
    problems.push(`is longer than ${LONGEST_LINE} characters; put the command into a script`);
    return undefined;
  }
  // A colon without a blank after it is one of an address.
  const [, head = '', command = ''] = /^([^:]*(?::\S[^:]*)*?):(?:\s+(.*))?$/s.exec(line) ?? [];
  const [name = '', ...options] = head.split(',').map((part) => part.trim());
  if (!NAME.test(name)) {
    problems.push(
      `${quoted(name === '' ? line : name)} is no name of a check (letters, digits, blanks and any of . _ - /, at most 60); ` +
        'begin the line with one, as in "probe: node probe.mjs"',
    );
    return undefined;
  }
  if (command.trim() === '') {
    problems.push(`there is no command after ${quoted(`${name}:`)}`);
    return undefined;
  }
  if (oneLine(command.replaceAll('\t', ' ')) !== command.replaceAll('\t', ' ')) {
    problems.push(`the command of ${quoted(name)} has characters that cannot be printed`);
  }
  refuseMisplaced(name, command, problems);
  return { name, command, ...readOptions(options, problems) };
}

/** Left where it is, it would go to the command, and the check run at another time than its author meant. */
function refuseMisplaced(name: string, command: string, problems: string[]): void {
  const [, option] =
    /[\s,](every \d+\s*\w+|at end of step|after promotion|timeout \d+\s*[a-z]\w*)$/.exec(command) ??
    [];
  if (option === undefined) return;
  problems.push(
    `${quoted(option)} is at the end of the command; write it before the colon, as in ${quoted(`${name}, ${option}: …`)}, or ` +
      'put it into quotes if it is meant for the command',
  );
}

type Options = Omit<CommandCheck, 'name' | 'command'>;

function readOptions(options: readonly string[], problems: string[]): Options {
  const found = new Map<string, number>();
  for (const option of options) {
    const [, word = '', rest = ''] =
      /^(every|at end of step|after promotion|timeout)(?:\s+(.*))?$/.exec(option) ?? [];
    const takesTime = word === 'every' || word === 'timeout';
    if (word === '' || (rest !== '' && !takesTime)) {
      problems.push(
        `${quoted(option)} is not one of "every 30s", "at end of step", "after promotion" and "timeout 1m"`,
      );
      continue;
    }
    if (found.has(word)) problems.push(`${quoted(word)} is given twice`);
    found.set(word, takesTime ? readDuration(word, rest, problems) : 0);
  }
  const isAtEnd = found.has('at end of step');
  if (isAtEnd && found.has('every')) {
    problems.push('"every" and "at end of step" exclude each other; leave one of the two out');
  }
  return {
    everyMs: isAtEnd ? undefined : (found.get('every') ?? EVERY_MS),
    afterPromotion: found.has('after promotion'),
    timeoutMs: found.get('timeout') ?? TIMEOUT_MS,
  };
}

function readDuration(word: string, text: string, problems: string[]): number {
  const ms = durationMs(text);
  const of = quoted(`${word} ${text}`);
  if (ms === undefined) {
    problems.push(`${of} has no duration; write it with a unit, as in "${word} 30s"`);
  } else if (ms < SHORTEST_MS) {
    problems.push(`${of} is too short; it must be 1s or longer`);
  } else if (isTooLong(ms, 'job')) {
    problems.push(`${of} is too long; ${tooLong('job')}`);
  }
  return ms ?? 0;
}
