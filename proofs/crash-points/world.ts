import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { awsEnvironment } from '../../simulator/environment.ts';
import { startGitHub } from '../../simulator/github/server.ts';
import { createAlias, getAlias } from '../../simulator/lambda/aliases.ts';
import {
  createFunction,
  publishVersion,
  updateFunction,
} from '../../simulator/lambda/functions.ts';
import { runAction, type ActionOptions, type ActionResult } from '../../simulator/runner.ts';
import { startServer } from '../../simulator/server.ts';
import { createSimulator, type Simulator } from '../../simulator/simulator.ts';
import { createSharedTime, type SharedTime } from '../../simulator/time/shared-time.ts';
import { MODES, type Mode } from './points.ts';

const START = Date.UTC(2026, 10, 23, 14, 0, 20);
const INPUTS: ActionOptions['inputs'] = {
  'function-name': 'checkout',
  alias: 'live',
  steps: '10% 1m, 50% 1m',
  'bake-time': '1m',
  'poll-interval': '30s',
  alarms: 'errors',
  analysis: 'off',
  'github-token': 'github-token',
};
export const DESCRIPTION = 'mine';

export interface World {
  readonly simulator: Simulator;
  readonly time: SharedTime;
  /** Of the run that is ended, without its mode. */
  readonly options: ActionOptions;
}

/** A new version that nobody has published yet. */
function somethingNew({ lambda }: Simulator): void {
  createFunction(lambda, { functionName: 'checkout' });
  publishVersion(lambda, 'checkout');
  createAlias(lambda, 'checkout', 'live', { version: '1', description: DESCRIPTION });
  updateFunction(lambda, 'checkout', { code: 'two' });
}

/** @param prepare what there is beside a healthy alarm */
export async function withWorld<T>(
  act: (world: World) => Promise<T>,
  prepare: (simulator: Simulator) => void = somethingNew,
): Promise<T> {
  const time = createSharedTime(START);
  const simulator = createSimulator({ clock: time.clock, time });
  prepare(simulator);
  simulator.alarms.putLogAlarm('errors');
  simulator.alarms.setState('errors', 'OK', 'all is well');
  const [server, github] = await Promise.all([
    startServer(simulator, { time }),
    startGitHub({ time }),
  ]);
  const temp = mkdtempSync(join(tmpdir(), 'lambda-canary-crash-'));
  const url = 'https://github.com/acme/shop/actions/runs/42';
  github.runs.set('acme/shop/42/1', { status: 'completed', conclusion: 'failure', htmlUrl: url });
  const options: ActionOptions = {
    time,
    environment: {
      ...awsEnvironment(server.url, simulator.region),
      ...github.environment,
      RUNNER_TEMP: temp,
    },
    inputs: INPUTS,
  };
  try {
    return await act({ simulator, time, options });
  } finally {
    await Promise.all([server.close(), github.close()]);
    rmSync(temp, { recursive: true });
    time.close();
  }
}

/** The alias as somebody sees it who looks. */
export interface Seen {
  /** `1`, or `1+2@0.1`. */
  readonly serves: string;
  readonly description: string;
}

export function look({ lambda }: Simulator): Seen {
  const { version, weights, description } = getAlias(lambda, 'checkout', 'live');
  const others = Object.entries(weights).map(([other, part]) => `${other}@${part}`);
  return { serves: [version, ...others].join('+'), description };
}

export function inMode(mode: string, options: ActionOptions): ActionOptions {
  return { ...options, inputs: { ...options.inputs, mode } };
}

/** A later run of the workflow, on another runner. */
export function runLater(mode: string, options: ActionOptions): Promise<ActionResult> {
  const environment = { ...options.environment, GITHUB_RUN_ID: '43' };
  return runAction(inMode(mode, { ...options, environment }));
}

/** The jobs before the one that is ended. */
export async function runBefore(mode: Mode, options: ActionOptions): Promise<void> {
  for (const before of MODES[mode].before) {
    const { outputs, log } = await runAction(inMode(before, options));
    if (outputs['outcome'] !== 'held') throw new Error(`mode: ${before} is not held: ${log}`);
  }
}

/** How many calls a job of a mode makes when nobody ends it. */
export function callsOf(mode: Mode): Promise<number> {
  return withWorld(async ({ simulator, options }) => {
    await runBefore(mode, options);
    const before = simulator.requests.length;
    const { outputs, log } = await runAction(inMode(mode, options));
    if (outputs['outcome'] !== MODES[mode].outcome) {
      throw new Error(`mode: ${mode} is not ${MODES[mode].outcome} by itself: ${log}`);
    }
    return simulator.requests.length - before;
  });
}
