import type { Fault } from '../wire/faults.ts';
import type { WireReply, WireRequest } from '../wire/wire.ts';
import type { SimulatorClock } from '../time/clock.ts';
import type { StatesTime } from './branch.ts';
import type { Send } from './sdk.ts';

/** A reply, or the fault that it is answered with. */
export interface Answer {
  readonly reply?: WireReply;
  readonly fault?: Fault;
}

/** Sends requests of an execution past the same faults, quotas and records as those that come over HTTP. */
export function sendBy(
  handle: (request: WireRequest) => Answer,
  { clock, time }: { readonly clock: SimulatorClock; readonly time: StatesTime },
): Send {
  return async (request) => {
    const { reply, fault } = handle(request);
    switch (fault?.type) {
      case 'hang':
        return await new Promise<never>(() => undefined);
      case 'late':
        await fault.until;
        return handle(request).reply;
      case 'delay':
        await new Promise<void>((resolve) => {
          time.at(clock.now() + fault.ms, resolve);
        });
        return reply;
      default:
        return reply;
    }
  };
}
