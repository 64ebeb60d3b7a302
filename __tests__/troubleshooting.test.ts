import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { refusalsIn } from './fixtures/refusals.ts';

const PAGE = new URL('../docs/troubleshooting.md', import.meta.url);

/** What the page has in bold, by which a reader finds it. */
function quotes(): readonly string[] {
  const items = readFileSync(PAGE, 'utf8').matchAll(/^- .*(?:\n {2}\S.*)*/gm);
  return [...items].flatMap(([item]) =>
    [...item.matchAll(/\*\*(.+?)\*\*/gs)].map(([, text = '']) => text.replaceAll(/\s+/g, ' ')),
  );
}

describe('docs/troubleshooting.md', () => {
  const { texts, unfollowed } = refusalsIn('src');

  it('has an entry for everything with which the action refuses or stops', () => {
    const known = quotes();
    const missing = texts.filter(({ text }) => !known.some((quote) => text.includes(quote)));
    expect(missing.map(({ where, text }) => `${where} ${text}`)).toEqual([]);
    expect(texts.length).toBeGreaterThan(150);
  });

  it('quotes nothing that the action does not say', () => {
    const stale = quotes().filter((quote) => !texts.some(({ text }) => text.includes(quote)));
    expect(stale).toEqual([]);
  });

  it('has quotes that say enough to be those of a few messages only', () => {
    const vague = quotes().filter((quote) => {
      const words = quote.match(/\p{L}[\p{L}-]*/gu)?.length ?? 0;
      const meant = texts.filter(({ text }) => text.includes(quote)).length;
      return words < 2 || meant > (words < 4 ? 2 : 4);
    });
    expect(vague).toEqual([]);
  });

  it('is held against texts of which none could be lost on its way', () => {
    expect(unfollowed).toEqual([]);
  });
});

describe('the refusals of a program', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'lambda-canary-refusals-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  const refusals = (source: string) => {
    const prelude =
      'class Refusal extends Error { constructor(readonly problems: readonly string[]) { super(""); } }\n';
    writeFileSync(join(folder, 'program.ts'), prelude + source);
    const { texts, unfollowed } = refusalsIn(folder);
    return unfollowed.length > 0 ? unfollowed : texts.map(({ text }) => text);
  };

  it.each([
    [
      'a template',
      'throw new Error(`no such thing as ${process.argv[0]} here`);',
      ['no such thing as … here'],
    ],
    [
      'a sum over lines, with a constant in it',
      "const WHY = 'this is why.'; throw new Error('it went wrong: ' + WHY);",
      ['it went wrong: this is why.'],
    ],
    [
      'functions that return arrays, in arrays that are spread',
      `const one = (x: boolean): readonly string[] => (x ? ['one is wrong'] : []);
       function two() { return ['two is wrong']; }
       throw new Refusal([...one(true), ...two()]);`,
      ['one is wrong', 'two is wrong'],
    ],
    [
      'an array that is added to',
      "const found: string[] = []; found.push('it was found late'); throw new Refusal(found);",
      ['it was found late'],
    ],
    [
      'a property of what a function returns, taken apart',
      `interface Look { readonly problems: readonly string[] }
       const look = (): Look => ({ problems: ['it looks bad today'] });
       const { problems } = look(); throw new Refusal(problems);`,
      ['it looks bad today'],
    ],
    [
      'what others hand to a function that makes the error',
      "const fail = (text: string) => new Error(text); throw fail('it was handed over');",
      ['it was handed over'],
    ],
    [
      'a sentence in a wrapper',
      "const inner = () => 'the inside is broken'; throw new Error(`name: ${inner()}`);",
      ['the inside is broken'],
    ],
    [
      'the reason of a write that was blocked',
      "export const result = { type: 'blocked', reason: 'somebody else was first' };",
      ['somebody else was first'],
    ],
  ])('are found in %s', (_, source, texts) => {
    expect(refusals(source)).toEqual(texts);
  });

  it('are not among the reasons of an abort', () => {
    expect(refusals("new AbortController().abort(new Error('another part knows'));")).toEqual([]);
  });

  it('name the place whose text cannot be found out', () => {
    const [place] = refusals(
      'declare const map: Map<string, string>; throw new Error(map.get("x")!);',
    );
    expect(place).toMatch(/program\.ts:2 map\.get/);
  });
});
