import type { SimulatorClock } from '../time/clock.ts';
import type { Executions } from './executions.ts';
import type { StatesTime } from './branch.ts';

/** How long EventBridge takes. */
const DELAY_MS = 1_000;

/** In the input of an execution that is a repair already. */
const EVENT = 'Step Functions Execution Status Change';

/**
 * A rule of EventBridge that repairs: where an execution ended and its error does not say that it knew what it did, the same machine is
 * started with the event of that end, as the templates have it. Events come at least once on AWS, and here once.
 */
export function addRepairRule(
  executions: Executions,
  { time, clock }: { readonly time: StatesTime; readonly clock: SimulatorClock },
): void {
  executions.onEnd(({ machine, arn, status, error, input }) => {
    if (status === 'SUCCEEDED' || error?.startsWith('LambdaCanary.') === true) return;
    if (input.includes(`"detail-type":"${EVENT}"`)) return;
    const [executionArn, stateMachineArn] = [arn, machine.arn];
    const detail = { executionArn, stateMachineArn, status, input, error: error ?? null };
    time.at(clock.now() + DELAY_MS, () => {
      const event = { source: 'aws.states', 'detail-type': EVENT, detail };
      executions.start(machine.arn, { input: JSON.stringify(event) });
    });
  });
}
