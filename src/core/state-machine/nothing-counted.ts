import { NOTHING_COUNTED } from '../checks/counted.ts';
import { NOTHING_STAKED } from '../statistics/betting.ts';

/** What is kept of the minutes of one comparison. */
export interface MachineCounted {
  readonly standing: unknown;
  readonly served: number;
  readonly failed: number;
}

/** Before there are any: of `NOTHING_COUNTED`, what an execution goes by. */
export const NOTHING_COMPARED: MachineCounted = nothing();

function nothing(): MachineCounted {
  const { wealth, failures, requests, logE, highest, unconfirmed } = NOTHING_STAKED;
  const { baseline } = NOTHING_COUNTED;
  return {
    standing: { wealth, failures, requests, logE, highest, reverts: false, unconfirmed },
    served: baseline.total,
    failed: baseline.bad,
  };
}
