import { createAlias } from './lambda/aliases.ts';
import { createFunction, publishVersion, updateFunction } from './lambda/functions.ts';
import type { Simulator } from './simulator.ts';
import { GOOD, type Behaviour } from './lambda/state.ts';

const BAD: Behaviour = { errorRate: 0.2, durationMs: 60 };

export interface CheckoutOptions {
  /** How the code in `$LATEST` behaves, which is not published yet. */
  readonly next: 'good' | 'bad';
  readonly requestsPerSecond?: number;
}

/**
 * A small shop: the function `checkout` with the alias `live` on version 1, new code in `$LATEST`, and
 * two alarms: `checkout-errors` on the errors of the alias, and the composite `checkout-health`.
 */
export function checkoutWorld(
  { lambda, alarms, traffic }: Simulator,
  { next, requestsPerSecond = 20 }: CheckoutOptions,
): void {
  createFunction(lambda, { functionName: 'checkout', code: 'checkout, first release' });
  publishVersion(lambda, 'checkout', { description: 'first release' });
  createAlias(lambda, 'checkout', 'live', { version: '1' });
  updateFunction(lambda, 'checkout', {
    code: `checkout, a ${next} release`,
    behaviour: next === 'good' ? GOOD : BAD,
  });
  traffic.set('checkout', 'live', requestsPerSecond);

  alarms.putMetricAlarm('checkout-errors', {
    metricName: 'Errors',
    dimensions: { FunctionName: 'checkout', Resource: 'checkout:live' },
    threshold: 10,
    treatMissingData: 'notBreaching',
  });
  alarms.setState('checkout-errors', 'OK', 'Unchecked: Initial alarm creation');
  alarms.putCompositeAlarm('checkout-health', 'ALARM("checkout-errors")');
}
