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
import { createSimulator, type Simulator } from '../../simulator/simulator.ts';
import type { SharedTime } from '../../simulator/time/shared-time.ts';

export interface Bench {
  readonly simulator: Simulator;
  readonly functionNames: readonly string[];
  readonly start: (
    inputs: ActionOptions['inputs'],
    other?: Pick<Partial<ActionOptions>, 'bundle' | 'environment'>,
  ) => RunningAction;
}

export interface BenchOptions {
  readonly functions?: number;
  readonly alarms?: number;
  /** The time that the bundle shares with the simulated AWS, instead of the machine's. Its pauses are jittered alike then. */
  readonly time?: SharedTime;
}

/**
 * Measures the committed bundle in a fresh simulated AWS. Of each function version 1 is live, and other code
 * is in `$LATEST`.
 */
export async function withBench<T>(
  { functions = 1, alarms = 1, time }: BenchOptions,
  measure: (bench: Bench) => Promise<T>,
): Promise<T> {
  const simulator = createSimulator(time === undefined ? {} : { clock: time.clock });
  const functionNames = names('function', functions);
  for (const functionName of functionNames) {
    createFunction(simulator.lambda, { functionName });
    publishVersion(simulator.lambda, functionName);
    createAlias(simulator.lambda, functionName, 'live', { version: '1' });
    updateFunction(simulator.lambda, functionName, { code: 'two' });
  }
  const alarmNames = names('alarm', alarms);
  for (const name of alarmNames) {
    simulator.alarms.putLogAlarm(name);
    simulator.alarms.setState(name, 'OK', '');
  }
  const server = await startServer(simulator, time === undefined ? {} : { time });
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
        'poll-interval': '1s',
        analysis: 'off',
        ...inputs,
      },
    });
  try {
    return await measure({ simulator, functionNames, start });
  } finally {
    rmSync(temp, { recursive: true, force: true });
    await server.close();
    time?.close();
  }
}

function names(prefix: string, count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}-${index + 1}`);
}
