import type { StatesTime } from '../states/branch.ts';
import type { Execution, Executions } from '../states/executions.ts';
import type { SimulatorClock } from '../time/clock.ts';
import type { Members } from '../wire/members.ts';
import { isDescribed } from './pattern.ts';

/** How long EventBridge takes. */
const DELAY_MS = 1_000;

export interface Rule {
  readonly pattern: Members;
  /** The state machine that is started with the event. */
  readonly machineArn: string;
}

/** Rules of EventBridge about ends of executions, by their names. Events come at least once on AWS, and here once. */
export type Rules = Map<string, Rule>;

export function createRules(
  executions: Executions,
  { clock, time }: { readonly clock: SimulatorClock; readonly time: StatesTime | undefined },
): Rules {
  const rules: Rules = new Map();
  executions.onEnd((execution) => {
    const event = eventOf(execution);
    for (const { pattern, machineArn } of rules.values()) {
      if (!isDescribed(event, pattern)) continue;
      time?.at(clock.now() + DELAY_MS, () => {
        executions.start(machineArn, { input: JSON.stringify(event) });
      });
    }
  });
  return rules;
}

function eventOf({ arn, machine, name, status, input, error, cause }: Execution): Members {
  return {
    source: 'aws.states',
    'detail-type': 'Step Functions Execution Status Change',
    detail: {
      executionArn: arn,
      stateMachineArn: machine.arn,
      name,
      status,
      input,
      error: error ?? null,
      cause: cause ?? null,
    },
  };
}
