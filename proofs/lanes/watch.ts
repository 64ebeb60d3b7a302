import {
  closedAccount,
  judgedAccount,
  NO_FAILURES,
  type FailureAccount,
} from '../../src/core/log-lane/account.ts';
import { shareAlpha } from '../../src/core/log-lane/alpha.ts';
import { LONGEST_REQUEST_MS, type Failure } from '../../src/core/log-lane/failures.ts';
import { afterMinute, STANDARD_RULE, type Minute } from '../../src/core/statistics/evidence.ts';
import { NOTHING_STAKED } from '../../src/core/statistics/betting.ts';
import { STANDARD_FAILURE_RULE } from '../../src/core/statistics/failure-evidence.ts';
import type { Random } from '../../simulator/time/random.ts';
import {
  MINUTE_S,
  PLAN_S,
  PROMOTED_S,
  STEP_S,
  STEP_WEIGHTS,
  type Course,
  type RevertAt,
} from './course.ts';

/** One that watches a rollout, and reverts it at some second. */
export interface Watch {
  /** In the reference figures. */
  readonly key: 'minutes' | 'logs' | 'errors' | 'rate' | 'oracle';
  readonly name: string;
  readonly revertAt: (course: Course, random: Random) => RevertAt;
}

/** From the end of a minute until its metrics count. */
const SETTLE_S = 90;
const POLL_S = 15;
/** From a decision until the alias is written. */
const WRITE_S = 1;
const MINUTES = PLAN_S / MINUTE_S;

/** The first poll from a moment on, and the write. */
function writtenAfter(random: Random, ready: number): number {
  const phase = random() * POLL_S;
  return phase + POLL_S * Math.ceil((ready - phase) / POLL_S) + WRITE_S;
}

/** The comparison by minutes, with a part of alpha. */
function byMinutes(course: Course, random: Random, alpha: number): RevertAt {
  const rule = { ...STANDARD_RULE, alpha };
  let standing = NOTHING_STAKED;
  for (let index = 0; index < MINUTES; index++) {
    standing = afterMinute(standing, course.minute(index), rule);
    if (standing.revertAt !== null) {
      return writtenAfter(random, MINUTE_S * (index + 1) + SETTLE_S);
    }
  }
  return null;
}

const SECOND_MS = 1_000;
const LOG_POLL_S = 5;
const LOG_DELAY_S = 12;
const WEIGHTS = STEP_WEIGHTS.map((weight, step) => ({ since: step * STEP_S * SECOND_MS, weight }));

/** The failures as they are read from logs. @param before nobody asks for a revert after this second */
function byLogs(course: Course, random: Random, alpha: number, before: number): RevertAt {
  const entering = {
    rule: { ...STANDARD_FAILURE_RULE, alpha },
    weights: WEIGHTS,
    requestsPerSecond: course.cell.requestsPerSecond,
  };
  let closed: FailureAccount = NO_FAILURES;
  let open: readonly Failure[] = [];
  let read = 0;
  for (let poll = random() * LOG_POLL_S; poll < before; poll += LOG_POLL_S) {
    const found: Failure[] = [];
    for (; read <= poll - LOG_DELAY_S; read++) found.push(...failuresIn(course, read));
    // Evidence grows with failures of the canary only.
    if (found.length > 0) open = [...open, ...found];
    if (!found.some(({ side }) => side === 'canary')) continue;
    const until = read * SECOND_MS - 1;
    if (judgedAccount(closed, open, { ...entering, until }).standing.revertAt !== null) {
      return poll + WRITE_S;
    }
    closed = closedAccount(closed, open, { ...entering, settledTo: until + LONGEST_REQUEST_MS });
    const { enteredTo } = closed;
    open = open.filter(({ at }) => at >= enteredTo);
  }
  return null;
}

function failuresIn(course: Course, second: number): readonly Failure[] {
  const { baseline, canary } = course.failed(second);
  const at = second * SECOND_MS;
  return [
    ...Array.from({ length: baseline }, () => ({ at, side: 'baseline' as const })),
    ...Array.from({ length: canary }, () => ({ at, side: 'canary' as const })),
  ];
}

/** One alarm on the canary's metric, 1 of 1 minutes, that turns red between 30 s and 90 s after the minute. */
function byAlarm(course: Course, random: Random, breaches: (minute: Minute) => boolean): RevertAt {
  for (let index = 0; index < MINUTES; index++) {
    if (!breaches(course.minute(index))) continue;
    return writtenAfter(random, MINUTE_S * (index + 1) + 30 + 60 * random());
  }
  return null;
}

/** It is told how much worse the canary is, sees each failure as it happens, and reverts at once. */
function withoutLag({ cell }: Course, random: Random): RevertAt {
  const { requestsPerSecond, baseline, canary } = cell;
  if (canary <= baseline) return null;
  const ratio = Math.min(baseline > 0 ? canary / baseline : 1e9, 1e9);
  let [at, logRatio] = [0, 0];
  for (const [step, weight] of STEP_WEIGHTS.entries()) {
    const end = step === STEP_WEIGHTS.length - 1 ? PROMOTED_S : (step + 1) * STEP_S;
    const ofCanary = requestsPerSecond * weight * canary;
    const perSecond = ofCanary + requestsPerSecond * (1 - weight) * baseline;
    const spread = Math.log(1 + weight * (ratio - 1));
    for (;;) {
      at -= Math.log(1 - random()) / perSecond;
      if (at >= end) break;
      logRatio += (random() * perSecond < ofCanary ? Math.log(ratio) : 0) - spread;
      if (logRatio >= -Math.log(STANDARD_RULE.alpha) - 1e-6) return at;
    }
    at = end;
  }
  return null;
}

export const WATCHES: readonly Watch[] = [
  {
    key: 'minutes',
    name: 'minutes alone',
    revertAt: (course, random) => byMinutes(course, random, STANDARD_RULE.alpha),
  },
  {
    key: 'logs',
    name: 'minutes and logs',
    revertAt: (course, random) => {
      const alpha = shareAlpha(STANDARD_RULE.alpha, { logs: true, ownErrors: false });
      const minutes = byMinutes(course, random, alpha.minutes);
      const before = Math.min(minutes ?? PROMOTED_S, PROMOTED_S);
      const logs = byLogs(course, random, alpha.logs, before);
      return logs === null ? minutes : Math.min(logs, minutes ?? logs);
    },
  },
  {
    key: 'errors',
    name: 'alarm Errors>0, 1/1',
    revertAt: (course, random) => byAlarm(course, random, ({ canary }) => canary.bad > 0),
  },
  {
    key: 'rate',
    name: 'alarm rate>1%, 1/1',
    revertAt: (course, random) =>
      byAlarm(course, random, ({ canary }) => canary.bad > 0.01 * canary.total),
  },
  { key: 'oracle', name: 'oracle without any lag', revertAt: withoutLag },
];
