import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { marked } from 'marked';

import { escapeMarkdown, oneLine, shorten } from '../../../src/core/text/markdown.ts';

/** What a reader sees of HTML that holds nothing but text. */
function textOf(html: string): string {
  return html
    .replace(/^<p>|<\/p>\n?$/g, '')
    .replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)))
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&quot;/g, '"')
    .replace(/&#39;/g, "'")
    .replace(/&amp;/g, '&');
}

const nasty = fc
  .array(
    fc.constantFrom(
      '*',
      '_',
      '`',
      '|',
      '[',
      ']',
      '(',
      ')',
      '<',
      '>',
      '!',
      '#',
      '&',
      '~',
      '\\',
      '\n',
      '\r',
      '::',
      '<script>',
      '![x](http://x)',
      'https://example.com',
      '</details>',
      '- ',
      '1. ',
      '$',
      '"',
      'a',
      ' b',
      '\u2028',
      '\u001b[31m',
      '\ud800',
      '=',
      '&#60;',
      'www.a.de',
      'http:',
      '//',
      '://a.de',
      '+ ',
      '1)',
      '12',
      '.',
      'a_b',
      '_',
      ':',
      '-',
      '---',
      '===',
      '```',
      '@acme/all',
      'GH-1',
      'shop#1',
      '<!--',
    ),
  )
  .map((parts) => parts.join(''));

describe('text from outside', () => {
  it('cannot make Markdown or HTML of itself', () => {
    fc.assert(
      fc.property(nasty, (text) => {
        const html = marked.parse(`x${escapeMarkdown(text)}x`, { async: false, gfm: true });
        expect(html.match(/<(?!\/?p>)/g)).toBeNull();
        expect(textOf(html)).toBe(`x${oneLine(text)}x`);
      }),
      { numRuns: 2000 },
    );
  });

  it.each<[string, (text: string) => string]>([
    ['alone', (text) => text],
    ['after a number', (text) => `7 ${text}`],
    ['beside another one', (text) => `${text} ${text}`],
    ['in bold', (text) => `**x${text}x**`],
    ['in a point of a list', (text) => `- ${text}`],
    ['in a quotation', (text) => `> ${text}`],
    ['in the label of a link', (text) => `[x${text}](https://a.example)`],
    ['in a cell of a table', (text) => `| a | b |\n| --- | --- |\n| ${text} | ${text} |`],
    ['in a folded title', (text) => `<details><summary>${text}</summary>\n\nx\n\n</details>`],
  ])('brings no element of its own where it stands %s', (_, place) => {
    const tags = (text: string) =>
      (marked.parse(place(text), { async: false, gfm: true }).match(/<[^>]*>/g) ?? []).join('');
    fc.assert(
      fc.property(nasty, (text) => {
        const harmless = text.trim() === '' ? '' : 'x';
        expect(tags(escapeMarkdown(text).trim())).toBe(tags(harmless));
      }),
      { numRuns: 1000 },
    );
  });

  it('mentions nobody and refers to nothing: the signs for that are in no source', () => {
    fc.assert(
      fc.property(nasty, (text) => {
        const source = escapeMarkdown(text).replaceAll(/&#\d+;/g, ' ');
        expect(source).not.toMatch(/[@#<>]|\bGH-\d|www\.|:\/\//i);
      }),
      { numRuns: 2000 },
    );
  });

  it('is left as it is where nothing can come of it', () => {
    const plain =
      "at 50 % (step 2 of 3), after 3 min 12 s: alarm checkout-errors of arn:aws:lambda/a_b's 1.5, {x} = 2; a+b!";
    expect(escapeMarkdown(plain)).toBe(plain);
  });

  it('cannot leave its cell in a table', () => {
    const row = `| head |\n| --- |\n| ${escapeMarkdown('a | b\n| c |')} |`;
    const html = marked.parse(row, { async: false, gfm: true });
    expect(html.match(/<td/g)).toHaveLength(1);
    expect(html.match(/<tr/g)).toHaveLength(2);
  });

  it('becomes one line without control characters', () => {
    expect(oneLine('a\nb\r\nc\u001b[31md\u2028e\u0000f')).toBe('a b c [31md e f');
  });

  it('is cut at whole characters', () => {
    expect(shorten('🦆🦆🦆', 2)).toBe('🦆…');
    expect(shorten('🦆🦆', 2)).toBe('🦆🦆');
  });
});
