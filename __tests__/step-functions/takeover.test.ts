import { describe, expect, it, jest } from '@jest/globals';

import { getAlias, updateAlias } from '../../simulator/lambda/aliases.ts';
import { stopAfter } from '../../simulator/states/stop-after.ts';
import { ANALYSIS_POLICY } from '../fixtures/analysis-policy.ts';
import {
  createCarryingWorld,
  leftBy,
  MINUTE,
  START,
  statesOf,
  type CarryingWorld,
} from './carried.ts';

// Whole rollouts, each expression of them evaluated: seconds on a machine that has nothing else to do.
jest.setTimeout(300_000);

/** Stopped after how many events; after each of them by `EVERY=1 npm test -- step-functions/takeover`. */
const EVERY = Number(process.env['EVERY'] ?? 12);
const HOUR = 60 * MINUTE;
const HELD = { holdAfter: 0, holdMs: HOUR } as const;
const NEXT = { step: 1, standing: 0 };

/** A rollout that is held after its first step. */
async function held(world: CarryingWorld, carried: object = {}) {
  const execution = world.start(world.input({ ...HELD, ...carried }));
  await world.pass(12 * MINUTE);
  expect(execution.status).toBe('RUNNING');
  return execution;
}

function stopped(world: CarryingWorld, arn: string): void {
  world.simulator.executions.stop(arn, { error: 'LambdaCanary.TakenOver' });
}

/** The first requests of an execution. */
function askedBy({ simulator }: CarryingWorld, name: string, first: number): readonly string[] {
  return simulator.requests
    .filter(({ execution }) => execution === name)
    .slice(0, first)
    .map(({ operation }) => operation);
}

describe('a step of a rollout that AWS carries', () => {
  it('is held with its mark, and reverted when nobody decides in time', async () => {
    const world = createCarryingWorld();
    const execution = await held(world);
    expect(world.alias()).toBe('1+2@0.1 held');
    const ended = await world.over(execution);
    expect([ended.error, ended.cause]).toEqual([
      'LambdaCanary.Reverted',
      'at 10 % (step 1 of 3): nobody decided within 1 h',
    ]);
    expect(world.alias()).toBe('1');
    expect(world.routings()).toEqual(['1', '1+2@0.1', '1']);
  });

  it('is reverted at once when an alarm goes red while it is held', async () => {
    const world = createCarryingWorld();
    const execution = await held(world);
    world.simulator.alarms.setState('checkout-errors', 'ALARM', 'too many');
    await world.pass(MINUTE + 1_000);
    expect([execution.error, world.alias()]).toEqual(['LambdaCanary.Reverted', '1']);
  });

  it('is reverted by its metrics, too, while it is held', async () => {
    const world = createCarryingWorld();
    const execution = await held(world, { analysis: ANALYSIS_POLICY, alarms: [] });
    const { lambda } = world.simulator;
    const version = lambda.functions.get('checkout')?.versions.find((each) => each.version === '2');
    if (version === undefined) throw new Error('There is no version 2');
    version.configuration = {
      ...version.configuration,
      behaviour: { errorRate: 0.5, durationMs: 60 },
    };
    const ended = await world.over(execution);
    expect(ended.cause).toMatch(/^at 10 % \(step 1 of 3\): errors of checkout:live: canary/);
    expect(world.alias()).toBe('1');
  });

  it('is held where too little traffic is inconclusive, and people are to decide that', async () => {
    const world = createCarryingWorld();
    const analysis = { ...ANALYSIS_POLICY, onInconclusive: 'hold' } as const;
    const execution = world.start(world.input({ analysis, holdMs: 10 * MINUTE }));
    world.simulator.traffic.set('checkout', 'live', 0.05);
    while (!world.alias().endsWith('held')) await world.pass(MINUTE);
    expect([execution.status, world.alias()]).toEqual(['RUNNING', '1+2@0.5 held']);
    const ended = await world.over(execution);
    expect(ended.cause).toBe('at 50 % (step 2 of 3): nobody decided within 10 min');
  });
});

describe('the next part of a rollout that AWS carries', () => {
  it.each([
    ['alone', []],
    ['with another function', ['cart']],
  ])('goes on with what was held, %s', async (_, more) => {
    const world = createCarryingWorld();
    const before = await held(world, { more });
    const { input, missing } = world.next(before, NEXT, { more });
    expect(missing).toEqual([]);
    const next = world.start(input);
    stopped(world, before.arn);
    expect((await world.over(next)).status).toBe('SUCCEEDED');
    // Its marks, the first of them alone, the alarms, and only then a weight.
    const all = ['checkout', ...more];
    expect(askedBy(world, next.name, 3 * all.length + 1)).toEqual([
      ...all.flatMap(() => ['UpdateAlias', 'DescribeAlarms']),
      'GetAlias',
      ...all.map(() => 'UpdateAlias'),
    ]);
    expect(world.routings()).toEqual(['1', '1+2@0.1', '1+2@0.5', '2']);
    expect([world.alias(), ...more.map(world.alias)]).toEqual(['2', ...more.map(() => '2')]);
  });

  it.each([
    ['its own wait', []],
    ['its own wait, with another function', ['cart']],
  ])('is seen by the one before after %s, which touches nothing more', async (_, more) => {
    const world = createCarryingWorld();
    const before = await held(world, { more });
    // It is not stopped: whoever started the next one died before that.
    const next = world.start(world.next(before, NEXT, { more }).input);
    const [old] = await Promise.all([world.over(before), world.pass(5 * MINUTE)]);
    expect([old.error, statesOf(old).at(-1)]).toEqual([
      'LambdaCanary.TakenOver',
      'Taken over by the next part',
    ]);
    expect((await world.over(next)).status).toBe('SUCCEEDED');
    expect(world.routings()).toEqual(['1', '1+2@0.1', '1+2@0.5', '2']);
  });

  it.each([
    ['a step', 3 * MINUTE],
    ['a bake after the promotion', 4.7 * MINUTE],
  ])(
    'is met by a write of the one before during %s, which then moves no alias',
    async (_, after) => {
      const world = createCarryingWorld();
      const input = world.input({ more: ['cart'] });
      const execution = world.start(input);
      await world.pass(after);
      const { description, revisionId } = getAlias(world.simulator.lambda, 'cart', 'live');
      updateAlias(world.simulator.lambda, 'cart', 'live', {
        description: description.replace('id=ab12', 'id=cd34'),
        revisionId,
      });
      const alias = world.alias();
      const cart = world.alias('cart');
      const ended = await world.over(execution);
      expect(ended.error).toBe('LambdaCanary.TakenOver');
      const served = (text: string) => text.split(' ')[0];
      expect(served(world.alias())).toBe(served(alias));
      expect(world.alias('cart')).toBe(cart);
    },
  );

  it('reverts, as its first weight, for an alarm that was red for a moment in the gap', async () => {
    const world = createCarryingWorld();
    const before = await held(world);
    const { input } = world.next(before, NEXT);
    stopped(world, before.arn);
    const { alarms } = world.simulator;
    await world.pass(1_000);
    alarms.setState('checkout-errors', 'ALARM', 'for a moment');
    alarms.setState('checkout-errors', 'OK', 'over');
    await world.pass(1_000);
    const ended = await world.over(world.start(input));
    expect(ended.cause).toContain('checkout-errors was in ALARM between two readings');
    expect(world.routings()).toEqual(['1', '1+2@0.1', '1']);
    expect(world.alias()).toBe('1');
  });

  it('goes on with the evidence of the one before', async () => {
    const world = createCarryingWorld();
    const carried = { analysis: ANALYSIS_POLICY };
    const before = await held(world, carried);
    await world.pass(20 * MINUTE);
    const left = leftBy(before).variables['judged'] as { readonly closed: unknown };
    const { input } = world.next(before, NEXT, carried);
    expect(input.accounts).toEqual(left.closed);
    expect(input.openFrom).toBeGreaterThan(0);
    expect(input.changes).toHaveLength(1);
    const next = world.start(input);
    stopped(world, before.arn);
    expect((await world.over(next)).status).toBe('SUCCEEDED');
    const { changes, judged } = leftBy(next).variables as {
      readonly changes: readonly { readonly weight: number }[];
      readonly judged: { readonly closed: readonly { readonly served: number }[] };
    };
    expect(changes.map(({ weight }) => weight)).toEqual([10, 50, 100]);
    expect(judged.closed[0]?.served).toBeGreaterThanOrEqual(input.accounts[0]?.served ?? Infinity);
  });

  it('goes on where a stopped one left two functions at two weights, and moves none before it has asked', async () => {
    const world = createCarryingWorld();
    const carried = { more: ['cart'] };
    const input = world.input(carried);
    world.simulator.faults.add(({ operation, count }) =>
      operation === 'UpdateAlias' && count === 3 ? { type: 'hang' } : undefined,
    );
    const before = world.start(input);
    while (world.alias() !== '1+2@0.5 marked') await world.pass(1_000);
    world.simulator.executions.stop(before.arn);
    expect(world.alias('cart')).toBe('1+2@0.1 marked');
    const { input: goesOn } = world.next(before, { step: 0, standing: 0 }, carried);
    expect(goesOn.targets.map(({ standing }) => standing)).toEqual([1, 0]);
    const next = world.start(goesOn);
    expect((await world.over(next)).status).toBe('SUCCEEDED');
    expect(world.routings()).toEqual(['1', '1+2@0.1', '1+2@0.5', '1+2@0.1', '1+2@0.5', '2']);
    expect(world.routings('cart')).toEqual(['1', '1+2@0.1', '1+2@0.5', '2']);
    expect(askedBy(world, next.name, 7)).toEqual([
      'UpdateAlias',
      'DescribeAlarms',
      'UpdateAlias',
      'DescribeAlarms',
      'GetAlias',
      'UpdateAlias',
      'UpdateAlias',
    ]);
  });

  it('ends the last bake that another one began, without a second promotion', async () => {
    const world = createCarryingWorld();
    const before = world.start(world.input());
    while (world.alias() !== '2 marked') await world.pass(1_000);
    world.simulator.executions.stop(before.arn);
    const { input } = world.next(before, { step: 2, standing: 2 });
    const next = await world.over(world.start(input));
    expect([next.status, world.alias()]).toEqual(['SUCCEEDED', '2']);
    expect(world.routings()).toEqual(['1', '1+2@0.1', '1+2@0.5', '2']);
  });

  it('is one of two that began at once: the other touches nothing, and never do both leave', async () => {
    const world = createCarryingWorld();
    const carried = { more: ['cart'] };
    const before = await held(world, carried);
    const parts = ['cd34', 'ef56'].map((nonce) => world.next(before, { ...NEXT, nonce }, carried));
    let arrive: () => void = () => undefined;
    const until = new Promise<void>((resolve) => {
      arrive = resolve;
    });
    const begunAt = world.now();
    // Each is the first at one of the functions.
    world.simulator.faults.add(({ operation, input, execution = '' }) => {
      const { path = '' } = input as { readonly path?: string };
      const isSlow = path.includes(execution === one?.name ? 'cart' : 'checkout');
      return operation === 'UpdateAlias' && isSlow && world.now() === begunAt
        ? { type: 'late', until }
        : undefined;
    });
    world.at(begunAt - START + 500, () => {
      arrive();
    });
    const [one, other] = parts.map(({ input }) => world.start(input));
    stopped(world, before.arn);
    if (one === undefined || other === undefined) throw new Error('There are two');
    await world.over(one);
    await world.over(other);
    const ends = [one, other].map(({ status, error = status }) => error);
    expect(ends.sort()).toEqual(['LambdaCanary.TakenOver', 'SUCCEEDED']);
    expect([world.alias(), world.alias('cart')]).toEqual(['2', '2']);
  });

  it('can be stopped after any event, and its repair leaves no alias split', async () => {
    const carried = { more: ['cart'], ...HELD };
    const begin = async () => {
      const world = createCarryingWorld();
      const before = await held(world, carried);
      const { input } = world.next(before, NEXT, { more: ['cart'] });
      return { world, before, input };
    };
    const { world, before, input } = await begin();
    stopped(world, before.arn);
    const whole = await world.over(world.start(input));
    expect(whole.status).toBe('SUCCEEDED');
    for (let event = 1; event < whole.events.length; event += EVERY) {
      const one = await begin();
      stopped(one.world, one.before.arn);
      const next = one.world.start(one.input);
      stopAfter(one.world.simulator.executions, event, { isMeant: (name) => name === next.name });
      await one.world.over(next);
      await one.world.pass(1_000);
      await one.world.over(one.world.start({ ...one.input, mode: 'repair' }));
      const after = [one.world.alias(), one.world.alias('cart')];
      expect([
        event,
        [
          ['1', '1'],
          ['2', '2'],
        ],
      ]).toEqual([event, expect.arrayContaining([after])]);
    }
  });

  it('keeps the repair of the one before from everything', async () => {
    const world = createCarryingWorld();
    const input = world.input({ ...HELD, more: ['cart'] });
    const before = world.start(input);
    await world.pass(12 * MINUTE);
    const next = world.start(world.next(before, NEXT, { more: ['cart'] }).input);
    world.simulator.executions.stop(before.arn);
    await world.pass(2_000);
    const repaired = await world.over(world.start({ ...input, mode: 'repair' }));
    expect(repaired.error).toBe('LambdaCanary.TakenOver');
    expect((await world.over(next)).status).toBe('SUCCEEDED');
    expect(world.routings()).toEqual(['1', '1+2@0.1', '1+2@0.5', '2']);
  });
});
