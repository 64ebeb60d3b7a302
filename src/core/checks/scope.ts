import {
  beginningOfMinute,
  firstWholeMinute,
  isEarlyInMinute,
  lastMinuteBefore,
  lastSettledMinute,
  MINUTE_MS,
} from '../minute.ts';
import { timeOfDayThen, type Moment } from '../moment.ts';
import type { Bake } from '../rollout/plan.ts';
import { awaitedMinute, hasSettled, type Look } from './settling.ts';

/** When, and over which minutes, something is judged. */
export interface Scope {
  readonly at: Moment;
  readonly bake: Bake;
  /** Beginnings of the first and of the last minute. */
  readonly from: number;
  readonly to: number;
  /** Of the last minute that nothing is to be waited for any more. */
  readonly settledTo: number;
  /** Beginning of the last minute in which both versions served requests. */
  readonly sideBySide: number;
  /** The weights that were in force, each from the beginning of a minute on; of before the first one nothing is known. */
  readonly weights: readonly { readonly from: number; readonly weight: number }[];
  /** Minutes in which two weights were in force. */
  readonly mixed: ReadonlySet<number>;
}

/** A weight, and when it came into force. */
export interface Change {
  readonly at: Moment;
  readonly weight: number;
}

export interface ScopeOptions {
  readonly at: Moment;
  readonly bake: Bake;
  /** When weights changed, as far as this process knows. */
  readonly changes: readonly Change[];
  /** When the rollout began, by the time of day, if an earlier job began it. */
  readonly begunAt: number | undefined;
  readonly metricDelayMs: number;
  /** What was seen last of a minute that is waited for. */
  readonly look?: Look | undefined;
}

/** All minutes since the rollout began, those included in which the machine stood still. */
export function scopeOf(options: ScopeOptions): Scope {
  const { at, bake, changes, begunAt } = options;
  const changed = changes.map((change) => timeOfDayThen(change.at, at));
  const { to, settledTo } = endOf(options);
  const uneven = changed.filter((time) => !isEarlyInMinute(time));
  return {
    at,
    bake,
    from: firstWholeMinute(Math.min(begunAt ?? Infinity, ...changed)),
    to,
    settledTo,
    // At 100 % there is no baseline any more.
    sideBySide:
      bake.weight < 100 ? to : Math.min(to, lastMinuteBefore(timeOfDayThen(bake.shiftedAt, at))),
    weights: changes.map((change) => ({
      from: firstWholeMinute(timeOfDayThen(change.at, at)),
      weight: change.weight,
    })),
    mixed: new Set(uneven.map(beginningOfMinute)),
  };
}

/** A minute that is waited for counts as soon as it does not change any more, and is waited for while it does. */
function endOf({ at, bake, metricDelayMs, look }: ScopeOptions): Pick<Scope, 'to' | 'settledTo'> {
  const isSettled = (minute: number) => hasSettled(minute, look, { at, metricDelayMs });
  const known = look !== undefined && isSettled(look.minute) ? look.minute : -Infinity;
  const to = Math.max(known, lastSettledMinute(at.timeOfDay, metricDelayMs));
  const awaited = awaitedMinute(bake, at);
  const isAwaited = awaited !== undefined && !isSettled(awaited);
  return { to, settledTo: isAwaited ? Math.min(to, awaited - MINUTE_MS) : to };
}
