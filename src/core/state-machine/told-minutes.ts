import { pairMinutes, type TimedMinute } from '../checks/pairing.ts';
import type { Series } from '../metric-source.ts';
import {
  beginningOfMinute,
  firstWholeMinute,
  isEarlyInMinute,
  lastMinuteBefore,
  lastSettledMinute,
  MINUTE_MS,
} from '../minute.ts';
import { NOTHING_STAKED, type Standing } from '../statistics/betting.ts';
import { afterMinute, type Rule } from '../statistics/evidence.ts';
import { membersOf, numberOf, numbersIn, recordsIn, textOf, type Members } from './members.ts';
import { queryId } from './queries.ts';

/** What a reply of GetMetricData gave, by the ids of its queries. */
export type Replied = ReadonlyMap<string, Series>;

export const NOTHING_REPLIED: Replied = new Map();

/** Undefined of a reply that is another one. */
export function repliedIn(data: unknown): Replied | undefined {
  const { MetricDataResults: results } = membersOf(data);
  if (results === undefined) return undefined;
  const series = recordsIn(results).map((result) => {
    const values = [result['Values']].flat();
    const times = [result['Timestamps']].flat();
    const points = times.flatMap((time, index) => {
      const value = values[index];
      return typeof value === 'number' && typeof time === 'number'
        ? [[beginningOfMinute(time), value] as const]
        : [];
    });
    return [textOf(result['Id']), new Map(points)] as const;
  });
  return new Map(series);
}

/** What tells which minutes a reading was of. */
export interface Pairing {
  readonly replied: Replied;
  /** Number of the target. */
  readonly target: number;
  /** Of Lambda's own, what tells of no failures is late. */
  readonly isLate: boolean;
  /** The variables of the execution. */
  readonly variables: Members;
  /** From which minute on nothing had been added up for good. */
  readonly openFrom: number;
  readonly policy: Members;
  /** Percent that the canary has now. */
  readonly weight: number;
}

/** The minutes of one comparison as the machine paired them out of a reply: `SCOPE` and `PAIRING` of counting.ts. @param of numbers of its metrics in the plan */
export function minutesIn(of: Members, pairing: Pairing): readonly TimedMinute[] {
  const { replied, target, isLate, variables, openFrom, policy, weight } = pairing;
  const seriesOf = (name: string) => replied.get(queryId(numberOf(of[name], -1), target));
  // Once all that the versions did side by side is known, it is asked no more.
  if (seriesOf('requests') === undefined) return [];
  const pairOf = (total: string, bad: string) => ({
    total: seriesOf(total) ?? NOTHING,
    bad: seriesOf(bad) ?? NOTHING,
  });
  const changed = recordsIn(variables['changes']).map(({ at }) => numberOf(at));
  const begun = [...changed, ...numbersIn(variables['begun'])];
  if (begun.length === 0) return [];
  const from = Math.max(firstWholeMinute(Math.min(...begun)), openFrom);
  const settled = lastSettledMinute(numberOf(variables['readingAt']), numberOf(policy['delayMs']));
  const room = from + (numberOf(policy['mostMinutes'], Infinity) - 1) * MINUTE_MS;
  const last = weight < 100 ? Infinity : lastMinuteBefore(numberOf(variables['shiftedAt']));
  return pairMinutes(
    { baseline: pairOf('served', 'failed'), canary: pairOf('requests', 'failures') },
    {
      from,
      to: Math.min(settled, room, last),
      mixed: new Set(changed.filter((at) => !isEarlyInMinute(at)).map(beginningOfMinute)),
      withoutBad: isLate ? 'late' : 'none',
    },
  );
}

const NOTHING: Series = new Map();

/** How the bets stood before the last of these minutes. @param closed as the machine had added up everything before the first */
export function stakedBefore(closed: unknown, minutes: readonly TimedMinute[], rule: Rule) {
  return minutes
    .slice(0, -1)
    .reduce((so, minute) => afterMinute(so, minute, rule), standingOf(membersOf(closed)));
}

function standingOf({
  wealth,
  failures,
  requests,
  logE,
  highest,
  reverts,
  unconfirmed,
}: Members): Standing {
  const bets = numbersIn(wealth);
  if (bets.length !== NOTHING_STAKED.wealth.length) return NOTHING_STAKED;
  return {
    wealth: bets,
    failures: numberOf(failures),
    requests: numberOf(requests),
    stretches: 0,
    logE: numberOf(logE),
    highest: numberOf(highest),
    revertAt: reverts === true ? 0 : null,
    unconfirmed: recordsIn(unconfirmed).map(({ stakes }) => numbersIn(stakes)),
  };
}
