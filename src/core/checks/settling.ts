import { lastMinuteBefore, lastMinuteOf, latestSettledMs, MINUTE_MS } from '../minute.ts';
import { timeOfDayThen, type Moment } from '../moment.ts';
import { bakedAt, isBakeOver, type Bake } from '../rollout/plan.ts';
import type { Series } from '../metric-source.ts';

/** What was seen last of a minute that is waited for. */
export interface Look {
  /** Beginning of the minute. */
  readonly minute: number;
  /** Of each metric that it is compared by; undefined where there is no datapoint. */
  readonly values: readonly (number | undefined)[];
  /** When it was seen so first and last, by the steady clock. */
  readonly since: number;
  readonly at: number;
}

/**
 * Whoever publishes once a minute, each at a second of their own, has done so by then. What is there sooner may be the requests of
 * one environment of many, and looks as unchanged.
 */
const SOONEST_MS = MINUTE_MS;

/** A poll, at its shortest. */
const UNCHANGED_MS = 13_000;

/** The beginning of the minute that the promotion, or the end of its bake, waits for; undefined when nothing is waited for. */
export function awaitedMinute(bake: Bake, at: Moment): number | undefined {
  if (!isBakeOver(bake, at)) return undefined;
  if (bake.weight >= 100) return lastMinuteBefore(timeOfDayThen(bake.shiftedAt, at));
  return bake.promotionNext ? lastBakedMinute(bake, at) : undefined;
}

/** The beginning of the last minute of a bake that is over. */
export function lastBakedMinute(bake: Bake, at: Moment): number {
  return lastMinuteOf(at.timeOfDay - (at.steady - bakedAt(bake)));
}

/** Whether looking at a minute may tell anything yet. */
export function isWorthALook(minute: number, { at, metricDelayMs }: When): boolean {
  return ageMs(minute, at.timeOfDay) >= Math.min(SOONEST_MS, metricDelayMs);
}

interface When {
  readonly at: Moment;
  readonly metricDelayMs: number;
}

/** The look at a minute after another one. @param series in the order of the metrics */
export function looked(
  before: Look | undefined,
  {
    minute,
    at,
    series,
  }: { readonly minute: number; readonly at: Moment; readonly series: readonly Series[] },
): Look {
  const values = series.map((each) => each.get(minute));
  const isSame =
    before?.minute === minute && values.every((value, index) => value === before.values[index]);
  return { minute, values, since: isSame ? before.since : at.steady, at: at.steady };
}

/**
 * A minute has settled when it does not change any more. Measured (`npm run bench:settling`): none of a minute that is published within
 * one is taken too early so, and it is waited for 15 s less than 90 s. Where a metric has no datapoint, that may be because there is
 * none yet, so that `metric-delay` counts. What still changes is waited for, until two minutes after its end.
 */
export function hasSettled(
  minute: number,
  look: Look | undefined,
  { at, metricDelayMs }: When,
): boolean {
  const age = ageMs(minute, at.timeOfDay);
  if (age >= latestSettledMs(metricDelayMs)) return true;
  if (!isWorthALook(minute, { at, metricDelayMs })) return false;
  if (look?.minute !== minute || look.at - look.since < UNCHANGED_MS) return false;
  return age >= metricDelayMs || look.values.every((value) => value !== undefined);
}

/** How long ago a minute ended. */
function ageMs(minute: number, timeOfDay: number): number {
  return timeOfDay - (minute + MINUTE_MS);
}
