import type { Minute } from '../../src/core/statistics/evidence.ts';
import { onPlan, type Detector } from './detector.ts';

interface Alarm {
  readonly name: string;
  readonly breaches: (minute: Minute) => boolean;
  /** It goes off when this many … */
  readonly datapoints: number;
  /** … of this many minutes breach. */
  readonly periods: number;
}

/** A CloudWatch alarm; a minute without data does not breach. */
export function alarm({ name, breaches, datapoints, periods }: Alarm): Detector {
  return onPlan(name, (minutes) => {
    const breaching = minutes.map(breaches);
    const first = breaching.findIndex(
      (_, index) =>
        breaching.slice(Math.max(0, index + 1 - periods), index + 1).filter(Boolean).length >=
        datapoints,
    );
    return first < 0 ? null : first;
  });
}

/** Both versions together, as an alarm on the alias sees them. */
export function failuresOfAlias({ baseline, canary }: Minute): number {
  return baseline.bad + canary.bad;
}

export function failureRateOfAlias(minute: Minute): number {
  const total = minute.baseline.total + minute.canary.total;
  return total === 0 ? 0 : failuresOfAlias(minute) / total;
}
