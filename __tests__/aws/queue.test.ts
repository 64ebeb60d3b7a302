import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { createVirtualTime } from '../../promises/virtual-time.ts';
import { again, createQueue, type Urgency } from '../../src/aws/queue.ts';
import { createQueues } from '../../src/aws/quotas.ts';
import { BURST } from '../../src/core/pace.ts';

const QUOTA = 15;
const { signal: NEVER } = new AbortController();

interface Wish {
  readonly at: number;
  readonly urgency: Urgency;
  /** After it was asked for; not aborted when absent. */
  readonly abortedAfter: number | undefined;
}

interface Seen extends Wish {
  /** Absent when it was aborted while it waited. */
  readonly leftAt: number | undefined;
  readonly settledAt: number;
}

const wishes = fc.array(
  fc.record({
    at: fc.nat(4_000),
    urgency: fc.constantFrom<Urgency>('revert', 'shift', 'read'),
    abortedAfter: fc.option(fc.nat(3_000), { nil: undefined, freq: 3 }),
  }),
  { minLength: 1, maxLength: 60 },
);

/** What becomes of each, in the order in which they were settled; times from the beginning on. */
async function seenIn(all: readonly Wish[]): Promise<readonly Seen[]> {
  const time = createVirtualTime(0, 1);
  const { clock } = time;
  const queue = createQueue(QUOTA, clock);
  const seen: Seen[] = [];
  await time.run(() =>
    Promise.all(
      all.map(async (wish) => {
        await clock.sleep(wish.at);
        const abortion = new AbortController();
        if (wish.abortedAfter !== undefined) {
          void clock.sleep(wish.abortedAfter).then(() => {
            abortion.abort(new Error('aborted'));
          });
        }
        const left = await queue.turn(queue.ticket(wish.urgency, 'write'), abortion.signal).then(
          () => true,
          () => false,
        );
        const settledAt = clock.now();
        seen.push({ ...wish, leftAt: left ? settledAt : undefined, settledAt });
      }),
    ),
  );
  return seen;
}

const gap = 1_000 / (QUOTA * (14 / 15)) + 1;

describe('the line in front of a quota', () => {
  it('lets never more than the quota and a small burst leave in a second', async () => {
    await fc.assert(
      fc.asyncProperty(wishes, async (all) => {
        const left = (await seenIn(all)).flatMap(({ leftAt }) => leftAt ?? []);
        for (const from of left) {
          const inSecond = left.filter((at) => at >= from && at < from + 1_000).length;
          expect(inSecond).toBeLessThanOrEqual(QUOTA + BURST);
        }
      }),
      { numRuns: 50 },
    );
  });

  it('lets a revert overtake all reads that wait', async () => {
    const wish = (at: number, urgency: Urgency): Wish => ({ at, urgency, abortedAfter: undefined });
    const reads = Array.from({ length: 60 }, () => wish(0, 'read'));
    const seen = await seenIn([...reads, wish(100, 'revert')]);
    const revert = seen.find(({ urgency }) => urgency === 'revert');
    expect(revert?.leftAt).toBeLessThanOrEqual(100 + gap);
  });

  it('lets a revert wait for reverts only', async () => {
    await fc.assert(
      fc.asyncProperty(wishes, async (all) => {
        const seen = await seenIn(all);
        const reverts = seen.filter(({ urgency }) => urgency === 'revert');
        for (const { at, settledAt } of reverts) {
          const others = reverts.filter((other) => other.at <= settledAt && other.settledAt >= at);
          expect(settledAt - at).toBeLessThanOrEqual(others.length * gap);
        }
      }),
      { numRuns: 50 },
    );
  });

  it('lets those of the same urgency leave in the order in which they came, and all of them', async () => {
    await fc.assert(
      fc.asyncProperty(wishes, async (all) => {
        const seen = await seenIn(all);
        expect(seen).toHaveLength(all.length);
        for (const urgency of ['revert', 'shift', 'read']) {
          const left = seen.filter((one) => one.urgency === urgency && one.leftAt !== undefined);
          const cameAt = left.map(({ at }) => at);
          expect(cameAt).toEqual(cameAt.toSorted((one, other) => one - other));
        }
      }),
      { numRuns: 50 },
    );
  });

  it('settles at once for who is aborted, and gives its place to the next', async () => {
    await fc.assert(
      fc.asyncProperty(wishes, async (all) => {
        const seen = await seenIn(all);
        for (const { at, abortedAfter, leftAt, settledAt } of seen) {
          if (leftAt === undefined) expect(settledAt).toBe(at + (abortedAfter ?? NaN));
        }
        // Of all that wait from the beginning on, those that stay need no longer than they would alone.
        const together = all.map((wish) => ({ ...wish, at: 0 }));
        const aborted = together.map((wish, index) => ({
          ...wish,
          abortedAfter: index % 2 === 0 ? 0 : undefined,
        }));
        const alone = aborted.filter(({ abortedAfter }) => abortedAfter === undefined);
        const lastOf = (some: readonly Seen[]) =>
          Math.max(0, ...some.map((one) => one.leftAt ?? 0));
        const [mixed, only] = [lastOf(await seenIn(aborted)), lastOf(await seenIn(alone))];
        expect(mixed).toBeLessThanOrEqual(only + BURST * gap);
      }),
      { numRuns: 30 },
    );
  });

  it('keeps the place of who asks again', async () => {
    const time = createVirtualTime(0, 1);
    const { clock } = time;
    const queue = createQueue(QUOTA, clock);
    const left: string[] = [];
    await time.run(async () => {
      const first = queue.ticket('shift', 'write');
      await queue.turn(first, NEVER);
      const waiting = Array.from({ length: 20 }, () =>
        queue.turn(queue.ticket('shift', 'write'), NEVER).then(() => left.push('another')),
      );
      await clock.sleep(1);
      await queue.turn(again(first), NEVER).then(() => left.push('first'));
      await Promise.all(waiting);
    });
    expect(left.indexOf('first')).toBeLessThanOrEqual(BURST);
  });

  it('lets every revert write once before one writes again, or is read back', async () => {
    const refusals = fc.array(fc.nat(4), { minLength: 2, maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(refusals, async (refused) => {
        const time = createVirtualTime(0, 1);
        const queue = createQueue(QUOTA, time.clock);
        const left: { readonly what: string; readonly round: number }[] = [];
        await time.run(() =>
          Promise.all(
            refused.map(async (times) => {
              let ticket = queue.ticket('revert', 'write');
              for (let round = 0; round <= times; round++) {
                await queue.turn(ticket, NEVER);
                left.push({ what: 'write', round });
                ticket = again(ticket);
              }
              await queue.turn(queue.ticket('revert', 'read'), NEVER);
              left.push({ what: 'read', round: 1 });
            }),
          ),
        );
        const isFirst = left.map(({ what, round }) => what === 'write' && round === 0);
        expect(isFirst.lastIndexOf(true)).toBe(refused.length - 1);
      }),
      { numRuns: 50 },
    );
  });

  it('is one for all of Lambda’s control plane, and another one for GetFunction', () => {
    const queues = createQueues(createVirtualTime(0, 1).clock);
    expect(queues.of('lambda:UpdateAlias')).toBe(queues.of('lambda:GetAlias'));
    expect(queues.of('lambda:GetFunction')).not.toBe(queues.of('lambda:GetAlias'));
    expect(queues.of('cloudwatch:DescribeAlarms')).not.toBe(queues.of('lambda:GetAlias'));
  });
});
