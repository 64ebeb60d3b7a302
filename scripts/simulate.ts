// Plays rollouts in a simulated AWS on virtual time, with faults, and checks that every promise was kept.
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';

import { markdownTable } from 'markdown-table';

import { play } from '../promises/play.ts';
import { violationsOf } from '../promises/promises.ts';
import { add, NOTHING, tallyOf, type Tally } from '../promises/tally.ts';
import { scenarioOf } from '../promises/draw.ts';

const USAGE = `Usage: npm run simulate -- [--seeds N] [--from N] [--bail] | --seed N

  --seeds  how many rollouts (1000)
  --from   the first seed (1)
  --bail   no more after the first that breaks a promise
  --seed   play one again and tell everything that happened
`;

/** The seeds from the first one on, in strides: each worker takes every n-th. */
interface Share {
  readonly from: number;
  readonly to: number;
  readonly stride: number;
  /** Shared by all workers: 1 as soon as no more seeds are to be played. */
  readonly enough: Int32Array;
  readonly bail: boolean;
}

const MOST_SHOWN = 20;

function options() {
  const { values } = parseArgs({
    options: {
      seeds: { type: 'string', default: '1000' },
      from: { type: 'string', default: '1' },
      bail: { type: 'boolean', default: false },
      seed: { type: 'string' },
    },
  });
  const { seed } = values;
  return {
    seeds: wholeNumber('--seeds', values.seeds),
    from: wholeNumber('--from', values.from),
    seed: seed === undefined ? undefined : wholeNumber('--seed', seed),
    bail: values.bail,
  };
}

function wholeNumber(flag: string, text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new Error(`${flag} must be a whole number, not "${text}"\n\n${USAGE}`);
}

async function tallySeeds({ from, to, stride, enough, bail }: Share): Promise<Tally> {
  let tally = NOTHING;
  for (let seed = from; seed <= to && Atomics.load(enough, 0) === 0; seed += stride) {
    tally = add(tally, await tallySeed(seed));
    if (bail && tally.violations.length > 0) Atomics.store(enough, 0, 1);
  }
  return tally;
}

/** A run that breaks is as bad as a broken promise, and is replayed in the same way. */
async function tallySeed(seed: number): Promise<Tally> {
  try {
    return tallyOf(await play(scenarioOf(seed)));
  } catch (error) {
    return { ...NOTHING, runs: 1, violations: [{ seed, what: `broke: ${String(error)}` }] };
  }
}

async function inParallel(seeds: number, from: number, bail: boolean): Promise<Tally> {
  const stride = availableParallelism();
  const enough = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  const shares = Array.from({ length: stride }, (_, index) => ({
    from: from + index,
    to: from + seeds - 1,
    stride,
    enough,
    bail,
  }));
  const tallies = await Promise.all(
    shares.map(
      (share) =>
        new Promise<Tally>((resolve, reject) => {
          new Worker(new URL(import.meta.url), { workerData: share })
            .once('message', resolve)
            .once('error', reject);
        }),
    ),
  );
  return tallies.reduce(add);
}

function print(tally: Tally, seconds: number): void {
  console.log(
    `${tally.runs} rollouts, ${Math.round(tally.simulatedHours)} simulated hours and ` +
      `${tally.requests} requests in ${seconds.toFixed(1)} s.\n`,
  );
  printCounts('faults of calls', tally.faults);
  printCounts('what others did', tally.happenings);
  printCounts('what the processes said', tally.outcomes);
  const seeds = new Set(tally.violations.map(({ seed }) => seed));
  console.log(`Broken promises: ${tally.violations.length}`);
  for (const { seed, what } of tally.violations.slice(0, MOST_SHOWN)) {
    console.log(`  seed ${seed}: ${what}`);
  }
  if (seeds.size > 0) {
    console.log(`\nReplay one with: npm run simulate -- --seed ${[...seeds][0] ?? ''}`);
    process.exitCode = 1;
  }
}

function printCounts(title: string, counts: Readonly<Record<string, number>>): void {
  const rows = Object.entries(counts)
    .sort(([, one], [, other]) => other - one)
    .map(([name, number]) => [name, String(number)]);
  console.log(`${markdownTable([[title, 'times'], ...rows], { align: ['l', 'r'] })}\n`);
}

async function replay(seed: number): Promise<void> {
  // Modules that are loaded while time stands still would upset the order of things.
  await play(scenarioOf(0));
  const scenario = scenarioOf(seed);
  const played = await play(scenario);
  console.log(JSON.stringify(scenario, undefined, 2));
  for (const line of played.trace) console.log(line);
  const violations = violationsOf(played);
  for (const { promise, what } of violations) console.log(`Broken: promise ${promise}: ${what}`);
  if (violations.length === 0) console.log('Every promise was kept.');
  else process.exitCode = 1;
}

if (isMainThread) {
  const { seeds, from, bail, seed } = options();
  if (seed !== undefined) {
    await replay(seed);
  } else {
    const startedAt = performance.now();
    print(await inParallel(seeds, from, bail), (performance.now() - startedAt) / 1000);
  }
} else {
  await play(scenarioOf(0));
  parentPort?.postMessage(await tallySeeds(workerData as Share));
}
