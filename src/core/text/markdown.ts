/**
 * What may become markup, and where. Anywhere: what begins HTML, a reference, emphasis, code, a link, a cell, a formula
 * or a mention. An underscore between letters or digits is none. At the beginning, where a line may begin with it:
 * whatever makes a list, a rule or a heading. In an address that GitHub would make a link of: the sign without which
 * it is none. Everything else is left as it is, so that also who reads the source can read it.
 */
const MARKUP = [
  /[&<>`*[\]#|~\\@$]/,
  /(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])/,
  /^\s*[!-/:-@[-`{-~]|(?<=^\s*\d+)[.)]/,
  /:(?=\/)|(?<=www)\.|(?<=GH)-/i,
];
const ANY_MARKUP = new RegExp(MARKUP.map(({ source }) => source).join('|'), 'gi');

/**
 * Text from outside as Markdown that shows exactly that text: no markup, HTML, link or table cell can
 * come of it. Character references are plain text to a Markdown parser, whatever they stand for.
 */
export function escapeMarkdown(text: string): string {
  return oneLine(text).replace(ANY_MARKUP, (markup) =>
    [...markup].map((each) => (/\s/.test(each) ? each : `&#${each.codePointAt(0)};`)).join(''),
  );
}

/** One printable line: control characters, line and paragraph separators become spaces. */
export function oneLine(text: string): string {
  return text.toWellFormed().replace(/[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]+/gu, ' ');
}

/** Cuts at whole characters, with an ellipsis. */
export function shorten(text: string, characters: number): string {
  if (text.length <= characters) return text;
  // No character takes more than two code units: the rest of a very long text need not be looked at.
  const all = [...text.slice(0, 2 * characters + 2)];
  return all.length <= characters ? text : `${all.slice(0, characters - 1).join('')}…`;
}

/** Lines from outside exactly as they are, in a block of their own. */
export function preformatted(lines: readonly string[]): string {
  return `<pre>${lines.map(escapeMarkdown).join('\n')}</pre>`;
}

/** A table of cells that are Markdown already. */
export function table(
  head: readonly string[],
  rows: readonly (readonly string[])[],
): readonly string[] {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
}

/** Just the label where there is nothing to link to. */
export function link(label: string, url: string | undefined): string {
  return url === undefined ? escapeMarkdown(label) : `[${escapeMarkdown(label)}](${url})`;
}
