import type { SimulatorClock } from '../time/clock.ts';
import type { Executions } from './executions.ts';
import { isObject, type Json } from './json.ts';
import type { StatesTime } from './branch.ts';

/** How long EventBridge takes. */
const DELAY_MS = 1_000;

/**
 * A rule of EventBridge that repairs: where an execution ended and its error does not say that it knew what it did, the same machine is
 * started with the same input in mode `repair`. Events come at least once on AWS, and here once.
 */
export function addRepairRule(
  executions: Executions,
  { time, clock }: { readonly time: StatesTime; readonly clock: SimulatorClock },
): void {
  executions.onEnd(({ machine, status, error = '', input }) => {
    if (status === 'SUCCEEDED' || error.startsWith('LambdaCanary.')) return;
    const given = JSON.parse(input) as Json;
    time.at(clock.now() + DELAY_MS, () => {
      const repair = { ...(isObject(given) ? given : {}), mode: 'repair' };
      executions.start(machine.arn, { input: JSON.stringify(repair) });
    });
  });
}
