import type { Counts, Minute } from '../statistics/evidence.ts';
import type { Series } from '../metric-source.ts';
import { MINUTE_MS } from '../minute.ts';

/** A count of all and a count of the bad ones, per version. */
export interface PairSeries {
  readonly baseline: CountSeries;
  readonly canary: CountSeries;
}

export interface CountSeries {
  readonly total: Series;
  readonly bad: Series;
}

export interface TimedMinute extends Minute {
  /** Epoch milliseconds of its beginning. */
  readonly at: number;
}

export interface PairingOptions {
  /** Beginning of the first and of the last minute that count. */
  readonly from: number;
  readonly to: number;
  /** Minutes that had two weights: an error rate that changes in one of them would read as the canary's. */
  readonly mixed: ReadonlySet<number>;
  /**
   * What it means that requests were counted and nothing was said of bad ones. Lambda gives an `Errors` of 0 or 1
   * with each of its `Invocations`, so there the one is late; of a metric of the user's own mostly nothing is
   * published unless something was bad.
   */
  readonly withoutBad: 'late' | 'none';
}

/** The minutes whose counts are there, in order. Without any request of a version there is no datapoint: 0. */
export function pairMinutes(
  { baseline, canary }: PairSeries,
  { from, to, mixed, withoutBad }: PairingOptions,
): readonly TimedMinute[] {
  const minutes: TimedMinute[] = [];
  for (let at = from; at <= to; at += MINUTE_MS) {
    if (mixed.has(at)) continue;
    const counts = [baseline, canary].map((series) => countsAt(series, at, withoutBad));
    const [ofBaseline, ofCanary] = counts;
    if (ofBaseline === undefined || ofCanary === undefined) continue;
    minutes.push({ at, baseline: ofBaseline, canary: ofCanary });
  }
  return minutes;
}

function countsAt(
  { total, bad }: CountSeries,
  at: number,
  withoutBad: PairingOptions['withoutBad'],
): Counts | undefined {
  const requests = whole(total.get(at)) ?? 0;
  const failures = whole(bad.get(at));
  if (requests === 0) return { total: 0, bad: 0 };
  if (failures === undefined)
    return withoutBad === 'late' ? undefined : { total: requests, bad: 0 };
  return { total: requests, bad: failures };
}

/** Sums of counts; a metric that is something else must not make evidence of fractions or of less than nothing. */
function whole(value: number | undefined): number | undefined {
  return value === undefined ? undefined : Math.max(0, Math.round(value));
}
