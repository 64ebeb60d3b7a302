import { describe, expect, it } from '@jest/globals';

import { marksOf, withMark } from '../../../src/core/alias/mark.ts';
import { standingOf } from '../../../src/core/alias/ownership.ts';
import { routingAt } from '../../../src/core/alias/routing.ts';
import { planOf } from '../../../src/core/rollout/plan.ts';

const versions = { stable: '7', canary: '8' };
const id = {
  repository: 'acme/shop',
  runId: '41',
  attempt: '1',
  nonce: 'dead',
  plan: 'f1',
  workflow: 'c0',
};
const [half, promotion] = marksOf(planOf([{ weight: 50, bakeMs: 1 }], 1), id, {
  ...versions,
  begunAt: 0,
  startedBy: '41',
  targets: undefined,
});
if (half === undefined || promotion === undefined)
  throw new Error('A plan has a mark for each step');

const ENDED = (nonce: string) => nonce === id.nonce;
const ALIVE = () => false;

describe('an alias', () => {
  it('without a mark that serves one version stands alone', () => {
    const alias = { routing: routingAt(0, versions), description: 'live' };
    expect(standingOf(alias, ENDED)).toEqual({ type: 'alone', version: '7' });
  });

  it('that is as its mark says was moved by that rollout, whether or not its run has ended', () => {
    const alias = { routing: routingAt(50, versions), description: withMark('', half) ?? '' };
    for (const hasEnded of [ENDED, ALIVE]) {
      expect(standingOf(alias, hasEnded)).toEqual({ type: 'moved', mark: half });
    }
  });

  it('that was promoted is being rolled out only as long as its run may live', () => {
    const alias = { routing: routingAt(100, versions), description: withMark('', promotion) ?? '' };
    expect(standingOf(alias, ALIVE)).toEqual({ type: 'moved', mark: promotion });
    expect(standingOf(alias, ENDED)).toEqual({ type: 'promoted', mark: promotion });
  });

  it('that is split otherwise than its mark says, or without one, was moved by somebody else', () => {
    const routing = routingAt(30, versions);
    const marked = { routing, description: withMark('', half) ?? '' };
    expect(standingOf(marked, ENDED)).toEqual({ type: 'foreign', routing, mark: half });
    expect(standingOf({ routing, description: '' }, ENDED)).toEqual({ type: 'foreign', routing });
  });

  it('that somebody put on one version stands alone, whatever mark it still carries', () => {
    const alias = { routing: routingAt(0, versions), description: withMark('', half) ?? '' };
    expect(standingOf(alias, ALIVE)).toEqual({ type: 'alone', version: '7' });
  });
});
