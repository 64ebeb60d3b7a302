// What depends on the machine, in real time: for comparisons within one run.
import { spawn } from 'node:child_process';

import { withBench } from './world.ts';

const RUNS = 11;

/** The median of some runs, after one that warms the machine up. */
export async function median(measure: () => Promise<number>): Promise<number> {
  await measure();
  const values: number[] = [];
  for (let run = 0; run < RUNS; run++) values.push(await measure());
  values.sort((a, b) => a - b);
  return values[Math.floor(values.length / 2)] ?? NaN;
}

export async function emptyProcess(): Promise<number> {
  const begin = performance.now();
  const child = spawn(process.execPath, ['--input-type=module', '--eval', ''], { stdio: 'ignore' });
  await new Promise((resolve) => child.once('close', resolve));
  return performance.now() - begin;
}

/** From the start of the process to its first request. */
export function startToFirstRequest(): Promise<number> {
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

/** CloudWatch and Lambda requests of one poll in the middle of a bake. */
export function requestsPerPoll(alarms: number, functions: number): Promise<number> {
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

/** From SIGINT to the write that puts stable back, as the simulated Lambda saw it. */
export function signalToWritten(): Promise<number> {
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
export function overhead(): Promise<number> {
  return withBench({}, async ({ start }) => {
    const begin = performance.now();
    await start({ steps: '10% 2s, 50% 2s', 'bake-time': '2s' }).done;
    return performance.now() - begin - BAKES_MS;
  });
}
