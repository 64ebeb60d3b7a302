import { describe, expect, it, jest } from '@jest/globals';

import { getAlias, updateAlias } from '../../simulator/lambda/aliases.ts';
import { putProvisioned } from '../../simulator/lambda/provisioned.ts';
import { denied, type Fault } from '../../simulator/wire/faults.ts';
import { planOf } from '../../src/core/rollout/plan.ts';
import { MOST_TARGETS } from '../../src/core/state-machine/limits.ts';
import { ANALYSIS_POLICY } from '../fixtures/analysis-policy.ts';
import { createCarryingWorld, MINUTE, START, type CarryingWorld } from './carried.ts';

// Whole rollouts, each expression of them evaluated: seconds on a machine that has nothing else to do.
jest.setTimeout(120_000);

const POLL_MS = 15_000;
/** As long as a call may last; and waits are of whole seconds. */
const LONGEST_CALL_MS = 10_000 + 1_000;

const DENIED = denied('lambda:UpdateAlias', 'checkout');
const HANGS: Fault = { type: 'hang' };
const THROTTLED: Fault = {
  type: 'error',
  status: 429,
  name: 'TooManyRequestsException',
  message: 'Rate exceeded',
};
/** The number of the write that promotes, after those of two weights. */
const PROMOTION = 2;
const BROKEN: Fault = { type: 'error', status: 500, name: 'ServiceException', message: 'sorry' };

/** The longest time with requests to the canary in which no alarm was asked for its state. */
function longestUnwatched({ simulator }: CarryingWorld, until: number): number {
  const isOut = (version: string, weights: object) =>
    version === '2' || Object.keys(weights).length > 0;
  const first = simulator.aliasHistory.find(({ version, weights }) => isOut(version, weights));
  const back = simulator.aliasHistory.findLast(({ version, weights }) => isOut(version, weights));
  const end = simulator.aliasHistory.find(({ at }) => at > (back?.at ?? until))?.at ?? until;
  const begin = first?.at ?? end;
  const readings = simulator.requests
    .filter(({ operation }) => operation === 'DescribeAlarms')
    .map(({ at }) => at);
  const before = readings.filter((at) => at <= begin).at(-1) ?? begin;
  const moments = [before, ...readings.filter((at) => at > begin && at < end), end];
  return Math.max(...moments.slice(1).map((at, index) => at - (moments[index] ?? at)));
}

/** Of the requests for an operation, and of a function, those by number. */
function on(
  { simulator }: CarryingWorld,
  operation: string,
  fault: Fault,
  isMeant: (number: number, functionName: string) => boolean,
): void {
  const counts = new Map<string, number>();
  simulator.faults.add((request) => {
    if (request.operation !== operation) return undefined;
    const { path = '' } = request.input as { readonly path?: string };
    const name = path.split('/').at(-3) ?? '';
    const number = counts.get(name) ?? 0;
    counts.set(name, number + 1);
    return isMeant(number, name) ? fault : undefined;
  });
}

describe('a step that bakes for no time', () => {
  it('is left by what was read after its weight, as any other', async () => {
    const world = createCarryingWorld();
    const execution = world.start(world.input({ plan: planOf([{ weight: 10, bakeMs: 0 }], 0) }));
    await world.over(execution);
    expect(execution.status).toBe('SUCCEEDED');
    const acts = world.simulator.requests
      .map(({ operation }) => operation)
      .filter((operation) => ['UpdateAlias', 'DescribeAlarms'].includes(operation));
    const read = ['DescribeAlarms', 'UpdateAlias'];
    // To 10 %, the promotion, and the mark off; and one reading before that is read back.
    expect(acts).toEqual([...read, ...read, ...read, 'DescribeAlarms']);
  });

  it('is reverted by an alarm that turns red with its weight', async () => {
    const world = createCarryingWorld();
    const { alarms, faults } = world.simulator;
    faults.after(({ operation, count }) => {
      if (operation === 'UpdateAlias' && count === 1) {
        alarms.setState('checkout-errors', 'ALARM', 'too many');
      }
    });
    const execution = world.start(world.input({ plan: planOf([{ weight: 10, bakeMs: 0 }], 0) }));
    await world.over(execution);
    expect(execution.error).toBe('LambdaCanary.Reverted');
    expect(world.routings()).toEqual(['1', '1+2@0.1', '2', '1']);
    // With its mark on: without, nobody could tell whose promotion it was.
    expect(
      world.simulator.requests.filter(({ operation }) => operation === 'UpdateAlias'),
    ).toHaveLength(3);
  });
});

describe('while a rollout that AWS carries acts on its aliases', () => {
  it.each([
    ['nothing goes wrong', () => undefined],
    [
      'the write to the second function hangs',
      (world: CarryingWorld) => {
        on(world, 'UpdateAlias', HANGS, (number, name) => name === 'cart' && number < 3);
      },
    ],
    [
      'each write hangs once',
      (world: CarryingWorld) => {
        on(world, 'UpdateAlias', HANGS, (number) => number % 2 === 0);
      },
    ],
    [
      'the write to the second function is throttled again and again',
      (world: CarryingWorld) => {
        on(world, 'UpdateAlias', THROTTLED, (number, name) => name === 'cart' && number % 3 < 2);
      },
    ],
    [
      // Not every other: two functions are looked at together, and it would always be the same one.
      'two of five looks hang',
      (world: CarryingWorld) => {
        on(world, 'GetAlias', HANGS, (number) => number % 5 < 2);
      },
    ],
    [
      'metrics and looks hang, and the alarms are slow',
      (world: CarryingWorld) => {
        on(world, 'GetMetricData', HANGS, (number) => number % 5 === 2);
        on(world, 'GetAlias', HANGS, (number) => number % 3 === 1);
        on(world, 'DescribeAlarms', { type: 'delay', ms: 9_000 }, (number) => number % 7 === 3);
      },
    ],
    [
      'metrics are slow after alarms that were slow, and the write that comes next hangs',
      (world: CarryingWorld) => {
        on(world, 'DescribeAlarms', { type: 'delay', ms: 9_000 }, () => true);
        on(world, 'GetMetricData', { type: 'delay', ms: 9_000 }, () => true);
        on(world, 'UpdateAlias', HANGS, (number) => number % 2 === 0);
      },
    ],
    [
      'Lambda moves provisioned concurrency',
      ({ simulator }: CarryingWorld) => {
        putProvisioned(simulator.lambda, 'checkout', 'live', 1);
      },
    ],
  ])('its alarms are read within a poll and one call: %s', async (what, breaks) => {
    const judges = what.startsWith('metrics');
    const world = createCarryingWorld();
    const input = world.input({
      more: ['cart'],
      pollMs: POLL_MS,
      ...(judges ? { analysis: ANALYSIS_POLICY } : {}),
    });
    breaks(world);
    const { revisionId } = getAlias(world.simulator.lambda, 'checkout', 'live');
    const targets = input.targets.map((each, index) =>
      index === 0 ? { ...each, revision: revisionId } : each,
    );
    const ended = await world.over(world.start({ ...input, targets }));
    expect([ended.status, ended.cause]).toEqual(['SUCCEEDED', undefined]);
    expect([world.alias(), world.alias('cart')]).toEqual(['2', '2']);
    expect(longestUnwatched(world, world.now())).toBeLessThanOrEqual(POLL_MS + LONGEST_CALL_MS);
  });

  it.each([
    ['a shift', 'UpdateAlias', 1],
    ['the promotion', 'UpdateAlias', 2],
    ['the write that takes the mark off', 'UpdateAlias', 3],
  ])('an alarm that goes red during %s of one of two reverts both', async (_, operation, from) => {
    const world = createCarryingWorld();
    const input = world.input({ more: ['cart'] });
    on(world, operation, HANGS, (number, name) => {
      const isMeant = name === 'cart' && number === from;
      if (isMeant) world.simulator.alarms.setState('checkout-errors', 'ALARM', 'too many');
      return isMeant;
    });
    const ended = await world.over(world.start(input));
    expect([ended.error, ended.cause]).toEqual([
      'LambdaCanary.Reverted',
      expect.stringContaining('alarm checkout-errors went into ALARM: too many'),
    ]);
    expect([world.alias(), world.alias('cart')]).toEqual(['1', '1']);
    // One call's timeout, the reading, and the write.
    const red = world.simulator.requests.findLast((each) => each.operation === 'DescribeAlarms');
    const writes = world.simulator.requests.filter(
      (each) => each.operation === 'UpdateAlias' && each.at >= (red?.at ?? Infinity),
    );
    expect(writes.slice(0, 2).map(({ at }) => at)).toEqual([red?.at, red?.at]);
  });

  it('a write that fails again and again is given up, and what was moved is put back', async () => {
    const world = createCarryingWorld();
    const input = world.input({ more: ['cart'] });
    on(world, 'UpdateAlias', BROKEN, (number, name) => name === 'cart' && number < 4);
    const ended = await world.over(world.start(input));
    expect([ended.error, ended.cause]).toEqual([
      'LambdaCanary.Reverted',
      expect.stringMatching(
        /^on the way to 10 % \(step 1 of 3\): cart:live could not be moved: Lambda.ServiceException: sorry/,
      ),
    ]);
    expect([world.alias(), world.alias('cart')]).toEqual(['1', '1']);
    expect(world.now() - START).toBeLessThan(MINUTE);
  });

  it('a text that somebody writes in front of the mark stays, and stops nothing', async () => {
    const world = createCarryingWorld();
    const input = world.input();
    const { lambda } = world.simulator;
    world.at(MINUTE, () => {
      const { description } = getAlias(lambda, 'checkout', 'live');
      updateAlias(lambda, 'checkout', 'live', { description: `the shop ${description}` });
    });
    const ended = await world.over(world.start(input));
    expect(ended.status).toBe('SUCCEEDED');
    expect(world.routings()).toEqual(['1', '1+2@0.1', '1+2@0.5', '2']);
    expect(getAlias(lambda, 'checkout', 'live').description).toBe('the shop');
  });

  it.each([
    [1, 'SUCCEEDED'],
    [5, 'SUCCEEDED'],
  ])(
    'a mark that another tool takes away after %s minutes, while the weights stay, stops nothing',
    async (minutes, status) => {
      const world = createCarryingWorld();
      const input = world.input();
      const { lambda } = world.simulator;
      world.at(minutes * MINUTE, () => {
        updateAlias(lambda, 'checkout', 'live', { description: 'by Terraform' });
      });
      const ended = await world.over(world.start(input));
      expect(ended.status).toBe(status);
      expect(getAlias(lambda, 'checkout', 'live').description).toBe('by Terraform');
      expect(world.alias()).toBe('2');
    },
  );

  it('the text that somebody wrote stays when it is reverted, too', async () => {
    const world = createCarryingWorld();
    const input = world.input();
    const { lambda, alarms } = world.simulator;
    world.at(MINUTE, () => {
      const { description } = getAlias(lambda, 'checkout', 'live');
      updateAlias(lambda, 'checkout', 'live', { description: `the shop ${description}` });
      alarms.setState('checkout-errors', 'ALARM', 'too many');
    });
    const ended = await world.over(world.start(input));
    expect(ended.error).toBe('LambdaCanary.Reverted');
    expect(world.alias()).toBe('1');
    expect(getAlias(lambda, 'checkout', 'live').description).toBe('the shop');
  });

  it('a step is left at the beginning of a minute though each look at its alias hangs', async () => {
    const world = createCarryingWorld();
    const input = world.input({ analysis: ANALYSIS_POLICY });
    world.simulator.faults.add(({ operation }) =>
      operation === 'GetAlias' && world.alias().startsWith('1+2@0.1') ? HANGS : undefined,
    );
    world.start(input);
    await world.pass(6 * MINUTE);
    expect(world.routings()).toEqual(['1', '1+2@0.1', '1+2@0.5']);
  });

  it('a revert is said only once no write can come after it, though its own was not answered', async () => {
    const world = createCarryingWorld();
    const input = world.input();
    let arrive: () => void = () => undefined;
    const until = new Promise<void>((resolve) => {
      arrive = resolve;
    });
    world.simulator.faults.add(({ operation, count }) =>
      operation !== 'UpdateAlias'
        ? undefined
        : count === 0
          ? { type: 'late', until }
          : count === 1
            ? HANGS
            : undefined,
    );
    world.at(5_000, () => {
      world.simulator.alarms.setState('checkout-errors', 'ALARM', 'too many');
    });
    const ended = await world.over(world.start(input));
    expect(ended.error).toBe('LambdaCanary.Reverted');
    arrive();
    await world.pass(MINUTE);
    expect(world.alias()).toBe('1');
  });

  it('what AWS refused to move was not moved: nothing is put back, and none is said to be', async () => {
    const world = createCarryingWorld();
    const input = world.input();
    on(world, 'UpdateAlias', DENIED, () => true);
    const ended = await world.over(world.start(input));
    expect([ended.error, ended.cause]).toEqual([
      'LambdaCanary.Failed',
      expect.stringMatching(/could not be moved: .*not authorized.*No traffic had been moved$/),
    ]);
    expect(world.now() - START).toBeLessThan(MINUTE);
  });

  it('where one of two was refused, the other is put back at once', async () => {
    const world = createCarryingWorld();
    const input = world.input({ more: ['cart'] });
    on(world, 'UpdateAlias', DENIED, (_, name) => name === 'cart');
    const ended = await world.over(world.start(input));
    expect(ended.error).toBe('LambdaCanary.Reverted');
    expect(world.routings()).toEqual(['1', '1+2@0.1', '1']);
    expect(world.now() - START).toBeLessThan(MINUTE);
  });

  it.each([
    ['a moment stops nothing', 20_000, 'SUCCEEDED'],
    ['longer than its patience reverts it', 4 * MINUTE, 'LambdaCanary.Reverted'],
  ])(
    'while Lambda moves provisioned concurrency for minutes, an alias that cannot be read for %s',
    async (_, forMs, outcome) => {
      const world = createCarryingWorld();
      const input = world.input({ pollMs: POLL_MS });
      const { lambda } = world.simulator;
      putProvisioned(lambda, 'checkout', 'live', 1);
      const { revisionId } = getAlias(lambda, 'checkout', 'live');
      let promotedAt = Infinity;
      world.simulator.faults.add(({ operation }) => {
        if (operation === 'UpdateAlias' && world.alias().startsWith('1+2@0.5')) {
          promotedAt = Math.min(promotedAt, world.now());
        }
        const since = world.now() - promotedAt - 2.5 * MINUTE;
        return operation === 'GetAlias' && since > 0 && since < forMs ? THROTTLED : undefined;
      });
      const targets = input.targets.map((each) => ({ ...each, revision: revisionId }));
      const {
        status,
        error = status,
        cause,
      } = await world.over(world.start({ ...input, targets }));
      expect(error).toBe(outcome);
      expect(world.alias()).toBe(outcome === 'SUCCEEDED' ? '2' : '1');
      if (outcome !== 'SUCCEEDED') {
        expect(cause).toContain('checkout:live could not be read: Lambda.TooManyRequestsException');
      }
    },
  );

  describe('when Lambda moves provisioned concurrency to the new version', () => {
    const promoted = (world: CarryingWorld) => {
      const input = world.input({ pollMs: POLL_MS });
      const { lambda } = world.simulator;
      putProvisioned(lambda, 'checkout', 'live', 1);
      const { revisionId } = getAlias(lambda, 'checkout', 'live');
      const targets = input.targets.map((each) => ({ ...each, revision: revisionId }));
      return world.over(world.start({ ...input, targets }));
    };

    it('a move that failed is met by the next calls, with its reason', async () => {
      const world = createCarryingWorld();
      const { lambda, aliasHistory } = world.simulator;
      lambda.provisioningFailure = 'no capacity in the zone';
      const { error, cause } = await promoted(world);
      expect(error).toBe('LambdaCanary.Reverted');
      expect(cause).toContain(
        'Lambda could not move the provisioned concurrency of checkout:live to version 2 ' +
          '(status FAILED: no capacity in the zone), and still serves version 1',
      );
      expect(world.alias()).toBe('1');
      const written = aliasHistory.find(({ version }) => version === '2')?.at ?? NaN;
      const back = aliasHistory.at(-1)?.at ?? NaN;
      expect(back - (written + lambda.provisioningMs)).toBeLessThan(3 * POLL_MS);
    });

    it('a way back that failed is written again with the next calls', async () => {
      const world = createCarryingWorld();
      const { lambda, alarms } = world.simulator;
      let failedAt = NaN;
      on(world, 'UpdateAlias', HANGS, (number) => {
        const movedIn = world.now() - START + lambda.provisioningMs;
        if (number === PROMOTION) {
          world.at(movedIn + 30_000, () => {
            alarms.setState('checkout-errors', 'ALARM', 'too many');
          });
        }
        if (number === PROMOTION + 1) {
          lambda.provisioningFailure = 'no capacity in the zone';
          failedAt = START + movedIn;
          world.at(movedIn + 1, () => {
            lambda.provisioningFailure = '';
          });
        }
        return false;
      });
      const { error } = await promoted(world);
      expect(error).toBe('LambdaCanary.Reverted');
      expect(world.alias()).toBe('1');
      const writes = world.simulator.requests.filter((each) => each.operation === 'UpdateAlias');
      expect(writes).toHaveLength(PROMOTION + 3);
      expect((writes.at(-1)?.at ?? NaN) - failedAt).toBeLessThan(3 * POLL_MS);
    });

    it('an alarm that is not known meanwhile has until after the bake, which has not begun', async () => {
      const world = createCarryingWorld();
      const { lambda, alarms } = world.simulator;
      const begun = world.input({ pollMs: POLL_MS, analysis: ANALYSIS_POLICY });
      const alarmPolicy = { ...begun.alarmPolicy, onInsufficientData: 'wait' };
      putProvisioned(lambda, 'checkout', 'live', 1);
      on(world, 'UpdateAlias', HANGS, (number) => {
        if (number === PROMOTION) {
          const at = world.now() - START;
          // Again and again, as it evaluates itself.
          for (let passed = 20_000; passed < 5 * MINUTE; passed += 5_000) {
            world.at(at + passed, () => {
              alarms.setState('checkout-errors', 'INSUFFICIENT_DATA', 'no data');
            });
          }
        }
        return false;
      });
      const { status, cause } = await world.over(world.start({ ...begun, alarmPolicy }));
      expect({ status, cause }).toEqual({ status: 'SUCCEEDED' });
    });

    it('the history has room for the looks at many functions, and the alarms do not wait for those', async () => {
      const world = createCarryingWorld();
      const { lambda } = world.simulator;
      lambda.provisioningMs = 14 * MINUTE;
      const more = Array.from({ length: MOST_TARGETS - 1 }, (_, number) => `f${number}`);
      const plan = planOf([{ weight: 10, bakeMs: 90 * MINUTE }], MINUTE);
      // As often as that plan is read where it is not extended.
      const input = { ...world.input({ more, plan }), pollMs: POLL_MS };
      for (const { functionName } of input.targets) {
        putProvisioned(lambda, functionName, 'live', 1);
      }
      const { status, error, cause } = await world.over(world.start(input));
      expect({ status, error, cause }).toEqual({ status: 'SUCCEEDED' });
      expect(longestUnwatched(world, world.now())).toBeLessThanOrEqual(POLL_MS + LONGEST_CALL_MS);
    });

    it('and nobody may be asked of it, the end of the move is waited for', async () => {
      const world = createCarryingWorld();
      on(world, 'GetProvisionedConcurrencyConfig', DENIED, () => true);
      expect((await promoted(world)).status).toBe('SUCCEEDED');
      expect(world.alias()).toBe('2');
    });
  });
});
