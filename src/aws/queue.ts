import { afterLeaving, afterRefusal, mayLeaveAt, paceOf } from '../core/pace.ts';
import type { Clock } from '../ports.ts';

/** What a call is for decides what it overtakes: a revert everything, a shift what only reads. */
export type Urgency = 'revert' | 'shift' | 'read';

/** A place in the line, kept from a call's first request to its last: who came first goes first, in the same round. */
export interface Ticket {
  readonly urgency: Urgency;
  /**
   * Only reverts have rounds: while AWS refuses calls, no alias is written a second time, or read back, before
   * every other one was written once. All that waits elsewhere is to be done in the order in which it came.
   */
  readonly round: number;
  readonly number: number;
}

/** The line in front of one of AWS's quotas. */
export interface Queue {
  ticket(urgency: Urgency, does: 'write' | 'read'): Ticket;
  /** Resolves when a request may leave. @throws the signal's reason */
  turn(ticket: Ticket, signal: AbortSignal): Promise<void>;
  /** AWS refused a request for being one too many: the pace gives way. */
  refused(): void;
}

interface Waiting extends Ticket {
  readonly leave: () => void;
}

const ORDER: Readonly<Record<Urgency, number>> = { revert: 0, shift: 1, read: 2 };

/** @param quota requests per second that AWS takes from an account in a region */
export function createQueue(quota: number, clock: Clock): Queue {
  let pace = paceOf(quota);
  let tickets = 0;
  let isMoving = false;
  const waiting: Waiting[] = [];

  function enqueue(one: Waiting): void {
    const behind = waiting.findIndex((other) => comesBefore(one, other));
    waiting.splice(behind === -1 ? waiting.length : behind, 0, one);
  }

  function remove(one: Waiting): void {
    const index = waiting.indexOf(one);
    if (index !== -1) waiting.splice(index, 1);
  }

  async function move(): Promise<void> {
    if (isMoving) return;
    isMoving = true;
    while (waiting.length > 0) {
      const now = clock.now();
      const waitMs = mayLeaveAt(pace) - now;
      if (waitMs > 0) {
        await clock.sleep(waitMs);
        continue;
      }
      pace = afterLeaving(pace, now);
      waiting.shift()?.leave();
    }
    isMoving = false;
  }

  return {
    ticket: (urgency, does) => {
      const round = urgency === 'revert' && does === 'read' ? 1 : 0;
      return { urgency, round, number: tickets++ };
    },
    turn: (ticket, signal) =>
      new Promise((resolve, reject) => {
        signal.throwIfAborted();
        const giveUp = () => {
          remove(one);
          reject(signal.reason as Error);
        };
        const one = {
          ...ticket,
          leave: () => {
            signal.removeEventListener('abort', giveUp);
            resolve();
          },
        };
        signal.addEventListener('abort', giveUp, { once: true });
        enqueue(one);
        void move();
      }),
    refused: () => {
      pace = afterRefusal(pace, clock.now());
    },
  };
}

/** The place of a call that is made once more. */
export function again(ticket: Ticket): Ticket {
  return ticket.urgency === 'revert' ? { ...ticket, round: ticket.round + 1 } : ticket;
}

function comesBefore(one: Ticket, other: Ticket): boolean {
  const apart =
    ORDER[one.urgency] - ORDER[other.urgency] ||
    one.round - other.round ||
    one.number - other.number;
  return apart < 0;
}
