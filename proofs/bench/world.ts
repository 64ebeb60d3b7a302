import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { awsEnvironment } from '../../simulator/environment.ts';
import { createAlias } from '../../simulator/lambda/aliases.ts';
import {
  createFunction,
  publishVersion,
  updateFunction,
} from '../../simulator/lambda/functions.ts';
import { startAction, type ActionOptions, type RunningAction } from '../../simulator/runner.ts';
import { startServer } from '../../simulator/server.ts';
import { inRegions } from '../../simulator/regions.ts';
import { createSimulator, type Simulator } from '../../simulator/simulator.ts';
import type { SharedTime } from '../../simulator/time/shared-time.ts';

export interface Bench {
  /** That of the first region. */
  readonly simulator: Simulator;
  /** One for each region. */
  readonly simulators: readonly Simulator[];
  readonly functionNames: readonly string[];
  readonly start: (
    inputs: ActionOptions['inputs'],
    other?: Pick<Partial<ActionOptions>, 'bundle' | 'environment'>,
  ) => RunningAction;
}

export interface BenchOptions {
  /** In each region. */
  readonly functions?: number;
  /** All of one wave. */
  readonly regions?: readonly [string, ...string[]] | undefined;
  readonly alarms?: number;
  /** The time that the bundle shares with the simulated AWS, instead of the machine's. Its pauses are jittered alike then. */
  readonly time?: SharedTime;
}

/**
 * Measures the committed bundle in a fresh simulated AWS. Of each function version 1 is live, and other code
 * is in `$LATEST`.
 */
export async function withBench<T>(
  { functions = 1, alarms = 1, regions, time }: BenchOptions,
  measure: (bench: Bench) => Promise<T>,
): Promise<T> {
  const functionNames = names('function', functions);
  const alarmNames = names('alarm', alarms);
  const create = (region?: string): Simulator => {
    const clocked = time === undefined ? {} : { clock: time.clock };
    const simulator = createSimulator(region === undefined ? clocked : { ...clocked, region });
    for (const functionName of functionNames) {
      createFunction(simulator.lambda, { functionName });
      publishVersion(simulator.lambda, functionName);
      createAlias(simulator.lambda, functionName, 'live', { version: '1' });
      updateFunction(simulator.lambda, functionName, { code: 'two' });
    }
    for (const name of alarmNames) {
      simulator.alarms.putLogAlarm(name);
      simulator.alarms.setState(name, 'OK', '');
    }
    return simulator;
  };
  const [first, ...others] = regions ?? [undefined];
  const simulator = create(first);
  const simulators = [simulator, ...others.map(create)] as const;
  const served = inRegions([simulator, ...simulators.slice(1)]);
  const server = await startServer(served, time === undefined ? {} : { time });
  const shared = time === undefined ? {} : { time, nodeArguments: ['--random-seed=1'] };
  const temp = mkdtempSync(join(tmpdir(), 'lambda-canary-bench-'));
  const start: Bench['start'] = (inputs, other) =>
    startAction({
      ...shared,
      ...other,
      environment: {
        ...awsEnvironment(server.url, simulator.region),
        RUNNER_TEMP: temp,
        ...other?.environment,
      },
      inputs: {
        'function-name': functionNames.join(','),
        alias: 'live',
        alarms: alarmNames.join(','),
        regions: regions?.join(',') ?? '',
        'poll-interval': '1s',
        analysis: 'off',
        ...inputs,
      },
    });
  try {
    return await measure({ simulator, simulators, functionNames, start });
  } finally {
    rmSync(temp, { recursive: true, force: true });
    await server.close();
    time?.close();
  }
}

function names(prefix: string, count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}-${index + 1}`);
}
