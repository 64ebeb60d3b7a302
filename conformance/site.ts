import type { Clients } from './clients.ts';
import type { Ended, Lab } from './lab.ts';

/** Where experiments run: AWS, or what stands in for it. */
export interface Site extends Pick<Lab, 'region' | 'account' | 'environment' | 'now'> {
  /** As the report names it. */
  readonly name: string;
  /** With a record of calls of its own. @param signal whether calls and pauses are refused by now */
  readonly clients: (signal: AbortSignal) => Clients;
  readonly sleep: (ms: number) => Promise<void>;
  readonly runAction: (
    inputs: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ) => Promise<Ended>;
  /** What an account has and can have: without CloudFormation, roles are given. */
  readonly hasCloudFormation: boolean;
  close(): Promise<void>;
}

/** Everything stops here when somebody interrupts the run. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
}

/** Pauses that an interruption ends at once. @throws Interrupted */
export function interruptible(sleep: Site['sleep'], signal: AbortSignal): Site['sleep'] {
  return async (ms) => {
    let wake: () => void = () => undefined;
    const interrupted = new Promise<void>((resolve) => {
      wake = resolve;
    });
    signal.addEventListener('abort', wake, { once: true });
    if (!signal.aborted) await Promise.race([sleep(ms), interrupted]);
    signal.removeEventListener('abort', wake);
    refuseInterrupted(signal);
  };
}

/** @throws Interrupted */
export function refuseInterrupted(signal: AbortSignal): void {
  if (signal.aborted) throw new Interrupted('The run was interrupted');
}
