import { describe, expect, it } from '@jest/globals';

import { createVirtualTime, type VirtualTime } from '../../promises/virtual-time.ts';
import { createVault, type Source, type Vault } from '../../src/aws/credentials.ts';

const START = Date.UTC(2026, 10, 24);
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** A vault whose source gives out `first`, `second`, …, each for an hour, unless the test has it fail or hang. */
function createWorld({ standIn }: { readonly standIn?: Source } = {}) {
  const time = createVirtualTime(START, 1);
  const world = {
    time,
    asked: 0,
    becomes: 'a session' as 'a session' | 'a failure' | 'nothing',
  };
  const source: Source = () => {
    const accessKeyId = ['first', 'second', 'third'][world.asked++] ?? 'later';
    if (world.becomes === 'nothing') return new Promise(() => undefined);
    if (world.becomes === 'a failure') return Promise.reject(new Error('STS is down'));
    const expiration = new Date(time.clock.timeOfDay() + HOUR);
    return Promise.resolve({ accessKeyId, secretAccessKey: 'secret', expiration });
  };
  const vault = createVault({ source, standIn, clock: time.clock });
  return Object.assign(world, { vault });
}

async function keyOf(vault: Vault): Promise<string> {
  return (await vault.credentials()).accessKeyId;
}

function run<T>(time: VirtualTime, program: () => Promise<T>): Promise<T> {
  return time.run(program);
}

describe('the vault', () => {
  it('gets one session for all who ask at once', async () => {
    const world = createWorld();
    const keys = await run(world.time, () =>
      Promise.all([keyOf(world.vault), keyOf(world.vault), keyOf(world.vault)]),
    );
    expect(keys).toEqual(['first', 'first', 'first']);
    expect(world.asked).toBe(1);
  });

  it('renews a session beside the call that finds it near its end', async () => {
    const world = createWorld();
    const { time, vault } = world;
    await run(time, async () => {
      await keyOf(vault);
      await time.clock.sleep(51 * MINUTE);
      expect(await keyOf(vault)).toBe('first');
      await time.clock.sleep(1);
      expect(await keyOf(vault)).toBe('second');
    });
  });

  it('has a new one after the machine stood still beyond the end of the last', async () => {
    const { time, vault } = createWorld();
    await run(time, async () => {
      await keyOf(vault);
      await time.clock.sleep(MINUTE);
      time.suspend(HOUR);
      expect(await keyOf(vault)).toBe('second');
    });
  });

  it('gives out the session at hand while its renewal hangs, and asks again for a new one', async () => {
    const world = createWorld();
    const { time, vault } = world;
    await run(time, async () => {
      await keyOf(vault);
      await time.clock.sleep(51 * MINUTE);
      world.becomes = 'nothing';
      const askedAt = time.clock.now();
      expect(await keyOf(vault)).toBe('first');
      expect(time.clock.now()).toBe(askedAt);
      await time.clock.sleep(5 * MINUTE);
      world.becomes = 'a session';
      expect(await keyOf(vault)).toBe('first');
      await time.clock.sleep(1);
      expect(await keyOf(vault)).toBe('third');
    });
  });

  it('gives out the session at hand to its end while it cannot be renewed', async () => {
    const world = createWorld();
    const { time, vault } = world;
    await run(time, async () => {
      await keyOf(vault);
      world.becomes = 'a failure';
      await time.clock.sleep(HOUR - 1);
      expect(await keyOf(vault)).toBe('first');
      await time.clock.sleep(1);
      await expect(keyOf(vault)).rejects.toThrow('STS is down');
    });
  });

  it('gets another session when AWS refuses the one at hand, once for all who were refused', async () => {
    const world = createWorld();
    const { time, vault } = world;
    await run(time, async () => {
      await keyOf(vault);
      await time.clock.sleep(MINUTE);
      const since = time.clock.now();
      expect([vault.refuse(since), vault.refuse(since)]).toEqual([true, true]);
      expect(await Promise.all([keyOf(vault), keyOf(vault)])).toEqual(['second', 'second']);
      // An answer that was under way meanwhile.
      expect(vault.refuse(since - 1)).toBe(true);
      expect(world.asked).toBe(2);
    });
  });

  it('waits a second for another session, and then gives out the one that AWS refused', async () => {
    const world = createWorld();
    const { time, vault } = world;
    await run(time, async () => {
      await keyOf(vault);
      await time.clock.sleep(MINUTE);
      world.becomes = 'nothing';
      const since = time.clock.now();
      vault.refuse(since);
      expect(await keyOf(vault)).toBe('first');
      expect(time.clock.now() - since).toBe(1_000);
      expect(await keyOf(vault)).toBe('first');
      expect(time.clock.now() - since).toBe(1_000);
    });
  });

  it('does not get one session after another for what AWS refuses with each', async () => {
    const world = createWorld();
    const { time, vault } = world;
    await run(time, async () => {
      await keyOf(vault);
      await time.clock.sleep(MINUTE);
      expect(vault.refuse(time.clock.now())).toBe(true);
      await keyOf(vault);
      await time.clock.sleep(1_000);
      expect(vault.refuse(time.clock.now())).toBe(false);
    });
  });
});

describe('what stands in for a role', () => {
  const standIn: Source = () =>
    Promise.resolve({ accessKeyId: 'stand-in', secretAccessKey: 'secret' });

  it('does so after ten seconds, and until the role can be assumed', async () => {
    const world = createWorld({ standIn });
    const { time, vault } = world;
    await run(time, async () => {
      world.becomes = 'nothing';
      expect(await keyOf(vault)).toBe('stand-in');
      expect(time.clock.now() - START).toBe(10_000);
      expect(await keyOf(vault)).toBe('stand-in');
      expect(time.clock.now() - START).toBe(10_000);
      world.becomes = 'a session';
      await time.clock.sleep(5 * MINUTE);
      await keyOf(vault);
      expect(await keyOf(vault)).toBe('second');
    });
  });

  it('does so for a session that AWS refused, while no other one comes', async () => {
    const world = createWorld({ standIn });
    const { time, vault } = world;
    await run(time, async () => {
      await keyOf(vault);
      await time.clock.sleep(MINUTE);
      world.becomes = 'nothing';
      vault.refuse(time.clock.now());
      expect(await keyOf(vault)).toBe('stand-in');
    });
  });

  it('is not asked for where the role comes in time', async () => {
    const { time, vault } = createWorld({ standIn });
    expect(await run(time, () => keyOf(vault))).toBe('first');
  });

  it('leaves the role’s own failure to be told when it is not to be had itself', async () => {
    const world = createWorld({ standIn: () => Promise.reject(new Error('there are none')) });
    world.becomes = 'a failure';
    await run(world.time, async () => {
      await expect(keyOf(world.vault)).rejects.toThrow('STS is down');
    });
  });
});
