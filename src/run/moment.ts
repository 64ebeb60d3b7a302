import type { Moment } from '../core/moment.ts';
import type { Clock } from '../ports.ts';

/** The present one. */
export function momentOf(clock: Pick<Clock, 'now' | 'timeOfDay'>): Moment {
  return { steady: clock.now(), timeOfDay: clock.timeOfDay() };
}
