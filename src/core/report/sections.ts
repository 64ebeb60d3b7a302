import { escapeMarkdown, shorten, table } from '../text/markdown.ts';

/** GitHub drops a summary above 1 MiB as a whole; these keep it far below, escaped at its worst. */
const MOST_ROWS = 50;
export const LONGEST_NAME = 255;
export const LONGEST_REASON = 400;

/** Few enough to be read at once; what passed of more is folded. */
const FEW = 3;

export interface Rows {
  readonly title: string;
  readonly head: readonly string[];
  /** In which the reader looks for what went wrong. */
  readonly guilty: readonly (readonly string[])[];
  readonly passed: readonly (readonly string[])[];
  /** What the folded ones are called: `19 alarms that did not fail`. */
  readonly passedAs: (count: number) => string;
  readonly note?: string;
}

/** A table of what went wrong, and under it, folded, what did not; nothing when there are no rows at all. */
export function section({ title, head, guilty, passed, passedAs, note }: Rows): readonly string[] {
  if (guilty.length + passed.length === 0) return [];
  const isShort = guilty.length + passed.length <= FEW;
  const shown = isShort ? [...guilty, ...passed] : guilty;
  const folded = isShort ? [] : passed;
  const words = note === undefined ? [] : ['', note];
  const rest = folded.length === 0 ? [] : fold(passedAs(folded.length), tableOf(head, folded));
  if (shown.length === 0) return [...rest.slice(0, -2), ...words, '', '</details>'];
  return ['', `### ${title}`, ...tableOf(head, shown), ...words, ...rest];
}

/** Lines under a title that is all one sees until one asks. @param title Markdown */
export function fold(title: string, lines: readonly string[]): readonly string[] {
  return ['', `<details><summary>${title}</summary>`, ...lines, '', '</details>'];
}

/** As many rows as a summary can hold, and how many more there are. */
export function tableOf(
  head: readonly string[],
  rows: readonly (readonly string[])[],
): readonly string[] {
  return ['', ...table(head, rows.slice(0, MOST_ROWS)), ...more(rows.length, '')];
}

/** The first of many as a list. */
export function capped<T>(
  items: readonly T[],
  line: (item: T) => string,
  bullet: string,
): readonly string[] {
  return [...items.slice(0, MOST_ROWS).map(line), ...more(items.length, bullet)];
}

/** That not all are told here. */
export function more(count: number, bullet: string, most = MOST_ROWS): readonly string[] {
  return count > most
    ? [
        ...(bullet === '' ? [''] : []),
        `${bullet}… and ${count - most} more; the output \`report\` has them.`,
      ]
    : [];
}

/** A sentence of somebody else's, as far as it fits. */
export function reason(text: string): string {
  return escapeMarkdown(shorten(text, LONGEST_REASON));
}
