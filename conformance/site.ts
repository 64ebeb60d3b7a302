import type { Clients, Credentials } from './clients.ts';
import type { Ended, Lab, Roles } from './lab.ts';

/** Where experiments run: AWS, or what stands in for it. */
export interface Site extends Pick<Lab, 'region' | 'account' | 'environment' | 'now'> {
  /** As the report names it. */
  readonly name: string;
  /**
   * With a record of calls of its own.
   * @param signal whether calls and pauses are refused by now
   * @param credentials left out: those of the site
   */
  readonly clients: (signal: AbortSignal, credentials?: Credentials) => Clients;
  /** Until then, or until the signal is aborted. */
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
  readonly runAction: (
    inputs: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ) => Promise<Ended>;
  /** Given where CloudFormation is not to make them, and is not there maybe. */
  readonly roles: Roles | undefined;
  close(): Promise<void>;
}

/** Everything stops here when somebody interrupts the run. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
}

/** Pauses that an interruption ends at once. @throws Interrupted */
export function interruptible(sleep: Site['sleep'], signal: AbortSignal): Lab['sleep'] {
  return async (ms) => {
    if (!signal.aborted) await sleep(ms, signal);
    refuseInterrupted(signal);
  };
}

/** @throws Interrupted */
export function refuseInterrupted(signal: AbortSignal): void {
  if (signal.aborted) throw new Interrupted('The run was interrupted');
}
