import { shorten } from '../../core/text/markdown.ts';
import { quoted } from '../fields.ts';

/** Something that cannot be read, and where in its line. */
export class Mistake extends Error {
  /** Index into the line. */
  readonly at: number;

  constructor(at: number, message: string) {
    super(message);
    this.at = at;
  }
}

/** A value in a message that has other things to say too. */
export function brief(text: string): string {
  return quoted(shorten(text, 60));
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
