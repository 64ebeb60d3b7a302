import { createAlias, getAlias } from '../../simulator/lambda/aliases.ts';
import type { AlarmState } from '../../simulator/cloudwatch/alarms.ts';
import { acceleratedClock } from '../../simulator/time/clock.ts';
import { awsEnvironment } from '../../simulator/environment.ts';
import type { SeenRequest } from '../../simulator/wire/faults.ts';
import {
  createFunction,
  publishVersion,
  updateFunction,
} from '../../simulator/lambda/functions.ts';
import {
  runAction,
  startAction,
  type ActionOptions,
  type ActionResult,
  type RunningAction,
} from '../../simulator/runner.ts';
import { startServer } from '../../simulator/server.ts';
import {
  createSimulator,
  type RecordedRequest,
  type Simulator,
} from '../../simulator/simulator.ts';

/** A minute of the simulated world passes in 0.6 s. */
const SPEED = 100;
const ACCELERATE = new URL('../../simulator/time/accelerate.ts', import.meta.url).href;

/** A simulated AWS with a server, and the committed bundle to run against it in fast time. */
export interface World {
  readonly simulator: Simulator;
  /** Where the simulated AWS listens. */
  readonly url: string;
  run(inputs?: ActionOptions['inputs'], more?: More): Promise<ActionResult>;
  start(inputs?: ActionOptions['inputs'], more?: More): RunningAction;
  setAlarm(state: AlarmState, reason?: string, name?: string): void;
  /** What the alias serves: `1`, or `1+2@0.1`. */
  alias(functionName?: string): string;
  /** Every routing the alias had, the first one included; not the writes that changed the description only. */
  routings(functionName?: string): readonly string[];
  /** The operations that change something, in order. */
  writes(): readonly string[];
  /** Resolves with the request for an operation that comes as number `count`, from 0. */
  requested(operation: string, count: number): Promise<RecordedRequest>;
  close(): Promise<void>;
}

/** What a test gives a run besides inputs. */
type More = Partial<Pick<ActionOptions, 'state' | 'environment'>>;

/** The inputs that every test shares unless it says otherwise. */
export const INPUTS: ActionOptions['inputs'] = {
  'function-name': 'checkout',
  alias: 'live',
  steps: '10% 1m, 50% 1m',
  'bake-time': '1m',
  'poll-interval': '10s',
  alarms: 'errors',
  analysis: 'off',
};

/**
 * The function checkout: version 1 is live, other code is in $LATEST. The alarm errors is OK, and
 * changes only when a test says so.
 */
export async function createWorld({ speed = SPEED } = {}): Promise<World> {
  const time = { originMs: Date.now(), speed };
  const simulator = createSimulator({ clock: acceleratedClock(time) });
  addFunction(simulator, 'checkout');
  simulator.alarms.putLogAlarm('errors');
  simulator.alarms.setState('errors', 'OK', 'all is well');
  const server = await startServer(simulator);

  const options = (
    inputs: ActionOptions['inputs'] = {},
    { state = {}, environment = {} }: More = {},
  ): ActionOptions => ({
    nodeArguments: ['--import', ACCELERATE],
    environment: {
      ...awsEnvironment(server.url, simulator.region),
      SIMULATED_TIME: `${time.originMs},${time.speed}`,
      ...environment,
    },
    inputs: { ...INPUTS, ...inputs },
    state,
  });

  return {
    simulator,
    url: server.url,
    run: (inputs, more) => runAction(options(inputs, more)),
    start: (inputs, more) => startAction(options(inputs, more)),
    setAlarm: (state, reason = 'because', name = 'errors') => {
      simulator.alarms.setState(name, state, reason);
    },
    alias: (functionName = 'checkout') =>
      describe(getAlias(simulator.lambda, functionName, 'live')),
    routings: (functionName = 'checkout') =>
      simulator.aliasHistory
        .filter((each) => each.functionName === functionName)
        .map(describe)
        .filter((routing, index, all) => routing !== all[index - 1]),
    writes: () =>
      simulator.requests
        .filter(({ operation }) => /^(Publish|Create|Update|Put|Delete)/.test(operation))
        .map(({ operation, error }) => (error === '' ? operation : `${operation}: ${error}`)),
    requested: (operation, count) =>
      new Promise((resolve) => {
        simulator.onRequest((request) => {
          if (request.operation === operation && request.count === count) resolve(request);
        });
      }),
    close: () => server.close(),
  };
}

/** Version 1 is live, other code is in $LATEST. */
export function addFunction(
  { lambda }: Simulator,
  functionName: string,
  options: Omit<Parameters<typeof createFunction>[1], 'functionName'> = {},
): void {
  createFunction(lambda, { functionName, ...options });
  const { version } = publishVersion(lambda, functionName, { description: 'the first' });
  createAlias(lambda, functionName, 'live', { version });
  updateFunction(lambda, functionName, { code: `${functionName} 2` });
}

/** Runs `act` once, right after the request for `operation` that came as number `count`, from 0. */
export function after(
  { faults }: Simulator,
  operation: string,
  count: number,
  act: () => void,
): void {
  faults.after((request: SeenRequest) => {
    if (request.operation === operation && request.count === count) act();
  });
}

function describe({
  version,
  weights,
}: {
  readonly version: string;
  readonly weights: Readonly<Record<string, number>>;
}): string {
  const additional = Object.entries(weights).map(([other, weight]) => `+${other}@${weight}`);
  return `${version}${additional.join('')}`;
}
