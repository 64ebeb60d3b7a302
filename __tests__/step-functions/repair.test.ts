import { describe, expect, it, jest } from '@jest/globals';

import { updateAlias } from '../../simulator/lambda/aliases.ts';
import type { Execution } from '../../simulator/states/executions.ts';
import { stopAfter } from '../../simulator/states/stop-after.ts';
import { planOf } from '../../src/core/rollout/plan.ts';
import type { MachineInput } from '../../src/core/state-machine/input.ts';
import { createCarryingWorld, MINUTE, type Carried, type CarryingWorld } from './carried.ts';

// Whole rollouts, each expression of them evaluated: seconds on a machine that has nothing else to do.
jest.setTimeout(600_000);

/** Stopped after how many events; after each of them by `EVERY=1 npm test -- step-functions/repair`. */
const EVERY = Number(process.env['EVERY'] ?? 7);
const SHORT = planOf([{ weight: 10, bakeMs: MINUTE }], MINUTE);

/** Alarms go red after a while. */
function turnsRed({ at, simulator }: CarryingWorld): void {
  at(1.5 * MINUTE, () => {
    simulator.alarms.setState('checkout-errors', 'ALARM', 'too many');
  });
}

interface Whole {
  readonly carried: Carried;
  readonly happens?: (world: CarryingWorld) => void;
}

async function carriedOut({ carried, happens }: Whole, stopAt = Infinity) {
  const world = createCarryingWorld();
  const input = world.input({ plan: SHORT, ...carried });
  happens?.(world);
  const letRun = stopAfter(world.simulator.executions, stopAt);
  const execution = await world.over(world.start(input));
  letRun();
  const aliases = () => ['checkout', ...(carried.more ?? [])].map((name) => world.alias(name));
  const repair = async (): Promise<Execution> => {
    await world.pass(1_000);
    return world.over(world.start({ ...input, mode: 'repair' }));
  };
  return { world, execution, aliases, repair };
}

describe('the repair of an execution that was stopped', () => {
  it.each<[string, Whole]>([
    ['is promoted', { carried: {} }],
    ['is reverted', { carried: {}, happens: turnsRed }],
    ['moves two functions', { carried: { more: ['cart'] } }],
    ['moves two functions and reverts', { carried: { more: ['cart'] }, happens: turnsRed }],
  ])(
    'leaves no alias split or marked after any event of a rollout that %s',
    async (_, whole) => {
      const { execution } = await carriedOut(whole);
      const last = execution.events.length;
      const found = new Set<string>();
      for (let event = 1; event < last; event += EVERY) {
        const { execution: stopped, aliases, repair } = await carriedOut(whole, event);
        const before = aliases();
        const repaired = await repair();
        const after = aliases();
        const place = `after event ${event} of ${last}, ${stopped.events.at(-2)?.type ?? ''}: ${before.join()}`;
        expect([place, stopped.status]).toEqual([place, 'ABORTED']);
        // All of them on one version, and on the new one only where every check had passed.
        expect([place, ['1', '2']]).toEqual([place, expect.arrayContaining(after)]);
        expect([place, new Set(after).size]).toEqual([place, 1]);
        if (after.includes('2'))
          expect([place, before]).toEqual([place, expect.arrayContaining(['2'])]);
        expect([place, repaired.error]).toEqual([
          place,
          expect.stringMatching(/^LambdaCanary\.(?:Reverted|Failed)$/),
        ]);
        found.add(after.join());
        if (event % 3 !== 0) continue;
        // Once more, and nothing is left to be done.
        const again = await repair();
        expect([place, again.error, aliases()]).toEqual([place, 'LambdaCanary.Failed', after]);
      }
      expect(found.size).toBe(whole.happens === undefined ? 2 : 1);
    },
    600_000,
  );

  it.each([
    ['when the repair has begun', 2_000],
    ['long after it', 5 * MINUTE],
  ])('keeps out a write that was still on its way, and arrives %s', async (_, afterMs) => {
    const world = createCarryingWorld();
    const input = world.input({ plan: SHORT });
    let arrive: () => void = () => undefined;
    const until = new Promise<void>((resolve) => {
      arrive = resolve;
    });
    world.simulator.faults.add(({ operation, count }) =>
      operation === 'UpdateAlias' && count === 0 ? { type: 'late', until } : undefined,
    );
    const execution = world.start(input);
    world.at(2_000, () => {
      world.simulator.executions.stop(execution.arn);
    });
    await world.over(execution);
    const repair = world.start({ ...input, mode: 'repair' });
    await world.pass(afterMs);
    arrive();
    await world.pass(1_000);
    await world.over(repair);
    expect(repair.error).toBe('LambdaCanary.Failed');
    expect(world.routings()).toEqual(['1']);
    expect(world.alias()).toBe('1');
  });

  it.each([
    ['', 0],
    [', also when one alias cannot be read for minutes', 3 * MINUTE],
  ])(
    'takes the marks off what was being confirmed, rather than to split the rollout%s',
    async (_, darkMs) => {
      const world = createCarryingWorld();
      const input = world.input({ plan: SHORT, more: ['cart'] });
      world.simulator.faults.add(({ operation, count }) =>
        operation === 'UpdateAlias' && count === 5 ? { type: 'hang' } : undefined,
      );
      const execution = world.start(input);
      await world.pass(2.2 * MINUTE);
      while (world.alias() !== '2' && world.alias('cart') !== '2') await world.pass(1_000);
      world.simulator.executions.stop(execution.arn);
      expect([world.alias(), world.alias('cart')].sort()).toEqual(['2', '2 marked']);
      const until = world.now() + darkMs;
      world.simulator.faults.add(({ operation, input: given }) => {
        const { path = '' } = given as { readonly path?: string };
        return operation === 'GetAlias' && path.includes('cart') && world.now() < until
          ? { type: 'error', status: 500, name: 'ServiceException', message: 'sorry' }
          : undefined;
      });
      const repaired = await world.over(world.start({ ...input, mode: 'repair' }));
      expect([world.alias(), world.alias('cart')]).toEqual(['2', '2']);
      expect(repaired.cause).toMatch(
        /nothing to put back: every alias serves the new version alone/,
      );
    },
  );

  it('that is started twice puts it back once, and both say what they did', async () => {
    const { world, execution } = await carriedOut({ carried: {} }, 40);
    expect(world.alias()).toBe('1+2@0.1 marked');
    const input = JSON.parse(execution.input) as MachineInput;
    const repairs = [1, 2].map(() => world.start({ ...input, mode: 'repair' }));
    for (const each of repairs) await world.over(each);
    expect(repairs.map(({ error }) => error).sort()).toEqual([
      'LambdaCanary.Failed',
      'LambdaCanary.Reverted',
    ]);
    expect(world.alias()).toBe('1');
  });

  it('that is stopped itself leaves to the next one what it had not put back', async () => {
    const whole = { carried: { more: ['cart'] } };
    const { execution } = await carriedOut(whole, 60);
    const { length } = execution.events;
    for (let event = 1; ; event += 4) {
      const { world, aliases, repair } = await carriedOut(whole, length);
      const letRun = stopAfter(world.simulator.executions, event);
      const first = await repair();
      letRun();
      const second = await repair();
      expect([event, aliases()]).toEqual([event, ['1', '1']]);
      expect([event, second.error]).toEqual([
        event,
        expect.stringMatching(/^LambdaCanary\.(?:Reverted|Failed)$/),
      ]);
      if (first.status !== 'ABORTED') return;
    }
  });

  it('leaves a weight without its mark to whoever took that away', async () => {
    const { world, repair } = await carriedOut({ carried: {} }, 40);
    expect(world.alias()).toBe('1+2@0.1 marked');
    updateAlias(world.simulator.lambda, 'checkout', 'live', { description: 'mine' });
    expect((await repair()).error).toBe('LambdaCanary.Failed');
    expect(world.alias()).toBe('1+2@0.1');
  });
});
