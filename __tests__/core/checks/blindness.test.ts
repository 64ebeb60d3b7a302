import { describe, expect, it } from '@jest/globals';

import {
  judgesAlone,
  revertsByMetrics,
  type JudgedByMetrics,
} from '../../../src/core/checks/blindness.ts';

const observed: JudgedByMetrics = {
  analysis: { mode: 'observe' },
  afterPromotion: 'observe',
  thresholds: [],
};

describe('metrics that cannot be read', () => {
  it.each<[string, Partial<JudgedByMetrics>]>([
    ['versions that are compared', { analysis: { mode: 'on' } }],
    ['a version that is alone', { afterPromotion: 'revert' }],
    ['a condition of the user', { thresholds: ['p99 Duration < 800 ms'] }],
    ['a condition alone', { analysis: undefined, thresholds: ['p99 Duration < 800 ms'] }],
  ])('are no health where they may revert: %s', (_, given) => {
    expect(revertsByMetrics({ ...observed, ...given })).toBe(true);
  });

  it('are nothing to a rollout that they only tell of', () => {
    expect(revertsByMetrics(observed)).toBe(false);
    const uncompared = { analysis: undefined, afterPromotion: 'revert' } as const;
    expect(judgesAlone({ ...observed, ...uncompared })).toBe(false);
    expect(revertsByMetrics({ ...observed, ...uncompared })).toBe(false);
  });
});
