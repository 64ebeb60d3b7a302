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
