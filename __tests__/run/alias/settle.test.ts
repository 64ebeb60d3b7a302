import { beforeEach, describe, expect, it } from '@jest/globals';

import { getAlias, putProvisioned, updateAlias } from '../../../simulator/lambda/aliases.ts';
import type { Router } from '../../../src/ports.ts';
import { createRouter } from '../../../src/run/alias/router.ts';
import { publishTwoVersions } from '../../fixtures/two-versions.ts';
import { createVirtualAws, type VirtualAws } from '../../fixtures/virtual-aws.ts';

const target = { functionId: 'checkout', functionName: 'checkout', alias: 'live' };
const { signal } = new AbortController();
const HELD_BACK = 'got provisioned concurrency after it was looked at';

describe('a promotion, before its bake', () => {
  let aws: VirtualAws;
  beforeEach(() => {
    aws = createVirtualAws();
    publishTwoVersions(aws.simulator);
  });

  async function promoted(isProvisioned: boolean | undefined): Promise<Router> {
    const { aliases } = aws.connect();
    const alias = await aliases.find(target, { signal });
    if (alias === undefined) throw new Error('there is no alias');
    const router = createRouter({
      aliases,
      target,
      versions: { stable: '1', canary: '2' },
      region: aws.simulator.region,
      alias,
      nonces: ['aa'],
      isProvisioned,
      clock: aws.time.clock,
      note: () => undefined,
    });
    await router.shift({ step: 0, weight: 100, held: false }, signal);
    return router;
  }

  it.each([
    ['is not read back where the alias had no provisioned concurrency', false, 0],
    ['is read back where nobody knows whether it had some', undefined, 1],
    ['is read back where it had some', true, 1],
  ])('%s', async (_, isProvisioned, readings) => {
    const asked = await aws.time.run(async () => {
      const router = await promoted(isProvisioned);
      const before = aws.simulator.requests.length;
      expect(await router.settle(signal)).toEqual({ type: 'settled' });
      return aws.simulator.requests.slice(before);
    });
    expect(asked).toHaveLength(readings);
  });

  it('is known for the post step by the revision of the answer, where it is not read', async () => {
    const router = await aws.time.run(async () => {
      const settled = await promoted(false);
      await settled.settle(signal);
      return settled;
    });
    expect(router.settled()?.revisionId).toBe(
      getAlias(aws.simulator.lambda, 'checkout', 'live').revisionId,
    );
  });

  it('is read back when it is not known which of its writes Lambda took', async () => {
    const { readings, result } = await aws.time.run(async () => {
      const router = await promoted(false);
      aws.simulator.faults.add(({ operation, count }) =>
        operation === 'UpdateAlias' && count === 1 ? { type: 'hang' } : undefined,
      );
      const abortion = new AbortController();
      const confirming = router.shift({ step: 0, weight: 100, held: false }, abortion.signal);
      confirming.catch(() => undefined);
      await aws.time.clock.sleep(100);
      abortion.abort(new Error('an alarm'));
      await confirming.catch(() => undefined);
      const before = aws.simulator.requests.length;
      const settled = await router.settle(signal);
      return { result: settled, readings: aws.simulator.requests.length - before };
    });
    expect(result).toEqual({ type: 'settled' });
    expect(readings).toBe(1);
  });

  it('is read again for more than a minute when Lambda lets nobody read the alias', async () => {
    const result = await aws.time.run(async () => {
      const router = await promoted(true);
      const since = aws.time.clock.now();
      aws.simulator.faults.add(({ operation }) =>
        operation === 'GetAlias' && aws.time.clock.now() < since + 90_000
          ? { type: 'error', status: 503, name: 'ServiceException', message: 'away' }
          : undefined,
      );
      return router.settle(signal);
    });
    expect(result).toEqual({ type: 'settled' });
  });

  describe('of an alias that got provisioned concurrency after it was looked at', () => {
    beforeEach(() => {
      putProvisioned(aws.simulator.lambda, 'checkout', 'live', 5);
    });

    it('is noticed at the next look', async () => {
      const seen = await aws.time.run(async () => {
        const router = await promoted(false);
        await router.settle(signal);
        return router.intruder(signal);
      });
      expect(seen).toContain(HELD_BACK);
    });

    it('is not confirmed, because stable was what baked', async () => {
      const result = await aws.time.run(async () => {
        const router = await promoted(false);
        await router.settle(signal);
        return router.confirm(signal);
      });
      expect(result).toMatchObject({ type: 'blocked', reason: expect.stringContaining(HELD_BACK) });
    });

    it('is nobody’s intrusion where that was known', async () => {
      const seen = await aws.time.run(async () => (await promoted(true)).intruder(signal));
      expect(seen).toBeUndefined();
    });
  });

  it('is not taken for settled when somebody moved the alias, once it is looked at', async () => {
    const seen = await aws.time.run(async () => {
      const router = await promoted(false);
      await router.settle(signal);
      updateAlias(aws.simulator.lambda, 'checkout', 'live', { version: '1' });
      return router.intruder(signal);
    });
    expect(seen).toContain('somebody else moved the alias');
  });
});
