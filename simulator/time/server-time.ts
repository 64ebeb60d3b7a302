import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout } from 'node:timers/promises';

/** The time on which a server of the simulated world answers late, and which knows what it is asked. */
export interface ServerTime {
  sleep(ms: number): Promise<void>;
  /** A request has come. */
  begin(request: IncomingMessage, response: ServerResponse): Exchange;
}

/** One request, as time sees it. */
export interface Exchange {
  /** Time may pass until then: the server does nothing for it. */
  waitFor(what: Promise<unknown>): Promise<void>;
  /** Resolves when the process that asked has dealt with the signals that were sent to it meanwhile. */
  signalsHandled(): Promise<void>;
  /** The server does nothing for it any more, answered or not. */
  end(): void;
}

/** By the machine's clock, which waits for nobody. */
export const machineTime: ServerTime = {
  sleep: (ms) => setTimeout(ms),
  begin: () => ({
    async waitFor(what) {
      await what;
    },
    signalsHandled: () => Promise.resolve(),
    end: () => undefined,
  }),
};
