import { describe, expect, it } from '@jest/globals';

import type { FoundFunctions } from '../../src/core/function-search.ts';
import { functionNames, searchesIn } from '../../src/inputs/function-names.ts';

function read(text: string, found?: readonly FoundFunctions[]) {
  const problems: string[] = [];
  const functions = functionNames(found)(text, problems);
  return { names: functions.map(({ name }) => name), problems };
}

describe('functions that are to be found', () => {
  it('are searched for once each, by pattern or by tag', () => {
    expect(searchesIn('cart, a-*, tag:team=shop\na-*')).toEqual([
      { type: 'pattern', written: 'a-*', pattern: 'a-*' },
      { type: 'tag', written: 'tag:team=shop', key: 'team', value: 'shop' },
    ]);
  });

  it('have tags whose values may hold what AWS allows', () => {
    expect(searchesIn('tag:aws:cloudformation:stack-name = shop/eu=1 @x')).toMatchObject([
      { key: 'aws:cloudformation:stack-name', value: 'shop/eu=1 @x' },
    ]);
  });

  it('are left out while it is not known who they are', () => {
    expect(read('cart, a-*')).toEqual({ names: ['cart'], problems: [] });
    expect(read('a-*')).toEqual({ names: [], problems: [] });
  });

  it('stand where their search stands, each once', () => {
    const found = [
      { search: 'a-*', functionNames: ['a-1', 'a-2'] },
      { search: 'tag:team=shop', functionNames: ['a-2', 'cart', 'x'] },
    ];
    expect(read('a-*, cart, tag:team=shop', found)).toEqual({
      names: ['a-1', 'a-2', 'cart', 'x'],
      problems: [],
    });
  });

  it('are told from those that are named, though a search finds these as well', () => {
    const found = [
      { search: 'a-*', functionNames: ['a-1', 'a-2'] },
      { search: 'tag:team=shop', functionNames: ['a-1', 'cart'] },
    ];
    const functions = functionNames(found)('a-*, a-2, tag:team=shop', []);
    expect(functions.map(({ name, foundBy }) => [name, foundBy])).toEqual([
      ['a-1', 'a-*'],
      ['a-2', undefined],
      ['cart', 'tag:team=shop'],
    ]);
  });

  it('are at least one for each search', () => {
    const found = [{ search: 'a-*', functionNames: [] }];
    expect(read('cart, a-*', found).problems).toEqual([
      '"a-*" finds no function in the account and region of this job',
    ]);
  });

  it('are 500 at most', () => {
    const names = (count: number) => Array.from({ length: count }, (_, index) => `a-${index}`);
    const of = (count: number) => [{ search: 'a-*', functionNames: names(count) }];
    expect(read('a-*', of(500)).problems).toEqual([]);
    expect(read('a-*', of(501)).problems).toEqual(['501 functions are given; at most 500 can be']);
  });

  it('are searched for in 20 ways at most', () => {
    const searches = (count: number) =>
      Array.from({ length: count }, (_, index) => `a${index}-*`).join(', ');
    expect(read(searches(20)).problems).toEqual([]);
    expect(read(searches(21)).problems).toEqual([
      '21 searches for functions are given; at most 20 can be',
    ]);
  });

  it.each([
    ['*', 'finds every function of the account'],
    ['**-*', 'finds every function'],
    ['a-*[12]', 'is not a pattern'],
    ['a-$*', 'is not a pattern'],
    ['a?*', 'is not a pattern'],
    ['a-*:live', 'has a qualifier'],
    ['123456789012:function:a-*', 'is a pattern for an ARN'],
    ['arn:aws:lambda:eu-west-1:123456789012:function:a-*', 'is a pattern for an ARN'],
    [`${'a'.repeat(64)}*`, 'is longer than the 64 characters'],
    ['tag:team', 'needs a key and a value'],
    ['tag:team=', 'needs a key and a value'],
    ['tag:=shop', 'needs a key and a value'],
    ['tag:team=sh*', 'characters that no tag has'],
    ['tag:te<b>am=shop', 'characters that no tag has'],
    [`tag:team=${'x'.repeat(257)}`, 'is longer than a tag can be'],
  ])('are not searched by %s', (text, problem) => {
    expect(read(text).problems).toEqual([expect.stringContaining(problem)]);
    expect(searchesIn(text)).toEqual([]);
  });
});
