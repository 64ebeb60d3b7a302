import { oneLine, shorten } from '../core/text/markdown.ts';
import { lambdaMetric, type MetricSource } from '../core/checks/metric-source.ts';
import { limitCount, quoted } from './fields.ts';

// What the inputs that name metrics have in common. A metric is written
//
//     Namespace:Metric where Dimension=value, Dimension=value
//
// and one of Lambda's own, of one version of the alias, by its name alone.

const MOST_ENTRIES = 20;
/** Nothing that is meant is as long; it also bounds how deep an expression can be. */
const LONGEST_LINE = 2_000;
const LONGEST_NAME = 100;
/** Limits of CloudWatch. */
const MOST_DIMENSIONS = 30;
const LONGEST_WORD = 255;
const LONGEST_VALUE = 1_024;
const LAMBDA = 'AWS/Lambda';

/**
 * The metrics that Lambda is known to publish with ExecutedVersion for the requests that came by an alias: what
 * happened in an invocation. A throttled request was never executed, so no version can be told to have had it.
 */
export const LAMBDA_METRICS = ['Duration', 'Errors', 'Invocations'] as const;

/** Something that cannot be read, and where in its line. */
export class Mistake extends Error {
  /** Index into the line. */
  readonly at: number;

  constructor(at: number, message: string) {
    super(message);
    this.at = at;
  }
}

/** A line without its name. */
export interface Entry {
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
    readonly parse: (entry: Entry) => T;
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

/** A value in a message that has other things to say too. */
export function brief(text: string): string {
  return quoted(shorten(text, 60));
}

function entryOf(line: string): Entry {
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

export interface Token {
  readonly kind: 'word' | 'number' | 'symbol' | 'end';
  /** Index into the line. */
  readonly at: number;
  readonly raw: string;
  /** Without quotes. */
  readonly text: string;
  /** Where in the text the colon is that separates the namespace from the metric; -1 when there is none. */
  readonly colon: number;
}

// The signs of arithmetic stand inside of words too, as in Shop/Api; a word does not begin with one.
const SYMBOL = /<=|>=|[<>=,()*/+-]/y;
const WORD = /(?:"[^"]*"|[^\s"=,()<>*])+/y;
// Routes, URLs and resources need no quotes.
const VALUE = /(?:"[^"]*"|[^\s",()<>])+/y;
// 800ms is a number and its unit, 5XXError is a word.
const NUMBER = /\d+(?:\.\d+)?(?=(?:ms|s|%|m|min|minutes?)?(?:[\s"=,()<>*/+-]|$))/y;
const PIECE = /"([^"]*)"|([^"]+)/g;

function tokensOf(line: string, from: number): readonly Token[] {
  refuseStrangeCharacters(line, from);
  const tokens: Token[] = [];
  let at = from;

  const match = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    return pattern.exec(line)?.[0];
  };

  for (;;) {
    at += match(/\s*/y)?.length ?? 0;
    if (at >= line.length) break;
    const token = tokenAt(match, at, tokens.at(-1)?.raw === '=');
    tokens.push(token);
    at += token.raw.length;
  }
  return [...tokens, { kind: 'end', at: line.trimEnd().length, raw: '', text: '', colon: -1 }];
}

function tokenAt(
  match: (pattern: RegExp) => string | undefined,
  at: number,
  isValue: boolean,
): Token {
  const value = isValue ? match(VALUE) : undefined;
  if (value !== undefined) return wordOf(value, at);
  const symbol = match(SYMBOL);
  if (symbol !== undefined) return { kind: 'symbol', at, raw: symbol, text: symbol, colon: -1 };
  const number = match(NUMBER);
  if (number !== undefined) return { kind: 'number', at, raw: number, text: number, colon: -1 };
  const word = match(WORD);
  if (word === undefined) throw new Mistake(at, 'these quotes are not closed');
  return wordOf(word, at);
}

function wordOf(raw: string, at: number): Token {
  let text = '';
  let colon = -1;
  for (const [, inQuotes, bare = ''] of raw.matchAll(PIECE)) {
    if (/(?:^|:)'/.test(bare)) {
      throw new Mistake(at, 'quotes are double here, as in "Server Errors"');
    }
    if (colon === -1 && bare.includes(':')) colon = text.length + bare.indexOf(':');
    text += inQuotes ?? bare;
  }
  if (/[^ -~]/.test(text)) throw new Mistake(at, 'a character in these quotes cannot be printed');
  return { kind: 'word', at, raw, text, colon };
}

/** What word processors and web pages make of signs. */
const MEANT: Readonly<Record<string, string>> = {
  '“': '"',
  '”': '"',
  '„': '"',
  '«': '"',
  '»': '"',
  '≤': '<=',
  '≥': '>=',
  '×': '*',
  '·': '*',
  '÷': '/',
  '–': '-',
  '—': '-',
  '−': '-',
};

function refuseStrangeCharacters(line: string, from: number): void {
  const strange = /[^ -~\s]/u.exec(line.slice(from));
  if (strange === null) return;
  const [character] = strange;
  const meant = MEANT[character];
  throw new Mistake(
    from + strange.index,
    meant === undefined
      ? `${quoted(character)} is not a character that CloudWatch has in names`
      : `write ${meant} instead of ${character}`,
  );
}

/** The tokens of a line, from left to right. */
export class Tokens {
  readonly #tokens: readonly Token[];
  #position = 0;

  constructor(line: string, from: number) {
    this.#tokens = tokensOf(line, from);
  }

  /** The next token, or the one so many after it. */
  peek(ahead = 0): Token {
    const token = this.#tokens[this.#position + ahead] ?? this.#tokens.at(-1);
    if (token === undefined) throw new Error('a line has an end');
    return token;
  }

  take(): Token {
    const token = this.peek();
    this.#position += 1;
    return token;
  }

  /** Takes the symbol if it is the next one and tells whether it was. */
  takeSymbol(symbol: string): boolean {
    const { kind, text } = this.peek();
    const isNext = kind === 'symbol' && text === symbol;
    if (isNext) this.#position += 1;
    return isNext;
  }

  /** Whether one of the words is the next one, without quotes and in any case. */
  isKeyword(...words: readonly string[]): boolean {
    return words.includes(this.peek().raw.toLowerCase());
  }

  /** Takes one of the words if {@link isKeyword}, and tells whether it was. */
  takeKeyword(...words: readonly string[]): boolean {
    const isNext = this.isKeyword(...words);
    if (isNext) this.#position += 1;
    return isNext;
  }

  /** The mistake that something else should be here than the next token. */
  expected(what: string): Mistake {
    const { kind, at, raw } = this.peek();
    const found = kind === 'end' ? 'the end of the line' : brief(raw);
    return new Mistake(at, `expected ${what}, found ${found}`);
  }
}

/** A metric by its name. */
export interface MetricName {
  readonly at: number;
  /** Absent when it was not given. */
  readonly namespace: string | undefined;
  readonly name: string;
}

export type Dimensions = Readonly<Record<string, string>>;

/** `Shop/Api:ServerErrors`, `Errors` */
export function readMetricName(tokens: Tokens): MetricName {
  if (tokens.peek().kind !== 'word') {
    throw tokens.expected('a metric, like Duration or Shop/Api:ServerErrors');
  }
  const { at, text, colon } = tokens.take();
  const namespace = colon === -1 ? undefined : text.slice(0, colon);
  const name = text.slice(colon + 1);
  for (const word of [namespace ?? name, name]) {
    if (word.trim() === '') {
      throw new Mistake(at, 'a metric is written as its namespace, a colon and its name');
    }
    refuseLong(word, LONGEST_WORD, at);
    if (/[{}]/.test(word)) {
      throw new Mistake(at, 'placeholders can stand in the values of dimensions only');
    }
  }
  if (namespace === undefined) refuseMisspelt(tokens, name, at);
  return { at, namespace, name };
}

/** What is easily written, and easily understood. */
function refuseMisspelt(tokens: Tokens, name: string, at: number): void {
  if (LAMBDA_METRICS.some((each) => /^[/+-]/.test(name.replace(each, '')))) {
    throw new Mistake(
      at,
      `${brief(name)} is one word; a sign of arithmetic has a blank on both sides`,
    );
  }
  const { raw } = tokens.peek();
  const isName = /^["A-Za-z][^:]*$/.test(raw) && !/^(?:where|for)$/i.test(raw);
  if (isName && !LAMBDA_METRICS.some((each) => each === name)) {
    throw tokens.expected(
      `a colon between the namespace and the metric, as in ${brief(`${name}:${raw}`)}`,
    );
  }
}

/** `where Function={function}, Version={version}`; nothing when there is no such part. */
export function readDimensions(tokens: Tokens): Dimensions | undefined {
  if (!tokens.takeKeyword('where')) return undefined;
  const dimensions = new Map<string, string>();
  do {
    const { at } = tokens.peek();
    const [name, value] = readDimension(tokens);
    if (dimensions.has(name)) throw new Mistake(at, `the dimension ${brief(name)} is given twice`);
    dimensions.set(name, value);
    if (dimensions.size > MOST_DIMENSIONS) {
      throw new Mistake(at, `a metric has at most ${MOST_DIMENSIONS} dimensions`);
    }
  } while (tokens.takeSymbol(','));
  return Object.fromEntries(dimensions);
}

function readDimension(tokens: Tokens): readonly [string, string] {
  if (tokens.peek().kind !== 'word') throw tokens.expected('a dimension, like Version={version}');
  const name = tokens.take();
  if (!tokens.takeSymbol('='))
    throw tokens.expected(`= and the value of the dimension ${brief(name.text)}`);
  if (tokens.peek().kind !== 'word')
    throw tokens.expected(`the value of the dimension ${brief(name.text)}`);
  const value = tokens.take();
  for (const { text, at } of [name, value]) {
    if (text.trim() === '') throw new Mistake(at, 'a dimension has a name and a value');
  }
  refuseLong(name.text, LONGEST_WORD, name.at);
  refuseLong(value.text, LONGEST_VALUE, value.at);
  if (name.text.startsWith(':')) throw new Mistake(name.at, 'a dimension does not begin with :');
  refuseUnknownPlaceholders(value);
  return [name.text, value.text];
}

function refuseLong(text: string, most: number, at: number): void {
  if (text.length > most) {
    throw new Mistake(at, `${brief(text)} is longer than the ${most} characters CloudWatch takes`);
  }
}

function refuseUnknownPlaceholders({ text, at }: Token): void {
  const [unknown] =
    /\{[^{}]*\}|[{}]/.exec(text.replace(/\{(?:function|alias|version)\}/g, '')) ?? [];
  if (unknown === undefined) return;
  throw new Mistake(
    at,
    `${brief(unknown)} is not a placeholder; there are {function}, {alias} and {version}`,
  );
}

/** Whether a metric is one of those that Lambda publishes of each version of an alias. */
export function isOwn({ namespace, name }: MetricName): boolean {
  return namespace === undefined && LAMBDA_METRICS.some((each) => each === name);
}

/** The metric of a name that {@link isOwn} or has its namespace, with the dimensions that were given for it. */
export function sourceOf(
  { at, namespace, name }: MetricName,
  dimensions: Dimensions | undefined,
  statistic: string,
): MetricSource {
  if (namespace === undefined) {
    if (dimensions === undefined) return lambdaMetric(name, statistic);
    throw new Mistake(
      at,
      `${name} alone is Lambda's own and has its dimensions already; for another one write its namespace too, ` +
        `as in Shop/Api:${name}`,
    );
  }
  if (namespace === LAMBDA) refuseUnpublished(name, dimensions, at);
  return { namespace, name, statistic, dimensions: dimensions ?? {} };
}

/** By what Lambda publishes; each only together with those before it. */
const LAMBDA_DIMENSIONS = ['FunctionName', 'Resource', 'ExecutedVersion'];

/** Other metrics of Lambda, as those of event sources, have dimensions of their own. */
function refuseUnpublished(name: string, dimensions: Dimensions | undefined, at: number): void {
  const metric = brief(`${LAMBDA}:${name}`);
  const own = LAMBDA_METRICS.find((each) => each === name);
  const instead = own === undefined ? '' : `, or write ${own} alone for one version`;
  if (dimensions === undefined) {
    throw new Mistake(
      at,
      `${metric} without dimensions is of all functions together; give it dimensions${instead}`,
    );
  }
  const given = Object.keys(dimensions);
  const isPublished = LAMBDA_DIMENSIONS.slice(0, given.length).every((each) =>
    given.includes(each),
  );
  if (own !== undefined && (!isPublished || given.length > LAMBDA_DIMENSIONS.length)) {
    throw new Mistake(
      at,
      `${metric} has the dimension FunctionName, that and Resource, or both and ExecutedVersion${instead}`,
    );
  }
}

/** A metric as it is read, without its statistic. */
export function formatMetric(source: MetricSource): string {
  const { namespace, name, dimensions } = source;
  if (isLambdaMetric(source)) return name;
  const given = Object.entries(dimensions).map(
    ([dimension, value]) => `${formatWord(dimension)}=${formatDimensionValue(value)}`,
  );
  const where = given.length === 0 ? '' : ` where ${given.join(', ')}`;
  return `${formatWord(namespace)}:${formatWord(name)}${where}`;
}

function isLambdaMetric(source: MetricSource): boolean {
  const { namespace, name, statistic } = source;
  return (
    isOwn({ at: 0, namespace: namespace === LAMBDA ? undefined : namespace, name }) &&
    keyOf(source) === keyOf(lambdaMetric(name, statistic))
  );
}

function formatWord(word: string): string {
  return /^[A-Za-z_][\w./-]*$/.test(word) ? word : `"${word}"`;
}

function formatDimensionValue(value: string): string {
  return /^[^\s",()<>']+$/.test(value) ? value : `"${value}"`;
}

/** The same for two metrics that are the same, in whatever order their dimensions are. */
export function keyOf({ namespace, name, statistic, dimensions }: MetricSource): string {
  const sorted = Object.entries(dimensions).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([namespace, name, statistic, sorted]);
}
