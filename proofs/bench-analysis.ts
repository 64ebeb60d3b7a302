// Lets the judge and what users have today watch the same rollouts, good ones and bad ones, minute by minute, and the log lane
// beside it second by second. Puts the figures beside those of an independent simulation in another language. Exits with 1 when
// they do not agree.
// Longer than most: the scenarios, the workers that play them, and the tables that tell of them.
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';

import { markdownTable } from 'markdown-table';

import {
  describe,
  meanZ,
  number,
  printAgreement,
  rate,
  shareZ,
  type Compared,
  type Explained,
} from './compared.ts';
import { DETECTORS } from './detectors/all.ts';
import type { Cell } from './detectors/detector.ts';
import { tryAll, type Tally } from './detectors/trials.ts';
import { compareTimed, printTimed, type Timed } from './lanes/figures.ts';
import { timeAll } from './lanes/trials.ts';

const USAGE = `Usage: npm run bench:analysis -- [--runs N] [--seed N] [--all]

  --runs  rollouts per cell (4000)
  --seed  of the first cell (1)
  --all   a table for each regression too
`;

/** By detector; a row is [baseline, requests per second, reverted in %] or, of a regression, [baseline, canary,
 * requests per second, power in %, `median/p95` of the minutes, failed requests as they were rounded]. */
interface Reference {
  readonly runs: { readonly noWorse: number; readonly regressions: number };
  readonly detectors: Readonly<
    Record<
      string,
      {
        readonly noWorse: readonly (readonly [number, number, number])[];
        readonly regressions: readonly (readonly [
          number,
          number,
          number,
          number,
          string,
          string,
        ])[];
      }
    >
  >;
}

const REFERENCE = JSON.parse(
  readFileSync(new URL('./detectors/reference-figures.json', import.meta.url), 'utf8'),
) as Reference;

const TRAFFIC = [1, 10, 100, 1000] as const;
const REGRESSIONS: readonly (readonly [baseline: number, canary: number])[] = [
  ...([0.01, 0.05, 1] as const).map((canary) => [0, canary] as const),
  ...([0.0015, 0.002, 0.005, 0.011, 0.051, 1] as const).map((canary) => [0.001, canary] as const),
  ...([0.015, 0.02, 0.05, 0.06, 1] as const).map((canary) => [0.01, canary] as const),
];
const CELLS: readonly Cell[] = TRAFFIC.flatMap((requestsPerSecond) => [
  ...[0, 0.001, 0.01].map((rate) => ({ requestsPerSecond, baseline: rate, canary: rate })),
  ...REGRESSIONS.map(([baseline, canary]) => ({ requestsPerSecond, baseline, canary })),
]);

interface Result {
  readonly cell: Cell;
  /** In the order of the detectors. */
  readonly tallies: readonly Tally[];
}

interface Share {
  readonly first: number;
  readonly stride: number;
  readonly runs: number;
  readonly seed: number;
}

/** Of one cell, minute by minute and second by second. */
interface Tried {
  readonly index: number;
  readonly result: Result;
  readonly timed: Timed;
}

function tryShare({ first, stride, runs, seed }: Share): readonly Tried[] {
  return CELLS.map((cell, index) => ({ cell, index }))
    .filter(({ index }) => index % stride === first)
    .map(({ cell, index }) => {
      const options = { runs, seed: seed + index };
      const result = { cell, tallies: tryAll(cell, options) };
      return { index, result, timed: { cell, tallies: timeAll(cell, options) } };
    });
}

async function tryCells(runs: number, seed: number): Promise<readonly Tried[]> {
  const stride = availableParallelism();
  const parts = await Promise.all(
    Array.from(
      { length: stride },
      (_, first) =>
        new Promise<ReturnType<typeof tryShare>>((resolve, reject) => {
          const share: Share = { first, stride, runs, seed };
          new Worker(new URL(import.meta.url), { workerData: share })
            .once('message', resolve)
            .once('error', reject);
        }),
    ),
  );
  return parts.flat().toSorted((a, b) => a.index - b.index);
}

const isNoWorse = ({ cell }: Result) => cell.baseline === cell.canary;
const tallyOf = ({ tallies }: Result, detector: number): Tally => {
  const tally = tallies[detector];
  if (tally === undefined) throw new Error(`There is no detector ${detector}`);
  return tally;
};

function compare(results: readonly Result[]): readonly Compared[] {
  return results.flatMap((result) =>
    DETECTORS.flatMap(({ name }, index) => {
      const tally = tallyOf(result, index);
      return isNoWorse(result)
        ? compareNoWorse(name, result.cell, tally)
        : compareRegression(name, result.cell, tally);
    }),
  );
}

function compareNoWorse(name: string, cell: Cell, tally: Tally): readonly Compared[] {
  const row = REFERENCE.detectors[name]?.noWorse.find(
    ([baseline, traffic]) => baseline === cell.baseline && traffic === cell.requestsPerSecond,
  );
  if (row === undefined) return [];
  const ours = (100 * tally.reverted) / tally.runs;
  return [
    {
      where: `${name}: ${describe(cell)}: reverted, %`,
      ours,
      theirs: row[2],
      z: shareZ(tally, { percent: row[2], runs: REFERENCE.runs.noWorse, rounding: 0.005 }),
    },
  ];
}

function compareRegression(name: string, cell: Cell, tally: Tally): readonly Compared[] {
  const row = referenceOf(name, cell);
  if (row === undefined) return [];
  const [, , , power, , failed] = row;
  const runs = REFERENCE.runs.regressions;
  return [
    {
      where: `${name}: ${describe(cell)}: reverted, %`,
      ours: (100 * tally.reverted) / tally.runs,
      theirs: power,
      z: shareZ(tally, { percent: power, runs, rounding: 0.5 }),
    },
    {
      where: `${name}: ${describe(cell)}: failed requests`,
      ours: tally.failed,
      theirs: Number(failed),
      z: meanZ({ ...tally, mean: tally.failed }, { written: failed, runs }),
    },
  ];
}

function referenceOf(name: string, { requestsPerSecond, baseline, canary }: Cell) {
  return REFERENCE.detectors[name]?.regressions.find(
    ([ofBaseline, ofCanary, traffic]) =>
      ofBaseline === baseline && ofCanary === canary && traffic === requestsPerSecond,
  );
}

/** Somebody notices a regression that nothing reverted. */
const NOTICED_AT = 60;
/** The plan, and the minute in which the metrics of its last one were on their way. */
const PLAN_MINUTES = 16;

/** Failed requests of the canary up to minute 60; one that was not reverted gets all traffic after the plan. */
function harmToNotice(
  { requestsPerSecond, canary }: Cell,
  { missed, failed }: { readonly missed: number; readonly failed: number },
): number {
  return failed + missed * canary * requestsPerSecond * 60 * (NOTICED_AT - PLAN_MINUTES);
}

function oursOf({ runs, reverted, failed }: Tally) {
  return { missed: 1 - reverted / runs, failed };
}

function theirsOf(name: string, cell: Cell) {
  const row = referenceOf(name, cell);
  return row === undefined ? undefined : { missed: 1 - row[3] / 100, failed: Number(row[5]) };
}

const SHOWN: readonly Cell[] = [
  { requestsPerSecond: 1, baseline: 0, canary: 1 },
  { requestsPerSecond: 10, baseline: 0, canary: 0.05 },
  { requestsPerSecond: 10, baseline: 0.001, canary: 0.011 },
  { requestsPerSecond: 100, baseline: 0.01, canary: 0.02 },
  { requestsPerSecond: 1000, baseline: 0.001, canary: 0.002 },
  { requestsPerSecond: 100, baseline: 0, canary: 1 },
];

function headline(results: readonly Result[]): string {
  const regressions = results.filter((result) => !isNoWorse(result));
  const oracle = DETECTORS.length - 1;
  const rows = DETECTORS.map(({ name }, index) => {
    const worst = Math.max(
      ...results.filter(isNoWorse).map((result) => {
        const { reverted, runs } = tallyOf(result, index);
        return (100 * reverted) / runs;
      }),
    );
    const power = mean(regressions.map((result) => 1 - oursOf(tallyOf(result, index)).missed));
    const relative = mean(
      regressions.map((result) => {
        const harm = (of: number) => harmToNotice(result.cell, oursOf(tallyOf(result, of)));
        return Math.log((harm(index) + 0.5) / (harm(oracle) + 0.5));
      }),
    );
    return [
      name,
      index === oracle ? '–' : worst.toFixed(2),
      (100 * power).toFixed(0),
      Math.exp(relative).toFixed(2),
      ...SHOWN.map((shown) => harmCell(name, results, shown, index)),
    ];
  });
  const head = ['detector', 'no worse: reverted, worst %', 'bad: reverted, %', 'harm / oracle'];
  return markdownTable([[...head, ...SHOWN.map(describe)], ...rows], {
    align: ['l', ...Array.from({ length: 9 }, () => 'r')],
  });
}

/** `68.7 (68.7)`, the reference's in parentheses. */
function harmCell(name: string, results: readonly Result[], shown: Cell, index: number): string {
  const result = results.find(({ cell }) => describe(cell) === describe(shown));
  if (result === undefined) return '–';
  const theirs = theirsOf(name, shown);
  const ours = number(harmToNotice(shown, oursOf(tallyOf(result, index))));
  return theirs === undefined ? ours : `${ours} (${number(harmToNotice(shown, theirs))})`;
}

function noWorseTable(results: readonly Result[]): string {
  const cells = results.filter((result) => isNoWorse(result) && result.cell.baseline > 0);
  const rows = DETECTORS.slice(0, -1).map(({ name }, index) => [
    name,
    ...cells.map((result) => {
      const { reverted, runs } = tallyOf(result, index);
      const theirs = REFERENCE.detectors[name]?.noWorse.find(
        ([baseline, traffic]) =>
          baseline === result.cell.baseline && traffic === result.cell.requestsPerSecond,
      );
      const ours = ((100 * reverted) / runs).toFixed(2);
      return theirs === undefined ? ours : `${ours} (${theirs[2].toFixed(2)})`;
    }),
  ]);
  const head = cells.map(({ cell }) => `${rate(cell.baseline)}, ${cell.requestsPerSecond} r/s`);
  return markdownTable([['no worse: reverted, %', ...head], ...rows], {
    align: ['l', ...head.map(() => 'r')],
  });
}

/** `91 % · 12 · 8.5`: reverted, the median minute, failed requests; and the reference's. */
function regressionTables(results: readonly Result[]): readonly string[] {
  return REGRESSIONS.map(([baseline, canary]) => {
    const cells = results.filter(
      ({ cell }) => cell.baseline === baseline && cell.canary === canary,
    );
    const rows = DETECTORS.map(({ name }, index) => [
      name,
      ...cells.map((result) => {
        const tally = tallyOf(result, index);
        const row = referenceOf(name, result.cell);
        const ours = [percentOf(tally), medianMinute(tally), number(tally.failed)].join(' · ');
        return row === undefined ? ours : `${ours} (${row[3]} % · ${row[4]} · ${row[5]})`;
      }),
    ]);
    const head = cells.map(({ cell }) => `${cell.requestsPerSecond} r/s`);
    return markdownTable([[`${rate(baseline)} → ${rate(canary)}`, ...head], ...rows]);
  });
}

function percentOf({ reverted, runs }: Tally): string {
  return `${((100 * reverted) / runs).toFixed(0)} %`;
}

function medianMinute({ minutes, runs }: Tally): string {
  return String(minutes.toSorted((a, b) => a - b)[Math.ceil(runs / 2) - 1] ?? '–');
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Where the reference is another thing than what is simulated here, and why. */
const EXPLAINED: readonly Explained[] = [
  {
    where: /^Kayenta judge, data since start: 1 r\/s, .*: reverted/,
    why:
      'With few requests most minutes have no failure at all. The end of the interval and the estimate of the shift ' +
      'are both 0 then, and whether the one is above a quarter of the other is decided by how a root finder rounds; ' +
      'here 0 is not above 0.',
  },
];

function print(
  tried: readonly Tried[],
  options: { readonly all: boolean; readonly seconds: number },
) {
  const results = tried.map(({ result }) => result);
  const timed = tried.map((each) => each.timed);
  console.log(
    `${CELLS.length} cells in ${options.seconds.toFixed(0)} s; the reference's figures stand in parentheses.\n`,
  );
  console.log(`${headline(results)}\n`);
  console.log(
    'The last columns: failed requests of the canary up to minute 60, for a rollout in which nothing else watches.\n',
  );
  console.log(`${noWorseTable(results)}\n`);
  if (options.all) for (const table of regressionTables(results)) console.log(`${table}\n`);
  printTimed(timed);
  if (!printAgreement([...compare(results), ...compareTimed(timed)], EXPLAINED)) {
    process.exitCode = 1;
  }
}

function options() {
  const { values } = parseArgs({
    options: {
      runs: { type: 'string', default: '4000' },
      seed: { type: 'string', default: '1' },
      all: { type: 'boolean', default: false },
    },
  });
  const [runs, seed] = [Number(values.runs), Number(values.seed)];
  if (!Number.isInteger(runs) || runs < 2 || !Number.isInteger(seed)) throw new Error(USAGE);
  return { runs, seed, all: values.all };
}

if (isMainThread) {
  const { runs, seed, all } = options();
  const startedAt = performance.now();
  const tried = await tryCells(runs, seed);
  print(tried, { all, seconds: (performance.now() - startedAt) / 1000 });
} else {
  parentPort?.postMessage(tryShare(workerData as Share));
}
