import { expect, it } from '@jest/globals';

import { marksOf, withMark } from '../../../src/core/alias/mark.ts';
import { routingAt } from '../../../src/core/alias/routing.ts';
import { planOf } from '../../../src/core/rollout/plan.ts';
import type { FoundAlias } from '../../../src/run/alias/find.ts';
import { endedPromotions } from '../../../src/run/modes/ended.ts';

const versions = { stable: '1', canary: '2' };
const id = { repository: 'acme/shop', runId: '41', attempt: '1', plan: 'f1', workflow: 'c0' };

function alias(functionName: string, nonce: string, weight: number): FoundAlias {
  const plan = planOf([{ weight: 50, bakeMs: 1 }], 1);
  const marks = marksOf(
    plan,
    { ...id, nonce },
    { ...versions, begunAt: 0, startedBy: '41', targets: undefined },
  );
  const mark = marks.find((each) => each.weight === weight);
  if (mark === undefined) throw new Error(`The plan has no weight of ${weight}`);
  return {
    target: { functionId: functionName, functionName, alias: 'live' },
    arn: '',
    revisionId: '',
    routing: routingAt(weight, versions),
    description: withMark('', mark) ?? '',
  };
}

it('of runs that have ended, a promotion counts as over only where nothing of its rollout is split', async () => {
  const asked: string[] = [];
  const hasEnded = await endedPromotions(
    // Of the first rollout, its run promoted one function and died before the other.
    [alias('cart', 'aa', 100), alias('checkout', 'aa', 50), alias('stock', 'bb', 100)],
    { stateMachine: 'lambda-canary' },
    {
      aws: {} as never,
      runs: {
        url: () => '',
        status: ({ nonce }) => {
          asked.push(nonce);
          return Promise.resolve({ type: 'ended', url: '' });
        },
      },
      cancellation: new AbortController().signal,
    },
  );
  expect([hasEnded('aa'), hasEnded('bb')]).toEqual([false, true]);
  expect(asked).toEqual(['bb']);
});
