/**
 * How fast calls may follow each other under one of AWS's quotas. Two things are decided here: when the
 * next call may leave, and how the pace gives way when AWS refuses calls although we keep to the quota:
 * others use the same account.
 */
export interface Pace {
  /** Calls per second, while AWS takes them. */
  readonly most: number;
  /** The pace at `since`, calls per second; from there on it rises again to `most`. */
  readonly rate: number;
  /** When it gave way last, epoch milliseconds. */
  readonly since: number;
  /** When the next call would leave if all followed each other evenly. */
  readonly evenly: number;
}

/** A little is left for others: a person at the console, another job. */
const OUR_SHARE = 14 / 15;
/** Calls that may leave at once after a pause, so that few functions do not wait for each other at all. */
export const BURST = 3;
/** What a refusal leaves of the pace, */
const KEPT = 0.7;
/** but never less than this of the quota: a revert that has its turn must leave within a second. */
const LEAST = 1 / 4;
/** Refusals that come closer together are answers to calls of the same pace. */
const SAME_CAUSE_MS = 1_000;
/** The part of the quota by which the pace rises in a second. */
const REGAINED = 1 / 10;

/** @param quota calls per second that AWS takes from an account */
export function paceOf(quota: number): Pace {
  const most = quota * OUR_SHARE;
  return { most, rate: most, since: -Infinity, evenly: -Infinity };
}

/** When the next call may leave, epoch milliseconds; the past when it may at once. */
export function mayLeaveAt({ most, evenly }: Pace): number {
  return evenly - ((BURST - 1) * 1000) / most;
}

/** The pace after a call left. */
export function afterLeaving(pace: Pace, at: number): Pace {
  return { ...pace, evenly: Math.max(pace.evenly, at) + 1000 / rateAt(pace, at) };
}

/** The pace after AWS refused a call for being one too many. */
export function afterRefusal(pace: Pace, at: number): Pace {
  if (at - pace.since < SAME_CAUSE_MS) return pace;
  const rate = Math.max(rateAt(pace, at) * KEPT, pace.most * LEAST);
  // What may still leave at once was meant for an account that has room.
  const evenly = Math.max(pace.evenly, at + ((BURST - 1) * 1000) / pace.most + 1000 / rate);
  return { ...pace, rate, since: at, evenly };
}

/** Calls per second at a moment. */
export function rateAt({ most, rate, since }: Pace, at: number): number {
  if (rate >= most) return most;
  return Math.min(most, rate + (most * REGAINED * (at - since)) / 1000);
}
