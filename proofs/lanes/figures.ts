import { readFileSync } from 'node:fs';

import { markdownTable } from 'markdown-table';

import { describe, meanZ, number, shareZ, type Compared } from '../compared.ts';
import type { Cell } from '../detectors/detector.ts';
import type { TimedTally } from './trials.ts';
import { WATCHES, type Watch } from './watch.ts';

/** What each watch did in a cell, in their order. */
export interface Timed {
  readonly cell: Cell;
  readonly tallies: readonly TimedTally[];
}

/** Median seconds to the revert, null where fewer than half were reverted; failed requests as they were rounded. */
type TimedFigure = readonly [seconds: number | null, failed: string];

/** Of an independent simulation. */
interface Figures {
  readonly runs: {
    readonly regressions: number;
    readonly noWorse: number;
    readonly noWorseAlarms: number;
  };
  readonly regressions: readonly (Cell & Readonly<Record<Watch['key'], TimedFigure>>)[];
  /** Reverted, in percent. */
  readonly noWorse: readonly (Omit<Cell, 'canary'> &
    Readonly<Record<Exclude<Watch['key'], 'oracle'>, number>>)[];
  /** Failed requests of the bad versions against those of the oracle: geometric means over the same cells. */
  readonly harm: Readonly<Record<Watch['key'], string>>;
}

const FIGURES = JSON.parse(
  readFileSync(new URL('./figures.json', import.meta.url), 'utf8'),
) as Figures;

const isSame = (one: Omit<Cell, 'canary'>, other: Omit<Cell, 'canary'>) =>
  one.requestsPerSecond === other.requestsPerSecond && one.baseline === other.baseline;

const isNoWorse = ({ cell }: Timed) => cell.canary === cell.baseline;

function figureOf({ cell }: Timed, key: Watch['key']): TimedFigure | undefined {
  return FIGURES.regressions.find((each) => isSame(each, cell) && each.canary === cell.canary)?.[
    key
  ];
}

export function compareTimed(all: readonly Timed[]): readonly Compared[] {
  return all.flatMap((timed) =>
    WATCHES.flatMap(({ key, name }, index) => {
      const tally = timed.tallies[index];
      if (tally === undefined) return [];
      const where = `${name}: ${describe(timed.cell)}`;
      return isNoWorse(timed)
        ? compareGood(where, { timed, key, tally })
        : compareBad(where, { timed, key, tally });
    }),
  );
}

interface Comparing {
  readonly timed: Timed;
  readonly key: Watch['key'];
  readonly tally: TimedTally;
}

function compareGood(where: string, { timed, key, tally }: Comparing): readonly Compared[] {
  const row = FIGURES.noWorse.find((each) => isSame(each, timed.cell));
  if (row === undefined || key === 'oracle') return [];
  const theirs = row[key];
  const isAlarm = key === 'errors' || key === 'rate';
  const reverted = tally.seconds.length;
  return [
    {
      where: `${where}: reverted, %`,
      ours: (100 * reverted) / tally.runs,
      theirs,
      z: shareZ(
        { reverted, runs: tally.runs },
        {
          percent: theirs,
          runs: isAlarm ? FIGURES.runs.noWorseAlarms : FIGURES.runs.noWorse,
          rounding: isAlarm ? 0.5 : 0.005,
        },
      ),
    },
  ];
}

function compareBad(where: string, { timed, key, tally }: Comparing): readonly Compared[] {
  const figure = figureOf(timed, key);
  if (figure === undefined) return [];
  const [seconds, failed] = figure;
  const runs = FIGURES.runs.regressions;
  return [
    {
      where: `${where}: median seconds`,
      ours: medianOf(tally) ?? Infinity,
      theirs: seconds ?? Infinity,
      z: medianZ(tally, seconds, runs),
    },
    {
      where: `${where}: failed requests`,
      ours: tally.failed,
      theirs: Number(failed),
      z: meanZ({ ...tally, mean: tally.failed }, { written: failed, runs }),
    },
  ];
}

/** How far the share of our runs that were reverted by their median is from one half. */
function medianZ({ seconds, runs: ours }: TimedTally, theirs: number | null, runs: number): number {
  const shareBy = (second: number) => seconds.filter((each) => each <= second).length / ours;
  const error = Math.sqrt(0.25 * (1 / ours + 1 / runs));
  // Of one that was not reverted in half of the runs, only that is known.
  if (theirs === null) return Math.max(0, shareBy(Infinity) - 0.5) / error;
  const [least, most] = [shareBy(theirs - 0.5), shareBy(theirs + 0.5)];
  return Math.max(0, least - 0.5, 0.5 - most) / error;
}

function medianOf({ seconds, runs }: TimedTally): number | undefined {
  return seconds[Math.ceil(runs / 2) - 1];
}

/** Where the reference has figures: the median time to the revert, and the failed requests; and the reference's. */
export function printTimed(all: readonly Timed[]): void {
  const shown = all.filter((timed) => figureOf(timed, 'oracle') !== undefined);
  const rows = shown.map((timed) => [
    describe(timed.cell),
    ...WATCHES.map(({ key }, index) => {
      const tally = timed.tallies[index];
      const [seconds, failed] = figureOf(timed, key) ?? [null, ''];
      return tally === undefined
        ? '–'
        : `${figure(medianOf(tally), number(tally.failed))} (${figure(seconds ?? undefined, number(Number(failed)))})`;
    }),
  ]);
  const head = ['seconds to the revert · failed requests', ...WATCHES.map(({ name }) => name)];
  const align = ['l', ...WATCHES.map(() => 'r')];
  console.log(`${markdownTable([head, ...rows], { align })}\n`);
  console.log(
    'Median seconds from the first weight, and failed requests up to the revert or for an hour: second by second, with logs ' +
      'read every 5 s and judged 12 s old, metrics 90 s after their minute, read every 15 s.\n',
  );
  console.log(`${markdownTable(summary(all), { align })}\n`);
}

function figure(seconds: number | undefined, failed: string): string {
  return `${seconds === undefined ? '–' : `${seconds.toFixed(0)} s`} · ${failed}`;
}

function summary(all: readonly Timed[]): string[][] {
  const bad = all.filter((timed) => !isNoWorse(timed));
  const good = all.filter((timed) => isNoWorse(timed) && timed.cell.baseline > 0);
  const oracle = WATCHES.length - 1;
  const harmOf = ({ tallies }: Timed, index: number) => (tallies[index]?.failed ?? NaN) + 0.5;
  const ratios = WATCHES.map(({ key }, index) => {
    const logs = bad.map((timed) => Math.log(harmOf(timed, index) / harmOf(timed, oracle)));
    const mean = logs.reduce((sum, each) => sum + each, 0) / logs.length;
    return `${Math.exp(mean).toFixed(2)} (${FIGURES.harm[key]})`;
  });
  const worst = WATCHES.map((_, index) => {
    const shares = good.map(({ tallies }) => {
      const { seconds, runs } = tallies[index] ?? { seconds: [], runs: 1 };
      return (100 * seconds.length) / runs;
    });
    return index === oracle ? '–' : Math.max(...shares).toFixed(2);
  });
  return [
    ['', ...WATCHES.map(({ name }) => name)],
    [`failed requests of ${bad.length} bad versions, oracle = 1`, ...ratios],
    ['good versions reverted, worst %', ...worst],
  ];
}
