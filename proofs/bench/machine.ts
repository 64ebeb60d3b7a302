// What depends on the machine, in real time: for comparisons within one run.
import { execFileSync, spawn } from 'node:child_process';
import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { withBench } from './world.ts';

const RUNS = 11;

/** The median of some runs, after one that warms the machine up. */
export async function median(measure: () => Promise<number>): Promise<number> {
  return (await medians([measure]))[0] ?? NaN;
}

/** The same of several things that are measured in turns, so that what else the machine does is theirs alike. */
export async function medians(
  measures: readonly (() => Promise<number>)[],
): Promise<readonly number[]> {
  const turns: number[][] = [];
  for (let turn = 0; turn <= RUNS; turn++) {
    const values: number[] = [];
    for (const measure of measures) values.push(await measure());
    turns.push(values);
  }
  return measures.map((_, index) => {
    const values = turns.slice(1).map((turn) => turn[index] ?? NaN);
    return values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
  });
}

export async function emptyProcess(): Promise<number> {
  const begin = performance.now();
  const child = spawn(process.execPath, ['--input-type=module', '--eval', ''], { stdio: 'ignore' });
  await new Promise((resolve) => child.once('close', resolve));
  return performance.now() - begin;
}

/**
 * From the start of the process to its first request, with nothing kept of what an earlier process compiled: a
 * runner of GitHub's is a new machine.
 * @param bundle left out: the committed one
 */
export function startToFirstRequest(bundle?: string): Promise<number> {
  return withBench({}, async ({ simulator, start }) => {
    const begin = performance.now();
    let first = NaN;
    simulator.faults.before(() => {
      if (Number.isNaN(first)) first = performance.now();
    });
    const environment = { NODE_DISABLE_COMPILE_CACHE: '1' };
    await start({ 'dry-run': 'true' }, { environment, bundle }).done;
    return first - begin;
  });
}

/** Hands over a bundle of the same sources that evaluates all of itself at its start. */
export async function withEverythingAtOnce<T>(measure: (bundle: string) => Promise<T>): Promise<T> {
  const everything = 'proofs/bench/everything.ts';
  const named = readFileSync(everything, 'utf8');
  const late = globSync('src/**/*.ts').flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(/import\(\/\*.*?\*\/ ('.*?')\)/g)].map(
      ([, name]) => name,
    ),
  );
  const missing = late.filter((name = '') => !named.includes(`from ${name};`));
  if (late.length === 0 || missing.length > 0) {
    throw new Error(`${everything} does not load ${missing.join(', ')} at the start`);
  }
  const folder = mkdtempSync(join(tmpdir(), 'lambda-canary-everything-'));
  try {
    const ncc = 'node_modules/@vercel/ncc/dist/ncc/cli.js';
    execFileSync(process.execPath, [ncc, 'build', everything, '--out', folder, '--quiet']);
    return await measure(join(folder, 'index.js'));
  } finally {
    rmSync(folder, { recursive: true });
  }
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
