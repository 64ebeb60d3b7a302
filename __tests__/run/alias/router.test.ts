import { beforeEach, describe, expect, it } from '@jest/globals';

import {
  deleteAlias,
  getAlias,
  putProvisioned,
  updateAlias,
} from '../../../simulator/lambda/aliases.ts';
import type { Router } from '../../../src/ports.ts';
import type { RouteOptions } from '../../../src/run/alias/route.ts';
import { createRouter } from '../../../src/run/alias/router.ts';
import { MARK } from '../../fixtures/mark.ts';
import { publishTwoVersions } from '../../fixtures/two-versions.ts';
import { createVirtualAws, type VirtualAws } from '../../fixtures/virtual-aws.ts';

const MINUTE = 60_000;
const target = { functionId: 'checkout', functionName: 'checkout', alias: 'live' };
const versions = { stable: '1', canary: '2' };
const mark = { ...MARK, ...versions };
const { signal } = new AbortController();

describe('the router of an alias', () => {
  let aws: VirtualAws;
  beforeEach(() => {
    aws = createVirtualAws();
    publishTwoVersions(aws.simulator);
  });

  const present = () => getAlias(aws.simulator.lambda, 'checkout', 'live');

  const route = (more: Partial<RouteOptions> = {}): RouteOptions => ({
    aliases: aws.connect().aliases,
    target,
    versions,
    region: aws.simulator.region,
    nonces: ['aa'],
    clock: aws.time.clock,
    note: () => undefined,
    ...more,
  });

  /** Of a process that has read the alias. */
  async function begun(more: Partial<RouteOptions> = {}): Promise<Router> {
    const options = route(more);
    const alias = await options.aliases.find(target, { signal });
    return createRouter(alias === undefined ? options : { ...options, alias });
  }

  /** Of a rollout that promoted the canary, on an alias with provisioned concurrency. */
  async function promoted(): Promise<Router> {
    putProvisioned(aws.simulator.lambda, 'checkout', 'live', 5);
    const router = await begun();
    await router.shift({ step: 0, weight: 100, held: false }, signal);
    await router.settle(signal);
    return router;
  }

  it('writes a revert on the revision that it knows, before it reads anything', async () => {
    const operations: string[] = [];
    const result = await aws.time.run(async () => {
      const router = await begun();
      await router.shift({ step: 0, weight: 10, held: false }, signal);
      aws.simulator.faults.add(({ operation }) => {
        operations.push(operation);
        return undefined;
      });
      return router.revert();
    });
    expect(result).toEqual({ type: 'reverted' });
    expect(operations).toEqual(['UpdateAlias', 'GetAlias']);
  });

  it('writes stable again when the way back ends as FAILED, however long that took', async () => {
    const { lambda } = aws.simulator;
    const result = await aws.time.run(async () => {
      const router = await promoted();
      lambda.provisioningFailure = 'INSUFFICIENT_CAPACITY';
      lambda.agenda.add(aws.time.clock.now() + 7 * MINUTE, () => {
        lambda.provisioningFailure = '';
      });
      return router.revert();
    });
    expect(result).toEqual({ type: 'reverted' });
    expect(present()).toMatchObject({ version: '1', weights: {}, moving: undefined });
  });

  it('goes on looking when one reading fails minutes into the way back', async () => {
    const result = await aws.time.run(async () => {
      const router = await promoted();
      const from = aws.time.clock.now() + 5 * MINUTE;
      aws.simulator.faults.add(({ operation }) => {
        const now = aws.time.clock.now();
        return operation === 'GetAlias' && now > from && now < from + 10_000
          ? { type: 'error', status: 500, name: 'ServiceException', message: 'internal' }
          : undefined;
      });
      return router.revert();
    });
    expect(result).toEqual({ type: 'reverted' });
    expect(present().moving).toBeUndefined();
  });

  it('calls a split that came after its revert somebody else’s, once Lambda moves nothing', async () => {
    const { lambda } = aws.simulator;
    const { result, tookMs } = await aws.time.run(async () => {
      const router = await begun();
      await router.shift({ step: 0, weight: 10, held: false }, signal);
      let isBack = false;
      aws.simulator.faults.add(({ operation }) => {
        if (operation === 'UpdateAlias') isBack = true;
        else if (operation === 'GetAlias' && isBack) {
          isBack = false;
          updateAlias(lambda, 'checkout', 'live', { weights: { '2': 0.35 } });
        }
        return undefined;
      });
      const startedAt = aws.time.clock.now();
      return { result: await router.revert(), tookMs: aws.time.clock.now() - startedAt };
    });
    expect(result).toMatchObject({ type: 'foreign' });
    expect(tookMs).toBeLessThan(MINUTE);
    expect(present()).toMatchObject({ version: '1', weights: { '2': 0.35 } });
  });

  it('ends a revert within the patience of a post step, while Lambda is still moving it back', async () => {
    const { result, tookMs } = await aws.time.run(async () => {
      await promoted();
      aws.simulator.lambda.provisioningMs = 60 * MINUTE;
      const patience = { tryingMs: 3 * MINUTE, totalMs: 4 * MINUTE };
      const router = createRouter(route({ begun: [100] }), patience);
      const startedAt = aws.time.clock.now();
      return { result: await router.revert(), tookMs: aws.time.clock.now() - startedAt };
    });
    expect(result).toMatchObject({
      type: 'unconfirmed',
      detail: expect.stringContaining('still moving its provisioned concurrency back'),
    });
    expect(tookMs).toBeLessThan(5 * MINUTE);
    expect(present().version).toBe('1');
  });

  it('gives up within its patience, though each of its calls succeeds in the end', async () => {
    const tookMs = await aws.time.run(async () => {
      await promoted();
      const startedAt = aws.time.clock.now();
      aws.simulator.faults.add(({ operation }) => {
        const passed = aws.time.clock.now() - startedAt;
        const dark = operation === 'UpdateAlias' ? 340_000 : 170_000;
        return passed < dark
          ? { type: 'error', status: 500, name: 'ServiceException', message: 'internal' }
          : undefined;
      });
      const patience = { tryingMs: 3 * MINUTE, totalMs: 4 * MINUTE };
      await createRouter(route({ begun: [100] }), patience).revert();
      return aws.time.clock.now() - startedAt;
    });
    expect(tookMs).toBeLessThan(4.5 * MINUTE);
  });

  it('goes on with a revert that was killed while Lambda was moving it back', async () => {
    const result = await aws.time.run(async () => {
      const router = await promoted();
      void router.revert();
      await aws.time.clock.sleep(MINUTE);
      return createRouter(route({ begun: [10, 100] })).revert();
    });
    expect(result).toEqual({ type: 'reverted' });
    expect(present()).toMatchObject({ version: '1', weights: {}, moving: undefined });
  });

  it('waits for the way back to its end, though Lambda did not tell of the move at first', async () => {
    const none = {
      type: 'error',
      status: 404,
      name: 'ProvisionedConcurrencyConfigNotFoundException',
      message: 'none',
    } as const;
    const result = await aws.time.run(async () => {
      const router = await promoted();
      const startedAt = aws.time.clock.now();
      aws.simulator.faults.add(({ operation }) => {
        const passed = aws.time.clock.now() - startedAt;
        const isQuiet = passed < 500 || (passed > 2 * MINUTE && passed < 2 * MINUTE + 5_000);
        return operation === 'GetProvisionedConcurrencyConfig' && isQuiet ? none : undefined;
      });
      return router.revert();
    });
    expect(result).toEqual({ type: 'reverted' });
  });

  it('reverts a write of a dead process that came late, by the mark that it carries', async () => {
    const left = { ...mark, step: 2, weight: 50 };
    const result = await aws.time.run(async () => {
      const dead = await begun({ marks: [mark, left] });
      await dead.shift({ step: 0, weight: 10, held: false }, signal);
      const router = await begun({ begun: [10] });
      await dead.shift({ step: 1, weight: 50, held: false }, signal);
      return router.revert();
    });
    expect(result).toEqual({ type: 'reverted' });
    expect(present()).toMatchObject({ version: '1', weights: {} });
  });

  it('does not take its own last write for a promotion by hand, when its reply got lost', async () => {
    aws.simulator.faults.add(({ operation, count }) =>
      operation === 'UpdateAlias' && count === 1 ? { type: 'lost-reply' } : undefined,
    );
    const result = await aws.time.run(async () => {
      const router = await begun({ marks: [{ ...mark, weight: 100 }] });
      await router.shift({ step: 0, weight: 100, held: false }, signal);
      await router.settle(signal);
      const red = new AbortController();
      const confirming = router.confirm(red.signal).catch(() => undefined);
      await aws.time.clock.sleep(30);
      red.abort(new Error('red'));
      await confirming;
      const settledAs = router.settled()?.revisionId;
      await aws.time.clock.sleep(1_000);
      return createRouter(route({ begun: [100], settledAs })).revert();
    });
    expect(result).toEqual({ type: 'reverted' });
  });

  it('holds nothing whose mark has no room, because no other job could go on with that', async () => {
    const result = await aws.time.run(async () => {
      const router = await begun({ marks: [mark] });
      await router.shift({ step: 0, weight: 10, held: false }, signal);
      updateAlias(aws.simulator.lambda, 'checkout', 'live', { description: 'x'.repeat(250) });
      return router.shift({ step: 0, weight: 10, held: true }, signal);
    });
    expect(result).toMatchObject({ type: 'blocked', reason: expect.stringContaining('no room') });
  });

  it('does not take back what another job promoted, when its own promotion was refused for that', async () => {
    const { lambda } = aws.simulator;
    updateAlias(lambda, 'checkout', 'live', { weights: { '2': 0.1 } });
    const result = await aws.time.run(async () => {
      const router = await begun({
        begun: [10],
        nonces: ['bb', 'aa'],
        marks: [{ ...mark, nonce: 'bb', weight: 100 }],
      });
      updateAlias(lambda, 'checkout', 'live', { version: '2', weights: {} });
      const shifted = await router.shift({ step: 0, weight: 100, held: false }, signal);
      return [shifted.type, (await router.revert()).type];
    });
    expect(result).toEqual(['blocked', 'foreign']);
    expect(present().version).toBe('2');
  });

  it('takes no alias of another account for the one that was moved', async () => {
    const result = await aws.time.run(() =>
      createRouter(route({ begun: [10], account: '999999999999' })).revert(),
    );
    expect(result).toMatchObject({
      type: 'unconfirmed',
      detail: expect.stringContaining('of the account 123456789012 by now'),
    });
  });

  it('has moved nothing where a write was aborted before Lambda took any of its requests', async () => {
    aws.simulator.faults.add(({ operation }) =>
      operation === 'UpdateAlias'
        ? { type: 'error', status: 429, name: 'TooManyRequestsException', message: 'slow down' }
        : undefined,
    );
    const result = await aws.time.run(async () => {
      const router = await begun({ marks: [mark] });
      const abortion = new AbortController();
      const shifting = router.shift({ step: 0, weight: 10, held: false }, abortion.signal);
      shifting.catch(() => undefined);
      await aws.time.clock.sleep(2_000);
      abortion.abort(new Error('cancelled'));
      await expect(shifting).rejects.toThrow('cancelled');
      return router.revert();
    });
    expect(result).toEqual({ type: 'untouched' });
  });

  it('tells that the alias was deleted when it looks for an intruder', async () => {
    const seen = await aws.time.run(async () => {
      const router = await begun();
      deleteAlias(aws.simulator.lambda, 'checkout', 'live');
      return router.intruder(signal);
    });
    expect(seen).toContain('does not exist any more');
  });

  describe('after a shift whose reply got lost', () => {
    beforeEach(() => {
      aws.simulator.faults.add(({ operation, count }) =>
        operation === 'UpdateAlias' && count === 0 ? { type: 'lost-reply' } : undefined,
      );
    });

    it('knows its write where the description had no room for the mark', async () => {
      updateAlias(aws.simulator.lambda, 'checkout', 'live', { description: 'x'.repeat(250) });
      const result = await aws.time.run(async () =>
        (await begun({ marks: [mark] })).shift({ step: 0, weight: 10, held: false }, signal),
      );
      expect(result).toEqual({ type: 'shifted' });
    });

    it('knows its write while Lambda moves provisioned concurrency to the canary', async () => {
      putProvisioned(aws.simulator.lambda, 'checkout', 'live', 5);
      const result = await aws.time.run(async () =>
        (await begun({ marks: [{ ...mark, weight: 100 }] })).shift(
          { step: 0, weight: 100, held: false },
          signal,
        ),
      );
      expect(result).toEqual({ type: 'shifted' });
    });
  });
});
