import { describe, expect, it } from '@jest/globals';

import type { Bake } from '../../../src/core/rollout/plan.ts';
import type { Router } from '../../../src/ports.ts';
import { createIntruderChecks } from '../../../src/run/checks/intruders.ts';
import { moment } from '../../fixtures/moments.ts';

const { signal } = new AbortController();
const bake: Bake = {
  weight: 10,
  bakeMs: 60_000,
  shiftedAt: moment(0),
  since: moment(0),
  promotionNext: false,
  takenOver: false,
  longestMs: Infinity,
  latest: Infinity,
};
const at = moment(0);
const routersThatSee = (...seen: readonly (string | undefined)[]) =>
  seen.map((reason) => ({ intruder: () => Promise.resolve(reason) }) as unknown as Router);

describe('the watch for writes of others', () => {
  it('fails in the middle of a bake, with what each alias was moved to', async () => {
    const checks = createIntruderChecks(routersThatSee('a was moved.', undefined, 'c was moved.'));
    const { verdict } = await checks.assess(at, bake, signal);
    expect(verdict).toEqual({ kind: 'fail', reason: 'a was moved. c was moved.' });
  });

  it('passes as long as nobody moved any', async () => {
    const checks = createIntruderChecks(routersThatSee(undefined, undefined));
    expect((await checks.assess(at, bake, signal)).verdict.kind).toBe('pass');
  });

  it('does not look before the first weight, whose write says it itself', async () => {
    const checks = createIntruderChecks(routersThatSee('a was moved.'));
    expect((await checks.assess(at, undefined, signal)).verdict.kind).toBe('pass');
  });
});
