import { beginningOfMinute, MINUTE_MS } from '../minute.ts';
import { parted, type Moment } from '../moment.ts';
import { bakedAt } from '../rollout/plan.ts';
import type { FindSeries, MetricSource } from '../metric-source.ts';
import type { Judged, Phase, Reader } from './reader.ts';
import type { Scope } from './scope.ts';

/**
 * For how long after its end a minute may still change: Lambda dates a request by its beginning and counts it at its end, which is
 * up to 15 minutes later, the longest timeout of a function; CloudWatch was seen to take up to three more to have it all.
 */
export const HORIZON_MS = 18 * MINUTE_MS;

/** What is read together, at one pace, and what its minutes came to. */
export interface Ledger {
  /** Before any minute was given to them. */
  readonly begun: readonly Reader[];
  /** How many minutes there are from one reading to the next. */
  readonly everyMinutes: number;
  /** With the minutes that cannot change any more. */
  readonly closed: readonly Reader[];
  /** With those as well that still may, as they were read last. */
  readonly current: readonly Reader[];
  /** Beginning of the first minute that may still change; undefined before anything was closed. */
  readonly openFrom: number | undefined;
  readonly last: LastReading | undefined;
}

interface LastReading {
  readonly at: Moment;
  /** Beginning of the last minute that was read. */
  readonly to: number;
  /** Beginning of the last minute that nothing was to be waited for any more. */
  readonly settledTo: number;
  /** The bake that was going on, by the steady time of its beginning. */
  readonly bake: number;
}

export function ledgerOf(readers: readonly Reader[], everyMinutes: number): Ledger {
  return {
    everyMinutes,
    begun: readers,
    closed: readers,
    current: readers,
    openFrom: undefined,
    last: undefined,
  };
}

/**
 * The ledger as far as it can be believed at a moment. By a clock that was set back since, what was closed may not have been over,
 * so that everything is read again.
 */
export function believed(ledger: Ledger, { at }: Pick<Scope, 'at'>): Ledger {
  const { begun, everyMinutes, last } = ledger;
  const wasSetBack = last !== undefined && parted(last.at, at) < 0;
  return wasSetBack ? ledgerOf(begun, everyMinutes) : ledger;
}

function phaseOf({ bake }: Pick<Scope, 'bake'>): Phase {
  return bake.weight < 100 ? 'side by side' : 'alone';
}

/** What is to be read now, and from which minute on; nothing where all that matters cannot change any more. */
export function wantedBy(
  ledger: Ledger,
  scope: Scope,
): { readonly sources: readonly MetricSource[]; readonly from: number } {
  const from = firstOpen(ledger, scope);
  const sources = ledger.closed
    .filter(({ until }) => from <= (until === 'end' ? scope.to : scope.sideBySide))
    .flatMap((reader) => reader.sources(phaseOf(scope)));
  return { sources, from };
}

function firstOpen({ openFrom }: Ledger, { from }: Scope): number {
  return Math.max(from, openFrom ?? -Infinity);
}

/**
 * Whether it is time to read: when its pace brings a new minute. Once a bake is over, with each new minute, and once at least, as a
 * step ends with what was read after its bake; and with each new weight.
 */
export function isDue({ everyMinutes, last }: Ledger, { at, bake, to, settledTo }: Scope): boolean {
  if (last?.bake !== bake.since.steady) return true;
  const end = bakedAt(bake);
  const isOver = at.steady >= end;
  if (isOver && last.at.steady < end) return true;
  // What was waited for is read as it settled.
  if (isOver && settledTo > last.settledTo) return true;
  return to - last.to >= (isOver ? 1 : everyMinutes) * MINUTE_MS;
}

/** Takes in what was read of all minutes that are open, and closes those that are beyond the horizon. */
export function withReading(ledger: Ledger, find: FindSeries, scope: Scope): Ledger {
  const from = firstOpen(ledger, scope);
  const changing = beginningOfMinute(scope.at.timeOfDay - HORIZON_MS);
  const openFrom = Math.max(from, Math.min(changing, scope.to + MINUTE_MS));
  const closing = between(scope, from, openFrom - MINUTE_MS);
  const closed = openFrom > from ? enterAll(ledger.closed, find, closing) : ledger.closed;
  return {
    ...ledger,
    closed,
    current: enterAll(closed, find, between(scope, openFrom, scope.to)),
    openFrom: openFrom > from ? openFrom : ledger.openFrom,
    last: {
      at: scope.at,
      to: scope.to,
      settledTo: scope.settledTo,
      bake: scope.bake.since.steady,
    },
  };
}

function enterAll(readers: readonly Reader[], find: FindSeries, scope: Scope): readonly Reader[] {
  return readers.map((reader) => reader.enter(find, scope));
}

function between(scope: Scope, from: number, to: number): Scope {
  return { ...scope, from, to, sideBySide: Math.min(scope.sideBySide, to) };
}

/** What everything that was read so far comes to at a moment. */
export function judgedBy({ current }: Ledger, scope: Scope): readonly Judged[] {
  return current.map((reader) => reader.judge(scope));
}
