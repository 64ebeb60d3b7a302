import { oneLine } from '../../core/text/markdown.ts';
import { limitCount, quoted } from '../fields.ts';
import { brief, Mistake, Tokens } from './tokens.ts';

// What the inputs that name metrics have in common. A metric is written
//
//     Namespace:Metric where Dimension=value, Dimension=value
//
// and one of Lambda's own, of one version of the alias, by its name alone.

const MOST_ENTRIES = 20;
/** Nothing that is meant is as long; it also bounds how deep an expression can be. */
const LONGEST_LINE = 2_000;
const LONGEST_NAME = 100;

/** A line without its name. */
export interface Clause {
  /** Empty when none was given. */
  readonly name: string;
  readonly tokens: Tokens;
}

/**
 * Reads entries of one line each.
 * @param what what they are called, for messages
 * @param parse one entry; what it throws as a {@link Mistake} becomes a problem
 */
export function parseEntries<T extends { readonly name: string }>(
  text: string,
  {
    what,
    problems,
    parse,
  }: {
    readonly what: string;
    readonly problems: string[];
    readonly parse: (entry: Clause) => T;
  },
): readonly T[] {
  const lines = text
    .split('\n')
    .map((line, index) => ({ line, number: index + 1 }))
    .filter(({ line }) => line.trim() !== '');
  limitCount(what, lines, MOST_ENTRIES, problems);
  if (lines.length > MOST_ENTRIES) return [];

  const numbers = new Map<string, number>();
  return lines.flatMap(({ line, number }) => {
    try {
      const entry = parse(entryOf(line));
      const same = numbers.get(entry.name);
      if (same !== undefined) throw new Mistake(0, takenBy(entry.name, same));
      numbers.set(entry.name, number);
      return [entry];
    } catch (error) {
      if (!(error instanceof Mistake)) throw error;
      problems.push(describe(error, line, number));
      return [];
    }
  });
}

function takenBy(name: string, number: number): string {
  return `${brief(name)} is the name of line ${number} already; begin this line with another, like "another name: "`;
}

const LONGEST_CONTEXT = 30;

/** A caret below the line would need a second one: the text before the place tells it as well. */
function describe({ at, message }: Mistake, line: string, number: number): string {
  const before = [...line.slice(0, at)];
  const context = before.slice(-LONGEST_CONTEXT).join('').trim();
  const cut = before.length > LONGEST_CONTEXT ? '…' : '';
  const after = context === '' ? '' : `, after ${quoted(cut + context)}`;
  return `line ${number}, column ${before.length + 1}: ${message}${after}`;
}

function entryOf(line: string): Clause {
  if (line.length > LONGEST_LINE) {
    throw new Mistake(0, `this line is longer than ${LONGEST_LINE} characters`);
  }
  const colon = endOfName(line);
  return {
    name: colon === -1 ? '' : nameIn(line.slice(0, colon)),
    tokens: new Tokens(line, colon + 1),
  };
}

/** The colon after a name has a blank after it, the one between a namespace and a metric has none. */
function endOfName(line: string): number {
  const colon = /^(?:"[^"]*"|[^"])*?(?=:(?:\s|$))/.exec(line);
  return colon === null ? -1 : colon[0].length;
}

function nameIn(text: string): string {
  const written = text.trim();
  const name = (/^"([^"]*)"$/.exec(written)?.[1] ?? written).trim();
  if (name === '') throw new Mistake(0, 'there is no name before the colon');
  if ([...name].length > LONGEST_NAME) {
    throw new Mistake(0, `the name is longer than ${LONGEST_NAME} characters`);
  }
  if (name.includes('"') || oneLine(name) !== name) {
    throw new Mistake(0, `the name ${brief(name)} has quotes or characters that cannot be printed`);
  }
  return name;
}
