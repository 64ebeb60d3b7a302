import { MINUTE_MS } from '../minute.ts';
import type { Inspection } from '../inspection.ts';
import { longestBakeMs, type Course } from '../rollout/plan.ts';
import { formatDuration } from '../text/duration.ts';
import { count, grouped } from '../text/numbers.ts';
import { eventsLeft, LEAST_POLL_MS, type ReadingPace } from './history.ts';
import { minutesToRead } from './payload.ts';

/** DescribeAlarms answers up to 10 KB for an alarm, most of it the reason; so many answers are one payload. */
export const MOST_ALARMS = 25;

/** Moved at once, by a Map whose events count as many times against the history, also where all are put back. */
export const MOST_TARGETS = 25;

/**
 * Of the input, as JSON in JSON. EventBridge leaves the input out of the event of an end when it has more than 248 KB in this form, and
 * without it there is nothing to put back by. The rest is for the cause of the end, and for what a part of the rollout that goes on with
 * another's hands over.
 */
const MOST_INPUT = 150_000;

/** Step Functions ends an execution after a year, which no catcher sees; a revert may need the last of it. */
const LONGEST_MS = 364 * 24 * 60 * MINUTE_MS;

/** A rollout that AWS is to carry, as its execution would be started. */
export interface Carried extends ReadingPace {
  readonly course: Pick<Course, 'steps' | 'maxExtension' | 'settlingMs'>;
  readonly targets: number;
  readonly alarms: number;
  /** How many metrics are read for all targets together, each time that the versions are compared; 0 where they are not. */
  readonly series: number;
  /** How many minutes of all of them one reply has room for, and how long after its end a minute is read. */
  readonly mostMinutes: number;
  readonly metricDelayMs: number;
  /** What is asked for from one reading to the next; `pollMs` is what the history has room for. */
  readonly askedPollMs: number;
  /** The input of the execution, as it is sent. */
  readonly input: string;
}

/**
 * What must hold before an execution is started: within these limits, no end of it is due to a limit of Step Functions. Such an end would
 * be seen by nothing but the repair rule.
 */
export function inspectLimits(carried: Carried): Inspection {
  return {
    problems: [
      ...tooMany(carried),
      ...tooLong(carried),
      ...tooManyEvents(carried),
      ...tooMuchRead(carried),
      ...tooLargeAnInput(carried),
    ],
    warnings: seldom(carried),
  };
}

function tooMany({ alarms, targets }: Carried): readonly string[] {
  return [
    ...(targets > MOST_TARGETS
      ? [
          `${count(targets, 'function')} are more than the ${MOST_TARGETS} that one execution can move, all or none: split the rollout, or use engine: runner.`,
        ]
      : []),
    ...(alarms > MOST_ALARMS
      ? [
          `${count(alarms, 'alarm')} are more than the ${MOST_ALARMS} whose states fit one reading of an execution: name a composite alarm over them, or use engine: runner.`,
        ]
      : []),
  ];
}

function tooLong({ course, holdMs }: Carried): readonly string[] {
  const longestMs = longestBakeMs(course) + holdMs;
  if (longestMs <= LONGEST_MS) return [];
  return [
    `The rollout may last ${formatDuration(longestMs)} with its extensions and hold-for, and Step Functions ends an execution after a year: shorten steps, max-extension or hold-for.`,
  ];
}

function tooManyEvents(carried: Carried): readonly string[] {
  const { course, targets, pollMs } = carried;
  const left = eventsLeft({ course, targets, compares: carried.series > 0 }, carried);
  if (left >= 0) return [];
  return [
    `The history of an execution has 25,000 events, and this plan may need ${count(-left, 'event')} more (${count(course.steps.length, 'step')} of ${count(targets, 'function')}, the checks read every ${formatDuration(pollMs)}): take fewer steps or functions, or shorten max-extension or hold-for.`,
  ];
}

/** What was missed while nothing could be seen is made up for from reading to reading; but each must get on. */
function tooMuchRead(carried: Carried): readonly string[] {
  const { series, mostMinutes, metricDelayMs, pollMs, holdMs, holdPollMs } = carried;
  const longestMs = Math.max(pollMs, holdMs > 0 ? holdPollMs : 0);
  const minutes = minutesToRead({ pollMs: longestMs, delayMs: metricDelayMs });
  if (series === 0 || minutes <= mostMinutes) return [];
  return [
    `One reading of the metrics may be of ${count(minutes, 'minute')}, and of ${count(series, 'metric')} Step Functions takes ${count(mostMinutes, 'minute')} at once: roll out fewer functions at once, compare fewer metrics, or take a shorter plan, which is read more often.`,
  ];
}

function tooLargeAnInput({ input }: Carried): readonly string[] {
  const bytes = bytesInJson(input);
  if (bytes <= MOST_INPUT) return [];
  return [
    `The input of the execution has ${grouped(bytes)} bytes, and more than ${grouped(MOST_INPUT)} could not be put back by the repair rule: roll out fewer functions at once, or take fewer steps.`,
  ];
}

/** What a text takes as a text in JSON, in which it is escaped; its quotes included. */
function bytesInJson(text: string): number {
  return new TextEncoder().encode(JSON.stringify(text)).length;
}

function seldom({ course, pollMs, askedPollMs }: Carried): readonly string[] {
  if (pollMs <= askedPollMs) return [];
  const read = `The checks are read every ${formatDuration(pollMs)}, not every ${formatDuration(askedPollMs)}`;
  if (pollMs <= LEAST_POLL_MS) {
    return [`${read}: a state machine reads them no more often.`];
  }
  const short = course.steps.filter(({ bakeMs }) => bakeMs > 0 && bakeMs < pollMs).length;
  const all = `${read}: the history of an execution has 25,000 events, and this plan is long.`;
  return [
    short === 0
      ? all
      : `${all} ${count(short, 'step')} of it bake for less, and are read at their end.`,
  ];
}
