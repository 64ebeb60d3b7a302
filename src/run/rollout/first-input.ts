import type { Part } from '../../core/alias/continuation.ts';
import type { Shifting } from '../../core/alias/shifting.ts';
import { targetName } from '../../core/alias/target.ts';
import type { AlarmWatch } from '../../core/checks/alarms.ts';
import type { Called } from '../../core/checks/reader.ts';
import type { Inspection } from '../../core/inspection.ts';
import type { Course } from '../../core/rollout/plan.ts';
import { machineInput } from '../../core/state-machine/first-input.ts';
import type { MachineInput } from '../../core/state-machine/input.ts';
import { inspectLimits } from '../../core/state-machine/limits.ts';
import type { Config } from '../../inputs/config.ts';
import { boundsOf } from './bounds.ts';
import { policyOf } from './undertaking.ts';

/** A rollout that AWS is to carry, whether it is begun or only looked at. */
export interface ToBeCarried {
  readonly config: Config;
  readonly part: Part;
  readonly shifting: readonly (Shifting & Called)[];
  readonly watches: readonly AlarmWatch[];
  readonly comparable: boolean;
  readonly region: string;
}

/** What an execution is given where none carried the rollout before. */
export function firstInput(carried: ToBeCarried): MachineInput {
  const { config, part, shifting, watches, comparable, region } = carried;
  return machineInput({
    course: courseOf(carried),
    beginning: part.beginning,
    holdMs: config.holdForMs,
    shifting,
    region,
    watches,
    alarmPolicy: config,
    afterPromotion: config.afterPromotion,
    compared: config.compareMetrics,
    thresholds: config.metricChecks,
    metricDelayMs: config.analysis.policy.metricDelayMs,
    // AWS reads no logs, so that they have no part of alpha.
    analysis: comparable ? policyOf({ config, logged: [] }) : undefined,
    pollMs: config.pollIntervalMs,
  });
}

/** Whether Step Functions takes it. */
export function limitsOf(carried: ToBeCarried, input: MachineInput): Inspection {
  const { config, shifting, watches } = carried;
  const course = courseOf(carried);
  const { policy } = config.analysis;
  const mayHold = course.holdAfter !== undefined || policy.onInconclusive === 'hold';
  return inspectLimits({
    course,
    targets: shifting.length,
    alarms: watches.length,
    series: input.policy.metrics.length * shifting.length,
    mostMinutes: input.policy.mostMinutes,
    metricDelayMs: policy.metricDelayMs,
    askedPollMs: config.pollIntervalMs,
    pollMs: input.pollMs,
    holdMs: mayHold ? config.holdForMs : 0,
    holdPollMs: input.hold.pollMs,
    input: JSON.stringify(input),
  });
}

/** Nothing of this process is a deadline of a plan that AWS carries. */
function courseOf({ config, part, comparable }: ToBeCarried): Course {
  return {
    steps: part.plan.steps,
    holdAfter: part.holdAfter,
    deadline: undefined,
    ...boundsOf(config.analysis, comparable),
  };
}

/** Without its mark, nobody finds the execution that moves an alias. */
export function withoutRoom(shifting: readonly Shifting[]): readonly string[] {
  return shifting
    .filter(({ marks }) => marks.length === 0)
    .map(
      ({ target }) =>
        `${targetName(target)}: engine: step-functions needs room for the mark of the rollout in the description of each ` +
        'alias, as by that it is found again; shorten the description',
    );
}
