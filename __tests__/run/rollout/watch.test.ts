import { describe, expect, it } from '@jest/globals';

import { createVirtualTime } from '../../../promises/virtual-time.ts';
import type { Verdict } from '../../../src/core/rollout/verdict.ts';
import { startWatch } from '../../../src/run/rollout/watch.ts';

const { signal } = new AbortController();
const unclear: Verdict = { kind: 'inconclusive', reason: 'nobody knows' };
const pass: Verdict = { kind: 'pass', reason: '' };

describe('the watch', () => {
  it.each([
    ['first', [unclear, pass]],
    ['last', [pass, unclear]],
  ])('says the worst of what its checks say, where that is the %s of them', async (_, verdicts) => {
    const time = createVirtualTime(0, 1);
    const { verdict } = await time.run(async () => {
      const watch = startWatch(
        verdicts.map((each) => ({
          checks: { assess: () => Promise.resolve({ verdict: each, findings: [], warnings: [] }) },
          intervalMs: 1_000,
          gates: each === unclear,
        })),
        time.clock,
      );
      // The second reading: by then each has said something.
      const reading = await watch.read(1_000, undefined, signal);
      watch.stop();
      return reading;
    });
    expect(verdict).toEqual(unclear);
  });
});
