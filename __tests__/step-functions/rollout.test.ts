import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { checkoutWorld } from '../../simulator/checkout.ts';
import { createAlias, getAlias, updateAlias } from '../../simulator/lambda/aliases.ts';
import {
  createFunction,
  publishVersion,
  updateFunction,
} from '../../simulator/lambda/functions.ts';
import { putProvisioned } from '../../simulator/lambda/provisioned.ts';
import { marksOf } from '../../src/core/alias/mark.ts';
import { transitionsOf } from '../../proofs/carried-costs.ts';
import { planOf } from '../../src/core/rollout/plan.ts';
import { eventsOf } from '../../src/core/state-machine/history.ts';
import { stateMachine } from '../../src/core/state-machine/definition.ts';
import { machineInput } from '../../src/core/state-machine/first-input.ts';
import type { MachineInput } from '../../src/core/state-machine/input.ts';
import { createWorld, START, type Ended, type World } from './execution.ts';
import { ANALYSIS_POLICY } from '../fixtures/analysis-policy.ts';

const MINUTE = 60_000;
const versions = { stable: '1', canary: '2' };
const plan = planOf(
  [10, 50].map((weight) => ({ weight, bakeMs: 5 * MINUTE })),
  2 * MINUTE,
);
const id = {
  repository: 'acme/shop',
  runId: '42',
  attempt: '1',
  nonce: 'ab12',
  plan: '0a1b',
  workflow: '2c3d',
};
const analysis = ANALYSIS_POLICY;
const COURSE = { steps: plan.steps, onTheMinute: true, maxExtension: 3, settlingMs: 3 * MINUTE };
const definition = stateMachine();

let world: World;
beforeEach(async () => {
  world = await createWorld();
});
afterEach(() => world.close());

interface Beginning {
  readonly next?: 'good' | 'bad';
  readonly alarms?: readonly string[];
  readonly compares?: boolean;
  /** Functions besides checkout. */
  readonly more?: readonly string[];
}

/** The function checkout under traffic, its next version published, and what the action would give the execution. */
function begin({
  next = 'good',
  alarms = ['checkout-errors', 'checkout-health'],
  compares = true,
  more = [],
}: Beginning = {}): MachineInput {
  const { simulator } = world;
  checkoutWorld(simulator, { next });
  for (const functionName of more) {
    createFunction(simulator.lambda, { functionName });
    publishVersion(simulator.lambda, functionName);
    createAlias(simulator.lambda, functionName, 'live', { version: '1' });
    updateFunction(simulator.lambda, functionName, { code: 'the next one' });
    simulator.traffic.set(functionName, 'live', 10);
  }
  const targets = ['checkout', ...more].map((functionName) => {
    publishVersion(simulator.lambda, functionName);
    const { revisionId } = getAlias(simulator.lambda, functionName, 'live');
    return {
      target: { functionId: functionName, functionName, alias: 'live' },
      versions,
      nonces: ['ab12'],
      begun: [],
      logGroup: '',
      isProvisioned: false,
      pauseMs: 0,
      requestsPerMinute: 1_200,
      marks: marksOf(plan, id, {
        ...versions,
        begunAt: START,
        startedBy: '42',
        targets: undefined,
      }),
      alias: { arn: '', revisionId, description: '', routing: { version: '1', weights: {} } },
    };
  });
  return machineInput({
    course: COURSE,
    shifting: targets,
    region: 'eu-west-1',
    watches: alarms.map((name) => ({
      name,
      state: 'OK',
      transitionedAt: START,
      ignored: false,
      seenAt: START,
    })),
    analysis: compares ? analysis : undefined,
    compared: [],
    thresholds: [],
    afterPromotion: 'revert',
    metricDelayMs: analysis.metricDelayMs,
    pollMs: MINUTE,
    alarmPolicy: { onInsufficientData: 'continue', monitoringGraceMs: 2 * MINUTE },
  });
}

/** Every routing that an alias had. */
function routings(functionName = 'checkout'): readonly string[] {
  return world.simulator.aliasHistory
    .filter((each) => each.functionName === functionName)
    .map(({ version, weights }) =>
      [version, ...Object.entries(weights).map(([other, part]) => `${other}@${part}`)].join('+'),
    )
    .filter((routing, index, all) => routing !== all[index - 1]);
}

const turnsOf = ({ states }: Ended) => states.filter((name) => name === 'Baking').length;

const WHOLE = ['1', '1+2@0.1', '1+2@0.5', '2'];

/** Somebody points an alias back to version 1, and says so in its description. */
function takeAway(functionName = 'checkout'): void {
  updateAlias(world.simulator.lambda, functionName, 'live', {
    version: '1',
    weights: {},
    description: 'hands off',
  });
}

describe('a rollout that AWS carries', () => {
  it('promotes a good version in the steps of the plan, and takes its mark off', async () => {
    const ended = await world.execute(definition, begin());
    expect(ended).toMatchObject({ status: 'SUCCEEDED' });
    expect(routings()).toEqual(WHOLE);
    expect(world.alias()).toBe('2');
    // 5, 5 and 2 minutes, the minute it waits for, and what settles before and after the promotion.
    expect(world.now() - START).toBeGreaterThanOrEqual(12 * MINUTE);
    expect(world.now() - START).toBeLessThanOrEqual(18 * MINUTE);
    const reckoned = eventsOf({ course: COURSE, targets: 1, compares: true }, turnsOf(ended));
    expect([ended.events, reckoned]).toEqual([reckoned, reckoned]);
    const billed = { course: COURSE, targets: 1, compares: true };
    expect(transitionsOf(billed, turnsOf(ended))).toBe(ended.states.length);
  });

  it('reverts when an alarm is red in a bake, with nothing between the reading and the write', async () => {
    const input = begin();
    world.at(4 * MINUTE, () => {
      world.simulator.alarms.putLogAlarm('checkout-health');
      world.simulator.alarms.setState('checkout-health', 'ALARM', 'too many "errors"');
    });
    const ended = await world.execute(definition, input);
    expect(ended).toMatchObject({ status: 'FAILED', error: 'LambdaCanary.Reverted' });
    expect(ended.cause).toBe(
      'at 10 % (step 1 of 3): alarm checkout-health went into ALARM: too many "errors"',
    );
    expect(routings()).toEqual(['1', '1+2@0.1', '1']);
    expect(world.alias()).toBe('1');
    const [reading, write] = world.simulator.requests.slice(-3);
    expect([reading, write].map((each) => each?.operation)).toEqual([
      'DescribeAlarms',
      'UpdateAlias',
    ]);
  });

  it('reverts when an alarm was red between two readings, by its history', async () => {
    const input = begin();
    const { alarms } = world.simulator;
    world.at(3.5 * MINUTE, () => {
      alarms.setState('checkout-errors', 'ALARM', 'for a moment');
      alarms.setState('checkout-errors', 'OK', 'over');
    });
    const ended = await world.execute(definition, input);
    expect(ended).toMatchObject({ error: 'LambdaCanary.Reverted' });
    expect(ended.cause).toContain(
      'checkout-errors was in ALARM between two readings; it is OK now',
    );
    expect(world.alias()).toBe('1');
  });

  it('takes a history that cannot be read for one that was red', async () => {
    const input = begin();
    const { alarms, faults } = world.simulator;
    faults.add(({ operation }) =>
      operation === 'DescribeAlarmHistory'
        ? { type: 'error', status: 403, name: 'AccessDenied', message: 'not you' }
        : undefined,
    );
    world.at(3.5 * MINUTE, () => {
      alarms.setState('checkout-errors', 'ALARM', 'for a moment');
      alarms.setState('checkout-errors', 'OK', 'over');
    });
    const ended = await world.execute(definition, input);
    expect(ended).toMatchObject({ error: 'LambdaCanary.Reverted' });
    expect(ended.cause).toContain('its history could not be read: that counts as ALARM');
  });

  it('extends a step for want of traffic, and goes on when on-inconclusive says so', async () => {
    const input = begin();
    world.simulator.traffic.set('checkout', 'live', 0.05);
    const ended = await world.execute(definition, input);
    expect(ended).toMatchObject({ status: 'SUCCEEDED' });
    expect(routings()).toEqual(WHOLE);
    // Three times five minutes and three times five.
    expect(world.now() - START).toBeGreaterThanOrEqual((15 + 15 + 2) * MINUTE);
  });

  it('reverts a bad version by its metrics, without any alarm', async () => {
    const ended = await world.execute(definition, begin({ next: 'bad', alarms: [] }));
    expect(ended).toMatchObject({ error: 'LambdaCanary.Reverted' });
    expect(ended.cause).toMatch(
      /^at 10 % \(step 1 of 3\): errors of checkout:live: canary \d+ requests, \d+ failed; baseline \d+, \d+ failed; evidence /,
    );
    expect(routings()).toEqual(['1', '1+2@0.1', '1']);
    expect(world.now() - START).toBeLessThan(6 * MINUTE);
  });

  it('leaves an alias to somebody else who moved it, and says so', async () => {
    const input = begin();
    world.at(3 * MINUTE, takeAway);
    const ended = await world.execute(definition, input);
    expect(ended).toMatchObject({ status: 'FAILED', error: 'LambdaCanary.Failed' });
    expect(ended.cause).toContain('checkout:live was moved by somebody else');
    expect(getAlias(world.simulator.lambda, 'checkout', 'live').description).toBe('hands off');
    // At the next look, and not only when the step is over.
    expect(world.now() - START).toBeLessThanOrEqual(4.5 * MINUTE);
  });

  it.each([0, 1, 2, 3])(
    'neither repeats nor skips a step when the reply to write %s is lost',
    async (lost) => {
      world.simulator.faults.add(({ operation, count }) =>
        operation === 'UpdateAlias' && count === lost ? { type: 'lost-reply' } : undefined,
      );
      const ended = await world.execute(definition, begin());
      expect(ended).toMatchObject({ status: 'SUCCEEDED' });
      expect(routings()).toEqual(WHOLE);
      expect(world.alias()).toBe('2');
    },
  );

  it('confirms a revert whose reply is lost by reading', async () => {
    const input = begin({ next: 'bad' });
    world.simulator.faults.add(({ operation, count }) =>
      operation === 'UpdateAlias' && count === 1 ? { type: 'lost-reply' } : undefined,
    );
    const ended = await world.execute(definition, input);
    expect(ended).toMatchObject({ error: 'LambdaCanary.Reverted' });
    expect(world.alias()).toBe('1');
  });

  it('goes on reverting while Lambda throttles', async () => {
    const input = begin({ next: 'bad' });
    world.simulator.faults.add(({ operation, count }) =>
      operation === 'UpdateAlias' && count >= 1 && count < 10
        ? { type: 'error', status: 429, name: 'TooManyRequestsException', message: 'Rate exceeded' }
        : undefined,
    );
    const ended = await world.execute(definition, input);
    expect(ended).toMatchObject({ error: 'LambdaCanary.Reverted' });
    expect(world.alias()).toBe('1');
  });

  it('moves two functions together', async () => {
    const ended = await world.execute(definition, begin({ more: ['cart'] }));
    expect(ended).toMatchObject({ status: 'SUCCEEDED' });
    expect([routings(), routings('cart')]).toEqual([WHOLE, WHOLE]);
    const reckoned = eventsOf({ course: COURSE, targets: 2, compares: true }, turnsOf(ended));
    expect([ended.events, reckoned]).toEqual([reckoned, reckoned]);
    const billed = { course: COURSE, targets: 2, compares: true };
    expect(transitionsOf(billed, turnsOf(ended))).toBe(ended.states.length);
  });

  it('puts back the rest when somebody moves one of two', async () => {
    const input = begin({ more: ['cart'] });
    world.at(3 * MINUTE, () => {
      takeAway('cart');
    });
    const ended = await world.execute(definition, input);
    expect(ended).toMatchObject({ error: 'LambdaCanary.Failed' });
    expect(ended.cause).toContain('cart:live was moved by somebody else');
    expect(world.alias()).toBe('1');
    expect(getAlias(world.simulator.lambda, 'cart', 'live').description).toBe('hands off');
  });

  it('reverts when the alarms cannot be read for longer than monitoring-grace', async () => {
    const input = begin();
    world.at(2 * MINUTE, () => {
      world.simulator.faults.add(({ operation }) =>
        operation === 'DescribeAlarms'
          ? { type: 'error', status: 403, name: 'AccessDenied', message: 'no more' }
          : undefined,
      );
    });
    const ended = await world.execute(definition, input);
    expect(ended).toMatchObject({ error: 'LambdaCanary.Reverted' });
    expect(ended.cause).toContain('alarm checkout-errors could not be read');
    expect(routings()).toEqual(['1', '1+2@0.1', '1']);
  });

  it('bakes the promotion only once provisioned concurrency has moved', async () => {
    const input = begin({ compares: false });
    putProvisioned(world.simulator.lambda, 'checkout', 'live', 1);
    const ended = await world.execute(definition, {
      ...input,
      targets: input.targets.map((target) => ({
        ...target,
        revision: getAlias(world.simulator.lambda, 'checkout', 'live').revisionId,
      })),
    });
    expect(ended).toMatchObject({ status: 'SUCCEEDED' });
    // The simulated move takes six minutes.
    expect(world.now() - START).toBeGreaterThanOrEqual((12 + 6) * MINUTE);
    expect(world.alias()).toBe('2');
  });

  it('moves nothing when an alarm is red before the first weight', async () => {
    const input = begin();
    world.at(1_000, () => {
      world.simulator.alarms.putLogAlarm('checkout-health');
      world.simulator.alarms.setState('checkout-health', 'ALARM', 'red already');
    });
    const ended = await world.execute(definition, input);
    expect(ended).toMatchObject({ error: 'LambdaCanary.Failed' });
    expect(ended.cause).toMatch(/^before the first step: .*No traffic had been moved$/);
    expect(routings()).toEqual(['1']);
  });

  it('reverts when one of its own expressions cannot be evaluated', async () => {
    const { steps, ...input } = begin();
    const [first, ...rest] = steps;
    const ended = await world.execute(definition, {
      ...input,
      steps: [{ ...first, bakeMs: 'five minutes' }, ...rest],
    });
    expect(ended).toMatchObject({ error: 'LambdaCanary.Reverted' });
    expect(ended.cause).toContain('the state machine failed: ');
    expect(world.alias()).toBe('1');
  });
});

describe('a rollout whose replies come without empty lists', () => {
  beforeEach(async () => {
    await world.close();
    world = await createWorld({ leavesOutEmptyLists: true });
  });

  it('promotes a good version', async () => {
    const ended = await world.execute(definition, begin());
    expect(ended).toMatchObject({ status: 'SUCCEEDED' });
    expect(routings()).toEqual(WHOLE);
  });

  it('sees that an alarm was red between two readings', async () => {
    const input = begin();
    const { alarms } = world.simulator;
    world.at(3.5 * MINUTE, () => {
      alarms.setState('checkout-errors', 'ALARM', 'for a moment');
      alarms.setState('checkout-errors', 'OK', 'over');
    });
    const ended = await world.execute(definition, input);
    expect(ended).toMatchObject({ error: 'LambdaCanary.Reverted' });
    expect(world.alias()).toBe('1');
  });

  it('reverts a bad version by its metrics', async () => {
    const ended = await world.execute(definition, begin({ next: 'bad', alarms: [] }));
    expect(ended).toMatchObject({ error: 'LambdaCanary.Reverted' });
    expect(routings()).toEqual(['1', '1+2@0.1', '1']);
  });
});

describe('the repair of an execution that was stopped', () => {
  it.each([10, 50, 100])('puts back what it left at %s %', async (weight) => {
    const input = begin();
    const stepAt = plan.steps.findIndex((step) => step.weight === weight);
    const ended = await world.execute(definition, input, () => routings().length > stepAt + 1);
    expect(ended).toMatchObject({ status: 'ABORTED' });
    const repaired = await world.execute(definition, { ...input, mode: 'repair' });
    expect(repaired).toMatchObject({ error: 'LambdaCanary.Reverted' });
    expect(world.alias()).toBe('1');
  });

  it('is given the event that says so', async () => {
    const input = begin();
    await world.execute(definition, input, () => routings().length > 1);
    const repaired = await world.execute(definition, eventOf(JSON.stringify(input)));
    expect(repaired).toMatchObject({ error: 'LambdaCanary.Reverted' });
    expect(world.alias()).toBe('1');
  });

  it('says what to do where the event has no input', async () => {
    const repaired = await world.execute(definition, eventOf(null));
    expect(repaired).toMatchObject({ error: 'LambdaCanary.RevertFailed' });
    expect(repaired.cause).toMatch(/no input to repair by: run the action with mode: revert/);
  });

  it('leaves what somebody else has moved since', async () => {
    const input = begin();
    await world.execute(definition, input, () => routings().length > 1);
    takeAway();
    updateAlias(world.simulator.lambda, 'checkout', 'live', { version: '2', weights: {} });
    const repaired = await world.execute(definition, { ...input, mode: 'repair' });
    expect(repaired).toMatchObject({ error: 'LambdaCanary.Failed' });
    expect(world.alias()).toBe('2 marked');
  });
});

/** What EventBridge says of an execution that somebody stopped. */
function eventOf(input: string | null): object {
  const executionArn = 'arn:aws:states:eu-west-1:123456789012:execution:lambda-canary:rollout';
  return {
    'detail-type': 'Step Functions Execution Status Change',
    source: 'aws.states',
    detail: { executionArn, status: 'ABORTED', input, error: null, cause: null },
  };
}
