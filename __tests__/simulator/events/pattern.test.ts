import { describe, expect, it } from '@jest/globals';

import { repairPattern } from '../../../conformance/repair-pattern.ts';
import { isDescribed } from '../../../simulator/events/pattern.ts';
import type { Members } from '../../../simulator/wire/members.ts';
import { ENDS, MACHINE } from '../../fixtures/ends.ts';
import { tellingPattern } from '../../fixtures/telling-rule.ts';

describe('simulated rules of EventBridge', () => {
  it.each(ENDS)('match as AWS’s own library does: %s', (_, event, isRepaired, isTold) => {
    const matched = [repairPattern(MACHINE), tellingPattern(MACHINE)].map((pattern) =>
      isDescribed(event as Members, pattern as Members),
    );
    expect(matched).toEqual([isRepaired, isTold]);
  });

  it('refuse what they do not know, so that nothing passes for a match', () => {
    const numeric = { at: [{ numeric: ['>', 0] }] };
    expect(() => isDescribed({ at: 1 }, numeric)).toThrow('are not simulated');
    const suffix = { at: [{ 'anything-but': { suffix: 'x' } }] };
    expect(() => isDescribed({ at: 'y' }, suffix)).toThrow('not simulated');
  });
});
