import { targetName, type Target } from '../alias/target.ts';
import { judgesAlone } from '../checks/blindness.ts';
import type { AnalysisPolicy } from '../checks/analysis-policy.ts';
import type { AfterPromotion } from '../checks/promoted.ts';
import { MINUTE_MS } from '../minute.ts';
import type { Course } from '../rollout/plan.ts';
import { formatDuration } from '../text/duration.ts';
import { count, grouped } from '../text/numbers.ts';
import { readingPaceOf } from './history.ts';
import { metricPlan, type Checked } from './metric-plan.ts';
import {
  judgedBytes,
  minutesToRead,
  MOST_QUERIES,
  mostMinutesOf,
  queryBytes,
  USABLE_BYTES,
} from './payload.ts';

/** What is to be watched. */
export interface Wanted extends Pick<Checked, 'compared' | 'thresholds'> {
  readonly targets: readonly Target[];
  readonly course: Pick<Course, 'steps' | 'maxExtension' | 'settlingMs'>;
  /** What is asked for; a long plan is read less often. */
  readonly pollMs: number;
  /** How long people may take to decide; 0 where nothing is held. */
  readonly holdMs: number;
  readonly metricDelayMs: number;
  /** Undefined: the versions are not compared. */
  readonly analysis: AnalysisPolicy | undefined;
  readonly afterPromotion: AfterPromotion;
}

/** What the state machine cannot watch, and what to do about it: two sentences without their full stops. */
export interface Unreachable {
  readonly input: string;
  readonly reason: string;
  readonly wayOut: string;
}

const FEWER =
  'roll out fewer functions at once, or leave some of compare-metrics and metric-checks out';

/** Of what is read of CloudWatch, what an execution would not have room for: it would end in the middle, and no state could catch that. */
export function unreachable(wanted: Wanted): readonly Unreachable[] {
  const { targets, course, metricDelayMs } = wanted;
  const plan = metricPlan({
    ...wanted,
    compares: wanted.analysis !== undefined,
    judgesAlone: judgesAlone(wanted),
  });
  const isOwn = wanted.compared.length === 0 && wanted.thresholds.length === 0;
  const input = isOwn
    ? 'function-name'
    : wanted.compared.length > 0
      ? 'compare-metrics'
      : 'metric-checks';
  const queries = plan.metrics.length * targets.length;
  const refused = (reason: string, wayOut = FEWER): readonly Unreachable[] => [
    { input, reason, wayOut },
  ];
  const what = `${count(plan.metrics.length, 'metric')} of ${count(targets.length, 'function')}`;
  if (queries > MOST_QUERIES) {
    return refused(
      `one call of CloudWatch takes ${MOST_QUERIES} metrics, and ${what} are ${queries}`,
    );
  }
  const asked = queryBytes(plan, targets);
  if (asked > USABLE_BYTES)
    return refused(tooMuch(`what is asked of CloudWatch for ${what}`, asked));
  const names = targets.map(targetName);
  const kept = judgedBytes(plan, { targets: names, weights: course.steps.length });
  if (kept > USABLE_BYTES) return refused(tooMuch(`what is kept of ${what}`, kept));
  const compares = plan.metrics.length > 0;
  const pace = readingPaceOf(
    { course, targets: targets.length, compares },
    { leastMs: wanted.pollMs, holdMs: wanted.holdMs },
  );
  const pollMs = Math.max(pace.pollMs, pace.holdMs > 0 ? pace.holdPollMs : 0);
  const needed = minutesToRead({ pollMs, delayMs: metricDelayMs });
  const most = mostMinutesOf(plan, targets.length);
  if (compares && needed > most) {
    return refused(
      `a reply of CloudWatch has room for ${count(most, 'minute')} of ${what}, and with a reading every ` +
        `${formatDuration(pollMs)} it would be of ${count(needed, 'minute')}`,
      pollMs > MINUTE_MS
        ? `${FEWER}, or make the plan shorter, so that it is read more often`
        : FEWER,
    );
  }
  return [];
}

function tooMuch(what: string, bytes: number): string {
  return `AWS Step Functions has room for ${grouped(Math.floor(USABLE_BYTES / 1024))} KiB, and ${what} takes ${grouped(Math.ceil(bytes / 1024))}`;
}
