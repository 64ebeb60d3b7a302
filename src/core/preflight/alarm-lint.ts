import type { Plan } from '../rollout/plan.ts';
import type { AlarmDefinition } from './alarm-definition.ts';
import { diluted } from './alarm-dilution.ts';
import { tooSlow } from './alarm-pace.ts';
import { unseeing, type LintedTarget } from './alarm-sight.ts';

/** An alarm to lint. Without a definition nothing is known of it, so nothing is said. */
export interface LintedAlarm {
  readonly name: string;
  readonly definition: AlarmDefinition | undefined;
}

export interface LintedRollout {
  readonly targets: readonly LintedTarget[];
  readonly plan: Plan;
}

/** Warnings about alarms that cannot do their job in this rollout. */
export function lintAlarms(
  alarms: readonly LintedAlarm[],
  { targets, plan }: LintedRollout,
): readonly string[] {
  const steps = plan.steps.map((step, index) => ({ ...step, number: index + 1 }));
  return alarms.flatMap(({ name, definition }) => {
    if (definition === undefined) return [];
    const faults = [
      tooSlow(definition, steps),
      unseeing(definition, targets) ?? diluted(definition, { targets, steps }),
    ];
    return faults.flatMap((fault) => (fault === undefined ? [] : [`Alarm ${name} ${fault}`]));
  });
}
