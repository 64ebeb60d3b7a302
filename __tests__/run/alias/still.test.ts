import { beforeEach, describe, expect, it } from '@jest/globals';

import { getAlias, putProvisioned, updateAlias } from '../../../simulator/lambda/aliases.ts';
import { readStill } from '../../../src/run/alias/still.ts';
import { publishTwoVersions } from '../../fixtures/two-versions.ts';
import { createVirtualAws, type VirtualAws } from '../../fixtures/virtual-aws.ts';

const target = { functionId: 'checkout', functionName: 'checkout', alias: 'live' };

describe('an alias before a rollout', () => {
  let aws: VirtualAws;
  let notes: string[];
  beforeEach(() => {
    aws = createVirtualAws();
    publishTwoVersions(aws.simulator);
    notes = [];
  });

  const still = () =>
    aws.time.run(() =>
      readStill({
        aliases: aws.connect().aliases,
        target,
        clock: aws.time.clock,
        note: (text) => notes.push(text),
        signal: new AbortController().signal,
      }),
    );

  it('is waited for while Lambda moves its provisioned concurrency', async () => {
    const { lambda } = aws.simulator;
    putProvisioned(lambda, 'checkout', 'live', 5);
    updateAlias(lambda, 'checkout', 'live', { version: '2', weights: {} });
    expect(getAlias(lambda, 'checkout', 'live').moving).toBeDefined();
    expect((await still())?.routing).toEqual({ version: '2', weights: {} });
    expect(notes.join()).toContain('Lambda is moving the alias');
  });

  it('is answered at once where somebody split it', async () => {
    updateAlias(aws.simulator.lambda, 'checkout', 'live', { weights: { '2': 0.1 } });
    expect((await still())?.routing).toEqual({ version: '1', weights: { '2': 10 } });
    expect(notes).toEqual([]);
  });
});
