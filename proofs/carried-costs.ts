import type { Course } from '../src/core/rollout/plan.ts';
import { readingPaceOf } from '../src/core/state-machine/history.ts';

/** In US dollars. `verified`: read on the page of the vendor then; else from memory, and to be looked up before it is relied on. */
export const PRICES = {
  transitions: {
    each: 0.025 / 1_000,
    of: 'Step Functions: $0.025 per 1,000 state transitions',
    verified: '2026-11-24',
  },
  metrics: {
    each: 0.01 / 1_000,
    of: 'CloudWatch: $0.01 per 1,000 metrics of GetMetricData',
    verified: undefined,
  },
  runnerMinutes: {
    each: 0.006,
    of: 'GitHub: $0.006 a minute of a Linux runner with 2 cores',
    verified: undefined,
  },
} as const;

/** Step Functions counts each state that is entered, and each retry. The wait, the alarms, what they say, a look, and what follows. */
const TURN = 5;
/** Where the versions are compared. */
const COMPARISON = 1;
/** Whether there is another step, the map, what became of all, and how long it bakes. */
const STEP = 4;
/** Of one target: takes it, writes, hands it on. */
const SHIFT = 3;
/** Of one target, once: looks whether it serves the canary alone, takes the mark off, and looks again. */
const SETTLE_AND_CONFIRM = 11;
/** The beginning, the end, and what is around the settling and the confirming of all. */
const FRAME = 19;

/** Of each target: requests and errors of both versions. */
const METRICS = 4;

/** A job that starts an execution and leaves it; GitHub counts whole minutes. */
const LEFT_MINUTES = 1;

export interface CostedPlan {
  readonly course: Pick<Course, 'steps' | 'maxExtension' | 'settlingMs'>;
  readonly targets: number;
  readonly compares: boolean;
  /** What is asked for from one reading to the next. */
  readonly pollMs: number;
}

/** @param turns how often the checks are read */
export function transitionsOf(
  { course, targets, compares }: Omit<CostedPlan, 'pollMs'>,
  turns: number,
): number {
  const steps = course.steps.length * (STEP + SHIFT * targets);
  const comparisons = compares ? (turns - 1) * COMPARISON : 0;
  return FRAME + steps + SETTLE_AND_CONFIRM * targets + turns * TURN + comparisons;
}

export interface Costs {
  readonly pollMs: number;
  readonly minutes: number;
  readonly transitions: number;
  readonly metrics: number;
  /** US dollars, without what is free every month. */
  readonly carriedByAws: number;
  readonly runner: number;
  readonly runnerLeft: number;
}

/** What a rollout costs in which nothing is extended and nothing goes wrong. */
export function costsOf(plan: CostedPlan): Costs {
  const { pollMs } = readingPaceOf(plan, { leastMs: plan.pollMs, holdMs: 0 });
  const bakeMs = plan.course.steps.reduce((sum, step) => sum + step.bakeMs, 0);
  const turns = Math.ceil(bakeMs / pollMs) + plan.course.steps.length;
  const minutes = Math.ceil(bakeMs / 60_000) + 1;
  const transitions = transitionsOf(plan, turns);
  const metrics = plan.compares ? (turns - 1) * METRICS * plan.targets : 0;
  return {
    pollMs,
    minutes,
    transitions,
    metrics,
    carriedByAws: transitions * PRICES.transitions.each + metrics * PRICES.metrics.each,
    runner: minutes * PRICES.runnerMinutes.each,
    runnerLeft: LEFT_MINUTES * PRICES.runnerMinutes.each,
  };
}
