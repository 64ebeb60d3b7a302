import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { repairCommand } from '../../../src/core/alias/repair.ts';
import {
  describeRouting,
  looksHeldBack,
  looksLikeTransition,
  mostServed,
  routingAt,
  sameRouting,
} from '../../../src/core/alias/routing.ts';
import { formatWeight } from '../../../src/core/rollout/weight.ts';

const versions = { stable: '7', canary: '8' };

describe('a routing', () => {
  it('is stable alone at 0 %, a split in between, and the canary alone at 100 %', () => {
    expect(routingAt(0, versions)).toEqual({ version: '7', weights: {} });
    expect(routingAt(12.5, versions)).toEqual({ version: '7', weights: { '8': 12.5 } });
    expect(routingAt(100, versions)).toEqual({ version: '8', weights: {} });
  });

  it('is the same after its weights went through the fractions of Lambda', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9999 }), (hundredths) => {
        const weight = hundredths / 100;
        const back = { version: '7', weights: { '8': (weight / 100) * 100 } };
        expect(sameRouting(routingAt(weight, versions), back)).toBe(true);
      }),
    );
  });

  it.each([
    ['another version', { version: '6', weights: { '8': 10 } }],
    ['another weight', { version: '7', weights: { '8': 10.01 } }],
    ['another additional version', { version: '7', weights: { '9': 10 } }],
    ['one additional version more', { version: '7', weights: { '8': 10, '9': 1 } }],
    ['no additional version', { version: '7', weights: {} }],
    ['an additional version of no weight', { version: '7', weights: { '8': 10, '9': 0 } }],
  ])('is not the same with %s', (_, other) => {
    expect(sameRouting(routingAt(10, versions), other)).toBe(false);
    expect(sameRouting(other, routingAt(10, versions))).toBe(false);
  });

  it('is told in words', () => {
    expect(describeRouting(routingAt(0, versions))).toBe('version 7 alone');
    expect(describeRouting(routingAt(5, versions))).toBe('version 7 with 5 % to version 8');
    expect(formatWeight(100 / 3)).toBe('33.33 %');
  });

  it('may come from provisioned concurrency that moves, only when the old version is the additional one', () => {
    for (const weight of [99, 100]) {
      const moving = { version: '8', weights: { '7': weight } };
      expect(looksLikeTransition(moving, '7', '8')).toBe(true);
      expect(looksLikeTransition(moving, '8', '7')).toBe(false);
    }
    expect(looksLikeTransition(routingAt(10, versions), '7', '8')).toBe(false);
    expect(looksLikeTransition({ version: '8', weights: {} }, '7', '8')).toBe(false);
  });
});

describe('an alias that somebody left split', () => {
  it('serves mostly the version with the larger part', () => {
    expect(mostServed({ version: '7', weights: {} })).toBe('7');
    expect(mostServed({ version: '7', weights: { '8': 50 } })).toBe('7');
    expect(mostServed({ version: '7', weights: { '8': 51 } })).toBe('8');
  });

  it('is held back only when its own version gets nothing', () => {
    expect(looksHeldBack({ version: '8', weights: { '7': 100 } })).toBe(true);
    expect(looksHeldBack({ version: '8', weights: { '7': 99 } })).toBe(false);
    expect(looksHeldBack({ version: '8', weights: {} })).toBe(false);
  });
});

describe('the command that repairs an alias', () => {
  it('can be pasted into a shell', () => {
    const target = { functionId: 'checkout', functionName: 'checkout', alias: 'live' };
    expect(repairCommand(target, '7', 'eu-west-1')).toBe(
      'aws lambda update-alias --region eu-west-1 --function-name checkout --name live ' +
        "--function-version 7 --routing-config 'AdditionalVersionWeights={}'",
    );
  });

  it('quotes what a shell would take for more than a word', () => {
    const target = { functionId: "it's; rm -rf /", functionName: 'x', alias: 'live' };
    expect(repairCommand(target, '7', 'eu-west-1')).toContain(
      `--function-name 'it'\\''s; rm -rf /'`,
    );
  });
});
