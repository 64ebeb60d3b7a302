import { describe, expect, it } from '@jest/globals';

import { withMark, type Mark } from '../../../src/core/alias/mark.ts';
import type { SavedRollout } from '../../../src/github/saved.ts';
import { passAsLeft } from '../../../src/run/rollout/as-left.ts';
import { ALONE } from '../../../src/run/surroundings.ts';

describe('what a dead run promoted', () => {
  it('is saved with the account that it is in: a later step of the job may have credentials of another', () => {
    const mark: Mark = {
      repository: 'acme/shop',
      runId: '42',
      attempt: '1',
      nonce: '0badcafe',
      plan: 'abcd',
      workflow: 'ef01',
      stable: '1',
      canary: '2',
      begunAt: 0,
      startedBy: '42',
      targets: undefined,
      step: 3,
      weight: 100,
      carriedBy: 'runner',
      held: false,
    };
    const left = {
      target: { functionId: 'checkout', functionName: 'checkout', alias: 'live' },
      arn: 'arn:aws:lambda:eu-west-1:123456789012:function:checkout:live',
      routing: { version: '2', weights: {} },
      description: withMark('', mark) ?? '',
      revisionId: 'a',
    };
    const saved: SavedRollout[] = [];
    const wave = {
      ...ALONE,
      passed(each: SavedRollout) {
        saved.push(each);
        return true;
      },
    };
    expect(passAsLeft([left], { region: 'eu-west-1', role: undefined }, { wave })).toBe(true);
    expect(saved[0]?.account).toBe('123456789012');
  });
});
