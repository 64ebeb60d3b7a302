// Measures the committed bundle against the simulator, in real time. Prints a table; judges nothing.
import { spawn } from 'node:child_process';
import { statSync } from 'node:fs';

import { createAlias } from '../simulator/lambda/aliases.ts';
import { awsEnvironment } from '../simulator/environment.ts';
import { createFunction, publishVersion, updateFunction } from '../simulator/lambda/functions.ts';
import { startAction, type ActionOptions, type RunningAction } from '../simulator/runner.ts';
import { startServer } from '../simulator/server.ts';
import { createSimulator, type Simulator } from '../simulator/simulator.ts';

const RUNS = 11;

interface Bench {
  readonly simulator: Simulator;
  readonly start: (inputs: ActionOptions['inputs']) => RunningAction;
}

/** A fresh simulated AWS with this many functions and alarms. */
async function withBench<T>(
  { functions = 1, alarms = 1 }: { readonly functions?: number; readonly alarms?: number },
  measure: (bench: Bench) => Promise<T>,
): Promise<T> {
  const simulator = createSimulator();
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
  const server = await startServer(simulator);
  const start = (inputs: ActionOptions['inputs']) =>
    startAction({
      environment: awsEnvironment(server.url, simulator.region),
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
    return await measure({ simulator, start });
  } finally {
    await server.close();
  }
}

function names(prefix: string, count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}-${index + 1}`);
}

async function repeated(measure: () => Promise<number>): Promise<number> {
  await measure();
  const values: number[] = [];
  for (let run = 0; run < RUNS; run++) values.push(await measure());
  values.sort((a, b) => a - b);
  return values[Math.floor(values.length / 2)] ?? NaN;
}

/** From the start of the process to its first request. */
function startToFirstRequest(): Promise<number> {
  return withBench({}, async ({ simulator, start }) => {
    const begin = performance.now();
    let first = NaN;
    simulator.faults.before(() => {
      if (Number.isNaN(first)) first = performance.now();
    });
    await start({ 'dry-run': 'true' }).done;
    return first - begin;
  });
}

async function emptyProcess(): Promise<number> {
  const begin = performance.now();
  const child = spawn(process.execPath, ['--input-type=module', '--eval', ''], { stdio: 'ignore' });
  await new Promise((resolve) => child.once('close', resolve));
  return performance.now() - begin;
}

/** CloudWatch and Lambda requests of one poll in the middle of a bake. */
function requestsPerPoll(alarms: number, functions: number): Promise<number> {
  return withBench({ alarms, functions }, async ({ simulator, start }) => {
    const action = start({ steps: '10% 30s' });
    await action.seen('10 % shifted');
    const begin = simulator.requests.length;
    const polls = () =>
      simulator.requests.slice(begin).filter(({ operation }) => operation === 'DescribeAlarms')
        .length;
    while (polls() < 3) await new Promise((resolve) => setTimeout(resolve, 20));
    const perPoll = (simulator.requests.length - begin) / polls();
    action.process.kill('SIGINT');
    await action.done;
    return perPoll;
  });
}

/** From the signal to the write that puts stable back, as the simulated Lambda saw it. */
function signalToReverted(): Promise<number> {
  return withBench({}, async ({ simulator, start }) => {
    const action = start({ steps: '10% 30s' });
    await action.seen('10 % shifted');
    const begin = Date.now();
    action.process.kill('SIGINT');
    await action.done;
    return (simulator.aliasHistory.at(-1)?.at ?? NaN) - begin;
  });
}

const BAKES_MS = 6_000;

/** From the start of the process to its end, without the bake times of the plan. */
function overhead(): Promise<number> {
  return withBench({}, async ({ start }) => {
    const begin = performance.now();
    await start({ steps: '10% 2s, 50% 2s', 'bake-time': '2s' }).done;
    return performance.now() - begin - BAKES_MS;
  });
}

function print(what: string, value: string): void {
  console.log(`${what.padEnd(58)} ${value}`);
}

const started = await repeated(startToFirstRequest);
const empty = await repeated(emptyProcess);
print('start to the first AWS request, median', `${started.toFixed(0)} ms`);
print('an empty Node process, start to end, median', `${empty.toFixed(0)} ms`);
print('ratio', (started / empty).toFixed(1));
for (const alarms of [1, 10, 100]) {
  const count = await requestsPerPoll(alarms, 1);
  print(`AWS requests per poll, 1 function, ${alarms} alarm(s)`, count.toFixed(2));
}
const many = await requestsPerPoll(10, 10);
print('AWS requests per poll, 10 functions, 10 alarms', many.toFixed(2));
print(
  'SIGINT to the reverted alias, median',
  `${(await repeated(signalToReverted)).toFixed(0)} ms`,
);
print('a rollout of three steps, without its bakes', `${(await overhead()).toFixed(0)} ms`);
const megabytes = statSync(new URL('../dist/index.js', import.meta.url)).size / 1e6;
print('size of dist/index.js', `${megabytes.toFixed(2)} MB`);
