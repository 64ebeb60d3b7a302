import { oneLine, shorten } from '../core/text/markdown.ts';

/** As long as the longest text that CloudWatch gives, an alarm's reason. */
const LONGEST_TEXT = 1_024;
/** No answer that is asked for here has as many; one that has does not end. */
const MOST_PAGES = 100;

/** A text of a reply; empty for what is no text, whatever the SDK's types say of it. */
export function textIn(value: unknown): string {
  return typeof value === 'string' ? shorten(value, LONGEST_TEXT) : '';
}

/** The same for a person to read: in one line, as lines of a message are problems of their own. */
export function lineIn(value: unknown): string {
  return oneLine(textIn(value));
}

/**
 * A list of a reply; empty for none. A text can be gone through as well, character by character.
 * @throws for what is there and no list: what it should have told is not known
 */
export function listIn<T>(value: readonly T[] | undefined): readonly T[] {
  if (value === undefined) return [];
  if (Array.isArray(value)) return value as readonly T[];
  throw new Error('the answer has something else in the place of a list');
}

/** A number of a reply; nothing for what is none. */
export function numberIn(value: unknown): number | undefined {
  return Number.isFinite(value) ? (value as number) : undefined;
}

export interface Page<T> {
  readonly items: readonly T[];
  readonly nextToken: string | undefined;
}

/**
 * All items of an answer that comes in pages.
 * @param mostPages an answer that has more does not end
 * @throws when it does not come to an end
 */
export async function everyPage<T>(
  read: (token: string | undefined) => Promise<Page<T>>,
  mostPages = MOST_PAGES,
): Promise<readonly T[]> {
  const all: T[] = [];
  let token: string | undefined;
  for (let pages = 0; pages < mostPages; pages++) {
    const { items, nextToken } = await read(token);
    all.push(...items);
    if (nextToken === undefined || nextToken === '') return all;
    token = nextToken;
  }
  throw new Error(`the answer has more than ${mostPages} pages`);
}
