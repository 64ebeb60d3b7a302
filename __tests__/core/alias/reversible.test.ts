import { describe, expect, it } from '@jest/globals';

import { withMark } from '../../../src/core/alias/mark.ts';
import {
  nothingToRevert,
  reversibleIn,
  unclearWhatToRevert,
} from '../../../src/core/alias/reversible.ts';
import { routingAt } from '../../../src/core/alias/routing.ts';
import { MARK } from '../../fixtures/mark.ts';

const leftAt = (weight: number) => {
  const mark = { ...MARK, step: 2, weight };
  return { routing: routingAt(weight, mark), description: withMark('', mark) ?? '' };
};
const target = { functionId: 'checkout', functionName: 'checkout', alias: 'live' };
const ended = () => true;
const running = () => false;

describe('what may be reverted on demand', () => {
  it('is a split that a rollout left, whether or not its run has ended', () => {
    const reversible = {
      versions: expect.objectContaining({ stable: '7', canary: '8' }),
      begun: [50],
    };
    expect(reversibleIn(leftAt(50), running)).toMatchObject(reversible);
    expect(reversibleIn(leftAt(50), ended)).toMatchObject(reversible);
  });

  it('is a promotion whose last bake goes on', () => {
    expect(reversibleIn(leftAt(100), running)).toMatchObject({ begun: [100] });
  });

  it('is not a promotion whose run has ended: it may have been live for days', () => {
    expect(reversibleIn(leftAt(100), ended)).toEqual({ type: 'nothing' });
    expect(nothingToRevert(target, leftAt(100), '7')).toContain('To go back to version 7');
  });

  it('is not an alias that serves one version', () => {
    const alone = { routing: { version: '7', weights: {} }, description: '' };
    expect(reversibleIn(alone, running)).toEqual({ type: 'nothing' });
    expect(nothingToRevert(target, alone, undefined)).toContain('there is nothing to revert');
  });

  it('is a split that nobody marked', () => {
    const split = { routing: { version: '7', weights: { '9': 20 } }, description: '' };
    expect(reversibleIn(split, running)).toMatchObject({
      versions: { stable: '7', canary: '9' },
      nonces: [],
    });
  });

  // While Lambda moves provisioned concurrency, the alias names the new version and serves the old one.
  const moving = (version: string, served: string) => ({ version, weights: { [served]: 100 } });

  it.each([
    ['whose run goes on', running],
    ['whose run has ended', ended],
  ])('is a promotion that Lambda has not carried out yet, back to stable, %s', (_, hasEnded) => {
    const { description } = leftAt(100);
    expect(reversibleIn({ routing: moving('8', '7'), description }, hasEnded)).toEqual({
      type: 'reversible',
      versions: { stable: '7', canary: '8' },
      nonces: ['aa'],
      begun: [100],
    });
  });

  it('is a promotion by hand of a canary that a mark names, back to stable', () => {
    const { description } = leftAt(50);
    expect(reversibleIn({ routing: moving('8', '7'), description }, running)).toMatchObject({
      versions: { stable: '7', canary: '8' },
      begun: [100],
    });
  });

  it('is not what Lambda is moving without a mark: that may be a revert on its way', () => {
    const shown = { routing: moving('7', '8'), description: 'mine' };
    expect(reversibleIn(shown, running)).toEqual({ type: 'unclear' });
    const said = unclearWhatToRevert(target, shown, 'eu-west-1');
    expect(said).toContain('names version 7, but all of its traffic goes to version 8');
    expect(said).toContain('If version 7 is the right one, wait.');
    expect(said).toMatch(/To put it on version 8: aws lambda update-alias .*--function-version 8 /);
  });
});
