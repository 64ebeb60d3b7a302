import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import { getAlias } from '../../simulator/lambda/aliases.ts';
import { publishVersion } from '../../simulator/lambda/functions.ts';
import { THROTTLED, UNAVAILABLE, type Fault } from '../../simulator/wire/faults.ts';
import { controlPlaneQuota } from '../../simulator/wire/quota.ts';
import type { Aws } from '../../src/aws/aws.ts';
import type { CallOptions } from '../../src/aws/call.ts';
import { messageOf } from '../../src/core/problems.ts';
import type { Role } from '../../src/core/role.ts';
import { addFunction } from '../fixtures/bundle-world.ts';
import { BEGIN, createVirtualAws, LATENCY_MS, type VirtualAws } from '../fixtures/virtual-aws.ts';

const target = (name = 'checkout') => ({ functionId: name, functionName: name, alias: 'live' });
const CONFLICT: Fault = {
  type: 'error',
  status: 409,
  name: 'ResourceConflictException',
  message: 'The operation cannot be performed at this time.',
};
const HANG: Fault = { type: 'hang' };
const RESET: Fault = { type: 'reset' };
const MINUTE = 60_000;

let world: VirtualAws;
let aws: Aws;
// The SDK loads parts of itself at its first call, which takes none of the virtual time.
beforeAll(async () => {
  const other = createVirtualAws();
  await other.time.run(() =>
    other
      .connect()
      .aliases.find(target())
      .catch(() => undefined),
  );
});
beforeEach(() => {
  world = createVirtualAws();
  addFunction(world.simulator, 'checkout');
  publishVersion(world.simulator.lambda, 'checkout');
  aws = world.connect();
});

const now = () => world.time.clock.now() - BEGIN;
const run = <T>(program: () => Promise<T>) => world.time.run(program);

/** The first answers to an operation; `times` of them. */
function fail(operation: string, fault: Fault, times = Infinity): void {
  let left = times;
  world.simulator.faults.add((request) =>
    request.operation === operation && left-- > 0 ? fault : undefined,
  );
}

const sent = (operation: string) =>
  world.simulator.requests.filter((request) => request.operation === operation);

/** Writes a weight as of the alias's present revision. */
function write(options: CallOptions, name = 'checkout') {
  const { revisionId } = getAlias(world.simulator.lambda, name, 'live');
  const routing = { version: '1', weights: { '2': 10 } };
  return aws.aliases.update(target(name), { routing, description: '', revisionId }, options);
}

const shift = { urgency: 'shift' } as const;
const revert = { urgency: 'revert' } as const;

describe('a call', () => {
  it.each<[string, Fault, string]>([
    ['throttled', THROTTLED, 'GetAlias'],
    ['answered with a fault of AWS’s own', UNAVAILABLE, 'GetAlias'],
    ['cut off', RESET, 'GetAlias'],
    ['not answered', HANG, 'GetAlias'],
  ])('is made again when it was %s', async (_, fault, operation) => {
    fail(operation, fault, 3);
    const alias = await run(() => aws.aliases.find(target()));
    expect(alias?.routing.version).toBe('1');
    expect(sent(operation)).toHaveLength(4);
  });

  it('is made again when CloudWatch throttles it, which it does with status 400', async () => {
    world.simulator.alarms.putLogAlarm('errors');
    const Throttling = { type: 'error', status: 400, name: 'Throttling', message: 'Rate exceeded' };
    fail('DescribeAlarms', Throttling as Fault, 2);
    const { signal } = new AbortController();
    expect(await run(() => aws.alarms.read(['errors'], signal))).toHaveLength(1);
  });

  it('is not made again when AWS refuses it', async () => {
    fail('GetAlias', { type: 'error', status: 403, name: 'AccessDeniedException', message: '' });
    await run(() => expect(aws.aliases.find(target())).rejects.toMatchObject({ attempts: 1 }));
    expect(sent('GetAlias')).toHaveLength(1);
  });

  it('is made again when it meets another operation on the function, and then written', async () => {
    fail('UpdateAlias', CONFLICT, 4);
    const alias = await run(() => write(shift));
    expect(alias.routing.weights).toEqual({ '2': 10 });
  });

  it('is never made again over somebody else’s write', async () => {
    const stale = '00000000-0000-0000-0000-000000000000';
    const routing = { version: '1', weights: {} };
    const update = { routing, description: '', revisionId: stale };
    await run(() =>
      expect(aws.aliases.update(target(), update, revert)).rejects.toMatchObject({
        name: 'PreconditionFailedException',
        attempts: 1,
        unanswered: 0,
      }),
    );
  });

  it.each<[string, Fault, number]>([
    ['none of those that AWS refused', THROTTLED, 0],
    ['none of those that met another operation', CONFLICT, 0],
    ['each that was cut off', RESET, 2],
    ['each that got a fault of AWS’s own', UNAVAILABLE, 2],
  ])('tells how many requests may have taken effect: %s', async (_, fault, unanswered) => {
    const { revisionId } = getAlias(world.simulator.lambda, 'checkout', 'live');
    fail('UpdateAlias', fault, 2);
    fail('UpdateAlias', {
      type: 'error',
      status: 412,
      name: 'PreconditionFailedException',
      message: '',
    });
    const update = { routing: { version: '1', weights: {} }, description: '', revisionId };
    await run(() =>
      expect(aws.aliases.update(target(), update, shift)).rejects.toMatchObject({
        name: 'PreconditionFailedException',
        attempts: 3,
        unanswered,
      }),
    );
  });

  it('gives up a shift after twenty seconds, whatever is wrong', async () => {
    for (const fault of [THROTTLED, UNAVAILABLE, CONFLICT, RESET, HANG]) {
      const mend = world.simulator.faults.add(() => fault);
      const begun = now();
      await run(() => expect(write(shift)).rejects.toThrow('lambda:UpdateAlias'));
      expect(now() - begun).toBeLessThanOrEqual(21_000);
      expect(now() - begun).toBeGreaterThan(15_000);
      mend();
    }
  });

  it('has the patience that its caller has', async () => {
    fail('GetAlias', UNAVAILABLE);
    const patient = { patienceMs: 5_000 };
    await run(() =>
      expect(aws.aliases.find(target(), patient)).rejects.toThrow('ServiceException'),
    );
    expect(now()).toBeLessThanOrEqual(5_000 + LATENCY_MS);
  });

  it('settles at once when it is aborted, in whatever it waits for', async () => {
    for (const fault of [HANG, THROTTLED]) {
      const mend = world.simulator.faults.add(() => fault);
      const abortion = new AbortController();
      const begun = now();
      void world.time.clock.sleep(1_234).then(() => {
        abortion.abort(new Error('the alarm is red'));
      });
      await run(() =>
        expect(write({ ...shift, signal: abortion.signal })).rejects.toThrow('the alarm is red'),
      );
      expect(now() - begun).toBe(1_234);
      mend();
    }
  });

  it('sends nothing any more once it was aborted', async () => {
    let give: (token: string) => void = () => undefined;
    const role: Role = {
      arn: 'arn:aws:iam::123456789012:role/deploy',
      sessionName: 'run-42',
      durationMs: 60 * MINUTE,
    };
    const idToken = () =>
      new Promise<string>((resolve) => {
        give = resolve;
      });
    aws = world.connect({ role, idToken });
    const abortion = new AbortController();
    await run(async () => {
      const written = write({ ...shift, signal: abortion.signal }).catch(messageOf);
      await world.time.clock.sleep(1_000);
      abortion.abort(new Error('enough'));
      expect(await written).toBe('enough');
      give('id.token');
      await world.time.clock.sleep(MINUTE);
    });
    expect(world.simulator.sessions.issued).toHaveLength(1);
    expect(sent('UpdateAlias')).toEqual([]);
  });
});

describe('a revert', () => {
  it('asks a Lambda that hangs again within seconds, over another connection each time', async () => {
    fail('UpdateAlias', HANG, 1);
    const alias = await run(() => write(revert));
    expect(alias.routing.weights).toEqual({ '2': 10 });
    expect(now()).toBeLessThan(5_000);
    expect(world.connections.map(({ kept }) => kept)).toEqual([false, false]);
  });

  it('leaves at once though hundreds of reads wait', async () => {
    const reading = new AbortController();
    const { signal } = reading;
    await run(async () => {
      const reads = Array.from({ length: 300 }, () =>
        aws.aliases.find(target(), { signal }).catch(() => undefined),
      );
      await world.time.clock.sleep(500);
      const begun = now();
      await write(revert);
      expect(now() - begun).toBeLessThan(200 + LATENCY_MS);
      reading.abort(new Error('enough'));
      await Promise.all(reads);
    });
  });

  it('gives up after the time it was given', async () => {
    fail('UpdateAlias', HANG);
    await run(() =>
      expect(write({ ...revert, patienceMs: 30_000 })).rejects.toThrow('TimeoutError'),
    );
    expect(now()).toBeLessThanOrEqual(31_000);
    expect(now()).toBeGreaterThan(25_000);
  });
});

describe('under Lambda’s quota of 15 calls a second', () => {
  const COUNT = 100;
  const names = Array.from({ length: COUNT }, (_, index) => `f${index}`);
  beforeEach(() => {
    for (const name of names) {
      addFunction(world.simulator, name);
      publishVersion(world.simulator.lambda, name);
    }
    world.simulator.faults.add(controlPlaneQuota(15, world.time.clock));
  });

  it('a hundred functions are written without one refusal, in little more than the quota needs', async () => {
    await run(() => Promise.all(names.map((name) => write(revert, name))));
    expect(sent('UpdateAlias').map(({ error }) => error)).toEqual(names.map(() => ''));
    expect(now()).toBeLessThanOrEqual((COUNT / 15) * 1_000 * 1.15);
  });

  it('no function is written again before every other one was written once, while AWS refuses', async () => {
    let refusals = 20;
    world.simulator.faults.add(({ operation }) =>
      operation === 'UpdateAlias' && refusals-- > 0 ? THROTTLED : undefined,
    );
    await run(() => Promise.all(names.map((name) => write(revert, name))));
    const order = sent('UpdateAlias').map(({ input }) => JSON.stringify(input));
    expect(new Set(order.slice(0, COUNT)).size).toBe(COUNT);
    expect(order.length).toBeGreaterThan(COUNT);
  });

  it('a hundred functions are shifted although others use most of the quota', async () => {
    const others = new AbortController();
    async function useQuota(): Promise<void> {
      const other = world.connect();
      while (!others.signal.aborted) {
        void other.aliases.find(target()).catch(() => undefined);
        await world.time.clock.sleep(1_000 / 10, others.signal);
      }
    }
    await run(async () => {
      const using = useQuota();
      const results = await Promise.allSettled(names.map((name) => write(shift, name)));
      others.abort();
      await using;
      expect(results.filter(({ status }) => status === 'rejected')).toEqual([]);
    });
    const refused = sent('UpdateAlias').filter(({ error }) => error !== '').length;
    expect(refused).toBeGreaterThan(0);
    expect(refused).toBeLessThan(COUNT);
  });
});

describe('what stands in for a role in another process', () => {
  const role: Role = {
    arn: 'arn:aws:iam::123456789012:role/deploy',
    sessionName: 'run-42',
    durationMs: 60 * MINUTE,
  };
  const hanging = { idToken: () => new Promise<string>(() => undefined) };

  it('are the credentials of the environment, when they see the alias in the role’s account', async () => {
    aws = world.connect({ role, ...hanging, standInFor: [target()] });
    await run(() => write(revert));
    expect(getAlias(world.simulator.lambda, 'checkout', 'live').weights).toEqual({ '2': 0.1 });
    expect(now()).toBeLessThan(12_000);
  });

  it('are not those of another account', async () => {
    const elsewhere = { ...role, arn: 'arn:aws:iam::999999999999:role/deploy' };
    const idToken = () => Promise.reject(new Error('GitHub is down'));
    aws = world.connect({ role: elsewhere, idToken, standInFor: [target()] });
    await run(() => expect(write(revert)).rejects.toThrow('GitHub is down'));
    expect(sent('UpdateAlias')).toEqual([]);
  });
});

describe('the end of the session', () => {
  it('is unknown of temporary credentials in variables, and counted from the beginning of the process', async () => {
    process.env['AWS_SESSION_TOKEN'] = 'token';
    try {
      await run(async () => {
        await world.time.clock.sleep(MINUTE);
        await aws.sessionEnd();
        await world.time.clock.sleep(MINUTE);
        expect(await aws.sessionEnd()).toEqual({ type: 'unknown', since: BEGIN });
      });
    } finally {
      delete process.env['AWS_SESSION_TOKEN'];
    }
  });

  it('is not that of a role which the action assumes again and again', async () => {
    const arn = 'arn:aws:iam::123456789012:role/deploy';
    aws = world.connect({ role: { arn, sessionName: 'run-42', durationMs: 15 * MINUTE } });
    await run(async () => {
      expect(await aws.sessionEnd()).toEqual({ type: 'renews' });
    });
  });
});
