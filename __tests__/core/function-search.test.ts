import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import {
  describeFound,
  inspectFoundWithout,
  matchesPattern,
} from '../../src/core/function-search.ts';

const name = fc.string({ unit: fc.constantFrom('a', 'b', '-'), maxLength: 12 });
const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '-', '*'), maxLength: 8 });

describe('a pattern', () => {
  it.each([
    ['checkout-*', 'checkout-api', true],
    ['checkout-*', 'checkout-', true],
    ['checkout-*', 'checkout', false],
    ['checkout-*', 'old-checkout-api', false],
    ['*-prod', 'cart-prod', true],
    ['*-prod', 'cart-prod-2', false],
    ['a*a', 'a', false],
    ['a*a', 'aa', true],
    ['a*b*c', 'a1b2b3c', true],
    ['Cart*', 'cart-api', false],
  ])('%s, of %s: %s', (of, given, matches) => {
    expect(matchesPattern(of, given)).toBe(matches);
  });

  it('says of every name what a regular expression says', () => {
    fc.assert(
      fc.property(pattern, name, (of, given) => {
        const expression = new RegExp(`^${of.replaceAll('*', '.*')}$`);
        expect(matchesPattern(of, given)).toBe(expression.test(given));
      }),
    );
  });
});

describe('what was found', () => {
  const found = [
    { search: 'checkout-*', functionNames: ['checkout-a', 'checkout-b'] },
    { search: 'tag:team=shop', functionNames: ['cart'] },
  ];

  it('is told with its number', () => {
    expect(found.map(describeFound)).toEqual([
      'checkout-* finds 2 functions',
      'tag:team=shop finds 1 function',
    ]);
  });

  it('and lacks the alias, is told of together, one problem for each search', () => {
    const lacking = ['a', 'b'].map((functionName) => ({ functionName, search: 'x*' }));
    const problems = inspectFoundWithout('live', [
      ...lacking,
      { functionName: 'cart', search: 'tag:team=shop' },
    ]);
    expect(problems).toHaveLength(2);
    expect(problems[0]).toContain('x* finds functions without the alias live: a, b.');
  });
});
