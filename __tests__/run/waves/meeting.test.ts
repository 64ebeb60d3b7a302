import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { createMeeting } from '../../../src/run/waves/meeting.ts';

const never = () => new AbortController().signal;

/** Lets everything happen that follows at once. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('a meeting', () => {
  it('lets nobody go ahead of who is least far', async () => {
    const places = fc.uniqueArray(fc.integer({ min: 1, max: 100 }), { minLength: 1 });
    await fc.assert(
      fc.asyncProperty(fc.array(places, { minLength: 2, maxLength: 5 }), async (ways) => {
        const meeting = createMeeting(ways.length);
        const wanted = ways.map(() => 0);
        const walking = ways.map(async (way, member) => {
          for (const place of way.toSorted((one, other) => one - other)) {
            wanted[member] = place;
            await meeting.reach(member, place, never());
            // Whoever goes on to a place, all others want to be there, or were further, or have left.
            expect(Math.min(...wanted)).toBeGreaterThanOrEqual(place);
          }
          wanted[member] = Infinity;
          meeting.leave(member);
        });
        await Promise.all(walking);
      }),
      { numRuns: 50 },
    );
  });

  it('waits for nobody who has left', async () => {
    const meeting = createMeeting(2);
    const reached = meeting.reach(0, 10, never());
    meeting.leave(1);
    await expect(reached).resolves.toBeUndefined();
  });

  it('ends the waiting of who is aborted, with its reason', async () => {
    const meeting = createMeeting(2);
    const over = new AbortController();
    const reached = meeting.reach(0, 10, over.signal);
    over.abort(new Error('enough'));
    await expect(reached).rejects.toThrow('enough');
    await expect(meeting.reach(0, 20, over.signal)).rejects.toThrow('enough');
  });

  it('keeps waiting until the last one comes', async () => {
    const meeting = createMeeting(3);
    let isThere = false;
    const reached = meeting.reach(0, 10, never()).then(() => {
      isThere = true;
    });
    void meeting.reach(1, 50, never());
    await settled();
    expect(isThere).toBe(false);
    void meeting.reach(2, 10, never());
    await reached;
    expect(isThere).toBe(true);
  });
});
