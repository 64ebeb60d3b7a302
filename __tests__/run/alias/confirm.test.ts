import { beforeEach, describe, expect, it } from '@jest/globals';

import { getAlias, updateAlias } from '../../../simulator/lambda/aliases.ts';
import { denied, type Fault } from '../../../simulator/wire/faults.ts';
import type { ConfirmResult, Router } from '../../../src/ports.ts';
import { createRouter } from '../../../src/run/alias/router.ts';
import { MARK } from '../../fixtures/mark.ts';
import { publishTwoVersions } from '../../fixtures/two-versions.ts';
import { createVirtualAws, type VirtualAws } from '../../fixtures/virtual-aws.ts';

const target = { functionId: 'checkout', functionName: 'checkout', alias: 'live' };
const versions = { stable: '1', canary: '2' };
const mark = { ...MARK, ...versions, weight: 100 };
const { signal } = new AbortController();
const CONFIRMED: ConfirmResult = { type: 'confirmed' };

describe('a promotion whose last bake has passed', () => {
  let aws: VirtualAws;
  let notes: string[];
  beforeEach(() => {
    aws = createVirtualAws();
    notes = [];
    publishTwoVersions(aws.simulator, { description: 'mine' });
  });

  const present = () => getAlias(aws.simulator.lambda, 'checkout', 'live');

  async function promoted(marks = [mark]): Promise<Router> {
    const { aliases } = aws.connect();
    const alias = await aliases.find(target, { signal });
    if (alias === undefined) throw new Error('there is no alias');
    const router = createRouter({
      aliases,
      target,
      versions,
      region: aws.simulator.region,
      alias,
      marks,
      nonces: ['aa'],
      clock: aws.time.clock,
      note: (text) => notes.push(text),
    });
    await router.shift({ step: 0, weight: 100, held: false }, signal);
    return router;
  }

  /** What it asks of Lambda, in order; refusals by their names. */
  async function confirmed(
    { marks = [mark] } = {},
    meanwhile: (router: Router) => void = () => undefined,
  ): Promise<{ readonly result: ConfirmResult; readonly calls: readonly string[] }> {
    return aws.time.run(async () => {
      const router = await promoted(marks);
      await router.settle(signal);
      meanwhile(router);
      const before = aws.simulator.requests.length;
      const result = await router.confirm(signal);
      const asked = aws.simulator.requests.slice(before);
      return { result, calls: asked.map(({ operation, error }) => error || operation) };
    });
  }

  /** To the next write. */
  function fail(fault: Fault): void {
    let isFirst = true;
    aws.simulator.faults.add(({ operation }) => {
      if (operation !== 'UpdateAlias' || !isFirst) return undefined;
      isFirst = false;
      return fault;
    });
  }

  it('loses its mark, and is read back', async () => {
    const { result, calls } = await confirmed();
    expect(result).toEqual(CONFIRMED);
    expect(calls).toEqual(['UpdateAlias', 'GetAlias']);
    expect(present()).toMatchObject({ version: '2', weights: {}, description: 'mine' });
  });

  it('is not confirmed when somebody moved the alias since it was read', async () => {
    const { result, calls } = await confirmed({}, () => {
      updateAlias(aws.simulator.lambda, 'checkout', 'live', { version: '1', description: '' });
    });
    expect(result).toMatchObject({
      type: 'blocked',
      reason: expect.stringContaining('somebody else moved the alias'),
    });
    expect(calls).toEqual(['PreconditionFailedException', 'GetAlias']);
    expect(present().version).toBe('1');
  });

  it('is read back when the write meets a change of the description, and the mark is still taken off', async () => {
    const { result, calls } = await confirmed({}, () => {
      const { description } = present();
      updateAlias(aws.simulator.lambda, 'checkout', 'live', {
        description: `theirs${description}`,
      });
    });
    expect(result).toEqual(CONFIRMED);
    expect(calls).toEqual(['PreconditionFailedException', 'GetAlias', 'UpdateAlias', 'GetAlias']);
    expect(present().description).toBe('theirsmine');
  });

  it('is read back when the reply to the write gets lost', async () => {
    const { result, calls } = await confirmed({}, () => {
      fail({ type: 'lost-reply' });
    });
    expect(result).toEqual(CONFIRMED);
    expect(calls.at(-1)).toBe('GetAlias');
    expect(present().description).toBe('mine');
  });

  it('is read back when there is no mark to take off', async () => {
    const { result, calls } = await confirmed({ marks: [] });
    expect(result).toEqual(CONFIRMED);
    expect(calls).toEqual(['GetAlias']);
  });

  it('stands though its mark cannot be taken off, which is told', async () => {
    const refused = denied('lambda:UpdateAlias', 'arn:aws:lambda:::x');
    const { result } = await confirmed({}, () => {
      aws.simulator.faults.add(({ operation }) =>
        operation === 'UpdateAlias' ? refused : undefined,
      );
    });
    expect(result).toEqual(CONFIRMED);
    expect(notes.join()).toContain('keeps the mark of this rollout: lambda:UpdateAlias');
  });

  describe('for the post step, is known by its revision', () => {
    it.each<[string, Fault | undefined]>([
      ['after the mark was taken off', undefined],
      ['after the reply to that got lost', { type: 'lost-reply' }],
    ])('%s', async (_, fault) => {
      const settledAs = await aws.time.run(async () => {
        const router = await promoted();
        await router.settle(signal);
        if (fault !== undefined) fail(fault);
        await router.confirm(signal);
        return router.settled()?.revisionId;
      });
      expect(settledAs).toBe(present().revisionId);
    });

    it('but not while it is unknown whether the mark was taken off', async () => {
      const settledAs = await aws.time.run(async () => {
        const router = await promoted();
        await router.settle(signal);
        fail({ type: 'hang' });
        const abortion = new AbortController();
        const confirming = router.confirm(abortion.signal).catch(() => undefined);
        await aws.time.clock.sleep(100);
        abortion.abort(new Error('an alarm'));
        await confirming;
        return router.settled()?.revisionId;
      });
      expect(settledAs).toBeUndefined();
    });
  });
});
