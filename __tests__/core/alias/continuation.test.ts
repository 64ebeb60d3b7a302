import { describe, expect, it } from '@jest/globals';

import { continuationOf, firstPart, nextPart } from '../../../src/core/alias/continuation.ts';
import { withMark, type Mark } from '../../../src/core/alias/mark.ts';
import { planOf } from '../../../src/core/rollout/plan.ts';
import { routingAt, type Routing } from '../../../src/core/alias/routing.ts';
import { MARK } from '../../fixtures/mark.ts';

const own = {
  repository: 'acme/shop',
  runId: '50',
  attempt: '1',
  nonce: 'bb',
  plan: 'f1',
  workflow: 'c0',
};
const ofCheckout: Mark = { ...MARK, held: true };
const found = (name: string, description: string, routing: Routing) => ({
  target: { functionId: name, functionName: name, alias: 'live' },
  routing,
  description,
});
const left = (changed: Partial<Mark> = {}, name = 'checkout') => {
  const mark = { ...ofCheckout, ...changed };
  return found(name, withMark('', mark) ?? '', routingAt(mark.weight, mark));
};
const problemsOf = (
  aliases: readonly ReturnType<typeof found>[],
  mode: 'step' | 'promote' = 'step',
  version?: string,
  ended = false,
) =>
  continuationOf({
    mode,
    found: aliases,
    own,
    versionFor: () => version,
    urlOf: ({ runId }) => `https://github.com/acme/shop/actions/runs/${runId}`,
    hasEnded: (nonce) => ended && nonce === ofCheckout.nonce,
  }).problems;

describe('going on with a rollout', () => {
  it('names the version that mode: revert would put back, while Lambda moves the alias to another', () => {
    const { description } = left({ weight: 50 });
    const moving = { version: '8', weights: { '7': 100 } };
    expect(problemsOf([found('checkout', description, moving)]).join()).toContain(
      'mode: revert puts version 7 back',
    );
    const unmarked = problemsOf([found('checkout', '', moving)]).join();
    expect(unmarked).not.toContain('mode: revert puts');
    expect(unmarked).toContain('wait for the end of that');
  });

  it('is allowed to a job of the same workflow and plan when the step is over', () => {
    expect(problemsOf([left()])).toEqual([]);
    expect(problemsOf([left()], 'promote', '8')).toEqual([]);
  });

  it.each<[string, Partial<Mark>, RegExp]>([
    ['is under way', { held: false }, /step 1\), and that step is not over: https.*runs\/42/],
    ['was promoted', { weight: 100, step: 3 }, /is promoted to version 8.*no step left/],
    ['is of another workflow', { workflow: 'd0' }, /held for another workflow/],
    ['is of another repository', { repository: 'evil/shop' }, /held for another workflow/],
    ['has another plan', { plan: 'f2' }, /another plan.*mode: promote/],
  ])('is refused for one that %s, with the mode that fits', (_, changed, problem) => {
    const [text] = problemsOf([left(changed)]);
    expect(text).toMatch(problem);
    expect(text).toContain('mode: revert puts version 7 back');
  });

  it('is refused while functions that were found for it are missing, and not for others that came since', () => {
    const both = [left({ targets: 2 }), left({ targets: 2 }, 'cart')];
    expect(problemsOf(both)).toEqual([]);
    expect(problemsOf([...both, found('new', '', { version: '1', weights: {} })])).toEqual([]);
    const fresh = found('new', '', { version: '1', weights: {} });
    expect(problemsOf([left({ targets: 2 }), fresh])).toEqual([
      expect.stringMatching(/runs\/42 began moves 2 functions, and only 1 of them are found in it/),
    ]);
  });

  it('may be promoted with another plan', () => {
    expect(problemsOf([left({ plan: 'f2' })], 'promote')).toEqual([]);
  });

  it('is refused where there is no rollout', () => {
    expect(problemsOf([found('checkout', '', { version: '7', weights: {} })])).toEqual([
      'checkout:live serves version 7 alone: there is no rollout to go on with. mode: start begins one, and mode: ' +
        'rollout does all of it.',
    ]);
  });

  it('is refused where somebody else splits the alias', () => {
    const split = { version: '7', weights: { '9': 20 } };
    expect(problemsOf([found('checkout', '', split)])[0]).toMatch(
      /not as a rollout.*version 7 back/,
    );
  });

  it('is refused for another version than the one that is named', () => {
    expect(problemsOf([left()], 'step', '9')[0]).toContain('of version 8, not of version 9');
  });

  it('is refused when the targets are not in the same place', () => {
    expect(problemsOf([left(), left({ step: 2, weight: 50 }, 'cart')])[0]).toContain(
      'not in the same place of one rollout',
    );
    expect(problemsOf([left(), left({ nonce: 'cc' }, 'cart')])).toHaveLength(1);
  });

  it('leaves out a target that the rollout did not move', () => {
    const bystander = found('cart', '', { version: '3', weights: {} });
    const { held, problems } = continuationOf({
      mode: 'step',
      found: [left(), bystander],
      own,
      versionFor: () => undefined,
      urlOf: () => '',
      hasEnded: () => false,
    });
    expect(problems).toEqual([]);
    expect(held.map(({ target }) => target.functionName)).toEqual(['checkout']);
  });

  it('takes a promotion whose run has ended for no rollout, and one whose run goes on for one', () => {
    const promoted = left({ step: 3, weight: 100, held: false });
    expect(problemsOf([promoted], 'step', undefined, true)).toEqual([
      expect.stringContaining('there is no rollout to go on with'),
    ]);
    expect(problemsOf([promoted])).toEqual([expect.stringContaining('its last bake goes on')]);
  });

  it('is refused without the mark, with what keeps Terraform from wiping it', () => {
    const wiped = found('checkout', '', { version: '7', weights: { '8': 10 } });
    const [problem] = problemsOf([wiped]);
    expect(problem).toContain('ignore_changes = [description, function_version, routing_config]');
    expect(problem).toContain('mode: revert puts version 7 back');
  });
});

describe('the part of a plan', () => {
  const plan = planOf(
    [
      { weight: 10, bakeMs: 1 },
      { weight: 25, bakeMs: 2 },
      { weight: 50, bakeMs: 3 },
    ],
    4,
  );
  const weights = (part: ReturnType<typeof nextPart>) =>
    part.plan.steps.map(({ weight }) => weight);

  it('that begins is the first step', () => {
    expect(firstPart(plan, 0, undefined)).toEqual({
      plan,
      holdAfter: 0,
      beginning: { step: 0, standing: undefined },
    });
  });

  it('that comes next is one step, and in the end the promotion', () => {
    const next = (step: number) =>
      nextPart('step', { plan, samePlan: true }, { step, weight: 10 }).holdAfter;
    expect([next(1), next(2), next(3)]).toEqual([1, 2, undefined]);
  });

  it('that promotes leaves out the steps between', () => {
    const part = nextPart('promote', { plan, samePlan: true }, { step: 1, weight: 10 });
    expect(weights(part)).toEqual([10, 100]);
    expect(part.beginning).toEqual({ step: 1, standing: 0 });
  });

  it('that promotes begins at the weight of now when the rollout had another plan', () => {
    const part = nextPart('promote', { plan, samePlan: false }, { step: 5, weight: 77 });
    expect(weights(part)).toEqual([77, 100]);
    expect(part.beginning.step).toBe(1);
  });
});
