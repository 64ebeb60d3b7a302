import { createSharedTime, type SharedTime } from '../simulator/time/shared-time.ts';
import { awsEnvironment } from '../simulator/environment.ts';
import type { Behaviour, Configuration } from '../simulator/lambda/state.ts';
import { runAction } from '../simulator/runner.ts';
import { startServer } from '../simulator/server.ts';
import { createSimulator, type Simulator, type SimulatorOptions } from '../simulator/simulator.ts';
import { createClients } from './clients.ts';
import type { Event } from './functions.ts';
import { refuseInterrupted, type Site } from './site.ts';

const START = Date.UTC(2026, 10, 23, 14, 0, 20);

const CREDENTIALS = { accessKeyId: 'simulator', secretAccessKey: 'simulator' };

export interface SimulatedSite extends Site {
  readonly simulator: Simulator;
  readonly time: SharedTime;
  /** Lets the simulated time pass for as long as something takes. */
  readonly pass: <T>(act: () => Promise<T>) => Promise<T>;
}

/** The simulator in this process, on simulated time: hours take as long as the work in them. */
export async function simulatedSite(
  options: Pick<SimulatorOptions, 'seed' | 'leavesOutEmptyLists' | 'publicationDelayMs'> = {},
): Promise<SimulatedSite> {
  const time = createSharedTime(START);
  const { clock } = time;
  const simulator = createSimulator({ ...options, clock, time, countsInvocations: true });
  simulator.lambda.program = program;
  const server = await startServer(simulator, { time });
  const environment = awsEnvironment(server.url, simulator.region);
  return {
    name: 'the simulator',
    simulator,
    time,
    region: simulator.region,
    account: simulator.lambda.account,
    environment,
    roles: undefined,
    now: () => clock.now(),
    sleep: (ms) => time.sleep(ms),
    pass: (act) => time.passUntil(act()),
    clients: (signal, credentials = CREDENTIALS) =>
      createClients({
        region: simulator.region,
        endpoint: server.url,
        credentials,
        // By a time of day that is not its own, the SDK sends again what was refused.
        maxAttempts: 1,
        around: {
          now: () => clock.now(),
          send(call) {
            refuseInterrupted(signal);
            return time.hold(call);
          },
        },
      }),
    runAction: (inputs) => runAction({ time, inputs, environment }),
    async close() {
      await server.close();
      time.close();
    },
  };
}

const FAILURES = { throws: 'exception', exits: 'crash', hangs: 'timeout' } as const;
const USUAL_MS = 40;

/** What the code in `function/index.mjs` does, which does not run here. */
function program({ settings }: Configuration, given: unknown): Behaviour {
  const { fails, lastsMs = 0 } = (given ?? {}) as Event;
  const { Environment: environment, Timeout: timeout = 3 } = settings as {
    readonly Environment?: { readonly Variables?: { readonly FAILING?: string } };
    readonly Timeout?: number;
  };
  const timeoutMs = timeout * 1_000;
  const durationMs = fails === 'hangs' ? timeoutMs : USUAL_MS + lastsMs;
  if (fails === undefined) {
    return { errorRate: Number(environment?.Variables?.FAILING ?? 0), durationMs };
  }
  if (fails === '') return { errorRate: 0, durationMs };
  return { errorRate: 1, durationMs, failure: FAILURES[fails] };
}
